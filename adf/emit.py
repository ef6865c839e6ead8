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
        comment = f"  # {comments[key]}" if key in comments else ""
        lines.append(f"{'  ' * len(sections)}{name}: {one_line(value)}{comment}")
    return "".join(f"{line}\n" for line in lines)
