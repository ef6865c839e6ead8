"""What the engine promises to whoever feeds it, and what it refuses."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from adf.errors import ConfigError, InvalidInput, MissingDependency
from adf.extract.backbones import NORMALISATIONS
from adf.extract.engine.network import Network
from adf.extract.engine.pooling import Pooling
from adf.extract.engine.slots import Clips
from tests.extract.engine.samples import FRAMES, SIZE, backbone, batches, clips, engine, joined

no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is there")


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_pixels_are_normalised_by_the_formula(name: str) -> None:
    preset = NORMALISATIONS[name]
    channels = len(preset.mean)
    network = Network(backbone("r3d18", channels), preset, Pooling.parse("full"))
    given = np.arange(256 * channels, dtype=np.uint8).reshape(1, 1, 16, 16, channels)
    found = network.normalised(torch.from_numpy(given)).double().numpy()
    pixels = given.astype(np.float64).transpose(0, 4, 1, 2, 3)
    mean, std = (np.reshape(v, (1, -1, 1, 1, 1)) for v in (preset.mean, preset.std))
    wanted = (pixels / 255 * preset.top - mean) / std
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6 * np.abs(wanted).max())


def test_clips_need_no_transposition() -> None:
    network = Network(
        backbone("r3d18"), backbone("r3d18").format.normalisation, Pooling.parse("full")
    )
    value = network.normalised(torch.from_numpy(clips(2)))
    assert value.is_contiguous(memory_format=torch.channels_last_3d)


def test_an_array_may_be_reused_for_the_next_batch() -> None:
    made = engine(backbone("r3d18"), batch=2)
    given = clips(6)
    wanted = joined(made.run(batches(given, 2)))

    def reused() -> Iterator[tuple[int, Clips]]:
        array = np.empty_like(given[:2])
        for key, batch in batches(given, 2):
            array[:] = batch
            yield key, array
            array[:] = 0

    found = joined(made.run(reused()))
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize("change", ["mirrored", "read-only", "every second row"])
def test_any_array_of_the_right_shape_will_do(change: str) -> None:
    made = engine(backbone("r3d18"), batch=1)
    given = clips(2)
    changed = {
        "mirrored": given[:1, :, :, ::-1],
        "read-only": given[:1].view(),
        "every second row": np.repeat(given[:1], 2, axis=2)[:, :, ::2],
    }[change]
    changed.flags.writeable = change != "read-only"
    found = joined(made.run([(0, changed)]))
    wanted = joined(made.run([(0, np.array(changed))]))
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


def test_keys_and_order_are_kept_and_time_is_counted() -> None:
    made = engine(backbone("r3d18"), batch=1)
    assert made.seconds == 0
    assert [key for key, _ in made.run(batches(clips(3), 1))] == [0, 1, 2]
    once = made.seconds
    assert once > 0
    assert list(made.run([])) == []
    assert made.seconds == once


def test_specs_name_pooling_and_dtype() -> None:
    found = engine(backbone("r3d18"), dtype="float16", pooling=Pooling.parse("compact")).specs
    assert [str(spec) for spec in found] == [
        "stem 64x4x7x7 float16",
        "layer1 64x2x7x7 float16",
        "layer2 128x1x5x5 float16",
        "layer3 256x1x3x3 float16",
        "layer4 512x1x2x2 float16",
    ]
    assert [spec.pooling for spec in found] == ["mean-7x7"] * 2 + ["none"] * 3


def test_settings_are_what_changes_values() -> None:
    for amp in ("auto", "float32"):
        assert engine(backbone("r3d18"), amp=amp).settings() == {"precision": "float32"}


@pytest.mark.parametrize(
    "wrong",
    [
        clips(1)[..., :2],
        clips(1)[:, :3],
        clips(1)[0],
        clips(3),
        clips(1)[:0],
        clips(1).astype(np.float32),
    ],
)
def test_wrong_clips_are_refused(wrong: Any) -> None:
    made = engine(backbone("r3d18"), batch=2)
    wanted = rf"need (1 to 2$|uint8 B T H W C with T H W C = {FRAMES} {SIZE} {SIZE} 3$)"
    with pytest.raises(InvalidInput, match=wanted):
        list(made.run([(0, wrong)]))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"way": "fast"}, "engine 'fast' is not known on cpu: choose auto, frozen, folded"),
        ({"way": "cuda-graph"}, "engine 'cuda-graph' is not known on cpu"),
        ({"batch": -1}, "--batch-size -1: need"),
        ({"device": "tpu"}, "--device 'tpu' is not known: choose auto, cpu, cuda"),
        ({"device": "cpu:1"}, "--device 'cpu:1' is not known"),
        ({"device": "cuda:x"}, "--device 'cuda:x' is not known"),
        ({"amp": "float8"}, "precision 'float8' is not known: choose auto, float32, float16"),
        ({"amp": "float16"}, "precision 'float16' needs a GPU"),
        ({"normalisation": NORMALISATIONS["flow-255"]}, "is for 2 channels, r3d18 takes 3"),
    ],
)
def test_wrong_wishes_are_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        engine(backbone("r3d18"), **options)


@no_gpu
def test_without_a_gpu_the_cpu_is_taken_or_named() -> None:
    assert engine(backbone("r3d18"), device="auto").device == torch.device("cpu")
    with pytest.raises(MissingDependency, match="no GPU here; choose --device cpu"):
        engine(backbone("r3d18"), device="cuda")
