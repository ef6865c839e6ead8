"""The JSON of BM-NAS, checked field by field."""

from collections.abc import Mapping
from reprlib import repr as short
from typing import Any

from adf.search.bm_nas.genotype import FORMAT, VERSION, BilevelGenotype, Cell, Pair, Step, refused
from adf.search.genotypes.genotype import Input

FIELDS = ("format", "version", "inputs", "cells", "concat", "channels", "length", "grid")


def read(values: Mapping[str, Any]) -> BilevelGenotype:
    """Check what a JSON file held, and build the genotype."""
    if not isinstance(values, Mapping) or values.get("format") != FORMAT:
        raise refused(f"this is no genotype of BM-NAS: there is no 'format': '{FORMAT}'")
    if (version := values.get("version")) != VERSION or type(version) is not int:
        raise refused(f"version {short(version)} is not {VERSION}, which this reads")
    _require_fields(values, FIELDS, "")
    return BilevelGenotype(
        tuple(_level(each) for each in _list(values["inputs"], "inputs")),
        tuple(_cell(each, f"cell {at}") for at, each in enumerate(_list(values["cells"], "cells"))),
        _numbers(values["concat"], "concat"),
        _number(values["channels"], "channels"),
        _number(values["length"], "length"),
        _grid(values["grid"]),
    )


def _cell(values: Any, where: str) -> Cell:
    _require_fields(values, Cell._fields, where)
    steps = _list(values["steps"], f"{where}: steps")
    return Cell(
        _pair(values["sources"], f"{where}: sources"),
        tuple(_step(each, f"{where}: step {at}") for at, each in enumerate(steps)),
        _numbers(values["concat"], f"{where}: concat"),
    )


def _step(values: Any, where: str) -> Step:
    _require_fields(values, Step._fields, where)
    if not isinstance(values["op"], str):
        raise refused(f"{where}: op {short(values['op'])} is no name")
    return Step(values["op"], _pair(values["sources"], f"{where}: sources"))


def _require_fields(values: Any, names: tuple[str, ...], where: str) -> None:
    if not isinstance(values, Mapping):
        raise refused(f"{where} is {short(values)}: give its fields {', '.join(names)}")
    if set(values) != set(names):
        wrong = ", ".join(sorted(map(str, set(values) ^ set(names))))
        raise refused(f"{where or 'it'}: these fields are missing or unknown: {wrong[:200]}")


def _level(values: Any) -> Input:
    match values:
        case [str(modality), str(level)]:
            return Input(modality, level)
    raise refused(f"inputs: {short(values)} is no pair of a modality and a level")


def _pair(values: Any, where: str) -> Pair:
    numbers = _numbers(values, where)
    if len(numbers) != 2:
        raise refused(f"{where} is {short(values)}: give two states")
    return numbers[0], numbers[1]


def _grid(values: Any) -> tuple[int, int, int]:
    numbers = _numbers(values, "grid")
    if len(numbers) != 3:
        raise refused(f"grid is {short(values)}: give frames, height and width")
    return numbers[0], numbers[1], numbers[2]


def _numbers(values: Any, where: str) -> tuple[int, ...]:
    return tuple(_number(each, where) for each in _list(values, where))


def _number(value: Any, where: str) -> int:
    if type(value) is not int:
        raise refused(f"{where}: {short(value)} is no whole number")
    return value


def _list(values: Any, where: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(values, list | tuple):
        raise refused(f"{where} is {short(values)}: give a list")
    return values
