"""The same code works uninstalled and installed in every way, from any folder."""

import subprocess
import sys
import sysconfig
from pathlib import Path
from shutil import copyfile

import pytest

from tests.house.checkout import ROOT

pytestmark = pytest.mark.slow

MODES = {
    "plain": ["."],
    "editable": ["-e", "."],
    "strict": ["-e", ".", "--config-settings", "editable_mode=strict"],
}
PROBE = """
import multiprocessing, pickle
import adf
from adf.cache import FeatureSpec
from adf.configs import preset, presets

def twice(spec):
    return pickle.loads(pickle.dumps(spec)), FeatureSpec.__module__

if __name__ == "__main__":
    assert preset("cache/half").is_file(), presets()
    spec = FeatureSpec("layer1", (3, 2, 2, 2))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(twice, (spec,)) == (spec, "adf.cache.spec")
    print("works")
"""


def run(*command: object, cwd: Path) -> str:
    words = [str(word) for word in command]
    outcome = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, f"{' '.join(words)}\n{outcome.stdout}\n{outcome.stderr}"
    return outcome.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the files that are the project's, as a fresh clone has them."""
    copy = tmp_path / "checkout"
    for name in run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            copyfile(ROOT / name, copy / name)
    return copy


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A fresh environment that sees our dependencies, and not our own installation."""
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run(python, "-c", code, cwd=tmp_path).strip())
    # A path named in a .pth file is searched, but the .pth files in it are not: ours stays unseen.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def check(python: Path, cwd: Path) -> None:
    probe = cwd / "probe.py"
    probe.write_text(PROBE)
    assert run(python, probe, cwd=cwd) == "works\n"
    probe.unlink()


def test_uninstalled(checkout: Path, python: Path) -> None:
    check(python, checkout)
    assert run(python, "-m", "adf", "--version", cwd=checkout).startswith("adf")


@pytest.mark.parametrize("mode", MODES)
def test_installed(mode: str, checkout: Path, python: Path, tmp_path: Path) -> None:
    quiet = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        *quiet,
        *MODES[mode],
        cwd=checkout,
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    check(python, elsewhere)
    check(python, checkout)
    assert run(python.with_name("adf"), "--version", cwd=elsewhere).startswith("adf")
    where = run(python, "-c", "import adf; print(adf.__file__)", cwd=elsewhere)
    assert (str(checkout) in where) == (mode != "plain")
    if mode != "plain":
        (checkout / "cache" / "added.py").write_text("ANSWER = 42\n")
        code = "from adf.cache.added import ANSWER; print(ANSWER)"
        assert run(python, "-c", code, cwd=elsewhere) == "42\n"


def test_a_room_is_not_importable_by_its_bare_name(checkout: Path, python: Path) -> None:
    code = "import importlib\ntry:\n  import evaluate\nexcept ImportError as e:\n  print(e)"
    assert "import adf.evaluate" in run(python, "-c", code, cwd=checkout)
