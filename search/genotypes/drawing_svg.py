"""A picture of a genotype as SVG: one file without links, fonts, scripts or style sheets.

The ground is transparent. Lines have colours that can be seen on white and on black, and every
word stands on a light field of its own. Fields have classes: a page may give them other colours.
"""

import zlib
from collections.abc import Iterable
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from adf.search.families import Found, diagram
from adf.search.genotypes.drawing_graph import INPUT, SKIP, Diagram, clean, in_words
from adf.search.genotypes.drawing_layout import HEIGHTS, Layout, Spot

# Line and field of each modality; those not named here take what is left, by their name.
KNOWN = ("rgb", "flow", "pose", "slow", "fast", "repflow", "", "", "")
COLOURS = (
    ("#2f7fd6", "#e4effb"),
    ("#d2691e", "#fcebdd"),
    ("#23935a", "#e0f4e8"),
    ("#8e6cd8", "#eee8fb"),
    ("#d14b87", "#fbe5ee"),
    ("#15899c", "#dcf2f5"),
    ("#98801a", "#f6f0d4"),
    ("#c8504a", "#fae5e3"),
    ("#6b8e23", "#edf4dc"),
)
PLAIN = ("#7a828e", "#eef0f3")
INK, LABEL_FIELD = "#1b1f24", "#ffffff"
# The class of a field; all others are those of labels.
CLASSES = {PLAIN: "plain", **{colour: f"m{place}" for place, colour in enumerate(COLOURS)}}
FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"
# A character of a monospaced font is 0.6 of the size wide.
BOX_SIZE, LABEL_SIZE, ADVANCE = 13, 11, 0.603
BOX_PADDING, LABEL_PADDING = 11.0, 6.0


def as_svg(found: Found, key: str = "genotype") -> str:
    """Return the picture, the same text for equal genotypes; ``key`` is its own on a page."""
    shown = diagram(found)
    layout = Layout(shown, _widths(shown))
    colours = _colours(box.modality for box in shown.boxes)
    width, height = f"{layout.width:.1f}", f"{layout.height:.1f}"
    title = f"Fusion network of {', '.join(map(str, found.inputs))}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" class="genotype" role="img"'
        f' aria-labelledby="{key}-title {key}-desc" font-family="{FONT}"'
        f' text-anchor="middle" fill="{INK}">',
        f'<title id="{key}-title">{_text(title)}</title>',
        f'<desc id="{key}-desc">{_text("; ".join(in_words(shown)))}</desc>',
    ]
    parts += [_line(layout, number, colours) for number in range(len(shown.arrows))]
    parts += [_label(layout, spot, colours) for spot in layout.y if spot.kind == "label"]
    parts += [_box(layout, spot, colours) for spot in layout.y if spot.kind == "box"]
    return "\n".join([*parts, "</svg>", ""])


def _widths(diagram: Diagram) -> dict[Spot, float]:
    widths = {
        Spot("box", index, 2 * box.column): _long(box.label, BOX_SIZE) + 2 * BOX_PADDING
        for index, box in enumerate(diagram.boxes)
    }
    for number, arrow in enumerate(diagram.arrows):
        spot = Spot("label", number, 2 * diagram.boxes[arrow.target].column - 1)
        widths[spot] = _long(arrow.op, LABEL_SIZE) + 2 * LABEL_PADDING
    return widths


def _long(text: str, size: int) -> float:
    return size * ADVANCE * sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _colours(modalities: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Give every modality a colour, the same one in all pictures as far as there are enough."""
    taken: dict[str, int] = {}
    for name in sorted(set(modalities) - {""}, key=lambda name: (name not in KNOWN, name)):
        start = KNOWN.index(name) if name in KNOWN else zlib.crc32(clean(name).encode())
        places = [(start + step) % len(COLOURS) for step in range(len(COLOURS))]
        taken[name] = next((p for p in places if p not in taken.values()), places[0])
    return {"": PLAIN, **{name: COLOURS[place] for name, place in taken.items()}}


def _line(layout: Layout, number: int, colours: dict[str, tuple[str, str]]) -> str:
    arrow = layout.diagram.arrows[number]
    route = layout.route(number)
    x, y = _right(layout, route[0]), layout.y[route[0]]
    path = [f"M{x:.1f} {y:.1f}"]
    for spot in route[1:]:
        left, height = _left(layout, spot), layout.y[spot]
        middle = (x + left) / 2
        path.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {height:.1f} {left:.1f} {height:.1f}")
        x, y = _right(layout, spot), height
        if spot is not route[-1]:
            path.append(f"H{x:.1f}")
    line = colours[layout.diagram.boxes[arrow.source].modality][0]
    dashes = ' stroke-dasharray="5 4"' if arrow.op == SKIP else ""
    head = f"M{left - 7:.1f} {y - 4:.1f}L{left:.1f} {y:.1f}L{left - 7:.1f} {y + 4:.1f}z"
    return (
        f'<path d="{"".join(path)}" fill="none" stroke="{line}" stroke-width="1.5"{dashes}/>'
        f'<path d="{head}" fill="{line}"/>'
    )


def _left(layout: Layout, spot: Spot) -> float:
    """Return where a line meets a spot: a box in the middle of its column is narrower than it."""
    return layout.left[spot.step] + (layout.across[spot.step] - _wide(layout, spot)) / 2


def _right(layout: Layout, spot: Spot) -> float:
    return _left(layout, spot) + _wide(layout, spot)


def _wide(layout: Layout, spot: Spot) -> float:
    return layout.widths[spot] if spot.kind == "box" else layout.across[spot.step]


def _label(layout: Layout, spot: Spot, colours: dict[str, tuple[str, str]]) -> str:
    arrow = layout.diagram.arrows[spot.owner]
    line = colours[layout.diagram.boxes[arrow.source].modality][0]
    return _field(layout, spot, arrow.op, LABEL_SIZE, (line, LABEL_FIELD))


def _box(layout: Layout, spot: Spot, colours: dict[str, tuple[str, str]]) -> str:
    box = layout.diagram.boxes[spot.owner]
    colour = colours[box.modality] if box.kind == INPUT else PLAIN
    return _field(layout, spot, box.label, BOX_SIZE, colour)


def _field(layout: Layout, spot: Spot, text: str, size: int, colour: tuple[str, str]) -> str:
    wide, high = layout.widths[spot], HEIGHTS[spot.kind] - 5
    middle = layout.left[spot.step] + layout.across[spot.step] / 2
    y = layout.y[spot]
    return (
        f'<rect x="{middle - wide / 2:.1f}" y="{y - high / 2:.1f}" width="{wide:.1f}"'
        f' height="{high:.1f}" rx="5" class="{CLASSES.get(colour, "label")}"'
        f' fill="{colour[1]}" stroke="{colour[0]}"/>'
        f'<text x="{middle:.1f}" y="{y + size * 0.35:.1f}" font-size="{size}">{_text(text)}</text>'
    )


def _text(text: str) -> str:
    return escape(clean(text))
