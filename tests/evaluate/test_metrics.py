"""Numbers said of predictions, against the plainest way to count them."""

import numpy as np
import pytest

from adf.evaluate.metrics import accuracy, confusion, summary


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("best", [1, 2, 5])
def test_accuracy_is_counted_video_by_video(ties: bool, best: int) -> None:
    random = np.random.default_rng(best)
    chances = random.integers(0, 3, (200, 7)).astype(float) if ties else random.random((200, 7))
    targets = random.integers(0, 7, 200)
    hits = 0
    for row, target in zip(chances, targets, strict=True):
        order = sorted(range(7), key=lambda each: (-row[each], each))
        hits += int(target in order[:best])
    assert accuracy(chances, targets, best) == pytest.approx(hits / 200)


def test_five_best_of_three_classes_are_all() -> None:
    assert accuracy(np.eye(3), np.array([2, 0, 1]), 5) == 1


def test_confusion_is_counted_video_by_video() -> None:
    random = np.random.default_rng(0)
    chances, targets = random.random((300, 5)), random.integers(0, 5, 300)
    counted = np.zeros((5, 5), int)
    for row, target in zip(chances, targets, strict=True):
        counted[target, int(np.argmax(row))] += 1
    table = confusion(chances, targets)
    assert (table == counted).all()
    assert table.trace() / 300 == pytest.approx(accuracy(chances, targets))


def test_a_summary_says_how_far_means_are_to_be_trusted() -> None:
    values = [0.5, 0.7, 0.9, 0.3]
    found = summary(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.median == pytest.approx(0.6)
    assert found.deviation == pytest.approx(np.std(values, ddof=1))
    assert found.error == pytest.approx(np.std(values, ddof=1) / 2)
    assert found.n == 4


def test_one_trial_has_no_spread() -> None:
    assert summary([0.5]).as_dict() == {
        "mean": 0.5,
        "median": 0.5,
        "deviation": None,
        "error": None,
        "n": 1,
    }
