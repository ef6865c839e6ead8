"""The kinds of rows, told apart by a shape as well as by a colour."""

from adf.evaluate.report.evaluation import BASELINE, FOUND, RANDOM, SINGLE
from adf.evaluate.report.markup import Markup, join, picture, tag

SIZE = 5.0
SHAPES = {
    FOUND: "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1-5 0z",
    SINGLE: "M-4.5-4.5h9v9h-9z",
    BASELINE: "M0-5.5L5.5 4.5h-11z",
    RANDOM: "M0-6L6 0L0 6L-6 0z",
}
MEANING = {
    FOUND: "by a search",
    SINGLE: "one modality alone",
    BASELINE: "built by hand",
    RANDOM: "genotypes drawn by chance",
}


def shape(kind: str, x: float, y: float) -> Markup:
    """Return the mark of a kind at a place of a picture."""
    return tag("path", d=SHAPES[kind], transform=f"translate({x:.1f} {y:.1f})", class_=f"k-{kind}")


def badge(key: str, kind: str) -> Markup:
    """Return the mark and the name of a kind, to stand in a line of text."""
    mark = picture(
        key, kind, MEANING[kind], (14, 14), shape(kind, 7, 7), width=14, height=14, class_="mark"
    )
    return tag("span", mark, tag("span", kind), class_="badge")


def legend(key: str, kinds: list[str]) -> Markup:
    """Return what the marks mean."""
    parts = [tag("span", badge(f"{key}-{kind}", kind), f": {MEANING[kind]}") for kind in kinds]
    return tag("p", join(*parts), class_="legend")
