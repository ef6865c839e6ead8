"""The report of searches that were really made, and the command that writes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adf import metrics
from adf.evaluate.report.cli import report
from adf.evaluate.report.page import write_report
from adf.search.genotypes.genotype import Genotype
from tests.evaluate.report.parsed import Page
from tests.evaluate.report.samples import epochs, evaluation, folder, searched
from tests.search.nets.samples import make_cache
from tests.search.run.samples import call, words_for


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Searches by two methods, a second or two each."""
    root = tmp_path_factory.mktemp("searches")
    cache = make_cache(root / "cache")
    found = {}
    watched = ("relax.curvature_every=1", "budget=30")
    for method in ("darts", "propose-and-judge"):
        found[method] = root / method
        done = call(*words_for(cache, f"method={method}", *watched), "--out", found[method])
        assert done.exit_code == 0, done.output
    return found


@pytest.fixture(scope="module")
def page(runs: dict[str, Path]) -> Page:
    """The page about all of them."""
    out = runs["darts"].parent / "report.html"
    return Page(write_report([*runs.values()], out).read_text("utf-8"))


def test_every_found_genotype_is_drawn_once(page: Page, runs: dict[str, Path]) -> None:
    files = [run / "genotype.json" for run in runs.values()]
    found = {Genotype.from_json(file.read_text()) for file in files}
    figures = list(page.section("What was found").all("figure"))
    assert len(figures) == len(found)
    told = " ".join(figure.one("figcaption").text for figure in figures)
    assert all(f"{method}, seed 0, judged" in told for method in runs)
    drawn = [word.words for figure in figures for word in figure.all("text")]
    for genotype in found:
        assert {edge.op for edge in genotype.edges()} <= set(drawn)


def test_the_search_is_told_as_its_metrics_tell_it(page: Page, runs: dict[str, Path]) -> None:
    told = {
        svg.one("title").text: svg.one("desc").text for svg in page.section("The search").all("svg")
    }
    lines = metrics.read(runs["darts"] / "metrics.jsonl")
    skips = [line["skip_mass"] for line in lines if line["event"] == "epoch"]
    first, last = (f"{value * 100:.0f} %" for value in (skips[0], skips[-1]))
    words = f"darts: {first} at epoch of the supernet 1, {last} at {len(skips)}"
    assert words in told["Share of skip in the mixture"]
    assert "Largest eigenvalue of the judging loss" in told
    spent = told["Best judged accuracy by what was spent"]
    assert spent.startswith("propose-and-judge: ")
    # A method that trains only what it found has no course of its own there.
    assert "darts" not in spent


def test_weights_bear_the_names_of_the_space(page: Page, runs: dict[str, Path]) -> None:
    section = page.section("The search")
    charts = {svg.one("title").text: svg for svg in section.all("svg")}
    names = {text.text for text in charts["Operations, mean of all edges"].all("text", "name")}
    assert names == {"zero", "skip", "conv_1x1x1"}
    result = json.loads((runs["darts"] / "result.json").read_text())
    assert {f"Levels of {name}" for name in result["provenance"] if name != "clips"} <= set(charts)


def test_the_answer_says_that_this_is_no_test(page: Page, runs: dict[str, Path]) -> None:
    result = json.loads((runs["darts"] / "result.json").read_text())
    answer = page.root.one("section", "answer").text
    assert f"darts, seed 0: {result['judged']['accuracy'] * 100:.1f} % of" in answer
    assert "no test" in answer


def test_provenance_has_the_command_digests_versions_and_settings(
    page: Page, runs: dict[str, Path]
) -> None:
    section = page.section("Provenance")
    result = json.loads((runs["darts"] / "result.json").read_text())
    env = json.loads((runs["darts"] / "env.json").read_text())
    for digest in result["provenance"].values():
        assert digest in section.words
    assert (runs["darts"] / "command.txt").read_text().strip() in section.words
    assert f"torch {env['packages']['torch']}" in section.words
    assert (runs["darts"] / "config.yaml").read_text().strip() in section.words
    assert "clips" in section.text


def test_choices_name_the_levels_where_a_search_wrote_them(tmp_path: Path) -> None:
    named = [[f"{slot}/layer{n}" for n in (1, 2, 3, 4)] for slot in ("flow", "pose", "rgb")]
    run = folder(tmp_path / "run", searched("darts", 0) | {"choices": named}, epochs(4))
    found = Page(write_report([run], tmp_path / "r.html").read_text("utf-8"))
    charts = {svg.one("title").text: svg for svg in found.section("The search").all("svg")}
    names = {text.text for text in charts["Levels of pose"].all("text", "name")}
    assert names == set(named[1])


def run_command(*words: object) -> Result:
    """Run ``adf report`` in this process."""
    return CliRunner().invoke(report, list(map(str, words)), prog_name="adf report")


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    run, out = folder(tmp_path / "run", evaluation()), tmp_path / "new" / "page.html"
    done = run_command(run, "--out", out, "--title", "Own title")
    assert done.exit_code == 0
    assert done.output == f"{out}: 1 run, {out.stat().st_size / 1000:.0f} kB\n"
    assert Page(out.read_text("utf-8")).root.one("h1").text == "Own title"
    again = run_command(run, run, f"{run}/../run/", "--out", out)
    assert again.output == f"{out}: 1 run, {out.stat().st_size / 1000:.0f} kB\n"
    facts: dict[str, Any] = json.loads(run_command(run, run, "--out", out, "--json").output)
    assert facts == {
        "ok": True,
        "report": str(out),
        "bytes": out.stat().st_size,
        "runs": [str(run)],
    }


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "Missing argument"),
        (["nowhere"], 4, "nowhere: give the folder of a finished run"),
    ],
)
def test_the_command_fails_in_one_line(words: list[str], code: int, said: str) -> None:
    done = run_command(*words)
    assert done.exit_code == code
    assert said in done.output
    assert "Traceback" not in done.output
