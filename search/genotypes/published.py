"""Genotypes in the notation that AutoDeepFuse published, read as data and never run as code.

from adf.search.genotypes.published import read_published
read_published(path.read_text(), inputs, channels=256, grid=(4, 7, 7))    # a Genotype

The notation is a list of `Genotype(first=[('op', source), ...], first_concat=range(3, 7))`, one a
cell, bare or inside a JSON string: for each node in turn all of its edges, or its best three.

A sum needs no edge that is `none`, so such edges are left out. A node of such edges alone is 0, and
is left out with all that is made of it alone: what operations make of 0 is the same for every clip,
a constant (but at the borders), and in its place stand the biases of the norms and of the head.
"""

import ast
import json
import re
from collections.abc import Sequence

from adf.errors import InvalidInput
from adf.search.genotypes.genotype import Cell, Edge, Genotype, Input

OPS = {
    "skip_connect": "skip",
    "3d_conv_1x1": "conv_1x1x1",
    "2_1d_conv_3x3": "conv_2plus1d",
    "3d_conv_3x3": "conv_3x3x3",
    "dil_conv_3x3": "dil_conv_3x3x3",
    "sep_conv_3x3": "sep_conv_3x3x3",
}
NONE = "none"
FAN_IN, KEPT = 3, 3
LONGEST, MOST_CELLS, MOST_NODES = 100_000, 32, 16

# Characters of the notation: no dot, no operator, no backslash, nothing beyond ASCII.
_STRANGE = re.compile(r"[^\w\s\[\](),='\"]", re.ASCII)


def read_published(
    text: str, inputs: Sequence[Input], channels: int, grid: tuple[int, int, int]
) -> Genotype:
    """Return the genotype that ``text`` holds, on the levels that are joined in front of it."""
    calls = _parsed(_unquoted(text))
    if not isinstance(calls, ast.List) or not 1 <= len(calls.elts) <= MOST_CELLS:
        raise _refused(f"the text is not a list of 1 to {MOST_CELLS} cells")
    cells = tuple(_cell(call, number) for number, call in enumerate(calls.elts))
    return Genotype(tuple(inputs), cells, channels, grid, "concat", FAN_IN)


def _unquoted(text: str) -> str:
    if len(text) > LONGEST:
        raise _refused(f"it has {len(text)} characters, {LONGEST} at most")
    if not text.lstrip().startswith('"'):
        return text.strip()
    try:
        return str(json.loads(text)).strip()
    except ValueError as error:
        raise _refused(f"this is no JSON string: {error}") from None


def _parsed(text: str) -> ast.expr:
    if strange := _STRANGE.search(text):
        raise _refused(f"{strange[0]!a} at character {strange.start()} is not of the notation")
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or "it is nested too deeply"
        raise _refused(f"it is no list of cells: {reason}") from None


def _cell(call: ast.expr, number: int) -> Cell:
    where = f"cell {number}"
    edges, first, end = _fields(call, where)
    named = [_edge(edge, where) for edge in edges]
    nodes = end - first
    if first == 2 and nodes == 4:
        raise _refused(f"{where} has two inputs: {_two_inputs(len(named))}")
    if first != FAN_IN or not 1 <= nodes <= MOST_NODES:
        raise _refused(
            f"{where}: first_concat is range({first}, {end}); it starts at {FAN_IN}, the number of"
            f" inputs, and holds all nodes, 1 to {MOST_NODES}"
        )
    return _living(_split(named, nodes, where), where)


def _fields(call: ast.expr, where: str) -> tuple[list[ast.expr], int, int]:
    match call:
        case ast.Call(ast.Name("Genotype"), [], keywords):
            fields = {str(keyword.arg): keyword.value for keyword in keywords}
        case _:
            raise _refused(f"{where} is not Genotype(first=[...], first_concat=range(...))")
    if sorted(str(keyword.arg) for keyword in keywords) != ["first", "first_concat"]:
        names = ", ".join(fields)[:80]
        raise _refused(
            f"{where} has the fields {names or 'of none'} and not first, first_concat; cells in"
            " two kinds, normal and reduce, are those of image classifiers"
        )
    match fields["first"], fields["first_concat"]:
        case (
            ast.List(edges),
            ast.Call(ast.Name("range"), [ast.Constant(int(first)), ast.Constant(int(end))], []),
        ) if _small(first) and _small(end):
            return edges, first, end
    raise _refused(f"{where}: first is a list of edges, and first_concat is range(3, 7)")


def _edge(edge: ast.expr, where: str) -> Edge:
    match edge:
        case ast.Tuple([ast.Constant(str(op)), ast.Constant(int(source))]) if _small(source):
            pass
        case _:
            raise _refused(f"{where}: an edge is not of the form ('op', source)")
    if op == "flattened_conv":
        raise _refused(
            f"{where} has the operation 'flattened_conv', which the published code lacks: what it"
            " computed is not known"
        )
    if op != NONE and op not in OPS:
        raise _refused(f"{where}: '{op[:40]}' is not one of {NONE}, {', '.join(OPS)}")
    return Edge(op, source)


def _small(number: int) -> bool:
    """Tell whether this can be a state: a truth value cannot, nor what is too long to be shown."""
    return type(number) is int and number < 100


def _two_inputs(edges: int) -> str:
    """Say what becomes of a cell of two inputs in the published code, which builds three."""
    if edges == 8:
        fault = "takes its sources for other states, and leaves its last node out of the output"
    else:
        fault = "looks for more edges than there are, and fails with an IndexError"
    return f"the published code, which builds cells of three, {fault}; only three are read"


def _split(edges: list[Edge], nodes: int, where: str) -> list[list[Edge]]:
    """Return the edges of each node: all that it can have, or the three that were kept."""
    everything = [FAN_IN + node for node in range(nodes)]
    sizes = next((s for s in (everything, [KEPT] * nodes) if sum(s) == len(edges)), None)
    if sizes is None:
        raise _refused(
            f"{where} has {len(edges)} edges; {nodes} nodes have {sum(everything)} in all, or"
            f" {KEPT * nodes} with {KEPT} kept for each"
        )
    ends = [sum(sizes[: node + 1]) for node in range(nodes)]
    split = [edges[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    for node, own in enumerate(split):
        sources = {edge.source for edge in own}
        if len(sources) < len(own) or not sources <= set(range(FAN_IN + node)):
            listed = ", ".join(str(edge.source) for edge in own)
            raise _refused(
                f"{where}: node {node} has the sources {listed}; they are of 0 to"
                f" {FAN_IN + node - 1}, each once"
            )
    return split


def _living(nodes: list[list[Edge]], where: str) -> Cell:
    """Leave out edges that are ``none``, and nodes that nothing flows into."""
    places = {source: source for source in range(FAN_IN)}
    kept: list[tuple[Edge, ...]] = []
    for node, edges in enumerate(nodes):
        left = [edge for edge in edges if edge.op != NONE and edge.source in places]
        if left:
            places[FAN_IN + node] = FAN_IN + len(kept)
            kept.append(tuple(Edge(OPS[op], places[source]) for op, source in left))
    if not kept:
        raise _refused(f"{where} gives nothing: all of its edges are '{NONE}'")
    return Cell(tuple(kept), tuple(range(FAN_IN, FAN_IN + len(kept))))


def _refused(reason: str) -> InvalidInput:
    return InvalidInput(f"published genotype: {reason}")
