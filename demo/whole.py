"""The whole way on ``who-does-what``: videos, backbones, cache, search, comparison, report.

Every stage is a command that works alone, and takes itself up where it was stopped: so does the
whole.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adf.demo.ceilings import ceilings
from adf.demo.factors import load_factors
from adf.demo.make import LIST
from adf.demo.pretrain import BACKBONE, PretrainSettings, weights_file
from adf.demo.stage import run
from adf.errors import AdfError
from adf.evaluate.report.doubt import beyond
from adf.extract.modalities import MODALITIES
from adf.files import write_atomic

# What is compared: our default, and the rival that everyone knows.
METHODS = ("propose-and-judge", "darts")
# In short: whether everything works, not how well.
QUICK_PRETRAIN = ("clips=80", "held_out=40", "steps=24")
QUICK_SEARCH = ("budget=16", "relax.epochs=4", "relax.warm_up=1", "train.epochs=4")
QUICK_EVAL = ("--seeds", "0", "--drawn", "2", "--epochs", "8")


@dataclass(frozen=True)
class Demo:
    """Where it happens, with which factors, in how many processes, and whether in short.

    ``weights`` are those of another demo, ``comparing`` more words for ``adf eval``.
    """

    out: Path
    files: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    workers: int = 2
    quick: bool = False
    methods: tuple[str, ...] = METHODS
    weights: Path | None = None
    comparing: tuple[str, ...] = ()

    @property
    def factors(self) -> list[str]:
        """Return the words that say what is filmed."""
        return [*pairs("-c", self.presets), *pairs("--set", self.sets)]

    @property
    def presets(self) -> tuple[str, ...]:
        """Return the files with factors."""
        return (*self.files, "demo/quick") if self.quick else self.files

    @property
    def pretrained(self) -> Path:
        """Return the folder of the weights."""
        return self.weights or self.out / "weights"

    @property
    def pretraining(self) -> PretrainSettings:
        """Return how backbones are trained."""
        from adf.config import load

        return load(PretrainSettings, sets=QUICK_PRETRAIN if self.quick else ()).value

    @property
    def searching(self) -> list[str]:
        """Return the words that make searches short."""
        return pairs("--set", QUICK_SEARCH) if self.quick else []

    @property
    def comparison(self) -> list[str]:
        """Return the words that make the comparison another one."""
        return [*(QUICK_EVAL if self.quick else ()), *self.comparing]

    def stages(self) -> Iterator[list[str]]:
        """Yield the words of every stage, in order."""
        out, several = self.out, ["--workers", str(self.workers)]
        short = pairs("--set", QUICK_PRETRAIN) if self.quick else []
        yield ["demo", "make", str(out / "videos"), *self.factors, *several]
        # One process each, also on fewer cores: two of three would leave a core idle behind them.
        each = ["--workers", str(max(self.workers, len(MODALITIES)))]
        yield ["demo", "pretrain", str(self.pretrained), *short, *each]
        yield self.extraction()
        # A process for a seed takes longer to start than to search in short.
        seeds = ["--seed", "0"] if self.quick else ["--seeds", "0-1", *several]
        for name in self.methods:
            yield [
                *("search", "-c", "search/demo", "--cache", str(out / "cache"), "--method", name),
                *(*self.searching, *seeds, "--out", str(out / "search" / name)),
            ]
        found = [str(out / "search" / name) for name in self.methods]
        yield [
            *("eval", "-c", "evaluate/demo", "--cache", str(out / "cache")),
            *pairs("--genotype", found),
            *("--ceilings", str(out / "ceilings.json"), *several),
            *self.comparison,
            *("--out", str(out / "evaluation")),
        ]
        yield ["report", str(out / "evaluation"), *found, "--out", str(out / "report.html")]

    def extraction(self) -> list[str]:
        """Return the words of the extraction, with the flow that the weights were made for."""
        files = {name: weights_file(self.pretraining, self.pretrained, name) for name in MODALITIES}
        flow = self.pretraining.flow
        videos = self.out / "videos"
        return [
            *("extract", "--dataset", "csv", "--videos", str(videos)),
            *("--lists", str(videos / LIST), "--cache", str(self.out / "cache")),
            *("--modality", ",".join(MODALITIES), "--backbone", BACKBONE),
            *pairs("--weights", [f"{name}={path}" for name, path in files.items()]),
            *("--flow-method", flow.method, "--set", f"flow.steady={flow.steady}"),
            *("--set", f"flow.bound={flow.bound}"),
            *("--pose-method", "sidecar", "--pose-rendering", "heatmap"),
            # A second one would take as long to start as all of the short form takes.
            *("--workers", str(1 if self.quick else self.workers)),
            *("--out", str(self.out / "extraction")),
        ]

    def carry_out(self, progress: str = "auto", quiet: bool = False) -> dict[str, Any]:
        """Go the whole way; return the table, and whether all scores can be believed."""
        start = time.perf_counter()
        known = ceilings(load_factors(self.presets, self.sets).value)
        self.out.mkdir(parents=True, exist_ok=True)
        text = json.dumps({name: float(share) for name, share in known.items()}, indent=1)
        write_atomic(self.out / "ceilings.json", text.encode())
        for words in self.stages():
            shown = [] if words[0] == "report" else ["--progress", progress]
            run([*words, *shown], quiet)
        result = json.loads((self.out / "evaluation" / "result.json").read_text())
        require_honest(result["rows"])
        return {
            "rows": result["rows"],
            "report": str(self.out / "report.html"),
            "seconds": time.perf_counter() - start,
        }


def pairs(option: str, values: Sequence[str]) -> list[str]:
    """Return an option once for each value."""
    return [word for value in values for word in (option, value)]


def dishonest(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is said of each row whose score is above what can be known, beyond chance."""
    return [
        f"{row['name']} has {row['top1']['mean']:.1%}, but who reads {row['reads']} cannot have"
        f" more than {row['ceiling']:.1%}"
        for row in rows
        if row["ceiling"] is not None
        and beyond(row["top1"]["mean"], row["ceiling"], videos_of(row))
    ]


def videos_of(row: Mapping[str, Any]) -> int:
    """Return how many test videos a row was asked about, each once."""
    return sum({each["split"]: int(each["videos"]) for each in row["trials"]}.values())


def require_honest(rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse scores that cannot be: cues leak, or the score is not one."""
    if found := dishonest(rows):
        raise AdfError(f"above the ceiling by more than 3 standard errors: {'; '.join(found)}")
