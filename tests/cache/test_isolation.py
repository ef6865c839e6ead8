"""Whatever of the cache is imported, torch and the video libraries are not."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import adf
import adf.cache
import adf.configs
from tests.cache.nursery import python

ISOLATED = """
import pkgutil, sys
from importlib import import_module
sys.path[:0] = sys.argv[1:]
import adf.cache
for module in pkgutil.walk_packages(adf.cache.__path__, "adf.cache."):
    import_module(module.name)
print(*sorted({"torch", "torchvision", "av", "zarr"} & set(sys.modules)), end="")
"""


def test_no_module_of_the_cache_imports_torch() -> None:
    assert python(ISOLATED) == ""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Our packages as an installer lays them, beside stand-ins for what takes long to import."""
    for package in (adf, adf.cache, adf.configs):
        place = tmp_path / package.__name__.replace(".", "/")
        source = Path(str(package.__file__)).parent
        copytree(source, place, dirs_exist_ok=True, ignore=ignore_patterns("__pycache__"))
    for name in ("torch", "torchvision", "av", "zarr"):
        (tmp_path / f"{name}.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("place", "module"),
    [
        ("adf/cache/info.py", "torch"),
        ("adf/cache/new.py", "torchvision"),
        ("adf/cache/sub/__init__.py", "av"),
        ("adf/cache/remote.py", "zarr"),
        ("adf/files.py", "torch"),
    ],
)
def test_that_the_check_above_can_fail(copy: Path, place: str, module: str) -> None:
    (copy / place).parent.mkdir(exist_ok=True)
    with (copy / place).open("a") as file:
        file.write(f"\nimport {module}\n")
    assert python(ISOLATED, str(copy)) == module
