"""The rules of the house, each with a planted fault that proves its check can fail."""

import platform
import subprocess
import sys
from importlib.metadata import PathDistribution, distributions
from pathlib import Path

import pytest

from tests.house.checkout import ROOMS, ROOT
from tests.house.duplication import MOST, duplicated_share
from tests.house.imports import forbidden_imports
from tests.house.packages import wrong_packages
from tests.house.pins import refused_pins
from tests.house.sizes import oversized_files

SETUP = "[options]\npackage_dir =\n{mapped}\npackages =\n{packages}\n"
SETUP += "[options.package_data]\nadf.configs = *.yaml, **/*.yaml\n"


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
        ("cache/spec.py", "from .. import search\n", "search"),
        ("search/methods/darts.py", "from ...extract.video import decode\n", "extract"),
        ("search/methods/__init__.py", "from ... import demo\n", "demo"),
        ("adf/config.py", "from .configs import preset\n", "configs"),
        ("cache/spec.py", "import adf\n\nadf.search.cell.run()\n", "search"),
        ("cache/spec.py", "import adf as a\n\ncell = a.search\n", "search"),
        ("cache/spec.py", "import adf.errors\n\nadf.search.run()\n", "search"),
        ("cache/spec.py", 'import_module("adf.search")\n', "search"),
        ("cache/spec.py", 'import_module(name="adf.search")\n', "search"),
        ("cache/spec.py", 'import_module(f"adf.search.{name}")\n', "search"),
        ("cache/spec.py", 'import_module("..search", __package__)\n', "search"),
        ("cache/spec.py", 'import_module(".search", package="adf")\n', "search"),
        ("cache/spec.py", 'importlib.import_module("adf.search")\n', "search"),
        ("cache/spec.py", 'def f():\n    return __import__("adf.search")\n', "search"),
        (
            "cache/spec.py",
            'from importlib import import_module as load\n\nload("adf.search")\n',
            "search",
        ),
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
    plant(tmp_path, "evaluate/prediction/run.py", "from adf.extract.video import decode\n")
    plant(tmp_path, "search/data.py", "from adf.cache import FeatureCache\nimport adf.errors\n")
    plant(tmp_path, "search/methods/darts.py", "from ..data import rows\nfrom . import steps\n")
    plant(tmp_path, "search/nets.py", "import torch\n")
    plant(tmp_path, "adf/main.py", 'TABLE = {"search": "adf.search.cli:search"}\nload(TABLE)\n')
    plant(tmp_path, "cache/cli.py", 'import adf\n\nimport_module("adf.cache.spec")\nadf.cache\n')
    assert forbidden_imports(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        "import {}\n",
        "def f():\n    import {}\n",
        "def f():\n    from {}.some import thing\n",
        'import_module("{}.some")\n',
        "if TYPE_CHECKING:\n    from {} import thing\n",
    ],
)
@pytest.mark.parametrize("module", ["torch", "torchvision", "av"])
def test_torch_in_the_cache_is_found(tmp_path: Path, text: str, module: str) -> None:
    plant(tmp_path, "cache/sub/spec.py", text.format(module))
    (fault,) = forbidden_imports(tmp_path)
    assert fault.endswith(f"cache may not import {module}")


def test_setup_lists_every_package() -> None:
    assert wrong_packages(ROOT) == []


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A small checkout whose setup.cfg lists all there is."""
    packages = "\n".join(f"    adf.{room}" for room in ROOMS)
    mapped = "\n".join(f"    adf.{room} = {room}" for room in ROOMS)
    plant(tmp_path, "setup.cfg", SETUP.format(mapped=mapped, packages="    adf\n" + packages))
    plant(tmp_path, ".gitignore", "/build/\n")
    for folder in ("adf", *ROOMS):
        plant(tmp_path, f"{folder}/__init__.py", "")
    for name in ("configs/a.yaml", "configs/deep/b.yaml", "configs/deep/er/c.yaml"):
        plant(tmp_path, name, "")
    for name in ("build/lib/a.py", ".venv/a.py", "docs/a.py", "tests/data/a.npy", "runs/a.json"):
        plant(tmp_path, name, "")
    plant(tmp_path, "cache/__pycache__/a.pyc", "")
    assert wrong_packages(tmp_path) == []
    return tmp_path


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (
            "search/methods/__init__.py",
            "adf.search.methods is a folder and not in the packages of setup.cfg",
        ),
        ("search/methods/darts.py", "search/methods has Python files and no __init__.py"),
        ("adf/more/darts.py", "adf/more has Python files and no __init__.py"),
        ("train/run.py", "train has Python files and is not a room"),
        ("train/deep/run.py", "train has Python files and is not a room"),
        ("configs/a.yml", "configs/a.yml is not in the package_data of setup.cfg"),
        ("search/a.yaml", "search/a.yaml is not in the package_data of setup.cfg"),
        ("demo/data/a.npy", "demo/data/a.npy is not in the package_data of setup.cfg"),
    ],
)
def test_what_the_wheel_would_lack_is_found(packed: Path, name: str, fault: str) -> None:
    plant(packed, name, "")
    assert wrong_packages(packed) == [fault]


def test_a_package_that_is_not_there_is_found(packed: Path) -> None:
    (packed / "demo" / "__init__.py").unlink()
    fault = "adf.demo is in the packages of setup.cfg and no folder"
    assert wrong_packages(packed) == [fault]


def test_a_room_without_a_folder_in_setup_is_found(packed: Path) -> None:
    setup = packed / "setup.cfg"
    setup.write_text(setup.read_text().replace("    adf.demo = demo\n", ""))
    assert wrong_packages(packed) == ["adf.demo has no package_dir in setup.cfg"]


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ("adf.demo = data/*.npy", True),
        ("adf.demo = *.npy", False),
        ("adf.demo.data = *.npy", False),
    ],
)
def test_data_is_packed_where_a_package_lists_it(packed: Path, line: str, fine: bool) -> None:
    with (packed / "setup.cfg").open("a") as setup:
        setup.write(line + "\n")
    plant(packed, "demo/data/a.npy", "")
    assert (wrong_packages(packed) == []) == fine


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


def test_pip_accepts_each_pinned_version() -> None:
    assert refused_pins(ROOT / "constraints.txt", distributions(), platform.python_version()) == []


@pytest.mark.parametrize(("python", "refused"), [("3.10.4", 0), ("3.11.7", 1)])
def test_a_pin_for_another_python_is_found(tmp_path: Path, python: str, refused: int) -> None:
    info = "Metadata-Version: 2.1\nName: some_thing\nVersion: 1.3.1\nRequires-Python: >=3.8,<3.11\n"
    package = plant(tmp_path, "some_thing.dist-info/METADATA", info).parent
    pins = plant(tmp_path, "constraints.txt", "# why\nsome.thing==1.3.1; python_version < '4'\n")
    assert len(refused_pins(pins, [PathDistribution(package)], python)) == refused
