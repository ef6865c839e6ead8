"""What an extraction has to say when it is done, for people and for programs."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from adf.cache import Root
from adf.cache.info import describe, size
from adf.errors import FailedItems
from adf.files import write_atomic

FAILURES = "failures.csv"
SHOWN = 20


class Trouble(NamedTuple):
    """A clip that has no features, or those of a video that is not whole."""

    modality: str
    status: str
    row: int
    id: str
    video: str
    reason: str


@dataclass(frozen=True)
class Answer:
    """Facts for ``--json``, and a text that says the same."""

    facts: Mapping[str, Any]
    text: str
    failed: int = 0
    table: str = ""

    def judge(self) -> None:
        """Raise if clips failed: the work is finished, and a script should notice."""
        if self.failed:
            raise FailedItems(
                f"{self.failed} clips have no features; {self.table} says why. Mend what it names "
                "and run the same command with --retry-failed, or go on without those clips"
            ).telling(**self.facts)


def describe_filled(
    root: Root, modalities: Sequence[str], work: Mapping[str, Any], run: Path
) -> Answer:
    """Return what is in the cache now, with a table of everything that is not in order."""
    info = describe(root)
    found = {name: info["modalities"][name] for name in modalities}
    videos = root.plan.frame["video"]
    troubles = [
        Trouble(name, kind, row["row"], row["id"], str(videos.iloc[row["row"]]), row["reason"])
        for name, facts in found.items()
        for kind in ("failed", "partial")
        for row in facts[kind]
    ]
    table = run / FAILURES
    if troubles:
        write_atomic(table, _csv(troubles))
    counts = {
        name: {
            "ok": len(root.plan) - len(facts["failed"]),
            "partial": len(facts["partial"]),
            "failed": len(facts["failed"]),
            **{key: facts[key] for key in ("bytes", "digest", "backbone", "weights", "levels")},
        }
        for name, facts in found.items()
    }
    failed = sum(facts["failed"] for facts in counts.values())
    facts = {
        **{key: info[key] for key in ("cache", "store", "dataset", "clips", "videos")},
        "modalities": counts,
        "work": dict(work),
        "run": str(run),
        "failures": str(table) if troubles else None,
    }
    lines = [_heading(info, work), *(_line(name, each) for name, each in counts.items())]
    lines += _grouped(troubles, table)
    return Answer(facts, "\n".join(lines), failed, str(table))


def _heading(info: Mapping[str, Any], work: Mapping[str, Any]) -> str:
    head = f"{info['cache']}: {info['clips']} clips of {info['videos']} videos of {info['dataset']}"
    if not work:
        return f"{head}, complete"
    spent = ", ".join(f"{name} {share:.0%}" for name, share in work.get("shares", {}).items())
    by_whom = spent or f"{work['workers']} workers"
    return f"{head}; {work['clips']} done in {work['seconds']:.1f} s ({by_whom})"


def _line(name: str, facts: Mapping[str, Any]) -> str:
    levels = ", ".join(facts["levels"])
    trouble = "".join(f", {facts[kind]} {kind}" for kind in ("failed", "partial") if facts[kind])
    return f"  {name}: {facts['ok']} ok{trouble}, {size(facts['bytes'])}, {levels}"


def _grouped(troubles: Sequence[Trouble], table: Path) -> list[str]:
    """Return a line for all clips of a video that have the same trouble."""
    counts = Counter((each.status, each.modality, each.video, each.reason) for each in troubles)
    lines = [
        f"  {status}: {modality} {video} ({count} clip{'s' * (count > 1)}): {reason}"
        for (status, modality, video, reason), count in counts.items()
    ]
    more = [f"  and {len(lines) - SHOWN} more, all in {table}"] if len(lines) > SHOWN else []
    return lines[:SHOWN] + more


def _csv(troubles: Sequence[Trouble]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Trouble._fields)
    writer.writerows(troubles)
    return text.getvalue().encode()
