"""From the text of a YAML node to a value of the type that a setting is annotated with.

YAML's own guesses are not used: it reads ``no`` as false, ``012`` as ten and ``1e-3`` as text.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml

from adf.nodes import is_null, text_node

BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
INFINITIES = {f"{sign}.inf": float(f"{sign}inf") for sign in ("", "+", "-")}
# A seed or a size beyond this overflows in the libraries that get it.
TOO_LARGE = " of at most 64 bits"
MOST_DIGITS = 1000


class Refused(ValueError):
    """The text of a node is not of the type asked for; what it says continues the type's name."""


def coerce(node: yaml.Node, annotation: Any) -> Any:
    """Return what ``node`` says when read as ``annotation``."""
    kind = get_origin(annotation) or annotation
    arguments = get_args(annotation)
    if kind in (Union, UnionType):
        return _first_that_fits(node, arguments)
    if kind is Literal:
        return _one_of(node, arguments)
    if kind in (list, tuple):
        return _sequence(node, kind, arguments)
    if kind is dict:
        return _mapping(node, arguments)
    read = SCALARS[kind]
    if not isinstance(node, yaml.ScalarNode):
        raise Refused
    try:
        return read(node.value)
    except Refused:
        raise
    except (KeyError, ValueError, RuntimeError):
        raise Refused from None


def _number(text: str) -> float:
    number = INFINITIES.get(text.lower()) or float(text)
    if math.isnan(number):
        raise Refused
    if math.isinf(number) and any(map(str.isdigit, text)):
        raise Refused(TOO_LARGE)
    return number


def _whole(text: str) -> int:
    # Python itself reads no number of more than 4300 digits.
    if len(text) > MOST_DIGITS and text.strip().lstrip("+-").isdigit():
        raise Refused(TOO_LARGE)
    number = int(text, 10)
    if not -(2**63) <= number < 2**64:
        raise Refused(TOO_LARGE)
    return number


def _path(text: str) -> Path:
    if not text:
        raise Refused
    return Path(text).expanduser()


SCALARS: dict[Any, Callable[[str], Any]] = {
    str: str,
    bool: lambda text: BOOLEANS[text.lower()],
    int: _whole,
    float: _number,
    Path: _path,
}


def _first_that_fits(node: yaml.Node, members: Sequence[Any]) -> Any:
    if NoneType in members and is_null(node):
        return None
    if isinstance(node, yaml.ScalarNode) and node.style is not None:
        # Quotation marks mean text wherever text is possible.
        members = sorted(members, key=lambda member: member is not str)
    for member in members:
        if member is not NoneType:
            try:
                return coerce(node, member)
            except Refused:
                continue
    raise Refused


def _one_of(node: yaml.Node, choices: Sequence[Any]) -> Any:
    for choice in choices:
        try:
            if coerce(node, str | None if choice is None else type(choice)) == choice:
                return choice
        except Refused:
            continue
    raise Refused


def _sequence(node: yaml.Node, kind: Any, arguments: Sequence[Any]) -> Any:
    if isinstance(node, yaml.SequenceNode):
        parts = node.value
    elif isinstance(node, yaml.ScalarNode):
        parts = [text_node(part.strip()) for part in node.value.split(",")]
        if not parts[-1].value:
            del parts[-1]
    else:
        raise Refused
    if kind is tuple and Ellipsis not in arguments:
        if len(parts) != len(arguments):
            raise Refused
        return tuple(map(coerce, parts, arguments))
    return kind(coerce(part, arguments[0]) for part in parts)


def _mapping(node: yaml.Node, arguments: Sequence[Any]) -> dict[Any, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise Refused
    key, value = arguments
    return {coerce(name, key): coerce(part, value) for name, part in node.value}


def describe(annotation: Any) -> str:
    """Say in words what ``annotation`` accepts; a type that no setting can have is an error."""
    kind = get_origin(annotation) or annotation
    arguments = get_args(annotation)
    if kind in (Union, UnionType):
        return " or ".join(describe(member) for member in arguments)
    if kind is Literal:
        return "one of " + ", ".join("null" if each is None else str(each) for each in arguments)
    if kind is tuple and Ellipsis not in arguments:
        return f"a list of {len(arguments)} ({', '.join(map(describe, arguments))})"
    if kind in (list, tuple):
        return f"a list (of {describe(arguments[0])})"
    if kind is dict:
        return f"a mapping (to {describe(arguments[1])})"
    if kind not in WORDS:
        raise TypeError(f"a setting cannot be of type {annotation}")
    return WORDS[kind]


WORDS: dict[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Path: "a path",
    NoneType: "null",
}
