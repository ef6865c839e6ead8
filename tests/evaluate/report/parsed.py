"""A page taken apart: every element, what is written in it, and what it lies in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree import ElementTree

VOID = {"meta", "br"}


@dataclass
class Element:
    """An element of the page."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: "list[Element]" = field(default_factory=list)
    words: str = ""

    def all(self, tag: str = "", class_: str = "") -> "Iterator[Element]":
        """Yield what lies in it, of a kind and a class."""
        for child in self.children:
            if tag in ("", child.tag) and (not class_ or class_ in child.classes):
                yield child
            yield from child.all(tag, class_)

    def one(self, tag: str = "", class_: str = "") -> "Element":
        """Return the first of these."""
        return next(self.all(tag, class_))

    @property
    def classes(self) -> list[str]:
        """The classes of the element."""
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        """All words in it, with plain spaces."""
        return " ".join(self.words.replace("\u202f", "").split())


class Page(HTMLParser):
    """A page as a browser takes it; anything that is not closed is an error."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._here = self.root
        self.feed(source)
        self.close()
        assert self._here is self.root, f"{self._here.tag} is not closed"
        # The same in the strictest reading there is.
        ElementTree.fromstring(source.removeprefix("<!DOCTYPE html>\n"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names)
        element = Element(tag, {name: value or "" for name, value in attrs}, self._here)
        self._here.children.append(element)
        if tag not in VOID:
            self._here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close an element."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self._here.tag == tag
        assert self._here.parent
        self._here = self._here.parent

    def handle_data(self, data: str) -> None:
        """Give words to all that they lie in; those of a picture are not read as text."""
        element: Element | None = self._here
        while element:
            element.words += data
            element = None if element.tag == "svg" else element.parent

    def section(self, heading: str) -> Element:
        """Return a panel by its heading."""
        return next(
            section
            for section in self.root.all("section")
            if any(head.text == heading for head in section.all("h2"))
        )

    def headings(self) -> list[str]:
        """Return which panels there are."""
        return [head.text for head in self.root.all("h2")]

    def rows(self, heading: str) -> list[list[str]]:
        """Return the text of the table of a panel."""
        body = self.section(heading).one("tbody")
        return [[cell.text for cell in row.children] for row in body.all("tr")]
