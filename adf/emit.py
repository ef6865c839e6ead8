"""Values written as YAML that reads back as the same values."""

import math
from collections.abc import Mapping
from pathlib import PosixPath
from typing import Any

import yaml

from adf.coerce import Refused, coerce
from adf.nodes import NOTHING, PLAIN_TEXT, text_node


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar(PLAIN_TEXT, text, style='"' if _ambiguous(text) else None)


def _ambiguous(text: str) -> bool:
    """Return whether ``text`` without quotation marks may be taken for something else."""
    if text in NOTHING or not text.isprintable():
        return True
    try:
        coerce(text_node(text), bool | int | float)
    except Refused:
        return False
    return True


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(PosixPath, lambda dumper, path: dumper.represent_text(str(path)))


def one_line(value: Any) -> str:
    """Return ``value`` as one line of YAML."""
    # Inside a flow sequence every text is quoted that would need it anywhere.
    text = yaml.dump(
        [value], Dumper=_Dumper, default_flow_style=True, width=math.inf, allow_unicode=True
    )
    return text.strip().removeprefix("[").removesuffix("]")


def finite(value: Any) -> Any:
    """Return ``value`` as JSON can hold it: that knows no infinity, and YAML spells it ``.inf``."""
    if isinstance(value, dict):
        return {str(key): finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return one_line(value) if isinstance(value, float) and math.isinf(value) else value


def block(values: Mapping[str, Any], comments: Mapping[str, str]) -> str:
    """Return dotted ``values`` as nested YAML, one line each, with comments where there are any."""
    lines: list[str] = []
    open_sections: list[str] = []
    for key, value in values.items():
        *sections, name = key.split(".")
        for depth, section in enumerate(sections):
            if open_sections[: depth + 1] != sections[: depth + 1]:
                lines.append(f"{'  ' * depth}{section}:")
        open_sections = sections
        comment = f"  # {_comment(comments[key])}" if key in comments else ""
        lines.append(f"{'  ' * len(sections)}{name}: {one_line(value)}{comment}")
    return "".join(f"{line}\n" for line in lines)


def _comment(text: str) -> str:
    """Return ``text``, which may be the name of a file, as what cannot end a comment."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
