"""Rows out of the ordinary: medians, classes and videos that are not there, small networks."""

from typing import Any

import pytest

from tests.evaluate.report.conftest import Report
from tests.evaluate.report.parsed import Page
from tests.evaluate.report.samples import CLASSES, ROWS, bench, evaluation


def with_median(name: str = "random genotypes") -> Any:
    """Return an evaluation whose last row is a median far from its mean."""
    result: Any = evaluation(rows=[ROWS[0], ROWS[8], ROWS[9]])
    result["rows"][2] |= {"name": name, "statistic": "median"}
    result["rows"][2]["top1"] |= {"mean": 0.99, "median": 0.31}
    result["rows"][2]["top5"] |= {"mean": 0.99, "median": 0.62}
    return result


def columns(page: Page) -> dict[str, list[str]]:
    """Return the leaderboard by its heads."""
    heads = [head.text for head in page.section("Leaderboard").one("thead").all("th")]
    return dict(zip(heads, map(list, zip(*page.rows("Leaderboard"), strict=True)), strict=True))


def test_a_median_is_shown_in_place_of_the_mean_and_called_one(report: Report) -> None:
    page = report(with_median())
    board = columns(page)
    assert board["Network"][2].startswith("random genotypes")
    assert board["Top-1"][2] == "31.0 %median, n = 3"
    assert board["Top-5"][2] == "62.0 %"
    *_, bar = page.section("Leaderboard").all("svg", "scorebar")
    assert bar.one("rect", "k-random").attributes["width"] == "310"
    assert not list(bar.all("line", "whisker"))
    assert "random genotypes: 31.0 % (median of 3 trainings)" in page.root.one(class_="answer").text
    for picture in page.section("Accuracy against cost").all("svg"):
        assert "random genotypes (median): 31.0 %" in picture.one("desc").text
        assert "random genotypes (median)" in {name.text for name in picture.all("text", "halo")}
    assert "99.0" not in page.root.words


def test_a_name_that_says_median_does_not_say_it_twice(report: Report) -> None:
    section = report(with_median("median of 20 random")).section("Accuracy against cost")
    assert "median of 20 random: 31.0 %" in section.one("desc").text


def test_nothing_is_called_left_out_where_nothing_is(report: Report) -> None:
    assert "Left out" not in report(evaluation()).root.one("section", "answer").text


def test_videos_that_are_left_out_are_counted_beside_the_answer(report: Report) -> None:
    lacking = {"flow": 2, "pose": 3}
    videos = {
        "split_1": {"tested": 3, "left_out": 4, "lacking": lacking},
        "split_2": {"tested": 7, "left_out": 0, "lacking": {}},
        "split_3": {"tested": 5, "left_out": 1, "lacking": {"rgb": 1}},
    }
    answer = report(evaluation() | {"videos": videos}).root.one("section", "answer").text
    assert "Left out of split_1: 4 of 7 test videos (2 lack flow, 3 lack pose)." in answer
    assert "Left out of split_3: 1 of 6 test videos (1 lack rgb)." in answer
    assert "split_2" not in answer


def test_classes_without_test_videos_are_no_bars(report: Report) -> None:
    result: Any = evaluation()
    for row in result["rows"]:
        row["per_class"][3] = row["per_class"][7] = None
    section = report(result).section("Class by class")
    shown = {text.text for text in section.all("text", "end")}
    assert set(CLASSES) - shown == {CLASSES[3], CLASSES[7]}
    assert "Without test videos and not shown: 2." in section.text
    assert CLASSES[3] not in section.one("svg", "chart").one("desc").text


def test_every_class_has_a_bar_where_all_have_videos(report: Report) -> None:
    assert "not shown" not in report(evaluation()).section("Class by class").text


def test_small_networks_are_told_apart(report: Report) -> None:
    result: Any = evaluation(rows=ROWS[5:8])
    sizes = ((12_000, 6_180), (12_001, 6_183), (4_200_000, 110_400))
    for row, (flops, parameters) in zip(result["rows"], sizes, strict=True):
        row |= {"flops": flops, "parameters": parameters}
    board = columns(report(result))
    assert set(board["FLOPs"]) == {"12000", "12001", "4.20 M"}
    assert set(board["Parameters"]) == {"6180", "6183", "110 k"}


@pytest.mark.parametrize("count", [5, 6])
def test_five_classes_have_no_top_5(report: Report, count: int) -> None:
    assert ("Top-5" in columns(report(evaluation(CLASSES[:count])))) is (count > 5)


def test_a_bench_is_told_by_its_quartiles(report: Report) -> None:
    page = report(bench())
    heads = [head.text for head in page.section("The table of a bench").one("thead").all("th")]
    (cells,) = page.rows("The table of a bench")
    assert dict(zip(heads, cells, strict=True)) == {
        "Genotypes": "736",
        "Trainings": "4416",
        "Worst": "7.1 %",
        "Lower quartile": "25.2 %",
        "Median": "40.0 %",
        "Upper quartile": "61.3 %",
        "Best": "87.9 %",
        "Deviation": "3.4",
        "Steps of a cell": "345678",
        "Seconds": "81234",
    }
    answer = page.root.one("section", "answer").text
    assert (
        answer == "736 genotypes of one space were trained: the best has 87.9 %, the median 40.0 %."
    )


def test_a_bench_of_one_training_each_has_no_deviation(report: Report) -> None:
    page = report(bench() | {"deviation": None})
    assert "Deviation" not in page.section("The table of a bench").one("thead").text
