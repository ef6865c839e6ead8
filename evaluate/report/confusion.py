"""Which classes are taken for which."""

from collections import defaultdict
from collections.abc import Sequence

from adf.evaluate.report.evaluation import Evaluation
from adf.evaluate.report.markup import Markup, number, picture, tag, text
from adf.evaluate.report.numbers import percent, whole
from adf.evaluate.report.plot import ADVANCE, shortened
from adf.evaluate.report.table import Column, table

SIDE = 400.0
# From so many classes on, rows are thinner than a line of text and stay without names.
NAMED = 24
# Numbers are written into the cells of so few classes.
WRITTEN = 12
LONGEST = 16
# The share of a class from which a cell has the next shade.
SHADES = (0.005, 0.03, 0.08, 0.16, 0.3, 0.5, 0.75)
PAIRS = 10

Matrix = Sequence[Sequence[float]]


def confusion(key: str, evaluation: Evaluation, of: str = "") -> Markup:
    """Return the matrix of the best row, and what it confuses most; ``of`` ends the heading."""
    row, names = evaluation.shown, evaluation.classes
    pairs = confused(row.confusion)
    trials = f"{row.name}, summed over {row.top1.n} trainings"
    return tag(
        "section",
        tag("h2", f"What is confused{of}"),
        tag(
            "div",
            tag(
                "figure",
                tag("figcaption", trials),
                _matrix(key, row.confusion, names),
                tag(
                    "p",
                    "A row is what a video shows, a column what it was taken for; shades are shares"
                    " of a row. The diagonal is right, everything beside it wrong.",
                    class_="soft",
                ),
            ),
            _table(row.confusion, names, pairs) if pairs else tag("p", "Nothing is confused."),
            class_="pair",
        ),
    )


def confused(matrix: Matrix) -> list[tuple[int, int]]:
    """Return the pairs of classes that are taken for each other most, true class first."""
    pairs = [
        (true, taken)
        for true, row in enumerate(matrix)
        for taken, count in enumerate(row)
        if count and true != taken
    ]
    return sorted(pairs, key=lambda pair: (-matrix[pair[0]][pair[1]], pair))[:PAIRS]


def _table(matrix: Matrix, names: Sequence[str], pairs: list[tuple[int, int]]) -> Markup:
    return table(
        "Most confused pairs",
        (Column("Shown", "who"), Column("Taken for", "who"), Column("Videos"), Column("Of class")),
        [
            [
                names[true],
                names[taken],
                whole(matrix[true][taken]),
                percent(matrix[true][taken] / sum(matrix[true])),
            ]
            for true, taken in pairs
        ],
    )


def _matrix(key: str, matrix: Matrix, names: Sequence[str]) -> Markup:
    count = len(names)
    named = count <= NAMED
    left = max(len(shortened(n, LONGEST)) for n in names) * ADVANCE + 8 if named else 4.0
    cell = (SIDE - left) / count
    parts = [_cells(matrix, cell, left), *_rows(matrix, names, cell, left)]
    if named:
        parts += _names([shortened(name, LONGEST) for name in names], cell, left)
    if count <= WRITTEN:
        parts += _counts(matrix, cell, left)
    right = sum(row[place] for place, row in enumerate(matrix))
    total = sum(map(sum, matrix))
    return picture(
        key,
        f"Confusion of {count} classes: {percent(right / total if total else None)} are right",
        _in_words(matrix, names),
        (SIDE, SIDE if named else SIDE - left),
        *parts,
        class_="chart matrix",
    )


def _names(names: Sequence[str], cell: float, left: float) -> list[Markup]:
    """Return the names of rows, and the same for columns below them."""
    middles = [(place + 0.5) * cell for place in range(len(names))]
    beside = [text(left - 6, y + 4, name, "end") for y, name in zip(middles, names, strict=True)]
    below = [
        text(left - SIDE - 6, left + x + 4, name, "end", transform="rotate(-90)")
        for x, name in zip(middles, names, strict=True)
    ]
    return beside + below


def _in_words(matrix: Matrix, names: Sequence[str]) -> str:
    told = [
        f"{names[true]} was taken for {names[taken]} {whole(matrix[true][taken])} times"
        for true, taken in confused(matrix)
    ]
    return "; ".join(told) + "." if told else "Nothing was confused."


def _cells(matrix: Matrix, cell: float, left: float) -> Markup:
    """Draw all cells of a shade as one path: the picture of a hundred classes stays small."""
    strokes: dict[tuple[bool, int], list[str]] = defaultdict(list)
    for true, row in enumerate(matrix):
        total = sum(row)
        before: tuple[bool, int] | None = None
        start = 0
        for taken in range(len(row) + 1):
            look = None
            if taken < len(row) and total:
                shade = sum(row[taken] / total >= least for least in SHADES)
                look = (true == taken, shade) if shade else None
            if look != before:
                if before:
                    strokes[before].append(f"M{start} {true}.5h{taken - start}")
                before, start = look, taken
    paths = [
        tag("path", d="".join(path), class_=f"{'right' if right else 'wrong'} d{shade}")
        for (right, shade), path in sorted(strokes.items())
    ]
    size = number(len(matrix))
    ground = tag("rect", x=0, y=0, width=size, height=size, class_="track")
    return tag("g", ground, *paths, transform=f"translate({number(left)} 0) scale({cell:.4f})")


def _rows(matrix: Matrix, names: Sequence[str], cell: float, left: float) -> list[Markup]:
    """Return invisible rows that tell their content when they are pointed at."""
    return [
        tag(
            "rect",
            tag("title", f"{names[true]}: {percent(_right(row, true))} right"),
            x=left,
            y=true * cell,
            width=SIDE - left,
            height=cell,
            class_="touch",
        )
        for true, row in enumerate(matrix)
    ]


def _right(row: Sequence[float], true: int) -> float | None:
    total = sum(row)
    return row[true] / total if total else None


def _counts(matrix: Matrix, cell: float, left: float) -> list[Markup]:
    return [
        text(
            left + (taken + 0.5) * cell,
            (true + 0.5) * cell + 4,
            f"{value / sum(row) * 100:.0f}",
            "mid deep" if value / sum(row) >= SHADES[4] else "mid",
        )
        for true, row in enumerate(matrix)
        for taken, value in enumerate(row)
        if value
    ]
