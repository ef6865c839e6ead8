"""Every baseline, against a plain way to compute the same."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from adf.errors import ConfigError
from adf.evaluate import fits
from adf.evaluate.baselines import BASELINES, chosen, gated, late, single
from adf.evaluate.entrants import Entrant, network
from adf.evaluate.field import Field
from adf.evaluate.outcome import Outcome, Trial
from adf.search.genotypes.canonical import canonical
from tests.evaluate.samples import field_of, small
from tests.search.nets.samples import SIZES, WIDTHS, make_features


@pytest.fixture(scope="module")
def field(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Field:
    """A field on which everyone was trained."""
    made = field_of(small(cache), tmp_path_factory.mktemp("field"))
    for name in BASELINES:
        for entrant in BASELINES[name].entrants(made):
            for trial in made.trials_of(entrant):
                fits.carry_out(made.fit(entrant, trial))
    return made


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_makes_rows_of_what_it_asked_for(field: Field, name: str) -> None:
    asked = {entrant.name for entrant in BASELINES[name].entrants(field)}
    rows = BASELINES[name].rows(field)
    assert asked
    assert len({row.name for row in rows}) == len(rows) >= 1
    for row in rows:
        said = {part for outcome in row.outcomes for part in outcome.entrant.split(" + ")}
        assert said <= asked | {part for each in asked for part in each.split(" + ")}
        for outcome in row.outcomes:
            assert outcome.test.shape == (6, 3)
            assert np.exp(outcome.test).sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", ["mlp", "gated"])
@pytest.mark.parametrize("size", [600, 5000, 50_000])
def test_rivals_are_as_large_as_what_was_found(cache: Path, name: str, size: int) -> None:
    made = field_of(small(cache), Path("nowhere"), size)
    (entrant,) = BASELINES[name].entrants(made)
    weights = network(entrant, WIDTHS, 3, 0.0).parameters()
    hidden_unit = size / entrant.hidden
    assert sum(each.numel() for each in weights) == pytest.approx(size, abs=0.51 * hidden_unit + 3)


@pytest.mark.parametrize("name", ["mlp", "gated"])
def test_rivals_of_small_networks_keep_a_unit_for_each_class(cache: Path, name: str) -> None:
    (entrant,) = BASELINES[name].entrants(field_of(small(cache), Path("nowhere"), 5))
    assert entrant.hidden == 3


def test_single_levels_see_one_level_and_its_mean_alone(field: Field) -> None:
    features = make_features()
    for entrant in single.entrants(field):
        made = network(entrant, WIDTHS, 3, 0.0).eval()
        before = made(features)
        (level,) = entrant.levels
        moved = {each: x + 1 if each != level else x.flip(-1) for each, x in features.items()}
        assert torch.allclose(made(moved), before, atol=1e-6)
        assert not torch.allclose(made({**features, level: features[level] + 1}), before)


def test_the_best_level_is_that_of_validation(field: Field) -> None:
    rows = {row.name: row for row in single.rows(field)}
    for modality in ("rgb", "flow"):
        for at, trial in enumerate(field.trials):
            right = {}
            for level in SIZES:
                outcome = rows[f"{modality}/{level}"].outcomes[at]
                assert outcome.trial == trial
                hits = outcome.validation.argmax(axis=1) == outcome.targets
                sure = outcome.validation[np.arange(len(hits)), outcome.targets].mean()
                right[f"{modality}/{level}"] = (hits.mean(), sure)
            best = max(right, key=lambda name: right[name])
            found = rows[f"{modality}, best level"]
            assert found.outcomes[at].entrant == best
            assert best in found.note


def said(random: np.random.Generator, videos: int, targets: np.ndarray, sure: float) -> np.ndarray:
    """Return log-probabilities that know the answer a little."""
    scores = random.standard_normal((videos, 4))
    scores[np.arange(videos), targets] += sure
    return np.asarray(torch.from_numpy(scores).log_softmax(dim=1).numpy())


@pytest.fixture
def three() -> list[Outcome]:
    """What three modalities say, of which the last one knows nothing."""
    random = np.random.default_rng(1)
    targets, test = random.integers(0, 4, 300), random.integers(0, 4, 200)
    return [
        Outcome(
            name,
            name,
            Trial("split_1", 0),
            said(random, 300, targets, sure),
            targets,
            said(random, 200, test, sure),
            10,
            20,
            0.5,
        )
        for name, sure in (("a", 2.0), ("b", 1.0), ("c", 0.0))
    ]


def test_the_plain_mean_is_the_normed_geometric_mean(three: list[Outcome]) -> None:
    found = late.mean(three, np.full(3, 1 / 3))
    product = np.prod([np.exp(each.test) ** (1 / 3) for each in three], axis=0)
    assert np.exp(found.test) == pytest.approx(product / product.sum(axis=1, keepdims=True))
    assert (found.parameters, found.flops, found.latency_ms) == (30, 60, 1.5)


def test_weights_are_those_of_the_smallest_loss_on_validation(three: list[Outcome]) -> None:
    weights = late.tuned(three)

    def loss(tried: np.ndarray) -> float:
        chances = late.mean(three, tried).validation
        return float(-chances[np.arange(300), three[0].targets].mean())

    random = np.random.default_rng(0)
    tries = [np.exp(random.uniform(-3, 1.5, 3)) for _ in range(500)]
    assert loss(weights) <= min(map(loss, tries)) + 1e-3
    assert weights[0] > weights[1] > weights[2]
    assert loss(weights) < loss(np.full(3, 1 / 3))


def test_weights_do_not_see_the_test_split(three: list[Outcome]) -> None:
    other = [replace(each, test=each.test[::-1] * 2) for each in three]
    assert (late.tuned(other) == late.tuned(three)).all()


def test_gates_are_those_of_the_paper(field: Field) -> None:
    (entrant,) = gated.entrants(field)
    made = network(replace(entrant, hidden=5), WIDTHS, 3, 0.0).eval()
    assert isinstance(made, gated.Gated)
    features = make_features()
    means = {str(level): x.mean(dim=(2, 3, 4)) for level, x in features.items()}
    # In eval mode, norms of fresh statistics only divide by the root of 1 + eps.
    scale = (1 + nn.BatchNorm1d(1).eps) ** -0.5
    parts = [
        torch.cat([means[f"{name}/{level}"] for level in SIZES], dim=1) * scale
        for name in field.modalities
    ]
    both = torch.cat(parts, dim=1)
    hidden = torch.zeros(len(both), 5)
    for part, say, gate in zip(parts, made.says, made.gates, strict=True):
        assert isinstance(say, nn.Linear)
        assert isinstance(gate, nn.Linear)
        opened = 1 / (1 + torch.exp(-(both @ gate.weight.T + gate.bias)))
        hidden = hidden + opened * torch.tanh(part @ say.weight.T + say.bias)
    assert torch.allclose(made(features), made.top(hidden), atol=1e-5)


def test_random_genotypes_are_trained_once_a_split_and_validation_picks(field: Field) -> None:
    everyone, best = BASELINES["random"].rows(field)
    assert [outcome.trial for outcome in everyone.outcomes] == [Trial("split_1", 0)] * 3
    assert len({outcome.entrant for outcome in everyone.outcomes}) == 3
    assert everyone.statistic == "median"
    (picked,) = best.outcomes
    assert picked.validated == max(outcome.validated for outcome in everyone.outcomes)


def test_words_choose_baselines() -> None:
    assert chosen(("all",)) == list(BASELINES)
    assert chosen(("none",)) == []
    assert chosen(("late", "single", "late")) == ["late", "single"]
    with pytest.raises(ConfigError, match="there is no 'lat'.*'late'"):
        chosen(("lat",))


def test_another_recipe_is_another_fit(field: Field, cache: Path) -> None:
    entrant = single.entrants(field)[0]
    before = field.fit(entrant, field.trials[0])
    assert fits.is_done(before)
    for sets in ("train.epochs=4", "share=0.5"):
        other = replace(field, settings=small(cache, sets).value)
        assert not fits.is_done(other.fit(entrant, field.trials[0]))
    moved = Entrant(
        entrant.name, entrant.kind, entrant.reads, tuple(field.levels[1:2]), entrant.build
    )
    assert not fits.is_done(field.fit(moved, field.trials[0]))
    facts = json.loads((before.place / "fit.json").read_text())
    assert facts["name"] == entrant.name


def test_random_genotypes_are_built_without_what_reaches_nothing(field: Field) -> None:
    several = BASELINES["random"].entrants(field)
    for entrant in several:
        assert entrant.genotype == canonical(entrant.genotype)
        reads = {level.modality for level in entrant.levels}
        assert set(entrant.reads.split(" x ")) == reads


@pytest.mark.parametrize("damage", ["fit.json", "chances.npz"])
@pytest.mark.parametrize("left", [0, 0.5, None])
def test_a_damaged_fit_is_not_done(
    field: Field, tmp_path: Path, damage: str, left: float | None
) -> None:
    entrant = single.entrants(field)[0]
    fit = replace(field, folder=tmp_path / "fits").fit(entrant, field.trials[0])
    shutil.copytree(field.fit(entrant, field.trials[0]).place, fit.place)
    assert fits.is_done(fit)
    path = fit.place / damage
    if left is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: int(left * path.stat().st_size)])
    assert not fits.is_done(fit)


@pytest.mark.parametrize("split", ["split_a/../../b", "split_ä", "split_" + "x" * 300, "split_.."])
def test_no_name_leads_out_of_the_folder(field: Field, split: str) -> None:
    entrant = replace(single.entrants(field)[0], name="../../etc/é\n")
    place = field.fit(entrant, Trial(split, 0)).place
    assert place.parent.parent == field.folder
    assert all(re.fullmatch(r"[\w.-]{1,100}", part, re.ASCII) for part in place.parts[-2:])
    assert not any(set(part) <= {"."} for part in place.parts[-2:])
