"""The YAML of a dataset: what follows from it, and what it may not say."""

from collections import defaultdict
from pathlib import Path

import pytest

from adf.configs import presets
from adf.demo.actors import shot
from adf.demo.backgrounds import BACKGROUNDS
from adf.demo.factors import BACKGROUNDS as NAMES
from adf.demo.factors import load_factors
from adf.demo.poses import sidecar
from adf.errors import ConfigError


def test_the_default_is_twelve_classes_of_sixty_clips() -> None:
    factors = load_factors().value
    clips = list(factors.clips())
    assert len(clips) == len({clip.path for clip in clips}) == 12 * 60
    assert len({clip.cues.label for clip in clips}) == 12
    used = [clip.split for clip in clips if clip.cues.label == "blue_still_up"]
    assert [used.count(split) for split in ("train", "val", "test")] == [30, 10, 20]


def test_a_group_has_a_clip_of_each_class_and_one_split() -> None:
    factors, groups = load_factors().value, defaultdict(list)
    for clip in factors.clips():
        groups[clip.group].append(clip)
    for members in groups.values():
        assert len({clip.cues for clip in members}) == len(members) == 12
        assert len({clip.split for clip in members}) == 1
        assert len({shot(factors, clip).background for clip in members}) == 1


@pytest.mark.parametrize("name", [name for name in presets() if name.startswith("demo/")])
def test_presets_are_datasets(name: str) -> None:
    assert load_factors([name]).value.classes()


def test_what_the_settings_say_reads_back_as_the_same_clips(tmp_path: Path) -> None:
    """The order of the lines does not matter: written settings are sorted."""
    factors = load_factors()
    assert list(factors.value.motions) == ["left", "right", "still"]
    file = tmp_path / "again.yaml"
    file.write_text(factors.to_yaml() + "\n")
    turned = load_factors([str(file)], sets=["motions={still: [0], right: [1], left: [-1]}"])
    assert next(iter(turned.value.motions)) == "still"
    assert list(turned.value.clips()) == list(factors.value.clips())
    for clip in list(factors.value.clips())[:30]:
        first, second = (shot(made.value, clip) for made in (factors, turned))
        assert sidecar(factors.value, first) == sidecar(turned.value, second)


def test_every_background_that_may_be_named_can_be_drawn() -> None:
    assert set(NAMES) == set(BACKGROUNDS)


def test_a_motion_of_parts_takes_equal_times() -> None:
    factors = load_factors(sets=["motions={there-and-back: [1, 0, -1]}", "frames=9"]).value
    assert factors.speeds("there-and-back") == [1.2] * 3 + [0] * 3 + [-1.2] * 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("counts={train: 0, val: 0, test: 0}", "counts"),
        ("counts.test=-1", "counts"),
        ("hues.target={}", "target"),
        ("hues.target={Red Light: 0}", "Red Light"),
        ("hues.decoys={}", "hues.decoys"),
        ("motions={}", "motions"),
        ("motions={none: []}", "motions.none"),
        ("postures={up: [1]}", "postures"),
        ("backgrounds=[meadow]", "checker, texture"),
        ("backgrounds=[]", "backgrounds"),
        ("knobs.gap=[40, 30]", "gap"),
        ("knobs.noise=-1", "noise"),
        ("knobs.noise=.inf", "noise"),
        ("knobs.dropout=1.5", "dropout"),
        ("size=113", "size"),
        ("size=32", "size"),
        ("rate=0", "rate"),
        ("seed=-1", "seed"),
        ("frames=0", "frames"),
        ("knobs.loudness=1", "knobs.loudness"),
    ],
)
def test_what_cannot_be_is_told(change: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_factors(sets=[change])
