"""How sure a difference is: by seeds, by videos, and by neither where they are not known."""

import math
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from adf.evaluate import entrants
from adf.evaluate.report import evaluation as kinds
from adf.evaluate.report.doubt import STUDENT, beyond, binomial, margin, student
from tests.evaluate.report.conftest import Report
from tests.evaluate.report.samples import ROWS, evaluation

DOUBT, UNKNOWN = "may be chance", "not known whether that is chance"


@pytest.mark.parametrize(
    ("score", "ceiling", "videos", "above"),
    [
        (0.65, Fraction(1, 2), 100, False),
        (0.66, 0.5, 100, True),
        (1.0, 1.0, 10, False),
        (1 / 3 + 1e-12, 1 / 3, 10**30, False),
        (0.01, 0.0, 100, True),
    ],
)
def test_three_standard_errors_of_the_videos_are_too_much(
    score: float, ceiling: float | Fraction, videos: int, above: bool
) -> None:
    assert beyond(score, ceiling, videos) is above


def test_few_trials_need_more_standard_errors_and_fewer_the_more_there_are() -> None:
    assert (student(2), student(3)) == (12.71, 4.30)
    assert sorted(STUDENT, reverse=True) == list(STUDENT)
    assert student(len(STUDENT) + 1) > student(len(STUDENT) + 2) == student(1000) == 2.0


def test_students_factors_hold_95_of_100() -> None:
    for trials in range(2, 11):
        free, end = trials - 1, student(trials)
        at, step = np.linspace(-end, end, 20_001, retstep=True)
        scale = math.gamma(trials / 2) / math.gamma(free / 2) / math.sqrt(math.pi * free)
        density = scale * (1 + at**2 / free) ** (-trials / 2)
        assert density.sum() * step == pytest.approx(0.95, abs=0.0005)


def test_seeds_and_videos_add_up_at_right_angles() -> None:
    assert binomial(0.5, 100) == 0.05
    assert margin(0.5, 100, None, 1) == margin(0.5, 100, 0.0, 3) == 0.1
    assert margin(0.5, 100, 0.01, 3) == pytest.approx(math.hypot(0.1, 0.043))


def answer_to(report: Report, lead: float, error: float | None, n: int = 3) -> str:
    """Return the answer where the best found is so much above the best baseline, 50 %."""
    result: Any = evaluation(rows=[ROWS[0], ROWS[8]])
    for row, mean in zip(result["rows"], (0.5 + lead, 0.5), strict=True):
        row["top1"] |= {"mean": mean, "error": error, "deviation": None, "n": n}
    return report(result).root.one("section", "answer").text


# Videos alone make 9.1 points at 95 %, seeds with an error of 1 point 6.1 if there are three,
# 18.0 if there are two, and 3.2 if there are ten.
@pytest.mark.parametrize(
    ("lead", "error", "n", "said"),
    [
        (0.105, 0.01, 3, DOUBT),
        (0.115, 0.01, 3, ""),
        (0.115, 0.01, 2, DOUBT),
        (0.105, 0.01, 10, ""),
        (0.085, 0.001, 10, DOUBT),
        (-0.2, 0.01, 3, "20.0 points below"),
        # Of what no error is known, a small difference is doubtful and no other one sure.
        (0.085, None, 1, DOUBT),
        (0.4, None, 1, UNKNOWN),
        (0.4, 0.0, 3, UNKNOWN),
        (0.4, 1e-17, 3, UNKNOWN),
    ],
)
def test_a_difference_is_doubted_by_seeds_and_by_videos(
    report: Report, lead: float, error: float | None, n: int, said: str
) -> None:
    answer = answer_to(report, lead, error, n)
    assert said in answer
    assert [words for words in (DOUBT, UNKNOWN) if words in answer and words != said] == []


@pytest.mark.parametrize(
    ("error", "n", "said"),
    [
        (None, 1, "(1 training, no standard error)"),
        (0.0, 3, "(3 trainings that all came out alike)"),
    ],
)
def test_a_score_without_an_error_is_called_so(
    report: Report, error: float | None, n: int, said: str
) -> None:
    answer = answer_to(report, 0.4, error, n)
    assert answer.count(said) == 2
    assert "± 0.0" not in answer


def test_one_training_has_no_whisker(report: Report) -> None:
    board = report(evaluation(seeds=[0])).section("Leaderboard")
    assert not list(board.all("line", "whisker"))
    assert "±" not in board.text


def test_kinds_are_those_of_the_evaluation() -> None:
    for name in ("FOUND", "SINGLE", "BASELINE", "RANDOM"):
        assert getattr(kinds, name) == getattr(entrants, name)


def test_a_page_needs_no_torch() -> None:
    code = "import sys, adf.evaluate.report.page; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
