"""Controls of the demo: where nothing can be known, nothing may be found.

Labels dealt out at random: every score is chance. A modality that is noise: the network found with
it is as good as one found without. A target that looks like the distractor: the ceilings are lower,
and so are the scores.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from statistics import fmean
from typing import Any

from adf.demo.controls import deadened, shuffled
from adf.demo.stage import run
from adf.demo.whole import METHODS, Demo, pairs
from adf.errors import AdfError, InputNotFound
from adf.evaluate.report.evaluation import FOUND

DEAD = "pose"
# What a dead modality may cost, of all test videos.
ALLOWED = 0.03
# Both actors wear the same colours: the head no longer says who is who.
AMBIGUOUS = ("hues.distractor={green: 0, yellow: 225}", "counts={train: 12, val: 4, test: 12}")
# One search is luck: what a modality costs shows in the mean of several.
THOROUGH = ("--seeds", "0-2", "--set", "budget=192")
# Enough for the networks to learn by heart what there is.
EVALUATION = ("--seeds", "0-1", "--baselines", "late,concat")


@dataclass(frozen=True)
class Check:
    """The controls on the cache of a demo that was carried out."""

    demo: Demo
    progress: str = "auto"
    quiet: bool = False

    def carry_out(self) -> dict[str, Any]:
        """Run all controls; return what each says, or fail with what does not hold."""
        controls: dict[str, Callable[[], tuple[bool, str]]] = {
            "labels dealt at random": self.permuted,
            f"{DEAD} is noise": self.dead,
            "target like distractor": self.ambiguous,
        }
        if not (self.demo.out / "cache").is_dir():
            raise InputNotFound(f"{self.demo.out} holds no demo: run adf demo first")
        found = {name: control() for name, control in controls.items()}
        if wrong := [f"{name}: {text}" for name, (holds, text) in found.items() if not holds]:
            raise AdfError(f"a control does not hold: {'; '.join(wrong)}")
        return {name: text for name, (_, text) in found.items()}

    def permuted(self) -> tuple[bool, str]:
        """Every row is within 3 standard errors of chance."""
        place = self.place("shuffled")
        shuffled(self.demo.out / "cache", place / "cache")
        result = self.compared(place, self.searched(place, "search"))
        chance, rows = result["chance"], result["rows"]
        error = sqrt(chance * (1 - chance) / rows[0]["trials"][0]["videos"])
        far = max(abs(row["top1"]["mean"] - chance) for row in rows) / error
        return far <= 3, f"no score is further than {far:.1f} standard errors from {chance:.1%}"

    def dead(self) -> tuple[bool, str]:
        """With noise beside them, two streams are worth as much as alone."""
        place = self.place("dead")
        deadened(self.demo.out / "cache", place / "cache", DEAD)
        alive = ("--set", "space.modalities=[rgb, flow]")
        found = [
            self.searched(place, "all", *THOROUGH),
            self.searched(place, "two", *THOROUGH, *alive),
        ]
        scores = [mean_of_found(self.compared(place, each)) for each in found]
        text = f"{scores[0]:.1%} with it, {scores[1]:.1%} without"
        return scores[0] >= scores[1] - ALLOWED, text

    def ambiguous(self) -> tuple[bool, str]:
        """On other videos, no score is above the ceiling that is computed for these."""
        demo = replace(
            self.demo,
            out=self.place("ambiguous"),
            sets=(*self.demo.sets, *AMBIGUOUS),
            methods=METHODS[:1],
            weights=self.demo.pretrained,
            comparing=EVALUATION,
        )
        # It fails where a score is above its ceiling.
        rows = demo.carry_out(self.progress, self.quiet)["rows"]
        best = max(rows, key=lambda row: float(row["top1"]["mean"]))
        return True, f"{best['name']} has {best['top1']['mean']:.1%} of {best['ceiling']:.1%}"

    def place(self, name: str) -> Path:
        """Return the folder of a control."""
        return self.demo.out / "check" / name

    def searched(self, place: Path, name: str, *more: str) -> Path:
        """Search on a changed cache, and return the run folder."""
        words = ["search", "-c", "search/demo", "--cache", str(place / "cache")]
        words += [*more, *self.demo.searching]
        words += ["--workers", str(self.demo.workers)] if "--seeds" in more else []
        run([*words, "--out", str(place / name), "--progress", self.progress], self.quiet)
        return place / name

    def compared(self, place: Path, found: Path) -> dict[str, Any]:
        """Train and test what was found on a changed cache."""
        out = place / f"{found.name}-evaluation"
        words = ["eval", "-c", "evaluate/demo", "--cache", str(place / "cache"), *EVALUATION]
        words += self.demo.comparison
        words += [*pairs("--genotype", [str(found)]), "--workers", str(self.demo.workers)]
        run([*words, "--out", str(out), "--progress", self.progress], self.quiet)
        result: dict[str, Any] = json.loads((out / "result.json").read_text())
        return result


def mean_of_found(result: Mapping[str, Any]) -> float:
    """Return the mean accuracy of all that was found."""
    return fmean(row["top1"]["mean"] for row in result["rows"] if row["kind"] == FOUND)
