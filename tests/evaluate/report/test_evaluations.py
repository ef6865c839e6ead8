"""The report of an evaluation that was really made."""

import json
from pathlib import Path

from adf.evaluate.report.page import write_report
from adf.evaluate.run import evaluate
from tests.evaluate.report.parsed import Page
from tests.evaluate.samples import small


def test_a_real_evaluation_is_told_as_it_was_written(cache: Path, tmp_path: Path) -> None:
    sets = ("genotypes=[random:1]", "baselines=[late,random]", "drawn=2", "seeds=0-1")
    evaluate(small(cache, *sets), mode="off", out=tmp_path / "run")
    result = json.loads((tmp_path / "run/result.json").read_text())
    found = Page(write_report([tmp_path / "run"], tmp_path / "r.html").read_text("utf-8"))
    rows = {row["name"]: row for row in result["rows"]}
    heads = [head.text for head in found.section("Leaderboard").one("thead").all("th")]
    cells = found.rows("Leaderboard")
    assert len(cells) == len(rows)
    for line in cells:
        (row,) = [row for name, row in rows.items() if line[0].startswith(name)]
        top1 = row["top1"]
        score = f"{top1['mean'] * 100:.1f} ± {(top1['error'] or 0) * 100:.1f} %n = 2"
        if row["statistic"] == "median":
            score = f"{top1['median'] * 100:.1f} %median, n = 2"
        elif top1["n"] == 1:
            score = f"{top1['mean'] * 100:.1f} %n = 1"
        assert line[heads.index("Top-1")] == score
        assert line[heads.index("Latency")] == f"{row['latency_ms']:.2f} ms"
    assert {row["statistic"] for row in rows.values()} == {"mean", "median"}
    # No ceilings were given.
    assert "Ceiling" not in heads
    for digest in result["provenance"].values():
        assert digest in found.section("Provenance").words
