"""Names that would like to be markup, and files that are not what they should be."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from adf.errors import InvalidInput
from adf.evaluate.report.page import write_report
from tests.evaluate.report.conftest import Report
from tests.evaluate.report.leagues import league
from tests.evaluate.report.parsed import Page
from tests.evaluate.report.samples import (
    epochs,
    evaluation,
    folder,
    judgements,
    many,
    rivalry,
    searched,
)

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=y>&lt;]]>\x00\x1b\ud800\u202e"


def spoiled(value: Any) -> Any:
    """Put what is nasty into every text that is not one of a few known words."""
    known = {"split_1", "found", "single", "baseline", "random", "mean"}
    known |= {"adf.genotype", "adapters", "league"}
    if isinstance(value, dict):
        return {key: spoiled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [spoiled(each) for each in value]
    return f"{value}{NASTY}" if isinstance(value, str) and value not in known else value


@pytest.mark.parametrize("result", [evaluation(), searched("darts", 0), rivalry(), league()])
def test_no_name_is_markup(tmp_path: Path, result: Any) -> None:
    def built(name: str, content: Any) -> Page:
        made = folder(tmp_path / name, content, epochs(3))
        return Page(write_report([made], tmp_path / "r.html").read_text("utf-8"))

    fair, foul = built("fair", result), built("foul", spoiled(result))
    assert {e.tag for e in foul.root.all()} == {e.tag for e in fair.root.all()}
    assert not any(name.startswith("on") for e in foul.root.all() for name in e.attributes)
    assert "<script>alert(1)</script>" in foul.root.words


def test_a_folder_of_any_name_is_harmless(tmp_path: Path) -> None:
    name = "a\"b' onload=x <b>&amp;<script>"
    run = folder(tmp_path / name, searched("darts", 0), epochs(3))
    (run / "command.txt").write_bytes(b"adf-search </pre><script>\xff\n")
    (run / "config.yaml").write_text("a: </pre><script>\n")
    (run / "env.json").write_text("[" * 5)
    found = Page(write_report([run], tmp_path / "r.html", title=NASTY).read_text("utf-8"))
    assert found.section("Provenance").one("h3").text == name
    assert "script" not in {element.tag for element in found.root.all()}
    assert "adf-search </pre><script>\ufffd" in found.section("Provenance").words


@pytest.mark.parametrize("even", [False, True])
def test_a_hundred_classes_stay_small_however_confused(tmp_path: Path, even: bool) -> None:
    result = evaluation(many(101))
    if even:
        # Neighbours differ in their shade, so that no two cells are one stroke.
        for row in result["rows"]:
            row["confusion"] = [[1 + 4 * ((a + b) % 2) for b in range(101)] for a in range(101)]
    out = write_report([folder(tmp_path / "run", result)], tmp_path / "r.html")
    found = Page(out.read_text("utf-8"))
    assert out.stat().st_size < (300_000 if even else 150_000)
    rows = list(found.section("What is confused").all("rect", "touch"))
    assert len(rows) == 101
    classes = found.section("Class by class")
    assert len([text for text in classes.all("text") if "WithAName" in text.words]) == 101
    assert len(list(classes.all("svg", "chart"))) == 3


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"rows": []}, "rows is empty"),
        ({"rows": 3}, "rows is not a list"),
        ({"rows": [[]]}, r"rows\[0\] is no JSON object"),
        ({"chance": math.nan}, "chance is not a finite number"),
        ({"chance": "half"}, "chance is not a finite number"),
        ({"chance": 1.5}, "chance is not a share from 0 to 1"),
        ({"videos": {"split_1": {"tested": 3}}}, r"videos\.split_1\.left_out is missing"),
        ({"classes": ["a"]}, "per_class has not a number for each class"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(
    tmp_path: Path, change: dict[str, Any], fault: str
) -> None:
    run = folder(tmp_path / "run", evaluation() | change)
    with pytest.raises(InvalidInput, match=fault):
        write_report([run], tmp_path / "r.html")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"kind": "best"}, "kind 'best' is not one of found, single, baseline, random"),
        ({"top1": None}, r"rows\[1\]\.top1 is no JSON object"),
        ({"top1": {"n": 3, "error": 0.1}}, r"rows\[1\]\.top1\.mean is missing"),
        (
            {"top1": {"n": 3, "mean": 1.2}},
            r"json: rows\[1\]\.top1\.mean is not a share from 0 to 1",
        ),
        (
            {"top1": {"n": 3, "mean": -0.1}},
            r"json: rows\[1\]\.top1\.mean is not a share from 0 to 1",
        ),
        ({"top1": {"n": 0, "mean": 0.5}}, r"json: rows\[1\]\.top1\.n is not a whole number of 1"),
        ({"top5": {"n": 2.5, "mean": 0.5}}, r"json: rows\[1\]\.top5\.n is not a whole number of 1"),
        ({"per_class": [1.1] * 12}, r"rows\[1\]\.per_class is not a list of shares from 0 to 1"),
        ({"statistic": "mode"}, "statistic 'mode' is not mean or median"),
        ({"statistic": "median", "top1": {"n": 3}}, r"rows\[1\]\.top1\.median is missing"),
        ({"name": 7}, r"rows\[1\]\.name is not text"),
        ({"parameters": "many"}, r"rows\[1\]\.parameters is not a number"),
        ({"confusion": [[1]]}, "confusion is not a square of 12 x 12 counts"),
        ({"genotype": {"format": "x"}}, "genotype: this is no genotype"),
    ],
)
def test_what_is_wrong_in_a_row_is_named(
    tmp_path: Path, change: dict[str, Any], fault: str
) -> None:
    result = evaluation()
    result["rows"][1] |= change
    with pytest.raises(InvalidInput, match=fault):
        write_report([folder(tmp_path / "run", result)], tmp_path / "r.html")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"seconds": 3}', "holds nothing that can be reported"),
        ('{"methods": {}}', "methods is empty"),
        (json.dumps(rivalry()).replace('"low"', '"lo"'), r"tau\.low is missing"),
        (json.dumps(league() | {"entries": []}), "entries is empty"),
        (json.dumps(league()).replace('"rank": 3', '"rank": 0.5'), "rank is not a whole number"),
        (json.dumps(league()).replace('"baseline"', '"rival"'), "kind 'rival' is not one of"),
        (json.dumps(rivalry()).replace("[[100,", "[[null,"), "curve is not a list of pairs"),
    ],
)
def test_a_result_that_is_none_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    run = folder(tmp_path / "run", {})
    (run / "result.json").write_text(text)
    with pytest.raises(InvalidInput, match=fault):
        write_report([run], tmp_path / "r.html")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (7, "is no JSON object"),
        ({"cell_steps": "many"}, "cell_steps is not a number of 0 or more"),
        ({"cell_steps": math.nan}, "cell_steps is not a number of 0 or more"),
        ({"cell_steps": -1}, "cell_steps is not a number of 0 or more"),
        ({"levels": 3}, "levels is not a list"),
        ({"levels": [[0.5], 0.5]}, "levels is not a list"),
        ({"levels": [["a", "b"]]}, "levels is not a list"),
        ({"ops": [[0.5, 0.5]]}, "ops is not a list"),
        ({"ops": [[[0.5, None]]]}, "ops is not a list"),
        ({"ops": [[]]}, "ops is not a list"),
        ({"ops": [[[0.5, 0.5], [1.0]]]}, "ops is not a list"),
    ],
)
def test_a_measurement_that_cannot_be_drawn_is_named_by_its_line(
    tmp_path: Path, line: Any, fault: str
) -> None:
    lines = epochs(3)
    foul = lines[1] | line if isinstance(line, dict) else line
    run = folder(tmp_path / "run", searched("darts", 0), [lines[0], foul, lines[2]])
    with pytest.raises(InvalidInput, match=rf"metrics\.jsonl:2:? {fault}") as refusal:
        write_report([run], tmp_path / "r.html")
    assert "\n" not in str(refusal.value)


def test_a_training_that_cost_nothing_has_no_place_by_cost(report: Report) -> None:
    lines = judgements(4)
    lines[0]["cell_steps"] = 0
    found = report(searched("darts", 0), lines=lines).section("The search")
    told = next(svg.one("desc").text for svg in found.all("svg"))
    assert f"{lines[1]['accuracy'] * 100:.0f} % at" in told
    assert " 180, " in told


def test_measurements_that_are_no_numbers_are_left_out(report: Report) -> None:
    lines = epochs(6)
    for line in lines[2:4]:
        line |= {"drop": math.nan, "entropy": math.inf, "skip_mass": None}
    lines[4] |= {"levels": [], "ops": [], "cell_steps": None}
    lines[5]["levels"][0][0] = math.nan
    found = report(searched("darts", 0), lines=lines)
    told = " ".join(each.text for each in found.root.all("desc"))
    assert "nan" not in told
    assert "inf" not in told
