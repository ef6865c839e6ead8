"""Several seeds of one search: each a process and a run folder of its own, some at a time."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from adf import metrics
from adf.children import Child, end_children, start_child
from adf.config import Config
from adf.errors import AdfError, ConfigError, Exit, Interrupted
from adf.progress import Mode, progress
from adf.search.runs import search_run, steps, title
from adf.search.settings import SearchSettings
from adf.search.team import size_of

POLL = 0.5
MOST = 1000
OURS = (Exit.BUG, Exit.USAGE, Exit.MISSING, Exit.INPUT)


def parse_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that ``0-3``, ``0,2,5`` or ``0-1,7`` names, each once."""
    seeds: dict[int, None] = {}
    for part in text.split(","):
        numbers = re.fullmatch(r"\s*(\d{1,9})(?:-(\d{1,9}))?\s*", part, re.ASCII)
        first, last = (int(numbers[1]), int(numbers[2] or numbers[1])) if numbers else (1, 0)
        if not first <= last < first + MOST:
            raise ConfigError(f"--seeds {text}: give numbers such as 0-3 or 0,2,5, {MOST} at most")
        seeds.update(dict.fromkeys(range(first, last + 1)))
    return tuple(seeds)


def search_seeds(
    config: Config[SearchSettings],
    seeds: Sequence[int],
    workers: int,
    mode: Mode = "auto",
    out: Path | None = None,
    force: bool = False,
) -> dict[str, Any]:
    """Search with each seed, ``workers`` at a time, and return what all found.

    What one finds is what it finds alone, to the bit, with as many threads as it has here.
    """
    if size_of() > 1:
        raise ConfigError(
            "--seeds starts processes of its own: give it without torchrun, or give --seed"
        )
    name = f"s{seeds[0]}-{seeds[-1]}"
    began = time.perf_counter()
    with search_run(config, name, out, force) as run:
        crew = Crew(run.path, seeds, min(workers, len(seeds)), force)
        total = steps(config.value) * len(seeds)
        with progress(f"search {title(config.value, name)}", total, mode) as bar:
            shown = crew.steps()
            bar.advance(shown)
            try:
                while crew.work():
                    time.sleep(POLL)
                    done = crew.steps()
                    bar.advance(done - shown)
                    shown = done
            finally:
                end_children(crew.alive.values())
        results = [_read(place_of(run.path, seed)) for seed in seeds]
        result = together(results, run.path, time.perf_counter() - began)
        run.result(result)
    return result


class Crew:
    """The processes that are at work, and the seeds that wait for one of them to end."""

    def __init__(self, folder: Path, seeds: Sequence[int], workers: int, force: bool) -> None:
        self._folder, self._seeds, self._workers = folder, seeds, workers
        self._force = ["--force"] if force else []
        self._waiting = list(seeds)
        self.alive: dict[int, Child] = {}

    def work(self) -> bool:
        """Start what can be started, look after what has ended; return whether any is left."""
        for seed, child in list(self.alive.items()):
            if child.poll() is not None:
                del self.alive[seed]
                end_children([child])
                self._require_done(seed, child.returncode)
        while self._waiting and len(self.alive) < self._workers:
            seed = self._waiting.pop(0)
            self.alive[seed] = self._start(seed)
        return bool(self.alive)

    def steps(self) -> int:
        """Return how far all seeds are together."""
        return sum(_steps(place_of(self._folder, seed)) for seed in self._seeds)

    def _start(self, seed: int) -> Child:
        words = ["search", "-c", str(self._folder / "config.yaml"), "--seed", str(seed)]
        words += ["--out", str(place_of(self._folder, seed)), "--progress", "log", *self._force]
        return start_child(words, self._log(seed), self._workers)

    def _log(self, seed: int) -> Path:
        return place_of(self._folder, seed).with_suffix(".txt")

    def _require_done(self, seed: int, code: int) -> None:
        if code == Exit.OK:
            return
        log = self._log(seed)
        if code not in OURS:
            raise Interrupted(
                f"seed {seed} was stopped ({code}; see {log}): to go on, give the same command"
                f" with --out {self._folder}"
            )
        said = log.read_text(errors="replace").strip().splitlines()[-1:] or ["nothing"]
        error = AdfError(f"seed {seed}: {said[0].removeprefix('error: ')} (its log: {log})")
        error.exit_code = Exit(code)
        raise error


def place_of(folder: Path, seed: int) -> Path:
    """Return the run folder of a seed."""
    return folder / f"seed-{seed}"


def together(results: Sequence[Mapping[str, Any]], folder: Path, seconds: float) -> dict[str, Any]:
    """Return the ``result.json`` of several seeds; ``seconds`` are those of the wall."""
    found = [result["judged"]["accuracy"] for result in results]
    same = ("method", "split", "cache", "provenance")
    return {
        **{name: results[0][name] for name in same},
        "judged": {"accuracy": fmean(found), "deviation": pstdev(found), "seeds": len(found)},
        "seeds": {str(result["seed"]): result for result in results},
        "seconds": seconds,
        "run": str(folder),
    }


def as_table(result: Mapping[str, Any]) -> str:
    """Return a line for each seed, and one for all of them."""
    rows = [("seed", "digest", "judged", "cell steps", "seconds", "folder")]
    for seed, each in result["seeds"].items():
        spent = each["budget"]
        numbers = (f"{spent['cell_steps']:,.0f}", f"{spent['seconds']:.1f}")
        rows.append(
            (seed, each["digest"], f"{each['judged']['accuracy']:.1%}", *numbers, each["run"])
        )
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, wide)).rstrip() for row in rows]
    last = result["judged"]
    mean = f"{last['accuracy']:.1%} +- {last['deviation']:.1%} (standard deviation)"
    lines.append(f"judged accuracy {mean} over {last['seeds']} seeds; {result['run']}/result.json")
    return "\n".join(lines)


def _read(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return result


def _steps(folder: Path) -> int:
    lines = metrics.read(folder / "metrics.jsonl")
    events = [line for line in lines if line["event"] in ("judged", "epoch")]
    return sum(int(line["key"][1]) if line["event"] == "judged" else 1 for line in events)
