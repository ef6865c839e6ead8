"""The page as a whole: complete, alone in the world, the same bytes each time, told in words."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from adf.errors import ConfigError, InputNotFound
from adf.evaluate.report.page import page, write_report
from tests.evaluate.report.conftest import Report
from tests.evaluate.report.leagues import league
from tests.evaluate.report.parsed import Page
from tests.evaluate.report.samples import (
    bench,
    epochs,
    evaluation,
    folder,
    judgements,
    rivalry,
    searched,
)

EVALUATED = ["Leaderboard", "Accuracy against cost", "What is confused", "Class by class"]
ALONE: list[tuple[Any, set[str]]] = [
    (evaluation(), {*EVALUATED, "What was found"}),
    (searched("darts", 0), {"What was found", "The search"}),
    (rivalry(), {"The optimisation gap"}),
    (bench(), {"The table of a bench"}),
    (league(), {"The league"}),
]


@pytest.fixture
def everything(tmp_path: Path) -> list[Path]:
    """Folders of every kind of run."""
    seeds = {"seeds": {str(n): searched("darts", n) for n in (0, 1)}, "method": "darts"}
    several = folder(tmp_path / "several", {**seeds, "cache": "/c", "split": "1"})
    for seed in (0, 1):
        folder(several / f"seed-{seed}", searched("darts", seed), epochs(8, seed))
    judging = [*epochs(4), *judgements(9)]
    return [
        folder(tmp_path / "eval", evaluation()),
        folder(tmp_path / "search", searched("propose-and-judge", 0), judging),
        several,
        folder(tmp_path / "gap", rivalry()),
        folder(tmp_path / "bench", bench()),
        folder(tmp_path / "league", league()),
    ]


def test_all_kinds_of_runs_become_one_page(everything: list[Path]) -> None:
    out = write_report(everything, everything[0].parent / "page.html", title="A & B")
    found = Page(out.read_text("utf-8"))
    wanted = set.union({"Provenance"}, *(panels for _, panels in ALONE))
    assert set(found.headings()) == wanted
    assert found.root.one("title").text == "A & B"
    assert [head.text for head in found.section("Provenance").all("h3")] == [
        each.name for each in everything
    ]


@pytest.mark.parametrize(("result", "panels"), ALONE)
def test_any_run_alone_has_its_panels_and_no_other(
    report: Report, result: Any, panels: set[str]
) -> None:
    found = report(result, lines=epochs(5))
    assert set(found.headings()) == {*panels, "Provenance"}


def test_no_panel_and_no_chart_is_there_without_data(report: Report) -> None:
    result = evaluation()
    for row in result["rows"]:
        row |= {"parameters": None, "flops": None, "genotype": None, "top5": None}
    found = report(result, searched("random", 0))
    assert "Accuracy against cost" not in found.headings()
    assert not list(found.section("The search").all("svg"))
    assert len(list(found.section("What was found").all("figure"))) == 1
    heads = [head.text for head in found.section("Leaderboard").one("thead").all("th")]
    assert not {"Top-5", "Parameters", "FLOPs"} & set(heads)


def test_headings_say_which_run_where_there_are_several(report: Report) -> None:
    found = report(evaluation(), evaluation(seeds=[0]), rivalry(), rivalry())
    assert {
        *("Leaderboard of run-0", "Leaderboard of run-1", "What is confused of run-1"),
        *("The optimisation gap of run-2", "The optimisation gap of run-3"),
    } <= set(found.headings())


def test_the_same_folders_are_the_same_bytes_wherever_they_lie(everything: list[Path]) -> None:
    out = everything[0].parent
    first = write_report(everything, out / "one.html").read_bytes()
    assert write_report(everything, out / "one.html").read_bytes() == first
    moved = out / "moved"
    copies = [Path(shutil.copytree(each, moved / each.name)) for each in everything]
    assert write_report(copies, out / "two.html").read_bytes() == first


def test_a_run_that_is_given_twice_or_by_a_link_is_there_once(tmp_path: Path) -> None:
    run = folder(tmp_path / "one", rivalry())
    (tmp_path / "latest").symlink_to(run.name)
    once = write_report([run], tmp_path / "once.html").read_bytes()
    twice = write_report([tmp_path / "latest", run], tmp_path / "twice.html").read_bytes()
    assert twice == once


def test_nothing_outside_the_file_is_asked_for(everything: list[Path]) -> None:
    text = write_report(everything, everything[0].parent / "page.html").read_text("utf-8")
    found = Page(text)
    assert not re.search(r"url\(|@import|javascript:", text)
    assert not {"script", "link", "img", "iframe", "object", "image", "use", "a"} & {
        element.tag for element in found.root.all()
    }
    for element in found.root.all():
        assert not {"src", "href", "srcset", "style"} & set(element.attributes)
        assert not [name for name in element.attributes if name.startswith("on")]


def test_every_picture_is_told_in_words_under_names_of_its_own(everything: list[Path]) -> None:
    found = Page(write_report(everything, everything[0].parent / "p.html").read_text("utf-8"))
    ids = [element.attributes["id"] for element in found.root.all() if "id" in element.attributes]
    assert len(set(ids)) == len(ids)
    pictures = list(found.root.all("svg"))
    assert len(pictures) > 30
    for picture in pictures:
        title, description = picture.children[:2]
        assert (title.tag, description.tag) == ("title", "desc")
        assert title.text
        assert description.text
        named = picture.attributes["aria-labelledby"].split()
        assert named == [title.attributes["id"], description.attributes["id"]]
        assert picture.attributes["role"] == "img"


def test_tables_have_captions_and_every_cell_a_head(everything: list[Path]) -> None:
    found = Page(write_report(everything, everything[0].parent / "p.html").read_text("utf-8"))
    tables = list(found.root.all("table"))
    assert len(tables) == 5
    for each in tables:
        assert each.one("caption").text
        heads = list(each.one("thead").all("th"))
        assert {head.attributes["scope"] for head in heads} == {"col"}
        for row in each.one("tbody").all("tr"):
            assert len(row.children) == len(heads)
            assert row.children[0].attributes["scope"] == "row"
            told = [cell.attributes["data-head"] for cell in row.children[1:]]
            assert told == [head.text for head in heads[1:]]


def test_a_page_about_nothing_and_folders_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no run"):
        page([])
    with pytest.raises(InputNotFound, match=r"no folder .*nowhere: give the folder"):
        write_report([tmp_path / "nowhere"], tmp_path / "r.html")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputNotFound, match=r"result\.json: give the folder of a finished run"):
        write_report([tmp_path / "empty"], tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()
