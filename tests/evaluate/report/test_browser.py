"""The page in a real browser: complete, quiet, alone, and nowhere wider than the screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adf.evaluate.report.page import write_report
from tests.evaluate.report.browser import Browser, browser, program
from tests.evaluate.report.leagues import league
from tests.evaluate.report.samples import (
    bench,
    epochs,
    evaluation,
    folder,
    judgements,
    many,
    rivalry,
    searched,
)

pytestmark = pytest.mark.skipif(program() is None, reason="there is no Chromium here")
BOXES = """[...document.querySelectorAll('section')].map(each => {
  const box = each.getBoundingClientRect()
  return [box.left, box.top + scrollY, box.right, box.bottom + scrollY]})"""
# Words of a picture that stand on other words, or leave the picture.
CROWDED = """[...document.querySelectorAll('svg.chart, svg.genotype')].flatMap(svg => {
  const own = svg.getBoundingClientRect()
  const words = [...svg.querySelectorAll('text')].map(each => {
    const box = each.getBoundingClientRect()
    const high = box.height / 4
    return [each.textContent, box.left, box.right, box.top + high, box.bottom - high]})
  const out = words.filter(([, left, right, top, bottom]) =>
    left < own.left - 1 || right > own.right + 1 || top < own.top - 1 || bottom > own.bottom + 1)
  const pairs = words.flatMap((a, place) => words.slice(place + 1).filter(b =>
    a[1] < b[2] - 1 && b[1] < a[2] - 1 && a[3] < b[4] && b[3] < a[4]).map(b => [a[0], b[0]]))
  return [...out, ...pairs].map(each => [svg.querySelector('title').textContent, ...each])})"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with everything on it."""
    root = tmp_path_factory.mktemp("page")
    runs = [
        folder(root / "eval", evaluation()),
        folder(root / "large", evaluation(many(101))),
        folder(root / "search", searched("propose-and-judge", 0), [*epochs(9), *judgements(9)]),
        folder(root / "gap", rivalry()),
        folder(root / "bench", bench()),
        folder(root / "league", league()),
    ]
    return write_report(runs, root / "report.html")


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for all tests of this file."""
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (360, "dark"), (768, "light"), (1280, "dark")]
)
def test_every_panel_is_drawn_within_the_screen(
    tab: Browser, page: Path, width: int, scheme: str
) -> None:
    tab.open(page, width, scheme)
    assert tab.ask("document.documentElement.scrollWidth") <= width
    boxes = tab.ask(BOXES)
    assert len(boxes) == 15
    image = tab.image()
    for box in boxes:
        panel = image.crop(tuple(map(round, box)))
        shades = panel.histogram()
        ground = max(range(256), key=lambda shade: shades[shade])
        assert (ground < 128) == (scheme == "dark")
        assert panel.height > 60
        assert 1 - shades[ground] / sum(shades) > 0.01
    assert tab.ask(CROWDED) == []
    assert quiet(tab, page)


def quiet(tab: Browser, page: Path) -> bool:
    """Return whether the page asked for nothing but itself and complained of nothing."""
    asked = [
        event["params"]["request"]["url"]
        for event in tab.events
        if event["method"] == "Network.requestWillBeSent"
    ]
    told = [
        event
        for event in tab.events
        if event["method"]
        in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
    ]
    assert told == []
    return asked == [page.as_uri()]


def test_what_is_not_quiet_would_be_heard(tab: Browser, tmp_path: Path) -> None:
    loud = tmp_path / "loud.html"
    loud.write_text("<!DOCTYPE html><title>x</title><img src=other.png><p>text")
    tab.open(loud, 360, "light")
    with pytest.raises(AssertionError):
        quiet(tab, loud)


def test_words_on_words_would_be_seen(tab: Browser, tmp_path: Path) -> None:
    words = "".join(f'<text x="{x}" y="20">word</text>' for x in (10, 20, 80, 290))
    crowd = tmp_path / "crowd.html"
    crowd.write_text(
        f'<!DOCTYPE html><svg class="chart" width="300" height="40"><title>t</title>{words}</svg>'
    )
    tab.open(crowd, 360, "light")
    # One word leaves the picture, and two are in each other's way.
    found = tab.ask(CROWDED)
    assert [len(each) for each in found] == [6, 3]


def test_drawings_follow_light_and_dark(tab: Browser, page: Path) -> None:
    fills = []
    for scheme in ("light", "dark"):
        tab.open(page, 768, scheme)
        label = "getComputedStyle(document.querySelector('.genotype .label')).fill"
        fills.append(tab.ask(label))
    assert fills == ["rgb(255, 255, 255)", "rgb(20, 23, 28)"]


def test_the_page_prints_with_all_it_has(tab: Browser, page: Path) -> None:
    # As wide as A4 without its margins.
    tab.open(page, 688, "dark")
    tab.call("Emulation.setEmulatedMedia", media="print")
    assert tab.ask("document.documentElement.scrollWidth") <= 688
    assert tab.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.ask("document.querySelector('details pre').getBoundingClientRect().height") > 10
    printed = tab.call("Page.printToPDF", printBackground=True)
    assert len(printed["data"]) > 10_000
    tab.call("Emulation.setEmulatedMedia", media="")
