import json
import re
import resource
import sys
import tempfile
import types
import warnings
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adf import checks, doctor, probes, probes_video, requirements
from adf.checks import Check
from adf.probes import Doubt


def call(*words: str) -> Result:
    return CliRunner().invoke(doctor.doctor, words)


def raising(error: Exception) -> Callable[..., Any]:
    def look(*_: Any) -> str:
        raise error

    return look


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    def few() -> list[Check]:
        return [
            Check("good", lambda: "1.0", "never shown"),
            Check("slow", raising(Doubt("works, slowly")), "speed it up"),
            Check("broken", raising(OSError("cannot open\n  libx.so")), "install libx"),
        ]

    monkeypatch.setattr(doctor, "checks", few)


@pytest.mark.usefixtures("three")
def test_the_table_says_what_to_do() -> None:
    result = call()
    assert result.exit_code == 3
    pad = " " * 38
    assert result.stdout.splitlines() == [
        f"ok    {'good':<32} 1.0",
        f"warn  {'slow':<32} works, slowly",
        f"{pad} -> speed it up",
        f"fail  {'broken':<32} OSError: cannot open libx.so",
        f"{pad} -> install libx",
        "",
        "1 of 3 checks failed",
    ]


@pytest.mark.usefixtures("three")
def test_json_is_one_object() -> None:
    result = call("--json")
    assert result.exit_code == 3
    found = json.loads(result.stdout)
    assert found["ok"] is False
    assert found["checks"][1] == {
        "name": "slow",
        "status": "warn",
        "detail": "works, slowly",
        "remedy": "speed it up",
    }


def test_a_warning_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "checks", lambda: [Check("slow", raising(Doubt("slow")), "do x")])
    result = call()
    assert result.exit_code == 0
    assert result.stdout.endswith("\nready to work\n")


@pytest.mark.slow
def test_this_machine_is_healthy() -> None:
    result = call("--json")
    found = json.loads(result.stdout)
    assert [row for row in found["checks"] if row["status"] == "fail"] == []
    assert (result.exit_code, found["ok"]) == (0, True)


def test_missing_packages_become_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "torchvision", "av", "zarr", "h5py", "google_crc32c"):
        monkeypatch.setitem(sys.modules, name, None)
    found = {row.name: row for row in map(doctor.examine, checks.checks())}
    for name in ("torch import", "torchvision pair", "gpu", "video libraries", "video decoders"):
        assert found[name].status == "fail"
        assert found[name].detail.startswith("ModuleNotFoundError: import of ")
    for name in ("video round trip", "zarr", "hdf5", "crc32c"):
        assert found[name].status == "fail"
    assert all(row.remedy for row in found.values() if row.status != "ok")


def test_every_required_package_has_a_row() -> None:
    names = [check.name for check in checks.package_checks()]
    for package in ("av", "click", "torch", "torchvision", "zarr", "h5py"):
        assert any(re.match(rf"package {package}\b", name) for name in names)
    assert not any("pytest" in name for name in names)


def test_requirements_come_from_the_distribution_or_from_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setup = tmp_path / "setup.cfg"
    setup.write_text(
        "[options]\ninstall_requires =\n    av>=14\n"
        "[options.extras_require]\ntest =\n    obstore\ns3 =\n    obstore>=0.6\n"
    )
    monkeypatch.setattr(requirements, "SETUP", setup)
    monkeypatch.setattr(
        metadata, "requires", raising(metadata.PackageNotFoundError("autodeepfuse"))
    )
    assert requirements.requirements() == [
        "av>=14",
        'obstore; extra == "test"',
        'obstore>=0.6; extra == "s3"',
    ]
    assert requirements.how_to_install("obstore") == "pip install 'autodeepfuse[s3]'"
    assert requirements.how_to_install("optuna") == "pip install optuna"
    setup.unlink()
    assert requirements.requirements() == []
    monkeypatch.setattr(metadata, "requires", lambda _: ["click>=8.2"])
    assert requirements.requirements() == ["click>=8.2"]


def test_versions_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: "2.12.0+cu130")
    assert requirements.installed("torch>=2.11") == "2.12.0+cu130"
    with pytest.raises(ValueError, match=r"^2\.12\.0\+cu130 is installed, >=3 is needed$"):
        requirements.installed("torch>=3")
    monkeypatch.undo()
    with pytest.raises(ValueError, match=r"^not installed$"):
        requirements.installed("no-such-distribution>=1")


def test_an_optional_package_is_never_a_fault() -> None:
    assert probes.optional("json", "x", "work") == "installed, for work"
    missing = probes.optional("no_such_module", "no-such", "work")
    assert missing == "not installed; only for work: pip install no-such"


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    with pytest.raises(RuntimeError, match="is too old"):
        probes.python()


@pytest.mark.parametrize(
    ("limit", "fine"), [(1024, False), (4095, False), (4096, True), (-1, True)]
)
def test_open_files(monkeypatch: pytest.MonkeyPatch, limit: int, fine: bool) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, 524288))
    (check,) = (check for check in checks.checks() if check.name == "open files")
    row = doctor.examine(check)
    assert row.status == ("ok" if fine else "warn")
    if not fine:
        assert row.detail == f"at most {limit} at a time, 4096 are better"
        assert row.remedy == "ulimit -n 65536"


def test_slow_checksums(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = types.SimpleNamespace(implementation="python")
    monkeypatch.setitem(sys.modules, "google_crc32c", fake)
    with pytest.raises(Doubt, match="the slow 'python' implementation is in use"):
        probes.crc32c()


def test_a_temporary_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/proc")
    row = doctor.examine(Check("temporary folder", probes.temporary_folder, "export TMPDIR=/x"))
    assert (row.status, row.remedy) == ("fail", "export TMPDIR=/x")


def fake_torch(monkeypatch: pytest.MonkeyPatch, available: Callable[[], bool]) -> None:
    class Ones:
        def add(self, _: int) -> "Ones":
            return self

        def item(self) -> float:
            return 2.0

    cuda = types.SimpleNamespace(
        is_available=available,
        device_count=lambda: 2,
        get_device_name=lambda index: f"GPU {index}",
        get_device_properties=lambda _: types.SimpleNamespace(total_memory=80 * 2**30),
    )
    fake = types.SimpleNamespace(cuda=cuda, ones=lambda *_, **__: Ones())
    monkeypatch.setitem(sys.modules, "torch", fake)


def test_gpus_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_torch(monkeypatch, lambda: True)
    assert probes.gpu() == "GPU 0 (80 GiB), GPU 1 (80 GiB)"


def test_no_gpu_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_torch(monkeypatch, lambda: False)
    assert probes.gpu() == "none; everything works on the CPU, only slower"


def test_an_old_driver_is_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    def available() -> bool:
        warnings.warn("The NVIDIA driver on your system is too old\nmore", stacklevel=1)
        return False

    fake_torch(monkeypatch, available)
    with pytest.raises(Doubt, match=r"^The NVIDIA driver on your system is too old$"):
        probes.gpu()


def test_video_works_here() -> None:
    assert probes_video.libraries().startswith("PyAV ")
    assert probes_video.decoders() == "h264, hevc, mpeg4, vp9"
    assert re.fullmatch(r"5 frames through (libx264|mpeg4)", probes_video.round_trip())


def test_a_missing_decoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes_video, "CODECS", ("h264", "no-such-codec"))
    with pytest.raises(RuntimeError, match=r"^no decoder for no-such-codec$"):
        probes_video.decoders()


def test_a_round_trip_without_h264(monkeypatch: pytest.MonkeyPatch) -> None:
    av = pytest.importorskip("av")
    monkeypatch.setattr(av, "codecs_available", set())
    assert probes_video.round_trip() == "5 frames through mpeg4"
