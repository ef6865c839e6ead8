"""The same command again: nothing is done twice, and nothing else is taken for the same."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from adf.cache import Root
from adf.config import load
from adf.errors import CacheMismatch, ConfigError, InputNotFound
from adf.extract import fill
from adf.extract.backbones import BACKBONES
from adf.extract.settings import ExtractSettings
from adf.extract.weights import load_weights
from tests.cache.nursery import environment
from tests.cache.samples import tree
from tests.extract.pipeline.samples import QUICK, extract


def test_a_complete_cache_costs_nothing(videos: Path, tmp_path: Path) -> None:
    first = extract(videos, tmp_path / "cache")
    before = tree(tmp_path / "cache")
    again = extract(videos, tmp_path / "cache")
    assert first.facts["work"]["clips"] == 10
    assert again.facts["work"] == {}
    assert again.facts["modalities"] == first.facts["modalities"]
    assert tree(tmp_path / "cache") == before


def test_a_complete_cache_is_known_without_torch(videos: Path, tmp_path: Path) -> None:
    sets = [f"{name}={value}" for name, value in QUICK.items()]
    command = ["extract", "--videos", str(videos), "--cache", str(tmp_path / "cache")]
    command += [word for text in sets for word in ("--set", text)]
    script = (
        "import sys; from adf.main import main; sys.argv[0] = 'adf'\n"
        "try: main()\nfinally: print('torch' in sys.modules)"
    )
    said = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", script, *command],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(done.stdout.splitlines()[-1])
    assert said == ["True", "False"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"weights__all": "random:4"}, "weights"),
        ({"backbone__all": "r3d_18"}, "backbone"),
        ({"clip__stride": 2}, "stride"),
        ({"clip__fps": 5}, "fps"),
        ({"pool": "1x1"}, "pooling"),
        ({"dtype": "float32"}, "dtype"),
        ({"normalisation__rgb": "activitynet-255"}, "normalisation"),
        ({"levels__all": "layer4"}, "levels"),
        ({"strict": True}, "partial"),
        ({"clip__views": 3}, "plan"),
        ({"clip__flip": True}, "plan"),
        ({"codec": "zstd"}, "codec"),
        ({"shard_rows": 5}, "shard_rows"),
        ({"backend": "hdf5"}, "store"),
    ],
)
def test_other_settings_are_refused_by_name(
    videos: Path, filled: Path, change: dict[str, Any], named: str
) -> None:
    before = files(filled)
    with pytest.raises(CacheMismatch, match=named):
        extract(videos, filled, **change)
    assert files(filled) == before


def files(cache: Path) -> dict[str, bytes]:
    """Return all files: an empty folder more, where something was to be written, is no harm."""
    return {name: data for name, data in tree(cache).items() if data != b"folder"}


@pytest.fixture(scope="session")
def filled(videos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete cache, which no test changes."""
    cache = tmp_path_factory.mktemp("filled") / "cache"
    extract(videos, cache)
    return cache


def test_what_was_dropped_is_done_again(videos: Path, tmp_path: Path) -> None:
    extract(videos, tmp_path / "cache")
    before = tree(tmp_path / "cache")
    Root.open(tmp_path / "cache").commits("rgb").withdraw([1])
    assert extract(videos, tmp_path / "cache").facts["work"]["clips"] == 4
    assert tree(tmp_path / "cache") == before


def test_a_cache_goes_on_as_it_was_begun(videos: Path, tmp_path: Path) -> None:
    extract(videos, tmp_path / "cache", engine="folded", batch=2)
    before = tree(tmp_path / "cache")
    Root.open(tmp_path / "cache").commits("rgb").withdraw([0, 2])
    work = extract(videos, tmp_path / "cache", engine="frozen").facts["work"]
    assert work["engines"] == {"rgb": "folded"}
    assert tree(tmp_path / "cache") == before


def test_what_is_not_given_is_asked_for(videos: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--weights rgb=FILE"):
        extract(videos, tmp_path / "cache", weights__all="")
    with pytest.raises(ConfigError, match="--videos"):
        load(ExtractSettings, sets=["cache=cache"])
    with pytest.raises(InputNotFound, match="nowhere"):
        extract(tmp_path / "nowhere", tmp_path / "cache")
    with pytest.raises(ConfigError, match="there is no 'sound'; known: rgb, flow, pose"):
        extract(videos, tmp_path / "cache", modality="sound")
    assert not (tmp_path / "cache").exists()


def test_other_versions_only_warn(
    videos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    extract(videos, tmp_path / "cache")
    before = files(tmp_path / "cache")
    Root.open(tmp_path / "cache").commits("rgb").withdraw([1])
    monkeypatch.setattr(fill, "library_versions", lambda: {"torch": "99.1"})
    extract(videos, tmp_path / "cache")
    assert f"rgb was begun with torch {torch.__version__.split('+')[0]}" in caplog.text
    assert "(now 99.1): new features may differ in the last bits" in caplog.text
    assert files(tmp_path / "cache") == before


def test_retrying_with_other_settings_drops_nothing(videos: Path, tmp_path: Path) -> None:
    films = tmp_path / "films"
    shutil.copytree(videos, films)
    (films / "run" / "broken.mp4").write_bytes(b"no video")
    extract(films, tmp_path / "cache")
    before = files(tmp_path / "cache")
    with pytest.raises(CacheMismatch, match="stride"):
        extract(films, tmp_path / "cache", retry_failed=True, clip__stride=2)
    assert files(tmp_path / "cache") == before


def test_weights_of_the_same_name_are_not_the_same(
    videos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    backbone = BACKBONES["r3d10-tiny"]()
    for seed in (1, 2):
        load_weights(backbone, f"random:{seed}")
        torch.save(backbone.state_dict(), tmp_path / "w.pth")
        if seed == 1:
            extract(videos, tmp_path / "cache", weights__all="~/w.pth")
    with pytest.raises(CacheMismatch, match="weights"):
        extract(videos, tmp_path / "cache", weights__all="~/w.pth")
