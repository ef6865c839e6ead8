"""What is to be expected of rows that were not trained: a small recurrent network, or several.

It is that of MFAS: a row to 100 numbers by a linear layer and a sigmoid, an LSTM over the rows, and
of its last state a number between 0 and 1. As it is published, a row is given as its bare numbers;
``improved`` marks each number in a place of its own, and asks several networks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from adf.search.mfas.space import Code

WIDTH, RATE, EPOCHS = 100, 1e-3, 50
SCALE, BIAS = 0.1, 1.8
# Improved: how many networks, and how much hope their disagreement gives, in deviations.
MEMBERS, HOPE = 3, 1.0


class Surrogate(nn.Module):
    """From the rows of networks ``B L F`` to accuracies ``B``."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.row = nn.Linear(features, WIDTH)
        self.lstm = nn.LSTM(WIDTH, WIDTH, batch_first=True)
        self.accuracy = nn.Linear(WIDTH, 1)
        for layer in (self.row, self.accuracy):
            nn.init.uniform_(layer.weight, -SCALE, SCALE)
            nn.init.constant_(layer.bias, BIAS)

    def forward(self, rows: Tensor) -> Tensor:
        """Return ``B``."""
        _, (last, _) = self.lstm(self.row(rows).sigmoid())
        return torch.sigmoid(self.accuracy(last[-1])).squeeze(1)


class Oracle:
    """Surrogates and their optimisers, which go on from update to update.

    ``sizes`` says how many values each number of a row can have: given, rows are marked by place.
    They stay on the processor: sequences of four are too short for anything else.
    """

    def __init__(self, columns: int, sizes: Sequence[int] | None, members: int, seed: int) -> None:
        self._sizes, self._hope = sizes, HOPE if members > 1 else 0.0
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.nets = [Surrogate(sum(sizes) if sizes else columns) for _ in range(members)]
        self._optimizers = [
            torch.optim.Adam(net.parameters(), RATE, fused=True) for net in self.nets
        ]

    def learn(self, store: Mapping[Code, float]) -> None:
        """Take 50 steps for every depth, each with all that is known of that depth."""
        batches = [
            (self.encoded(codes), torch.tensor([store[code] for code in codes]))
            for codes in by_depth(list(store)).values()
        ]
        for net, optimizer in zip(self.nets, self._optimizers, strict=True):
            for _ in range(EPOCHS):
                for rows, accuracies in batches:
                    optimizer.zero_grad(set_to_none=True)
                    loss = nn.functional.mse_loss(net(rows), accuracies)
                    loss.backward()  # type: ignore[no-untyped-call]
                    optimizer.step()

    @torch.no_grad()
    def expected(self, codes: Sequence[Code]) -> NDArray[np.float64]:
        """Return what to expect of networks; of several answers, the mean and some hope."""
        found = np.empty(len(codes))
        places = {code: at for at, code in enumerate(codes)}
        for group in by_depth(codes).values():
            rows = self.encoded(group)
            answers = torch.stack([net(rows) for net in self.nets]).double()
            hopes = answers.mean(0) + self._hope * answers.std(0, correction=0)
            found[[places[code] for code in group]] = hopes.numpy()
        # Of candidates that are there several times, all have the answer of the last.
        return found[[places[code] for code in codes]]

    def encoded(self, codes: Sequence[Code]) -> Tensor:
        """Return networks of one depth as ``B L F``."""
        numbers = torch.tensor(codes)
        if self._sizes is None:
            return numbers.float()
        columns = zip(numbers.unbind(2), self._sizes, strict=True)
        return torch.cat([nn.functional.one_hot(each, size) for each, size in columns], 2).float()

    def state(self) -> dict[str, Any]:
        """Return all that was learned."""
        return {
            "nets": [net.state_dict() for net in self.nets],
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        for net, each in zip(self.nets, state["nets"], strict=True):
            net.load_state_dict(each)
        for optimizer, each in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(each)


def by_depth(codes: Sequence[Code]) -> dict[int, list[Code]]:
    """Return networks by how many rows they have."""
    found: dict[int, list[Code]] = {}
    for code in codes:
        found.setdefault(len(code), []).append(code)
    return dict(sorted(found.items()))
