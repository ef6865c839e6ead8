"""What the documents show is run as it stands, and what they link to is there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.checkout import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
# A page that needs what a test has not: credentials, and the package index.
NOT_HERE = re.compile(r"s3://|pip install")


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return language and text of the fenced blocks."""
    return re.findall(r"^```(python|sh)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


def as_program(page: Path) -> str:
    """Return one Python program that runs all blocks of a page in turn."""
    lines = ["import subprocess"]
    for language, text in blocks(page):
        if language == "python":
            lines.append(text)
        elif not NOT_HERE.search(text):
            lines.append(
                f"subprocess.run(['bash', '-euo', 'pipefail', '-c', {text!r}], check=True)"
            )
    return "\n".join(lines)


# What a page's last commands print, and how often it calls one.
RUNS = {
    "cache.md": ("adf cache", 5, "my.cache: all 8 shards are as written"),
    "extract.md": ("adf-extract --videos", 2, "films.cache: folder, 12 clips of 6 videos"),
    "evaluate.md": ("adf-eval ", 4, "report.html: 2 runs"),
    "league.md": ("adf league ", 1, "league/report.html"),
    "mfas.md": ("adf-search -c", 3, "released/genotype.json, drawn in released/genotype.svg"),
    "bm-nas.md": ("adf-search -c", 1, "cells/genotype.json, drawn in cells/genotype.svg"),
    "gap.md": ("adf-eval ", 3, "propose-and-judge"),
    "search.md": ("adf-search --cache", 3, "climbed/genotype.json, drawn in climbed/genotype.svg"),
}
COMMANDS = {
    "adf": "adf.main:main",
    "adf-extract": "adf.extract.cli:extract",
    "adf-search": "adf.search.cli:search",
    "adf-eval": "adf.evaluate.cli:evaluate",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_the_page_runs_as_it_stands(tmp_path: Path, name: str) -> None:
    for command, place in COMMANDS.items():
        install(tmp_path / "bin" / command, *place.split(":"))
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    program = as_program(ROOT / "docs" / name)
    called, times, printed = RUNS[name]
    assert program.count(called) == times
    outcome = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert printed in outcome.stdout


def install(command: Path, module: str, function: str) -> None:
    """Write a command as an installation does."""
    command.parent.mkdir(exist_ok=True)
    command.write_text(f"#!{sys.executable}\nfrom {module} import {function}\n{function}()\n")
    command.chmod(0o755)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_readme_names_every_exit_code() -> None:
    from adf.errors import Exit

    rows = re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [int(row) for row in rows] == [int(code) for code in Exit]
