"""The numbers on the page are those of the files."""

import math
from typing import Any

import pytest

from tests.evaluate.report.conftest import Report
from tests.evaluate.report.leagues import league
from tests.evaluate.report.parsed import Element
from tests.evaluate.report.samples import (
    CLASSES,
    ROWS,
    epochs,
    evaluation,
    judgements,
    rivalry,
    searched,
)

MINUS = "\u2212"


def ranked(result: Any) -> list[Any]:
    """Return the rows in the order of the page."""
    return sorted(result["rows"], key=lambda row: -row["top1"]["mean"])


def test_the_leaderboard_has_every_row_best_first(report: Report) -> None:
    result = evaluation()
    rows = report(result).rows("Leaderboard")
    assert len(rows) == len(ROWS)
    for cells, row in zip(rows, ranked(result), strict=True):
        top1, error = (f"{row['top1'][key] * 100:.1f}" for key in ("mean", "error"))
        assert cells[0] == f"{row['name']}{row['kind']} {row['reads']}"
        assert cells[2] == f"{top1} ± {error} %n = 3"
        assert cells[3] == f"{row['ceiling'] * 100:.1f} %"
        assert cells[4] == f"{row['top5']['mean'] * 100:.1f} %"
        assert cells[7] == f"{row['latency_ms']:.2f} ms"


def test_bars_are_as_long_as_scores_with_whiskers_ceiling_and_chance(report: Report) -> None:
    result = evaluation()
    board = report(result).section("Leaderboard")
    for bar, row in zip(board.all("svg", "scorebar"), ranked(result), strict=True):
        score, error = row["top1"]["mean"] * 1000, row["top1"]["error"] * 1000
        length = bar.one("rect", f"k-{row['kind']}").attributes["width"]
        assert float(length) == pytest.approx(score, abs=0.01)
        whisker = bar.one("line", "whisker").attributes
        assert float(whisker["x1"]) == pytest.approx(score - error, abs=0.01)
        assert float(whisker["x2"]) == pytest.approx(score + error, abs=0.01)
        ceiling = float(bar.one("line", "ceiling").attributes["x1"])
        assert ceiling == pytest.approx(min(row["ceiling"] * 1000, 996), abs=0.01)
        chance = float(bar.one("line", "chance").attributes["x1"])
        assert chance == pytest.approx(1000 / len(CLASSES), abs=0.01)


def test_the_answer_names_best_rival_difference_and_its_error(report: Report) -> None:
    result = evaluation()
    rows = {row["name"]: row for row in result["rows"]}
    best = rows["propose-and-judge"]
    fixed = [row for row in result["rows"] if row["kind"] in ("baseline", "single")]
    rival = max(fixed, key=lambda row: row["top1"]["mean"])
    answer = report(result).root.one("section", "answer").text
    difference = (best["top1"]["mean"] - rival["top1"]["mean"]) * 100
    # Of three seeds each, and of the videos that both are tested on.
    parts = [4.3 * row["top1"]["error"] for row in (best, rival)]
    parts += [2 * (s * (1 - s) / 240) ** 0.5 for s in (r["top1"]["mean"] for r in (best, rival))]
    margin = f"(± {math.hypot(*parts) * 100:.1f} by seeds and test videos, at 95 %)"
    assert answer.startswith("propose-and-judge reads rgb x flow x pose")
    assert f"{difference:.1f} points above {margin} the best baseline" in answer
    assert f"{rival['name']} with {rival['top1']['mean'] * 100:.1f} % (± " in answer
    assert "3 trainings" in answer
    assert "best of 2 that were found" in answer
    assert "240 test videos; chance is 8.3 %" in answer
    assert "may be chance" not in answer


@pytest.mark.parametrize(("excess", "flagged"), [(2.9, False), (3.1, True)])
def test_a_score_above_its_ceiling_is_flagged_by_videos_not_by_trials(
    report: Report, excess: float, flagged: bool
) -> None:
    result = evaluation(rows=[ROWS[0], ROWS[7]])
    row = result["rows"][1]
    row["top1"]["mean"] = 0.5 + excess * math.sqrt(0.25 / 240)
    found = report(result)
    alarms = [alarm.text for alarm in found.root.all("p", "alarm")]
    assert len(alarms) == len(list(found.root.all("span", "flag"))) == flagged
    if flagged:
        assert "concat + linear" in alarms[0]
        assert "by 3.1 standard errors" in alarms[0]


def test_a_ceiling_of_nothing_cannot_be_exceeded_by_chance(report: Report) -> None:
    result = evaluation(rows=[ROWS[0]])
    result["rows"][0]["ceiling"] = 0.0
    assert len(list(report(result).root.all("p", "alarm"))) == 1


def test_confused_pairs_and_matrix_are_counted_from_the_best_found(report: Report) -> None:
    result = evaluation()
    matrix = result["rows"][0]["confusion"]
    assert result["rows"][0]["kind"] == "found"
    pairs = [(m, a, b) for a, row in enumerate(matrix) for b, m in enumerate(row) if a != b and m]
    pairs.sort(key=lambda pair: (-pair[0], pair[1:]))
    found = report(result)
    rows = found.rows("What is confused")
    assert len(rows) == 10
    for cells, (videos, true, taken) in zip(rows, pairs, strict=False):
        share = videos / sum(matrix[true]) * 100
        assert cells == [CLASSES[true], CLASSES[taken], str(videos), f"{share:.1f} %"]
    picture = found.section("What is confused").one("svg", "matrix")
    right = sum(matrix[place][place] for place in range(12)) / sum(map(sum, matrix)) * 100
    assert f"{right:.1f} % are right" in picture.one("title").text
    assert cells_drawn(picture) == sum(1 for row in matrix for m in row if m / sum(row) >= 0.005)


def test_neighbours_of_one_shade_are_one_stroke(report: Report) -> None:
    result = evaluation(rows=[ROWS[0]])
    result["rows"][0]["confusion"] = [[5 if a == b else 1 for b in range(12)] for a in range(12)]
    picture = report(result).section("What is confused").one("svg", "matrix")
    strokes = [path.attributes["d"].count("M") for path in picture.one("g").all("path")]
    # One for each cell of the diagonal; on each side of it one, but for the first and last row.
    assert sorted(strokes) == [12, 22]


def cells_drawn(picture: Element) -> int:
    """Count the cells of all strokes."""
    paths = [path.attributes["d"] for path in picture.one("g").all("path")]
    return sum(int(stroke.split("h")[1]) for path in paths for stroke in path.split("M")[1:])


def test_classes_are_sorted_and_beside_the_best_baseline(report: Report) -> None:
    result = evaluation()
    section = report(result).section("Class by class")
    order = sorted(range(12), key=lambda place: result["rows"][0]["per_class"][place])
    names = [text.text for text in section.all("text", "end") if "%" not in text.text]
    assert names == [CLASSES[place] for place in order]
    best, rival = result["rows"][0], ranked(result)[4]
    assert rival["kind"] == "baseline"
    first = order[0]
    shares = (f"{row['per_class'][first] * 100:.0f} %" for row in (best, rival))
    told = section.one("svg", "chart").one("desc").text
    assert told.startswith(f"{CLASSES[first]}: {', '.join(shares)};")


def test_gap_table_has_the_measurements(report: Report) -> None:
    result = rivalry()
    found = report(result)
    rows = found.rows("The optimisation gap")
    for cells, (name, one) in zip(rows, result["methods"].items(), strict=True):
        tau, regret = one["tau"], one["regret"]
        assert cells[0] == name
        wanted = f"{tau['value']:.2f}{tau['low']:.2f} to {tau['high']:.2f}"
        assert cells[1] == wanted.replace("-", MINUS)
        drop = one["drop"]
        assert cells[4] == f"{drop['before'] * 100:.1f} \u2192 {drop['after'] * 100:.1f}"
        assert cells[5] == f"{one['optimisation_gap'] * 100:.1f}"
        low, high = (f"{regret[key] * 100:.1f}" for key in ("low", "high"))
        assert cells[8] == f"{regret['median'] * 100:.1f}{low} to {high}"
        assert cells[9] == f"{regret['mean'] * 100:.1f} ± 1.0n = 10"
    assert "nearest to the best of 736 genotypes" in found.root.one("section", "answer").text


def test_a_league_says_who_stands_where(report: Report) -> None:
    result = league()
    found = report(result)
    rows = found.rows("The league")
    for cells, one in zip(rows, result["entries"], strict=True):
        assert one["name"] in cells[0]
        assert cells[1] == str(one["rank"])
        low, high = (f"{one[key] * 100:.1f} %" for key in ("low", "high"))
        assert cells[2].replace("\u00a0", " ") == f"{one['mean'] * 100:.1f} %{low} to {high}"
    answer = found.root.one("section", "answer").text.replace("\u00a0", " ")
    assert "propose-and-judge, evolution share the first place" in answer
    assert "the next is darts, 43.0 points below the highest" in answer
    told = [svg.one("title").text for svg in found.section("The league").all("svg", "chart")]
    assert told == ["What a search is worth", "The best that was trained so far"]


def test_judged_accuracy_rises_by_what_was_spent(report: Report) -> None:
    lines = [*epochs(3), *judgements(12)]
    found = report(searched("propose-and-judge", 0), lines=lines).section("The search")
    judged = [line["accuracy"] for line in lines if line["event"] == "judged"]
    chart = next(s for s in found.all("svg") if "spent" in s.one("title").text)
    told = chart.one("desc").text
    # Three epochs of the supernet were paid for before the first training was.
    assert f"{judged[0] * 100:.0f} % at steps of a cell of middle size, logarithmic 780" in told
    assert f"{max(judged) * 100:.0f} % at 2.76 k." in told


def test_a_row_is_named_beside_cost_unless_a_cheaper_one_of_its_kind_equals_it(
    report: Report,
) -> None:
    rows = [
        ("found", "found", "rgb x flow", 0.9, None, 9000),
        ("cheap", "baseline", "rgb + flow", 0.5, None, 100),
        ("dear and better", "baseline", "rgb + flow", 0.7, None, 9000),
        ("dear and worse", "baseline", "rgb + flow", 0.3, None, 9000),
    ]
    section = report(evaluation(rows=rows)).section("Accuracy against cost")
    for picture in section.all("svg"):
        assert len([path for path in picture.all("path") if path.classes]) == 4
        names = {text.text for text in picture.all("text", "halo")}
        assert names == {"found", "cheap", "dear and better"}


def test_every_search_is_a_line_of_the_answer(report: Report) -> None:
    found = report(searched("darts", 0), searched("darts", 4))
    lines = [line.text for line in found.root.one("section", "answer").all("li")]
    assert [line.split(" of ")[0] for line in lines] == [
        "darts, seed 0: 50.0 %",
        "darts, seed 4: 75.0 %",
    ]
