"""HTML and SVG put together from parts; whatever is not markup already is escaped."""

import math
from xml.sax.saxutils import escape, quoteattr

from adf.search.genotypes.drawing_graph import clean

# These have no content in HTML, or never any in a picture.
EMPTY = {"meta", "br", "path", "rect", "circle", "line"}


class Markup(str):
    """Text that is markup; any other text is words."""

    __slots__ = ()


Attribute = str | float | bool | None


def tag(name: str, /, *children: str | None, **attributes: Attribute) -> Markup:
    """Return an element: ``tag("td", "a < b", class_="wide", colspan=2)``.

    An underscore in a name stands for a hyphen, one at its end for nothing. What is None or False
    is left out.
    """
    given = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    content = join(*children)
    if name in EMPTY and not content:
        return Markup(f"<{name}{given}/>")
    return Markup(f"<{name}{given}>{content}</{name}>")


def join(*children: str | None) -> Markup:
    """Return parts one after another."""
    return Markup("".join(words(child) for child in children if child is not None))


def words(text: str) -> Markup:
    """Return text in which nothing can be markup that was not."""
    if isinstance(text, Markup):
        return text
    return Markup(escape("\n".join(map(clean, text.splitlines()))))


def picture(
    key: str,
    title: str,
    description: str,
    size: tuple[float, float],
    *parts: str | None,
    **attributes: Attribute,
) -> Markup:
    """Return an inline SVG with its content in words; ``key`` is one of its own on the page."""
    wide, high = size
    return tag(
        "svg",
        tag("title", title, id=f"{key}-title"),
        tag("desc", description, id=f"{key}-desc"),
        *parts,
        viewBox=f"0 0 {number(wide)} {number(high)}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        **attributes,
    )


def text(x: float, y: float, content: str, class_: str | None = None, **more: Attribute) -> Markup:
    """Return words at a place of a picture."""
    return tag("text", content, x=x, y=y, class_=class_, **more)


def number(value: float) -> str:
    """Return a coordinate; a hundredth of a pixel is enough."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no place in a picture")
    return f"{value:.2f}".rstrip("0").rstrip(".") if "." in f"{value:.2f}" else f"{value}"


def _attribute(name: str, value: Attribute) -> str:
    if value is True:
        return f' {name}=""'
    spelled = value if isinstance(value, str) else number(float(value or 0))
    return f" {name}={quoteattr(clean(spelled))}"
