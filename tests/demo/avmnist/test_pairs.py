"""The pairs: from a seed, in the published layout, and as hard as they say."""

from pathlib import Path

import numpy as np
import pytest

from adf.demo.avmnist.arrays import DIGITS, Pairs, read, write
from adf.demo.avmnist.images import STROKES, Dimmed, drawn
from adf.demo.avmnist.make import AvmnistSettings, make
from adf.demo.avmnist.sounds import PHONES, WORDS, spoken
from adf.errors import ConfigError, InputNotFound, InvalidInput, RunMismatch
from tests.cache.samples import tree

FEW = AvmnistSettings(train=60, test=20, seed=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of few pairs."""
    place = tmp_path_factory.mktemp("av") / "arrays"
    make(FEW, place, "off")
    return place


def test_the_layout_is_the_published_one(folder: Path) -> None:
    for part, count in (("train", 60), ("test", 20)):
        assert np.load(folder / "images" / f"{part}_data.npy").shape == (count, 784)
        assert np.load(folder / "audio" / f"{part}_data.npy").shape == (count, 112, 112)
        labels = np.load(folder / f"{part}_labels.npy")
        assert np.bincount(labels).tolist() == [count // DIGITS] * DIGITS


def test_the_same_seed_makes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    make(FEW, tmp_path / "again", "off")
    assert tree(tmp_path / "again") == tree(folder)
    make(AvmnistSettings(train=60, test=20, seed=4), tmp_path / "other", "off")
    assert tree(tmp_path / "other") != tree(folder)


def test_what_is_there_is_left_alone(folder: Path) -> None:
    before = tree(folder)
    make(FEW, folder, "off")
    assert tree(folder) == before
    with pytest.raises(RunMismatch, match="other settings"):
        make(AvmnistSettings(), folder, "off")


def test_other_things_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="holds something else"):
        make(FEW, tmp_path, "off")


def test_hands_and_voices_differ_and_digits_differ_more() -> None:
    random = np.random.default_rng(0)
    for values in (
        drawn(np.repeat(np.arange(10), 12), random),
        spoken(np.repeat(np.arange(10), 12), 0.0, random),
    ):
        flat = values.reshape(10, 12, -1)
        assert len(np.unique(flat.reshape(120, -1), axis=0)) == 120
        means = flat.mean(1)
        # To the mean of its own digit, of others than itself, a picture is nearest.
        away = np.stack(
            [
                np.linalg.norm(
                    flat[d, i]
                    - np.where(np.arange(10)[:, None] == d, (means * 12 - flat[d, i]) / 11, means),
                    axis=1,
                )
                for d in range(10)
                for i in range(12)
            ]
        )
        assert (away.argmin(1) == np.repeat(np.arange(10), 12)).mean() > 0.5


def test_every_digit_has_a_shape_and_a_word() -> None:
    assert len(STROKES) == len(WORDS) == len(set(WORDS)) == DIGITS
    assert {phone for word in WORDS for phone in word} == set(PHONES)


def test_only_a_share_of_the_energy_is_left() -> None:
    pictures = drawn(np.arange(300) % 10, np.random.default_rng(1))
    dimmed = Dimmed(pictures, 0.25)
    seen = dimmed(pictures)
    mean = pictures.mean(0)
    shares = ((seen - mean) ** 2).sum() / ((pictures - mean) ** 2).sum()
    fewer = dimmed.directions[:-1]
    flat = (pictures - mean).reshape(300, -1)
    assert shares >= 0.25 > ((flat @ fewer.T) ** 2).sum() / (flat**2).sum()
    assert np.allclose(Dimmed(pictures, 1.0)(pictures), pictures, atol=1e-4)


def test_arrays_of_others_are_read(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (5, 28, 28)).astype(np.uint8)
    audio = np.zeros((5, 112, 112), np.uint8)
    write(tmp_path, "train", Pairs(images, audio, np.arange(5)))
    # One of the published copies calls it so.
    (tmp_path / "images").rename(tmp_path / "image")
    found = read(tmp_path, "train")
    assert np.array_equal(found.images, images)
    assert found.labels.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("images/train_data.npy", np.zeros((5, 783)), "is not N 28 28"),
        ("audio/train_data.npy", np.zeros((5, 112)), "is not N 112 112"),
        ("audio/train_data.npy", np.zeros((4, 112, 112)), "4 spectrograms and 5 labels"),
        ("images/train_data.npy", np.zeros((5, 784), complex), "complex128"),
        ("train_labels.npy", np.array([0, 1, 2, 3, 10]), "from 0 to 9"),
        ("train_labels.npy", np.array([0.5] * 5), "whole numbers"),
        ("train_labels.npy", np.array([{}] * 5), "no array of numbers"),
    ],
)
def test_damaged_arrays_are_refused(
    tmp_path: Path, name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.generic]], said: str
) -> None:
    pairs = Pairs(np.zeros((5, 28, 28)), np.zeros((5, 112, 112)), np.arange(5))
    write(tmp_path, "train", pairs)
    np.save(tmp_path / name, values, allow_pickle=True)
    with pytest.raises(InvalidInput, match=said):
        read(tmp_path, "train")


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputNotFound, match="adf demo avmnist make"):
        read(tmp_path, "train")


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"train": 9}, "train is 9"), ({"kept": 0.0}, "kept is 0.0"), ({"noise": -1.0}, "noise is")],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, float], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        AvmnistSettings(**changes)  # type: ignore[arg-type]
