"""The search methods: each is a module here with a function ``search``, from a study to a genotype.

Adding one takes its file and its name in the list; a file that lies elsewhere is named by its path.
The first line of its text says how it works, the one after ``Cost:`` what it spends. A method is
imported when it is asked for.
"""

import ast
from collections.abc import Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isfunction
from pathlib import Path
from reprlib import repr as short
from traceback import extract_tb
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from adf.errors import ConfigError, InputNotFound, UnknownName
from adf.registry import nearest

if TYPE_CHECKING:
    from adf.search.families import Found
    from adf.search.relaxing.relaxation import Relaxing
    from adf.search.settings import SearchSettings, SpaceSettings
    from adf.search.study import Study

# Supernets of cells: adf-eval gap can look into them.
RELAXATIONS = ("darts", "pc-darts", "gdas", "drnas")
# They take relax.epochs; all others keep to a budget.
BY_EPOCHS = (*RELAXATIONS, "bm-nas")
METHODS = (
    "propose-and-judge",
    *RELAXATIONS,
    *("random", "successive-halving", "evolution"),
    *("mfas", "bm-nas"),
)
PYTHON = ".py"


class About(NamedTuple):
    """What a list of methods says of one."""

    name: str
    mechanism: str
    cost: str


def method(name: str) -> "Callable[[Study], Found]":
    """Return the function of a method."""
    search = getattr(_imported(name), "search", None)
    if not isfunction(search):
        raise ConfigError(f"method: {name} has no function search: add search(study) -> Genotype")

    def checked(study: "Study") -> "Found":
        from adf.search.families import FAMILIES

        found: Found = search(study)
        if getattr(found, "format", None) not in FAMILIES:
            line = search.__code__.co_firstlineno
            raise ConfigError(
                f"method: {name}, line {line}: search returned {short(found)}: return a genotype"
            )
        return found

    return checked


def relaxing(name: str) -> "Callable[[SearchSettings], Relaxing]":
    """Return what a method says of the supernet it trains."""
    found: Callable[[SearchSettings], Relaxing] | None = getattr(_imported(name), "relaxing", None)
    if found is None:
        raise ConfigError(f"method: {name} trains no supernet: there is nothing to look into")
    return found


def has_own_space(name: str) -> bool:
    """Return whether a method finds networks of another kind than cells."""
    return hasattr(_imported(name), "space")


def spaced(name: str, asked: "SpaceSettings") -> "SpaceSettings":
    """Return the space as a method needs it: most take what is asked for."""
    needs: Callable[[SpaceSettings], SpaceSettings] | None = getattr(_imported(name), "space", None)
    return needs(asked) if needs else asked


def spelled(name: str) -> str:
    """Return the name of a method as it is listed; that of a file is its own."""
    return Path(name).stem if name.endswith(PYTHON) else name.replace("_", "-")


def about() -> list[About]:
    """Return what there is, read from the files: none is imported."""
    return [_told(name) for name in METHODS]


def _imported(name: str) -> ModuleType:
    return _loaded(Path(name)) if name.endswith(PYTHON) else import_module(_module(name))


def _module(name: str) -> str:
    if spelled(name) not in METHODS:
        raise UnknownName(
            f"method: none is called '{name}'.{nearest(spelled(name), list(METHODS))}"
            f" Known: {', '.join(METHODS)}, and files that end in {PYTHON}"
        )
    return f"{__name__}.{spelled(name).replace('-', '_')}"


def _loaded(path: Path) -> ModuleType:
    if not path.is_file():
        raise InputNotFound(f"method: there is no file {path}")
    spec = spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise ConfigError(f"method: {error.filename}, line {error.lineno}: {error.msg}") from error
    except Exception as error:  # A file of someone else's may do anything.
        frames = extract_tb(error.__traceback__)
        lines = [each.lineno for each in frames if each.filename == spec.origin]
        raise ConfigError(
            f"method: {path}, line {(lines or [1])[-1]}: {type(error).__name__}: {error}"
        ) from error
    return module


def _told(name: str) -> About:
    file = Path(__file__).with_name(f"{name.replace('-', '_')}{PYTHON}")
    text = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    cost = text.partition("\n\nCost: ")[2].partition("\n\n")[0]
    return About(name, text.partition("\n")[0], " ".join(cost.split()))
