"""One search under way: what it works on, what it has found so far, and how it is taken up again.

Everything that a search learns becomes a line of ``metrics.jsonl`` under its own key. A search that
was killed runs again from the start, but what it already knows it does not compute again: so it
ends as it would have ended.
"""

import io
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from adf import metrics
from adf.files import translate_os_error, write_atomic
from adf.progress import Progress
from adf.runs import RunFolder
from adf.search.board import Board
from adf.search.data import Source
from adf.search.families import Found
from adf.search.genotypes.space import FusionSpace
from adf.search.nets.stem import Features
from adf.search.rows import Halves, Part
from adf.search.settings import SearchSettings
from adf.search.team import ALONE, Team
from adf.search.train import Bench

Key = tuple[str, ...]


class Memory:
    """The lines of a run by what they are about; new ones are also shown on a board.

    The ranks of a team were not killed at the same line: all go on from what the first one knows.
    """

    def __init__(self, run: RunFolder, board: Board | None = None, team: Team = ALONE) -> None:
        self._run, self._board = run, board
        path = run.path / "metrics.jsonl"
        ours = metrics.read(path)
        lines = team.told(ours)
        if lines != ours:
            _rewrite(path, lines)
        self._lines = {self._key(line): line for line in lines if "event" in line}

    @staticmethod
    def _key(line: Mapping[str, Any]) -> Key:
        return str(line["event"]), *map(str, line.get("key", ()))

    def known(self, event: str, *key: object) -> dict[str, Any] | None:
        """Return what was told under this key, if anything was."""
        return self._lines.get((event, *map(str, key)))

    def tell(self, event: str, *key: object, **values: Any) -> dict[str, Any]:
        """Write a line, unless there is one under this key."""
        name = (event, *map(str, key))
        if name not in self._lines:
            self._lines[name] = {"event": event, "key": list(name[1:]), **values}
            self._run.metric(**self._lines[name])
            if self._board:
                self._board.show(self._lines[name])
        return self._lines[name]


def _rewrite(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    # In place: the run has the file open, to append to it.
    with translate_os_error(path), open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


@dataclass
class Budget:
    """What a search has spent, also before it was killed.

    ``cell_steps`` counts training steps in units of one step of a found cell of middle size, by
    their floating-point operations; ``seconds`` are those of the wall.
    """

    samples: int = 0
    cell_steps: float = 0.0
    seconds: float = 0.0

    def add(self, samples: int, cell_steps: float, seconds: float) -> None:
        """Count a piece of work."""
        self.samples += samples
        self.cell_steps += cell_steps
        self.seconds += seconds


@dataclass(frozen=True)
class Study:
    """What a method gets."""

    settings: SearchSettings
    space: FusionSpace
    classes: int
    source: Source
    halves: Halves
    device: torch.device
    run: RunFolder
    memory: Memory
    progress: Progress
    # One clip, and the operations that a found network of middle size spends on it.
    clip: Features
    unit: float
    team: Team = ALONE
    budget: Budget = field(default_factory=Budget)

    def bench(self, part: Part) -> Bench:
        """Return where a network meets the clips of a part."""
        return Bench(self.source, part, self.device, self.settings.amp, self.team)

    def propose(self, genotype: Found) -> None:
        """Write down the best genotype so far, so that it is there whatever happens."""
        write_atomic(self.run.path / "genotype.json", genotype.to_json().encode())

    def save(self, name: str, state: Mapping[str, Any]) -> None:
        """Keep the state of a training."""
        file = io.BytesIO()
        torch.save(dict(state), file)
        write_atomic(self._checkpoint(name), file.getvalue())

    def saved(self, name: str) -> dict[str, Any] | None:
        """Return the state that was kept, on all ranks that of the first."""
        path = self._checkpoint(name)
        kept = self.team.told(path.read_bytes() if path.is_file() else None)
        if kept is None:
            return None
        file = io.BytesIO(kept)
        state: dict[str, Any] = torch.load(file, map_location=self.device, weights_only=True)
        return state

    def _checkpoint(self, name: str) -> Path:
        return self.run.checkpoints / f"{name}.pt"


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def seconds(self) -> float:
        """Return how long it has been."""
        return time.perf_counter() - self._start
