"""Every network of a space, once: against counting, drawing, and trying every renaming."""

from itertools import combinations

import numpy as np
import pytest

from adf.errors import ConfigError
from adf.evaluate.bench.genotypes import MOST, distinct, every
from adf.search.genotypes.canonical import digest
from adf.search.genotypes.genotype import Input
from adf.search.genotypes.space import FusionSpace
from tests.search.genotypes.brute import same
from tests.search.nets.samples import concat_space, inside, make_space

ONE_LEVEL = ((Input("rgb", "low"),), (Input("flow", "low"),))
SPACES = {
    "one node": make_space(nodes=1),
    "two nodes": make_space(choices=ONE_LEVEL, nodes=2),
    "all edges": make_space(choices=ONE_LEVEL, nodes=2, edges=0, outputs=1),
    "two cells": make_space(choices=ONE_LEVEL, nodes=1, cells=2),
    "joint stem": concat_space(nodes=1),
}


@pytest.mark.parametrize("space", SPACES.values(), ids=list(SPACES))
def test_each_genotype_comes_once(space: FusionSpace) -> None:
    found = list(every(space))
    assert len(found) == len(set(found)) == space.size()
    assert all(inside(space, genotype) for genotype in found)
    random = np.random.default_rng(0)
    assert {space.draw(random) for _ in range(100)} <= set(found)


@pytest.mark.parametrize("name", ["one node", "two nodes", "joint stem"])
def test_of_the_same_networks_one_is_kept(name: str) -> None:
    space = SPACES[name]
    kept = distinct(space)
    assert {digest(genotype) for genotype in every(space)} == set(kept)
    assert all(digest(genotype) == name for name, genotype in kept.items())
    some = list(kept.values())[:24]
    assert not any(same(one, other) for one, other in combinations(some, 2))
    assert (len(kept) < space.size()) == (name != "one node")


def test_a_space_that_is_too_large_is_refused() -> None:
    ops = ("skip", "conv_1x1x1", "conv_3x3x3", "sep_conv_3x3x3")
    space = make_space(ops, nodes=3)
    assert space.size() > MOST
    with pytest.raises(ConfigError, match=rf"holds {space.size():,} genotypes"):
        distinct(space)
