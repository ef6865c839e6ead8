"""What a word on the command line stands for."""

import json
from pathlib import Path

import pytest

from adf.cache import FeatureCache
from adf.errors import AdfError
from adf.evaluate.entrants import FOUND, RANDOM
from adf.evaluate.genotypes import drawn, found, searched
from adf.search.families import digest
from adf.search.genotypes.genotype import Genotype
from adf.search.genotypes.space import FusionSpace
from adf.search.launch import search_seeds
from adf.search.settings import SpaceSettings
from adf.search.trial import carry_out, open_space
from tests.search.nets.samples import make_space
from tests.search.run.samples import small

PUBLISHED = (
    "[Genotype(first=[('3d_conv_3x3', 0), ('skip_connect', 1), ('3d_conv_1x1', 2)],"
    " first_concat=range(3, 4))]"
)


@pytest.fixture
def opened(cache: Path) -> FeatureCache:
    """The cache."""
    return FeatureCache.open(cache)


@pytest.fixture
def space(opened: FeatureCache) -> FusionSpace:
    """A space over its levels."""
    return open_space(opened, SpaceSettings(channels=4, nodes=1, ops=("skip", "conv_1x1x1")))


def test_a_search_is_a_genotype_and_says_its_space(
    cache: Path, space: FusionSpace, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    result = carry_out(small(cache, "method=random"), "off", out)
    (entrant,) = found([str(out)], space)
    assert (entrant.name, entrant.kind) == ("random, seed 0", FOUND)
    assert entrant.genotype
    assert digest(entrant.genotype) == result["digest"]
    for word in (out, out / "genotype.json"):
        search = searched([str(word)])
        assert search
        assert search.cache == str(cache)
        assert search.space.channels == 4
    (tmp_path / "copy.json").write_bytes((out / "genotype.json").read_bytes())
    assert searched([str(tmp_path / "copy.json")]) is None
    (alone,) = found([str(out / "genotype.json")], space)
    assert (alone.name, alone.genotype) == ("genotype", entrant.genotype)


def test_several_seeds_are_several_genotypes(
    cache: Path, space: FusionSpace, tmp_path: Path
) -> None:
    config = small(cache, "method=random", "budget=4")
    search_seeds(config, (10, 9), 1, "off", tmp_path / "run")
    names = [each.name for each in found([str(tmp_path / "run")], space)]
    assert names == ["random, seed 9", "random, seed 10"]


def test_random_genotypes_are_always_the_same_and_differ(space: FusionSpace) -> None:
    words = ["random:5"]
    several = found(words, space)
    assert several == found(words, space)
    assert [each.name for each in several] == [f"random {number}" for number in range(1, 6)]
    assert len({digest(each.genotype) for each in several if each.genotype}) == 5
    assert {each.kind for each in several} == {RANDOM}


def test_of_a_small_space_there_is_no_more_than_it_has() -> None:
    small_one = make_space(nodes=1, edges=1, ops=("skip",))
    assert len(drawn(small_one, 5)) == 4
    with pytest.raises(AdfError, match="random:5: the space has no more than 4"):
        found(["random:5"], small_one)


def test_a_search_that_is_not_finished_is_no_finding(
    cache: Path, space: FusionSpace, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    search_seeds(small(cache, "method=random", "budget=4"), (0, 1), 1, "off", out)
    path = out / "seed-1/result.json"
    for text in ("", "3", '"method"', '{"method": "x"}', "{"):
        path.write_text(text)
        with pytest.raises(AdfError, match="is not what a search writes"):
            found([str(out)], space)
    path.unlink()
    with pytest.raises(AdfError, match=r"seed-1 is not finished: give its command again"):
        found([str(out)], space)


def test_two_files_of_one_name_are_told_apart(space: FusionSpace, tmp_path: Path) -> None:
    words = []
    for number, genotype in enumerate(drawn(space, 2)):
        path = tmp_path / str(number) / "mine.json"
        path.parent.mkdir()
        path.write_text(genotype.to_json())
        words.append(str(path))
    assert [each.name for each in found(words, space)] == ["mine", "mine (2)"]


def test_the_published_notation_is_read(space: FusionSpace, tmp_path: Path) -> None:
    path = tmp_path / "best.json"
    path.write_text(json.dumps(PUBLISHED))
    (entrant,) = found([str(path)], space)
    assert entrant.genotype
    assert isinstance(entrant.genotype, Genotype)
    assert entrant.genotype.stem == "concat"
    assert {level.modality for level in entrant.levels} == {"rgb", "flow"}
    assert {level.level for level in entrant.levels} == {"high"}


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("nowhere.json", "there is no nowhere.json"),
        ("random:0", "draw 1 to"),
        ("random:many", "there is no random:many"),
        (".", "holds no genotype.json"),
        ("bad.json", "bad.json: genotype: this is no JSON"),
        ("binary.json", "it is no text"),
    ],
)
def test_what_is_no_genotype_is_refused(
    space: FusionSpace, tmp_path: Path, word: str, text: str
) -> None:
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AdfError, match=text):
        found([word], space)
