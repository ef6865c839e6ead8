"""The judge of a candidate: it is built, trained and scored like any network one would use."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Generic, NamedTuple

import torch

from adf.search.families import Found, N, canonical, digest, network
from adf.search.nets.cost import flops, in_steps
from adf.search.require import require
from adf.search.settings import SearchSettings
from adf.search.study import Stopwatch, Study
from adf.search.train import score, train

# Several rows at once: nothing is trained while scores are taken.
SCORING = 256
# After so many known answers in a row, a space is taken to be used up.
IDLE = 300


class Verdict(NamedTuple, Generic[N]):
    """How a genotype did after so many epochs."""

    genotype: N
    accuracy: float
    loss: float

    @property
    def rank(self) -> tuple[float, float]:
        """What verdicts are compared by: among equally many right answers, the surer ones."""
        return self.accuracy, -self.loss


def require_affordable(settings: SearchSettings, least: int) -> None:
    """Refuse a budget that does not pay for one answer."""
    advice = f"{least} or more, which one candidate costs (train.epochs)"
    require(settings.budget >= least, "budget", settings.budget, advice)


class Judge:
    """Trains genotypes on the one half of the clips and scores them on the other.

    What was judged once, with as many epochs and the same seed, is remembered.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._paid = set[tuple[str, int, int]]()
        self._idle, self.spent = 0, 0

    def __call__(self, genotype: N, epochs: int, seed: int = 0) -> Verdict[N]:
        """Return the verdict on a genotype."""
        study, name = self._study, digest(genotype)
        line = study.memory.known("judged", name, epochs, seed)
        if line is None:
            line = self._judged(canonical(genotype), name, epochs, seed)
        # What was judged before a kill is paid for again here, a second question is not.
        if (name, epochs, seed) in self._paid:
            self._idle += 1
        else:
            self._idle = 0
            self._paid.add((name, epochs, seed))
            self.spent += epochs
            study.budget.add(line["samples"], line["cell_steps"], line["seconds"])
            study.progress.advance(epochs, note=f"best so far {self._best(line):.1%}")
        return Verdict(genotype, line["accuracy"], line["loss"])

    def affords(self, epochs: int) -> bool:
        """Return whether the budget pays for one more, and there seems to be one to try."""
        return self.spent + epochs <= self._study.settings.budget and self._idle < IDLE

    def best_of(self, genotypes: Iterable[N], epochs: int, seed: int = 0) -> list[Verdict[N]]:
        """Return the verdicts on several, the best first; of equals, the first asked for."""
        verdicts = [self(genotype, epochs, seed) for genotype in genotypes]
        return sorted(verdicts, key=lambda verdict: verdict.rank, reverse=True)

    def _judged(self, genotype: Found, name: str, epochs: int, seed: int) -> dict[str, Any]:
        study, settings, watch = self._study, self._study.settings.train, Stopwatch()
        # The same candidate starts from the same weights, whoever asks and whenever.
        torch.manual_seed(int(name, 16) % 2**31 + seed)
        drawn = network(genotype, study.space.widths, study.classes, settings.dropout)
        bench = study.bench(study.halves.weights)
        work = flops(drawn, study.clip)
        order = (study.settings.seed, seed)
        trained = train(drawn, bench, replace(settings, epochs=epochs), order)
        trained.eval()
        found = score(trained, study.bench(study.halves.judging), SCORING)
        return study.memory.tell(
            "judged",
            name,
            epochs,
            seed,
            accuracy=found.accuracy,
            loss=found.loss,
            samples=epochs * len(bench.part),
            cell_steps=in_steps(study, work, epochs * len(bench.part)),
            seconds=watch.seconds(),
            genotype=genotype.as_dict(),
        )

    _top = 0.0

    def _best(self, line: dict[str, Any]) -> float:
        self._top = max(self._top, line["accuracy"])
        return self._top
