from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adf.config import differences, load
from adf.sources import from_value
from tests.foundation.schema import Optimiser, Settings, Train, loaded


def test_resolved_yaml_names_every_origin(tmp_path: Path) -> None:
    config = loaded(tmp_path, "train:\n  note: no\n", "levels=a,b", "slurm.a=012")
    assert config.to_yaml(origins=True) == (
        "train:\n"
        "  epochs: 3  # default\n"
        "  optimiser:\n"
        "    kind: adam  # default\n"
        "    lr: 0.5  # default\n"
        "    betas: [0.9, 0.999]  # default\n"
        f'  note: "no"  # {tmp_path}/x.yaml:2\n'
        "out: runs  # default\n"
        "levels: [a, b]  # --set\n"
        'slurm: {a: "012"}  # --set\n'
        "amp: true  # default\n"
        "seed: 0  # default\n"
    )


WORDS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.builds(
    Settings,
    train=st.builds(
        Train,
        epochs=st.integers(1, 2**64 - 1),
        optimiser=st.builds(Optimiser, lr=st.floats(allow_nan=False)),
        note=st.none() | WORDS,
    ),
    levels=st.lists(WORDS).map(tuple),
    slurm=st.dictionaries(WORDS, WORDS),
    amp=st.booleans(),
    seed=st.integers(-(2**63), 2**64 - 1) | WORDS,
)


@given(value=VALUES)
def test_resolved_yaml_loads_again(
    tmp_path_factory: pytest.TempPathFactory, value: Settings
) -> None:
    path = tmp_path_factory.mktemp("again") / "x.yaml"
    leaves = {
        "train.epochs": value.train.epochs,
        "train.optimiser.lr": value.train.optimiser.lr,
        "train.note": value.train.note,
        "levels": value.levels,
        "slurm": value.slurm,
        "amp": value.amp,
        "seed": value.seed,
    }
    config = load(Settings, options=[from_value(*leaf, "--x") for leaf in leaves.items()])
    assert config.value == value
    for origins in (False, True):
        path.write_text(config.to_yaml(origins), "utf-8")
        again = load(Settings, files=[str(path)])
        assert again.value == value
        assert again.digest() == config.digest()
        assert differences(again, config) == []


def test_a_digest_is_stable_and_differences_are_named(tmp_path: Path) -> None:
    plain = load(Settings)
    other = load(Settings, sets=["train.optimiser.lr=2", "slurm.a=1"])
    assert plain.digest() == loaded(tmp_path, "train.optimiser.lr: 0.50\n").digest()
    assert plain.digest() == "f0f16dd5b378cd92"
    assert plain.digest() != other.digest()
    assert differences(plain, other) == ["train.optimiser.lr", "slurm"]


def test_other_schemas_differ_by_their_keys() -> None:
    @dataclass(frozen=True)
    class Small:
        seed: int = 0
        more: int = 1

    assert differences(load(Small), load(Optimiser)) == ["seed", "more", "kind", "lr", "betas"]


@pytest.mark.parametrize("name", ["a\nb: c", "a\rb", "a\x85b", "a\u2028b", "a\x1b[31m", "ä\udcff"])
def test_odd_names_of_files_and_odd_texts_load_again(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("seed: 1\n")
    config = load(Settings, files=[str(tmp_path / name)], sets=[f"train.note={name}"])
    again = loaded(tmp_path, config.to_yaml(origins=True).encode().decode())
    assert again.value == config.value
    assert again.value.train.note == name
