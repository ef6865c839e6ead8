"""`adf cache` as a user types it: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import adf as package
from tests.cache.samples import FAILED, FLOATS, VECTOR, build, make_plan, values


def adf(*words: object, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "adf", "cache", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder as a newcomer has it: a list of clips and arrays."""
    (tmp_path / "clips.csv").write_bytes(make_plan().csv)
    np.save(tmp_path / "maps.npy", values(FLOATS, range(10)))
    np.savez(tmp_path / "sound.npz", emb=values(VECTOR, range(10)))
    return tmp_path


IMPORT = ("import", "C", "--clips", "clips.csv", "--features", "rgb/layer3=maps.npy")


def test_import_info_verify_export(given: Path) -> None:
    made = adf(*IMPORT, "--features", "audio=sound.npz", "--progress", "off", cwd=given)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout == adf("info", "C", cwd=given).stdout
    assert made.stdout.splitlines()[0] == (
        "C: imported, 10 clips of 5 videos, 3 classes, store zarr"
    )
    assert "rgb: complete, 540 B, imported" in made.stdout
    facts = json.loads(adf("info", "C", "--json", cwd=given).stdout)
    assert facts["modalities"]["audio"]["levels"]["emb"]["shape"] == [5]
    verified = adf("verify", "C", cwd=given)
    assert verified.stdout == "C: all 2 shards are as written\n"
    written = adf("export", "C", "out", "--modality", "rgb", "--json", cwd=given)
    assert json.loads(written.stdout)["written"] == ["out/clips.csv", "out/rgb/layer3.npy"]
    assert np.array_equal(np.load(given / "out/rgb/layer3.npy"), np.load(given / "maps.npy"))


def test_settings_come_from_presets_files_and_options(given: Path) -> None:
    (given / "mine.yaml").write_text("shard_rows: 4\ndtype: float32\n")
    printed = adf(
        *IMPORT,
        "-c",
        "mine.yaml",
        "-c",
        "cache/half",
        "--store",
        "hdf5",
        "--print-config",
        cwd=given,
    )
    assert printed.stdout.splitlines() == [
        "store: hdf5  # --store",
        "dtype: uint8  # cache/half.yaml:3",
        "codec: none  # default",
        "dataset: imported  # default",
        "shard_rows: 4  # mine.yaml:1",
        "allow_nonfinite: false  # default",
    ]
    assert not (given / "C").exists()
    assert adf(*IMPORT, "--set", "shard_rows", "4", "dtype", "uint8", cwd=given).returncode == 0
    facts = json.loads(adf("info", "C", "--json", cwd=given).stdout)
    assert facts["shard_rows"] == 4
    assert facts["modalities"]["rgb"]["levels"]["layer3"]["dtype"] == "uint8"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("info", "nowhere"), 4, "nowhere is not a folder"),
        (("info", "."), 4, "holds no feature cache"),
        ((*IMPORT, "--set", "dtpye=uint8"), 2, "Did you mean 'dtype'?"),
        ((*IMPORT, "--dtype", "int4"), 2, "int4"),
        ((*IMPORT, "--store", "zar"), 2, "'zar' is not one of 'zarr', 'hdf5'"),
        ((*IMPORT, "--set", "store=memory"), 2, "memory"),
        ((*IMPORT, "-c", "cache/hlaf"), 2, "Did you mean 'cache/half'?"),
        ((*IMPORT[:2], "--clips", "no.csv", *IMPORT[4:]), 4, "no.csv cannot be read"),
        ((*IMPORT, "--store", "hdf5", "--codec", "zstd"), 2, "the hdf5 store has no zstd"),
        (("verfy", "C"), 2, "verify"),
    ],
)
def test_an_error_is_one_line_and_a_code(
    given: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    ended = adf(*words, cwd=given)
    assert ended.returncode == code
    assert message in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert not (given / "C" / "zarr.json").exists()


def test_rows_that_failed_end_with_code_5(given: Path) -> None:
    maps = np.load(given / "maps.npy")
    maps[3] = np.inf
    np.save(given / "maps.npy", maps)
    ended = adf(*IMPORT, "--progress", "off", cwd=given)
    assert ended.returncode == 5
    assert ended.stderr.startswith("error: 1 rows have no features (first: rgb row 3: layer3 has ")
    assert "rgb: complete, 1 failed" in adf("info", "C", cwd=given).stdout


def test_damage_is_named_dropped_and_filled(given: Path) -> None:
    assert adf(*IMPORT, cwd=given).returncode == 0
    shard = given / "C" / "rgb" / "layer3" / "c.0.0.0.0.0"
    data = bytearray(shard.read_bytes())
    data[200] ^= 16
    shard.write_bytes(data)
    found = adf("verify", "C", "--json", cwd=given)
    assert found.returncode == 4
    (damage,) = json.loads(found.stdout)["damage"]
    assert (damage["row"], damage["id"], damage["level"]) == (3, "v1/1", "layer3")
    assert "adf cache gc --damaged C" in found.stderr
    assert "rgb/commits/00000.json" in adf("gc", "C", "--damaged", "--dry-run", cwd=given).stdout
    assert adf("gc", "C", "--damaged", cwd=given).returncode == 0
    assert "0/1 shards, not complete" in adf("info", "C", cwd=given).stdout
    assert adf(*IMPORT, cwd=given).returncode == 0
    assert adf("verify", "C", cwd=given).returncode == 0


def test_convert_and_back(tmp_path: Path) -> None:
    build(tmp_path / "a", FLOATS, VECTOR, failed=FAILED)
    assert adf("convert", "a", "b", cwd=tmp_path).returncode == 0
    ended = adf("convert", "b", "c", "--store", "zarr", "--codec", "zstd", "--json", cwd=tmp_path)
    facts = json.loads(ended.stdout)["modalities"]["rgb"]
    before = json.loads(adf("info", "a", "--json", cwd=tmp_path).stdout)["modalities"]["rgb"]
    assert (facts["digest"], facts["codec"]) == (before["digest"], "zstd")
    assert [row["id"] for row in facts["failed"]] == ["v0/1", "v4/1"]


def test_groups_on_both_sides_of_a_split_are_told(tmp_path: Path) -> None:
    rows = ["id,label,group,split", "a,x,film1,train", "b,y,film1,test", "c,x,film2,test"]
    (tmp_path / "clips.csv").write_text("\n".join(rows) + "\n")
    np.save(tmp_path / "maps.npy", np.zeros((3, 4)))
    ended = adf(*IMPORT, cwd=tmp_path)
    assert "split_1: 2 test, 1 train  WARNING: 1 groups are on both sides" in ended.stdout
