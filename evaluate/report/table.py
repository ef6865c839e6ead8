"""Tables that are read from left to right on a screen, and from top to bottom on a phone."""

from collections.abc import Sequence
from typing import NamedTuple

from adf.evaluate.report.markup import Markup, join, tag
from adf.evaluate.report.numbers import NONE


class Column(NamedTuple):
    """A column; ``class_`` is that of its cells."""

    head: str
    class_: str = "num"


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    class_: str = "plain",
) -> Markup:
    """Return a table; the first cell of a row names it. What is known of no row has no column.

    The roles are spelled out: a table that is laid out in another way would lose them.
    """
    kept = [place for place in range(len(columns)) if any(row[place] != NONE for row in rows)]
    columns = [columns[place] for place in kept]
    heads = [
        tag("th", column.head, scope="col", role="columnheader", class_=column.class_)
        for column in columns
    ]
    body = [tag("tr", _cells(columns, [row[place] for place in kept]), role="row") for row in rows]
    return tag(
        "div",
        tag(
            "table",
            tag("caption", tag("span", caption)),
            tag("thead", tag("tr", *heads, role="row"), role="rowgroup"),
            tag("tbody", *body, role="rowgroup"),
            class_=class_,
            role="table",
        ),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def over(value: str, below: str) -> Markup:
    """Return a cell of two lines."""
    return join(value, tag("span", below, class_="soft under"))


def _cells(columns: Sequence[Column], row: Sequence[str]) -> Markup:
    first, *others = zip(columns, row, strict=True)
    return join(
        tag("th", first[1], scope="row", role="rowheader", class_=first[0].class_),
        *(
            tag("td", cell, role="cell", class_=column.class_, data_head=column.head)
            for column, cell in others
        ),
    )
