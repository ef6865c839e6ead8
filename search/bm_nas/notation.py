"""Genotypes in the notation that BM-NAS published, read as data and never run as code.

from adf.search.bm_nas.notation import read_published, written
genotype = read_published(text, levels, channels=128, length=8, grid=(8, 14, 14))
written(genotype, levels)    # "Genotype(edges=[('skip', 1), ('skip', 5), ...], steps=[...], ...)"

The text knows levels only by number: ``levels`` are all that were searched over, in that order.
Every cell takes two edges, and every step of it two inner edges.
"""

import ast
import re
from collections.abc import Sequence
from typing import Any

from adf.errors import InvalidInput
from adf.search.bm_nas.genotype import TAKEN, BilevelGenotype, Cell, Pair, Step
from adf.search.bm_nas.settings import NAMES
from adf.search.genotypes.genotype import Input

SKIP = "skip"
LONGEST, MOST = 100_000, 1000
CELL = ("inner_edges", "inner_steps", "inner_concat")
WHOLE = ("edges", "steps", "concat")

# Characters of the notation: no dot, no operator, no backslash, nothing beyond ASCII.
_STRANGE = re.compile(r"[^\w\s\[\](),='\"]", re.ASCII)


def read_published(
    text: str, levels: Sequence[Input], channels: int, length: int, grid: tuple[int, int, int]
) -> BilevelGenotype:
    """Return the genotype that ``text`` holds, of those of the ``levels`` that it reads."""
    edges, steps, concat = _fields(_parsed(text), "Genotype", WHOLE, "the text")
    bodies = _list(steps, "steps")
    pairs = _pairs(edges, len(bodies), "edges")
    count = len(levels)
    read = sorted({state for pair in pairs for state in pair if state < count})
    places = {state: place for place, state in enumerate(read)}
    places |= {count + cell: len(read) + cell for cell in range(len(bodies))}
    return BilevelGenotype(
        tuple(levels[state] for state in read),
        tuple(
            Cell((_at(places, pair[0]), _at(places, pair[1])), *_body(body, f"cell {number}"))
            for number, (pair, body) in enumerate(zip(pairs, bodies, strict=True))
        ),
        tuple(_at(places, state) for state in _numbers(concat, "concat")),
        channels,
        length,
        grid,
    )


def written(genotype: BilevelGenotype, levels: Sequence[Input]) -> str:
    """Return a genotype in the notation; ``levels`` are those that its numbers count."""
    if lacking := [str(level) for level in genotype.inputs if level not in levels]:
        raise _refused(f"levels lack {', '.join(lacking)}, which the genotype reads")
    places = [levels.index(level) for level in genotype.inputs]
    places += [len(levels) + cell for cell in range(len(genotype.cells))]
    edges = [(SKIP, places[state]) for cell in genotype.cells for state in cell.sources]
    steps = ", ".join(map(_written_cell, genotype.cells))
    concat = [places[state] for state in genotype.concat]
    return f"Genotype(edges={edges}, steps=[{steps}], concat={concat})"


def _written_cell(cell: Cell) -> str:
    edges = [(SKIP, state) for step in cell.steps for state in step.sources]
    names = [step.op for step in cell.steps]
    return (
        f"StepGenotype(inner_edges={edges}, inner_steps={names}, inner_concat={list(cell.concat)})"
    )


def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise _refused(f"it has {len(text)} characters, {LONGEST} at most")
    if strange := _STRANGE.search(text):
        raise _refused(f"{strange[0]!a} at character {strange.start()} is not of the notation")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or "it is nested too deeply"
        raise _refused(f"it is no genotype: {reason}") from None


def _fields(call: ast.expr, name: str, names: tuple[str, ...], where: str) -> list[ast.expr]:
    match call:
        case ast.Call(ast.Name(called), [], keywords) if called == name:
            fields = {str(keyword.arg): keyword.value for keyword in keywords}
            if sorted(str(keyword.arg) for keyword in keywords) == sorted(names):
                return [fields[each] for each in names]
    raise _refused(f"{where} is not {name}({', '.join(f'{each}=[...]' for each in names)})")


def _body(call: ast.expr, where: str) -> tuple[tuple[Step, ...], tuple[int, ...]]:
    edges, names, concat = _fields(call, "StepGenotype", CELL, where)
    ops = [_name(op, where) for op in _list(names, f"{where}: inner_steps")]
    pairs = _pairs(edges, len(ops), f"{where}: inner_edges")
    steps = tuple(Step(op, pair) for op, pair in zip(ops, pairs, strict=True))
    return steps, _numbers(concat, f"{where}: inner_concat")


def _pairs(value: ast.expr, count: int, where: str) -> list[Pair]:
    states = [_edge(edge, where) for edge in _list(value, where)]
    if len(states) != TAKEN * count:
        raise _refused(f"{where} has {len(states)} edges; {count} times two are needed")
    return list(zip(states[::2], states[1::2], strict=True))


def _edge(edge: ast.expr, where: str) -> int:
    match edge:
        case ast.Tuple([ast.Constant(str(op)), ast.Constant(state)]):
            if op != SKIP:
                raise _refused(f"{where}: an edge is '{op[:40]}'; only '{SKIP}' was searched over")
            return _number(state, where)
    raise _refused(f"{where}: an edge is not of the form ('{SKIP}', state)")


def _name(value: ast.expr, where: str) -> str:
    match value:
        case ast.Constant(str(op)) if op in NAMES:
            return op
    raise _refused(f"{where}: inner_steps holds something else than {', '.join(NAMES)}")


def _numbers(value: ast.expr, where: str) -> tuple[int, ...]:
    return tuple(
        _number(each.value if isinstance(each, ast.Constant) else None, where)
        for each in _list(value, where)
    )


def _number(value: Any, where: str) -> int:
    """Refuse what can be no state: truth values too, and what is too long to be shown."""
    if type(value) is not int or value >= MOST:
        raise _refused(f"{where}: a state is a whole number below {MOST}")
    return value


def _list(value: ast.expr, where: str) -> list[ast.expr]:
    if not isinstance(value, ast.List):
        raise _refused(f"{where} is not a list")
    return value.elts


def _at(places: dict[int, int], state: int) -> int:
    if state not in places:
        raise _refused(f"state {state} is no level that is read, and no cell")
    return places[state]


def _refused(reason: str) -> InvalidInput:
    return InvalidInput(f"published genotype: {reason}")
