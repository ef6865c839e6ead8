"""Maps get smaller by the mean, and never larger."""

import pytest
import torch

from adf.errors import ConfigError
from adf.extract.engine.pooling import Pooling


@pytest.mark.parametrize(
    ("text", "height", "width"),
    [("compact", 7, 7), ("standard", 14, 14), ("full", None, None), ("2x3", 2, 3)],
)
def test_presets_and_sizes(text: str, height: int | None, width: int | None) -> None:
    assert Pooling.parse(text) == Pooling(height, width, text)


@pytest.mark.parametrize("text", ["", "7", "0x7", "7x", "7x7x7", "-1x7", "Full", "7X7", "7x7\n"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="--pool .*choose compact .7x7., standard .14x14., full"):
        Pooling.parse(text)


@pytest.mark.parametrize(
    ("text", "given", "size", "recorded"),
    [
        ("compact", (28, 28), (7, 7), "mean-7x7"),
        ("compact", (4, 4), (4, 4), "none"),
        ("compact", (7, 7), (7, 7), "none"),
        ("standard", (56, 8), (14, 8), "mean-14x8"),
        ("full", (56, 40), (56, 40), "none"),
        ("10x3", (9, 9), (9, 3), "mean-9x3"),
    ],
)
def test_sizes_never_grow(
    text: str, given: tuple[int, int], size: tuple[int, int], recorded: str
) -> None:
    pooling = Pooling.parse(text)
    assert pooling.size(*given) == size
    assert pooling.recorded(*given) == recorded
    level = torch.ones(2, 3, 5, *given)
    assert pooling(level).shape == (2, 3, 5, *size)
    assert (pooling(level) is level) == (recorded == "none")


def test_values_are_means_of_space_alone() -> None:
    level = torch.arange(2 * 4 * 6, dtype=torch.float32).reshape(1, 1, 2, 4, 6)
    assert Pooling.parse("2x2")(level).tolist() == [[[[[4, 7], [16, 19]], [[28, 31], [40, 43]]]]]


def test_windows_overlap_where_sizes_do_not_divide() -> None:
    level = torch.tensor([1.0, 2, 4, 8, 16]).reshape(1, 1, 1, 5, 1).expand(1, 1, 1, 5, 5)
    found = Pooling.parse("2x5")(level)
    assert found[0, 0, 0, :, 0].tolist() == pytest.approx([7 / 3, 28 / 3])


@pytest.mark.parametrize("text", ["1x1", "2x5", "3x2", "7x1"])
def test_values_do_not_depend_on_the_layout(text: str) -> None:
    level = torch.randn(2, 3, 4, 6, 5, generator=torch.Generator().manual_seed(0))
    wanted = Pooling.parse(text)(level)
    found = Pooling.parse(text)(level.to(memory_format=torch.channels_last_3d))
    torch.testing.assert_close(found, wanted, rtol=1e-6, atol=1e-6)


def test_one_number_is_the_mean_of_the_map() -> None:
    level = torch.randn(2, 3, 4, 6, 5, dtype=torch.float64)
    found = Pooling.parse("1x1")(level)
    torch.testing.assert_close(found[..., 0, 0], level.mean(dim=(3, 4)))
