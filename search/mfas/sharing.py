"""Trainings that begin where others ended: a layer starts from the weights that it had last.

As released, a layer is the same where number, sizes and activation are, whatever levels it reads.
Otherwise it reads the same levels as well.
"""

from typing import Any

import torch
from torch import Tensor

from adf.search.judge import SCORING, Verdict
from adf.search.mfas.family import canonical, digest
from adf.search.mfas.network import Fusion, RowsNetwork
from adf.search.mfas.rows import FusionRows, Row
from adf.search.nets.cost import flops, in_steps
from adf.search.study import Stopwatch, Study
from adf.search.train import score, train

Layers = dict[str, dict[str, Tensor]]


class Sharing:
    """Trains networks one after another and keeps their layers.

    Those of each training are a file of their own, written before its line: a search that goes on
    finds for every line the very weights that the next training began with.
    """

    def __init__(self, study: Study) -> None:
        self._study, self._layers, self._done = study, Layers(), 0
        self._by_levels = study.settings.mfas.mode != "faithful"

    def __call__(self, found: FusionRows, seed: int) -> Verdict[FusionRows]:
        """Return the verdict on a network, whose layers go on from where they were."""
        study, number = self._study, self._done
        line = study.memory.known("shared", number)
        if line is None:
            line = self._trained(canonical(found), number, seed)
        self._done += 1
        self._layers.update(study.saved(_file(number)) or {})
        study.budget.add(line["samples"], line["cell_steps"], line["seconds"])
        study.progress.advance(study.settings.train.epochs, note=f"last {line['accuracy']:.1%}")
        return Verdict(found, line["accuracy"], line["loss"])

    def _trained(self, found: FusionRows, number: int, seed: int) -> dict[str, Any]:
        study, settings, watch = self._study, self._study.settings.train, Stopwatch()
        name = digest(found)
        torch.manual_seed(int(name, 16) % 2**31 + seed)
        network = RowsNetwork(found, study.space.widths, study.classes, settings.dropout)
        for key, fusion in self.keyed(network).items():
            if key in self._layers:
                fusion.load_state_dict(self._layers[key])
        bench = study.bench(study.halves.weights)
        samples, work = settings.epochs * len(bench.part), flops(network, study.clip)
        trained = train(network, bench, settings, (study.settings.seed, seed))
        assert isinstance(trained, RowsNetwork)
        trained.eval()
        verdict = score(trained, study.bench(study.halves.judging), SCORING)
        layers = {key: fusion.state_dict() for key, fusion in self.keyed(trained).items()}
        study.save(_file(number), layers)
        return study.memory.tell(
            "shared",
            number,
            network=name,
            accuracy=verdict.accuracy,
            loss=verdict.loss,
            samples=samples,
            cell_steps=in_steps(study, work, samples),
            seconds=watch.seconds(),
            genotype=found.as_dict(),
        )

    def keyed(self, network: RowsNetwork) -> dict[str, Fusion]:
        """Return the layers of a network by what makes them the same."""
        found = {}
        for number, (row, fusion) in enumerate(zip(network.rows, network.fusions, strict=True)):
            assert isinstance(fusion, Fusion)
            found[self._key(number, row, fusion)] = fusion
        return found

    def _key(self, number: int, row: Row, fusion: Fusion) -> str:
        sizes = f"{fusion.linear.in_features} {fusion.linear.out_features}"
        levels = " ".join(map(str, row.levels)) if self._by_levels else ""
        return f"{number} {sizes} {row.activation} {levels}".strip()


def _file(number: int) -> str:
    return f"shared-{number:05}"
