"""What a supernet says of a genotype: checked against the same, done step by step."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.modules.batchnorm import _BatchNorm

from adf.evaluate.bench.genotypes import distinct
from adf.evaluate.bench.settings import as_search
from adf.evaluate.gap.inherited import accuracy, log_odds, masked, recalibrated
from adf.search.methods import relaxing
from adf.search.nets.onehot import one_hot
from adf.search.relaxing.relaxed import Relaxed
from tests.evaluate.bench.samples import small
from tests.search.nets.samples import study_of

METHODS = ("pc-darts", "propose-and-judge")


@pytest.fixture(params=METHODS)
def relaxed(
    request: pytest.FixtureRequest, judging_cache: Path, tmp_path: Path
) -> Iterator[Relaxed]:
    """A supernet that was trained for a little while."""
    config = as_search(small(judging_cache), method=request.param)
    with study_of(config, tmp_path / "supernet") as study:
        relaxed = Relaxed(study, *relaxing(request.param)(config.value))
        relaxed.run()
        yield relaxed


def state(relaxed: Relaxed) -> list[torch.Tensor]:
    """Return all weights and statistics."""
    return [value.clone() for value in relaxed.net.state_dict().values()]


def test_recalibration_takes_the_statistics_of_what_weights_learn_from(relaxed: Relaxed) -> None:
    study, before = relaxed.study, state(relaxed)
    genotype = study.space.draw(np.random.default_rng(3))
    mixture = masked(relaxed, genotype)
    found = recalibrated(relaxed, mixture)
    assert all(torch.equal(*pair) for pair in zip(before, state(relaxed), strict=True))
    norms = [each for each in relaxed.net.modules() if isinstance(each, _BatchNorm)]
    assert {norm.momentum for norm in norms} == {0.1}
    # All clips are one batch: its statistics are those that one pass leaves.
    rows = np.arange(len(study.halves.weights.rows))
    ((features, _),) = study.bench(study.halves.weights).batches([rows])
    for norm in norms:
        norm.momentum = 1.0
    relaxed.net.train()
    with torch.no_grad():
        relaxed.net(features, mixture)
    assert accuracy(relaxed, mixture) == found


def test_a_masked_supernet_is_the_genotype_alone(relaxed: Relaxed) -> None:
    space = relaxed.study.space
    ((features, _),) = relaxed.study.bench(relaxed.study.halves.judging).batches([np.arange(4)])
    outputs = set()
    for genotype in distinct(space).values():
        mixture = masked(relaxed, genotype)
        alone = one_hot(space, genotype)
        for weights, wanted in zip(mixture.levels, alone.levels, strict=True):
            assert torch.equal(weights, wanted)
        plain = relaxed.expected().chosen
        assert mixture.chosen == (alone.chosen if plain is None else plain)
        with torch.no_grad():
            outputs.add(tuple(relaxed.net(features, mixture).flatten().tolist()))
    # Where only levels were relaxed, only they tell genotypes apart.
    assert len(outputs) == (16 if relaxed.expected().chosen is None else 4)


def test_log_odds_multiply_what_each_choice_counts(relaxed: Relaxed) -> None:
    space, mixture = relaxed.study.space, relaxed.expected()
    for genotype in distinct(space).values():
        chances = [
            float(weights[slot.index(level)])
            for weights, slot, level in zip(
                mixture.levels, space.choices, genotype.inputs, strict=True
            )
        ]
        if mixture.chosen is None:
            assert mixture.edges is not None
            chances += [
                float(mixture.ops[0][at, space.ops.index(op)] * mixture.edges[0][at])
                for op, at in genotype.edges()
            ]
        assert log_odds(relaxed, genotype) == pytest.approx(float(np.log(chances).sum()), rel=1e-5)
