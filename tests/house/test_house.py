"""The rules of the house, each with a planted fault that proves its check can fail."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.checkout import ROOMS, ROOT
from tests.house.duplication import MOST, duplicated_share
from tests.house.imports import forbidden_imports
from tests.house.packages import wrong_packages
from tests.house.sizes import oversized_files

SETUP = "[options]\npackage_dir =\n{mapped}\npackages =\n{packages}\n"


def plant(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_imports_follow_the_data() -> None:
    assert forbidden_imports(ROOT) == []


@pytest.mark.parametrize(
    ("name", "text", "room"),
    [
        ("cache/spec.py", "from adf.search import cell\n", "search"),
        ("cache/spec.py", "def f():\n    import adf.extract.video\n", "extract"),
        ("extract/engine.py", "from adf import search\n", "search"),
        ("search/data.py", "from adf.extract.video import decode\n", "extract"),
        ("adf/config.py", "import adf.configs as configs\n", "configs"),
        ("evaluate/bench.py", "from adf.extract import video\n", "extract"),
    ],
)
def test_an_import_against_the_data_is_found(
    tmp_path: Path, name: str, text: str, room: str
) -> None:
    plant(tmp_path, name, text)
    own = name.split("/")[0]
    (fault,) = forbidden_imports(tmp_path)
    assert fault.endswith(f"{own} may not import adf.{room}")


def test_an_import_with_the_data_is_fine(tmp_path: Path) -> None:
    plant(tmp_path, "evaluate/predict.py", "from adf.extract.video import decode\n")
    plant(tmp_path, "search/data.py", "from adf.cache import FeatureCache\nimport adf.errors\n")
    assert forbidden_imports(tmp_path) == []


def test_setup_lists_every_package() -> None:
    assert wrong_packages(ROOT) == []


def test_a_package_that_is_not_listed_is_found(tmp_path: Path) -> None:
    packages = "\n".join(f"    adf.{room}" for room in ROOMS)
    mapped = "\n".join(f"    adf.{room} = {room}" for room in ROOMS)
    plant(tmp_path, "setup.cfg", SETUP.format(mapped=mapped, packages="    adf\n" + packages))
    for room in ROOMS:
        plant(tmp_path, f"{room}/__init__.py", "")
    assert wrong_packages(tmp_path) == []
    plant(tmp_path, "search/methods/__init__.py", "")
    (fault,) = wrong_packages(tmp_path)
    assert fault == "adf.search.methods is a folder and not in the packages of setup.cfg"
    (tmp_path / "demo" / "__init__.py").unlink()
    assert "adf.demo is in the packages of setup.cfg and no folder" in wrong_packages(tmp_path)


def test_little_stands_twice() -> None:
    share, pairs = duplicated_share(ROOT)
    assert share < MOST, pairs


def test_a_copied_passage_is_found(tmp_path: Path) -> None:
    passage = "".join(f"value_{i} = compute({i})\n" for i in range(8))
    plant(tmp_path, "cache/a.py", passage)
    plant(tmp_path, "search/b.py", "import numpy\n\n# another place\n" + passage)
    share, pairs = duplicated_share(tmp_path)
    assert share == 1
    assert ("cache/a.py:1", "search/b.py:4") in pairs


def test_files_are_small() -> None:
    assert oversized_files(ROOT) == []


def test_a_large_file_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "cache/a.py", "x = 1\n" * 301)
    assert oversized_files(tmp_path) == [
        "cache/a.py has 301 lines, 300 at most",
        "the median file has 301 lines, 120 at most",
    ]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("F401", '"""Doc."""\n\nimport os\n'),
        ("TID251", '"""Doc."""\n\nimport cache\n\ncache.x()\n'),
        ("D103", '"""Doc."""\n\n\ndef f() -> None:\n    return\n'),
        ("T201", '"""Doc."""\n\nprint(1)\n'),
        ("S301", '"""Doc."""\n\nimport pickle\n\npickle.load(open("x", "rb"))\n'),
        ("S307", '"""Doc."""\n\neval("1")\n'),
        ("PLR0915", '"""Doc."""\n\n\ndef f() -> None:\n    """Do."""\n' + "    x = 1\n" * 31),
    ],
)
def test_ruff_refuses(code: str, text: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--stdin-filename", "cache/planted.py", "-"],
        input=text,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert code in outcome.stdout


@pytest.mark.slow
def test_mypy_refuses_a_wrong_type(tmp_path: Path) -> None:
    planted = plant(tmp_path, "planted.py", 'from adf.errors import Exit\n\nx: Exit = "no"\n')
    outcome = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(planted)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert 'variable has type "Exit"' in outcome.stdout
