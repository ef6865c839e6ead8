"""Hyperband: who goes on at a rung, and that asking twice changes nothing."""

import optuna
import pytest

from adf.evaluate.tuning.pruning import Hyperband, brackets

LEAST, MOST, ETA = 1, 9, 3


def study_with(pruner: Hyperband, scores: dict[int, float], epoch: int) -> optuna.Study:
    """Return a study whose trials reported scores at an epoch; others reported none."""
    study = optuna.create_study(direction="maximize", pruner=pruner)
    for number in range(max(scores) + 1):
        trial = study.ask()
        if number in scores:
            trial.report(scores[number], epoch)
    return study


def early(pruner: Hyperband, count: int) -> list[int]:
    """Return the first trials of the bracket that cuts earliest."""
    found = [number for number in range(99) if pruner.rungs(number)[:1] == [LEAST]]
    return found[:count]


@pytest.mark.parametrize(
    ("least", "most", "eta", "rungs"),
    [
        (1, 9, 3, [[1, 3], [3], []]),
        (2, 24, 3, [[2, 6, 18], [6, 18], [18], []]),
        (2, 70, 3, [[2, 6, 18, 54], [6, 18, 54], [18, 54], [54], []]),
        (5, 5, 2, [[]]),
    ],
)
def test_a_bracket_begins_where_the_one_before_goes_on(
    least: int, most: int, eta: int, rungs: list[list[int]]
) -> None:
    assert brackets(least, most, eta) == rungs


def test_every_bracket_gets_trials_and_the_early_one_the_most() -> None:
    pruner = Hyperband(LEAST, MOST, ETA)
    turns = [len(pruner.rungs(number)) for number in range(60)]
    assert turns.count(2) > turns.count(1) > 0
    assert turns.count(0) > 0


def test_one_in_eta_goes_on() -> None:
    pruner = Hyperband(LEAST, MOST, ETA)
    numbers = early(pruner, 6)
    scores = {number: float(place) for place, number in enumerate(numbers)}
    study = study_with(pruner, scores, LEAST)
    ends = [pruner.prune(study, study.trials[number]) for number in numbers]
    assert ends == [True, True, True, True, False, False]
    assert ends == [pruner.prune(study, study.trials[number]) for number in numbers]


def test_the_first_at_a_rung_goes_on_and_so_do_equals() -> None:
    pruner = Hyperband(LEAST, MOST, ETA)
    first, second = early(pruner, 2)
    alone = study_with(pruner, {first: 0.1}, LEAST)
    assert not pruner.prune(alone, alone.trials[first])
    equal = study_with(pruner, {first: 0.1, second: 0.1}, LEAST)
    assert not pruner.prune(equal, equal.trials[second])


def test_nobody_ends_between_rungs() -> None:
    pruner = Hyperband(LEAST, MOST, ETA)
    numbers = early(pruner, 6)
    study = study_with(pruner, {number: -float(number) for number in numbers}, LEAST + 1)
    assert not any(pruner.prune(study, study.trials[number]) for number in numbers)


def test_brackets_do_not_compare_with_each_other() -> None:
    pruner = Hyperband(LEAST, MOST, ETA)
    late = [number for number in range(99) if list(pruner.rungs(number)) == [3]][:1]
    scores = {**dict.fromkeys(early(pruner, 6), 1.0), late[0]: 0.0}
    study = study_with(pruner, scores, 3)
    assert not pruner.prune(study, study.trials[late[0]])
