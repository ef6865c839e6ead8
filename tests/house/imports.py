"""Who may import whom, read from the syntax trees."""

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

from tests.house.checkout import package_of, python_files

MAY_IMPORT: dict[str, set[str]] = {
    "adf": set(),
    "cache": set(),
    "configs": set(),
    "extract": {"cache", "configs"},
    "search": {"cache", "configs"},
    "evaluate": {"cache", "configs", "search"},
    "demo": {"cache", "configs", "extract", "search", "evaluate"},
}
# What may import against that, by the beginning of its path: prediction decodes raw video, a
# bundle is read like any file of weights, and the command line of the cache finds presets by name.
EXCEPTIONS = {
    ("evaluate/prediction/", "extract"),
    ("evaluate/bundle/tensors.py", "extract"),
    ("cache/cli.py", "configs"),
}

# Not even inside a function: what reads a cache need not have them.
BANNED = {"cache": {"av", "torch", "torchvision"}}


def forbidden_imports(root: Path) -> list[str]:
    """Return every import against the direction video -> cache -> genotype -> report."""
    faults = []
    for path in python_files(root, tuple(MAY_IMPORT)):
        name = path.relative_to(root).as_posix()
        own = name.split("/")[0]
        for line, module in imported_modules(path, package_of(root, path.parent)):
            room, head = room_of(module), module.partition(".")[0]
            allowed = MAY_IMPORT[own] | {own}
            if room and room not in allowed and not is_exception(name, room):
                faults.append(f"{name}:{line}: {own} may not import adf.{room}")
            if head in BANNED.get(own, ()):
                faults.append(f"{name}:{line}: {own} may not import {head}")
    return faults


def is_exception(name: str, room: str) -> bool:
    """Return whether a file may import a room against the direction."""
    return any(name.startswith(start) and room == other for start, other in EXCEPTIONS)


def imported_modules(path: Path, package: str) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything a file imports, inside functions too.

    An import by a call counts if its argument is written out; a table of names does not.
    """
    tree = ast.walk(ast.parse(path.read_text(), str(path)))
    nodes = [node for node in tree if isinstance(node, ast.stmt | ast.expr)]
    adf = {name for node in nodes for name in _names_of_adf(node)}
    loaders = {"import_module", "__import__"} | {name for node in nodes for name in _loaders(node)}
    for node in nodes:
        modules: list[str] = []
        match node:
            case ast.Import(names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module, names, level):
                # `from adf import cache` imports the module adf.cache.
                home = resolve_name("." * level + (module or ""), package)
                modules = [f"{home}.{alias.name}" for alias in names]
            case ast.Attribute(ast.Name(name), attribute) if name in adf:
                modules = [f"adf.{attribute}"]
            case ast.Call(ast.Name(name) | ast.Attribute(_, name)) if name in loaders:
                modules = _called(node, package)
        yield from ((node.lineno, module) for module in modules)


def _names_of_adf(node: ast.AST) -> Iterator[str]:
    """Yield what `import adf`, `import adf as x` and `import adf.errors` call the package adf."""
    for alias in node.names if isinstance(node, ast.Import) else ():
        if alias.name == "adf":
            yield alias.asname or "adf"
        elif alias.name.startswith("adf.") and not alias.asname:
            yield "adf"


def _loaders(node: ast.AST) -> Iterator[str]:
    """Yield x of `from importlib import import_module as x`."""
    for alias in node.names if isinstance(node, ast.ImportFrom) else ():
        if alias.name == "import_module" and alias.asname:
            yield alias.asname


def _called(call: ast.Call, package: str) -> list[str]:
    """Return the module that a call imports, if its name is written there."""
    given = dict(zip(("name", "package"), call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    name, base = _text(given.get("name")), _text(given.get("package"))
    return [resolve_name(name, base or package)] if name else []


def _text(node: ast.expr | None) -> str:
    """Return a string that is written out, of an f-string what stands before the first brace."""
    match node:
        case ast.Constant(str(text)) | ast.JoinedStr([ast.Constant(str(text)), *_]):
            return text
    return ""


def room_of(module: str) -> str | None:
    """Return the room a module lies in; the modules of adf itself are open to all."""
    head, _, rest = module.partition(".")
    room = rest.split(".")[0]
    return room if head == "adf" and room in MAY_IMPORT else None
