"""What every backbone must do, as a class to inherit.

A backbone of your own passes if this does::

    class TestMine(BackboneContract):
        def make(self, **options: Unpack[Options]) -> Backbone:
            return my_backbone(**options)
"""

import warnings
from collections.abc import Callable
from typing import Any, Unpack

import pytest
import torch
from torch import Tensor, nn

from adf.errors import ConfigError
from adf.extract.backbones import Backbone, folded
from adf.extract.backbones.base import Options
from adf.extract.backbones.stem import first_convolution
from tests.extract.backbones.samples import CLIP, assert_near, clip, enlivened


class BackboneContract:
    """Inherit this, and give :meth:`make`."""

    def make(self, **options: Unpack[Options]) -> Backbone:
        """Return the backbone under test, new."""
        raise NotImplementedError

    def lively(self) -> Backbone:
        """Return the backbone under test with weights and norms drawn; a cached one will do."""
        return enlivened(self.make())

    @pytest.fixture
    def backbone(self) -> Backbone:
        return self.lively()

    def described(self, **options: Unpack[Options]) -> Backbone:
        """Return the backbone without any numbers in it, which takes no time."""
        with torch.device("meta"):
            return self.make(**options)

    def test_levels_are_those_declared(self, backbone: Backbone) -> None:
        found = backbone(clip())
        declared = backbone.level_shapes(frames=CLIP[2], size=CLIP[3])
        assert tuple(found) == tuple(level.name for level in declared) == backbone.levels
        for level in declared:
            assert found[level.name].shape == (CLIP[0], *level.shape)
            assert level.spec().channels == level.channels

    def test_levels_carry_something(self, backbone: Backbone) -> None:
        for name, level in backbone(clip()).items():
            assert 1e-2 < float(level.std()) < 1e2, name

    def test_a_clip_does_not_depend_on_its_batch(self, backbone: Backbone) -> None:
        batch = clip((2, *CLIP[1:]))
        together = backbone(batch)
        alone = backbone(batch[1:])
        assert_near(alone, {name: level[1:] for name, level in together.items()})

    def test_the_same_clip_gives_the_same_bits(self, backbone: Backbone) -> None:
        first, second = backbone(clip()), backbone(clip())
        assert all(torch.equal(first[name], second[name]) for name in first)

    def test_nothing_learns(self, backbone: Backbone) -> None:
        assert not backbone.training
        assert not any(parameter.requires_grad for parameter in backbone.parameters())
        assert not any(level.requires_grad for level in backbone(clip()).values())

    def test_channels_last_changes_no_value(self, backbone: Backbone) -> None:
        given = clip().to(memory_format=torch.channels_last_3d)
        assert_near(backbone(given), backbone(clip()))

    def test_it_can_be_traced_and_frozen(self, backbone: Backbone) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            trace: Callable[..., Any] = torch.jit.trace
            frozen = torch.jit.freeze(trace(backbone, clip(), strict=False, check_trace=False))
        other = clip(seed=5)
        assert_near(frozen(other), backbone(other))

    def test_folded_norms_change_no_value(self, backbone: Backbone) -> None:
        shorter = folded(backbone)
        kinds = [type(module) for module in shorter.modules()]
        assert nn.BatchNorm3d not in kinds
        assert nn.BatchNorm3d in [type(module) for module in backbone.modules()]
        assert not any(parameter.requires_grad for parameter in shorter.parameters())
        assert_near(shorter(clip()), backbone(clip()))

    def test_every_channel_and_frame_of_the_clip_counts(self, backbone: Backbone) -> None:
        plain = backbone(clip())
        for axis, index in [(1, 0), (1, CLIP[1] - 1), (2, 0), (2, CLIP[2] - 1)]:
            changed = clip()
            changed.select(axis, index).add_(1)
            backbone.levels = backbone.stages[:1]
            try:
                found = backbone(changed)
            finally:
                backbone.levels = backbone.stages
            assert not torch.equal(found["stem"], plain["stem"]), (axis, index)

    def test_chosen_levels_are_the_same_as_all(self, backbone: Backbone) -> None:
        everything = backbone(clip())
        all_levels = backbone.levels
        try:
            for chosen in (all_levels[1:3], all_levels[-1:]):
                backbone.levels = backbone.ordered(chosen[::-1])
                found = backbone(clip())
                assert tuple(found) == chosen
                assert all(torch.equal(found[name], everything[name]) for name in chosen)
        finally:
            backbone.levels = all_levels

    def test_later_stages_than_the_last_level_are_not_computed(self) -> None:
        first = self.described(levels=["stem"])
        called: list[str] = []

        class Watched(type(first)):  # type: ignore[misc]
            def advance(self, stage: str, value: Tensor) -> Tensor:
                called.append(stage)
                result: Tensor = super().advance(stage, value)
                return result

        first.__class__ = Watched
        first.level_shapes()
        assert called == ["stem"]

    def test_it_takes_two_channels_with_the_same_levels(self) -> None:
        flow, rgb = self.described(in_channels=2), self.described()
        assert flow.level_shapes() == rgb.level_shapes()
        assert first_convolution(flow)[1].in_channels == 2
        theirs = {key: value.shape for key, value in rgb.state_dict().items()}
        ours = {key: value.shape for key, value in flow.state_dict().items()}
        assert [key for key in theirs if theirs[key] != ours[key]] == [
            f"{first_convolution(rgb)[0]}.weight"
        ]

    @pytest.mark.parametrize("channels", [2, 3])
    def test_it_says_what_it_wants(self, channels: int) -> None:
        wanted = self.described(in_channels=channels).format
        assert wanted.channels == channels
        assert min(wanted.frames, wanted.size) >= 16
        for preset in wanted.normalisations:
            assert len(preset.mean) == len(preset.std) == channels
            assert min(preset.std) > 0
            assert 0 <= min(preset.mean) <= max(preset.mean) <= preset.top

    def test_a_classifier_is_there_only_if_asked_for(self) -> None:
        plain = self.described()
        full = self.described(num_classes=11).state_dict()
        added = full.keys() - plain.state_dict().keys()
        assert added == {key for key in full if key.startswith(plain.head)}
        assert {full[key].shape[0] for key in added} == {11}

    def test_wrong_wishes_are_refused(self) -> None:
        with pytest.raises(ConfigError, match="has no level 'layer9'. Did you mean 'layer"):
            self.described(levels=["layer9"])
        with pytest.raises(ConfigError, match="choose at least one of stem"):
            self.described(levels=[])
        with pytest.raises(ConfigError, match="takes 5 channels: choose 2 or 3"):
            self.described(in_channels=5)
