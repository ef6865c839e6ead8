"""Where settings come from: YAML files, the environment, ``--set`` and named options."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from adf.emit import one_line
from adf.errors import ConfigError
from adf.layout import Layout
from adf.nodes import is_null, parse, read, shown
from adf.registry import nearest


class Setting(NamedTuple):
    """One value as it was given: for which key, as which node, and where."""

    key: str
    node: yaml.Node
    origin: str


def from_value(key: str, value: Any, origin: str) -> Setting:
    """Return the setting that a Python value stands for."""
    return Setting(key, parse(one_line(value)), origin)


def from_defaults(layout: Layout[Any]) -> Iterator[Setting]:
    """Yield what the dataclasses themselves say."""
    for key, value in layout.defaults.items():
        yield from_value(key, value, "default")


def locate(name: str, preset: Callable[[str], Path] | None) -> tuple[Path, str]:
    """Return the file that ``-c name`` means, and how to call it: a path, else a preset."""
    path = Path(name)
    # A folder that happens to have the name of a preset, such as demo/, does not hide it.
    if preset is None or (path.exists() and not path.is_dir()):
        return path, name
    found = preset(name)
    return found, "/".join(found.parts[-2:])


def from_file(layout: Layout[Any], path: Path, title: str) -> Iterator[Setting]:
    """Yield what a YAML file says; ``title`` names it in origins."""
    root = read(path, title)
    if root is None or is_null(root):
        return
    if not isinstance(root, yaml.MappingNode):
        raise ConfigError(f"{title}: settings are 'name: value' lines, and this is something else")
    first: dict[str, str] = {}
    for setting in _spread(layout, "", root, lambda node: f"{title}:{node.start_mark.line + 1}"):
        if setting.key in first:
            twice = f"{first[setting.key]} and {setting.origin}"
            raise ConfigError(f"'{setting.key}' is set twice, in {twice}")
        first[setting.key] = setting.origin
        yield setting


def from_environment(
    layout: Layout[Any],
    prefix: str,
    environ: Mapping[str, str],
    variables: Mapping[str, str | None],
) -> Iterator[Setting]:
    """Yield what variables like ``ADF_SEARCH_TRAIN__LR`` say.

    ``variables`` are those that belong to options, with the setting that the option stands for.
    """
    for name in sorted(environ):
        # An empty variable counts as not set, as everywhere in click.
        if not name.startswith(f"{prefix}_") or not environ[name]:
            continue
        key = name.removeprefix(f"{prefix}_").lower().replace("__", ".")
        if layout.find(key) is None:
            if name not in variables:
                known = [_variable(prefix, each) for each in layout.types] + list(variables)
                raise ConfigError(
                    f"the environment variable {name} sets nothing here.{nearest(name, known)}"
                )
            if variables[name] is None:
                continue
            key = str(variables[name])
        yield from assigned(layout, key, environ[name], f"environment variable {name}")


def _variable(prefix: str, key: str) -> str:
    return f"{prefix}_{key.replace('.', '__')}".upper()


def from_assignment(layout: Layout[Any], text: str) -> Iterator[Setting]:
    """Yield what ``--set KEY=VALUE`` says."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise ConfigError(f"--set takes KEY=VALUE, not '{text}'")
    yield from assigned(layout, key.strip(), value, "--set")


def assigned(layout: Layout[Any], key: str, text: str, origin: str) -> Iterator[Setting]:
    """Yield what ``text``, typed for ``key``, says."""
    try:
        node = parse(text)
    except ConfigError as error:
        raise ConfigError(f"'{key}' is {error} ({origin})") from None
    yield from _placed(layout, key, node, origin, lambda _: origin)


def _spread(
    layout: Layout[Any], prefix: str, node: yaml.Node, origin: Callable[[yaml.Node], str]
) -> Iterator[Setting]:
    for name, value in node.value:
        yield from _placed(layout, prefix + name.value, value, origin(name), origin)


def _placed(
    layout: Layout[Any],
    name: str,
    node: yaml.Node,
    here: str,
    origin: Callable[[yaml.Node], str],
) -> Iterator[Setting]:
    key = layout.find(name)
    if key is None:
        hint = layout.hint(name, isinstance(node, yaml.MappingNode))
        raise ConfigError(f"there is no setting '{name}' ({here}).{hint}")
    if key not in layout.sections:
        yield Setting(key, node, here)
    elif isinstance(node, yaml.MappingNode):
        yield from _spread(layout, f"{key}.", node, origin)
    elif not is_null(node):
        raise ConfigError(f"'{key}' is a section, not a value: '{shown(node)}' ({here})")
