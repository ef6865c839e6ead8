"""What mattered, as a picture: one bar for each hyper-parameter."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

LINE, LEFT, LONGEST, WIDTH = 26, 110, 300, 480
FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"


def bars(shares: Mapping[str, float]) -> str:
    """Return an SVG without links, scripts or style sheets, the same text for equal shares."""
    height = LINE * (len(shares) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" role="img" font-family="{FONT}" font-size="13">',
        "<title>Importance of the hyper-parameters</title>",
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>',
    ]
    for row, (name, share) in enumerate(shares.items()):
        middle = LINE * (row + 1)
        long = LONGEST * share / max(1e-12, *shares.values())
        parts += [
            f'<text x="{LEFT - 10}" y="{middle + 5}" text-anchor="end" fill="#1b1f24">'
            f"{escape(name)}</text>",
            f'<rect x="{LEFT}" y="{middle - 8}" width="{long:.1f}" height="16" fill="#2f7fd6"/>',
            f'<text x="{LEFT + long + 8:.1f}" y="{middle + 5}" fill="#1b1f24">{share:.0%}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])
