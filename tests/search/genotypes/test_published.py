"""Published genotype strings, one of each kind, and what each becomes."""

import json

import pytest

from adf.errors import InvalidInput
from adf.search.genotypes.genotype import Cell, Edge, Genotype
from adf.search.genotypes.published import OPS, read_published
from tests.search.genotypes.samples import LEVELS

OLD = list(OPS)
NEW = ["skip_connect", "3d_conv_1x1", "2_1d_conv_3x3", "sep_conv_3x3", "flattened_conv"]


def read(text: str) -> Genotype:
    return read_published(text, LEVELS, 64, (4, 7, 7))


def cell(inputs: int, kept: int | None, ops: list[str], turn: int = 0) -> str:
    """Return a cell of four nodes with all edges or ``kept`` a node, strongest (last) first."""
    edges = []
    for node in range(4):
        sources = list(range(inputs + node))[::-1][:kept]
        edges += [(ops[(source + node + turn) % len(ops)], source) for source in sources]
    return f"Genotype(first={edges}, first_concat=range({inputs}, {inputs + 4}))"


def text_of(inputs: int, kept: int | None, ops: list[str], cells: int) -> str:
    return json.dumps(f"[{', '.join(cell(inputs, kept, ops, turn) for turn in range(cells))}]")


@pytest.mark.parametrize(("kept", "edges"), [(None, 18), (3, 12)], ids=["all", "topk"])
def test_otop3_is_read(kept: int | None, edges: int) -> None:
    genotype = read(text_of(3, kept, OLD, 2))
    assert [sum(map(len, one.nodes)) for one in genotype.cells] == [edges, edges]
    assert genotype.cells[0].concat == (3, 4, 5, 6)
    assert (genotype.stem, genotype.copies) == ("concat", 3)
    assert (genotype.inputs, genotype.channels, genotype.grid) == (LEVELS, 64, (4, 7, 7))
    assert genotype.cells[0].nodes[0] == (
        Edge("conv_2plus1d", 2),
        Edge("conv_1x1x1", 1),
        Edge("skip", 0),
    )
    assert genotype.cells[1].nodes[3][0] == Edge("conv_3x3x3", 5)


@pytest.mark.parametrize(
    ("inputs", "kept", "cells"),
    [(2, None, 4), (3, None, 3), (3, 3, 3)],
    ids=["ntop2_all", "ntop3_all", "ntop3_topk"],
)
def test_an_operation_the_published_code_lacks_is_named(
    inputs: int, kept: int | None, cells: int
) -> None:
    with pytest.raises(InvalidInput, match="cell 0 has the operation 'flattened_conv', which"):
        read(text_of(inputs, kept, NEW, cells))


@pytest.mark.parametrize(
    ("kept", "ops", "cells", "fault"),
    [
        (None, OLD, 4, "fails with an IndexError"),
        (2, OLD, 4, "takes its sources for other states, and leaves its last node out"),
        (2, NEW[:4], 3, "takes its sources for other states, and leaves its last node out"),
    ],
    ids=["otop2_all", "otop2_topk", "ntop2_topk"],
)
def test_two_inputs_are_refused_with_their_fault(
    kept: int | None, ops: list[str], cells: int, fault: str
) -> None:
    with pytest.raises(InvalidInput, match=f"cell 0 has two inputs: .*{fault}"):
        read(text_of(2, kept, ops, cells))


def test_the_bare_list_is_the_same_as_in_a_json_string() -> None:
    text = text_of(3, None, OLD, 2)
    assert read(json.loads(text)) == read(text) == read(f"\n {text}\n")


def rows(*nodes: list[tuple[str, int]]) -> str:
    edges = [edge for node in nodes for edge in node]
    return f"[Genotype(first={edges}, first_concat=range(3, {3 + len(nodes)}))]"


def of(op: str, *sources: int) -> list[tuple[str, int]]:
    return [(op, source) for source in sources]


def test_edges_of_none_are_left_out() -> None:
    genotype = read(rows([("none", 0), ("skip_connect", 2), ("none", 1)]))
    assert genotype.cells == (Cell(((Edge("skip", 2),),), (3,)),)


def test_a_node_of_none_is_left_out_with_all_that_stands_on_it_alone() -> None:
    genotype = read(
        rows(
            of("none", 0, 1, 2),
            [*of("none", 0, 1), ("3d_conv_1x1", 3)],
            of("skip_connect", 0, 3, 4),
            of("3d_conv_3x3", 5, 4, 1),
        )
    )
    nodes = ((Edge("skip", 0),), (Edge("conv_3x3x3", 3), Edge("conv_3x3x3", 1)))
    assert genotype.cells == (Cell(nodes, (3, 4)),)


def test_a_cell_of_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cell 0 gives nothing: all of its edges are 'none'"):
        read(rows(of("none", 0, 1, 2), of("skip_connect", 3)[:0] + of("none", 1, 2, 3)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (rows(of("skip_connect", 0, 1)), "has 2 edges; 1 nodes have 3 in all, or 3 with 3 kept"),
        (rows(of("skip_connect", 0, 1, 3)), r"node 0 has the sources 0, 1, 3; they are of 0 to 2"),
        (rows(of("skip_connect", 0, 1, 1)), r"node 0 has the sources 0, 1, 1; .* each once"),
        (rows(of("max_pool_3x3", 0, 1, 2)), "cell 0: 'max_pool_3x3' is not one of none, skip_conn"),
        (rows(), r"first_concat is range\(3, 3\); it starts at 3"),
        ("[]", "not a list of 1 to 32 cells"),
        ("7", "not a list of 1 to 32 cells"),
        ("[7]", r"cell 0 is not Genotype\(first="),
        ("[Genotype()]", "cell 0 has the fields of none and not first, first_concat"),
        (
            "[Genotype(normal=[], normal_concat=range(2, 6), reduce=[], reduce_concat=[2])]",
            "has the fields normal, normal_concat, reduce, reduce_concat .* image classifiers",
        ),
        (rows(of("none", 0, 1, 2)).replace("(3", "(4"), r"first_concat is range\(4, 4\)"),
        (rows(of("none", 0, 1, 2)).replace("range(3, 4)", "[3]"), "first_concat is range"),
    ],
)
def test_what_the_notation_does_not_say_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=f"^published genotype: .*{reason}"):
        read(text)
