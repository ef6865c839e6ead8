"""Run folders as the report reads them, whatever command wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adf.errors import InputNotFound, InvalidInput
from adf.evaluate.report.bench import Bench
from adf.evaluate.report.evaluation import Evaluation
from adf.evaluate.report.fields import Fields, read_fields
from adf.evaluate.report.league import League
from adf.evaluate.report.rivalry import Rivalry
from adf.evaluate.report.searched import Searched

Content = Evaluation | Rivalry | Searched | Bench | League


@dataclass(frozen=True)
class Run:
    """A run folder. ``key`` is its own on the page, ``name`` how people know it."""

    key: str
    folder: Path
    fields: Fields
    content: tuple[Content, ...]

    @property
    def name(self) -> str:
        """What the folder is called; ``latest`` and other links have the name they lead to."""
        return self.folder.name

    def file(self, name: str) -> str:
        """Return the text of a file of the run, empty where it has none."""
        try:
            return (self.folder / name).read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return ""


def each_once(folders: Sequence[Path]) -> list[Path]:
    """Return where folders really are: one that is named twice, or by a link, counts once."""
    return list(dict.fromkeys(folder.resolve() for folder in folders))


def read_runs(folders: Sequence[Path]) -> list[Run]:
    """Return what is in run folders."""
    return [read_run(f"run{number}", folder) for number, folder in enumerate(each_once(folders))]


def read_run(key: str, folder: Path) -> Run:
    """Return what is in a run folder."""
    if not folder.is_dir():
        raise InputNotFound(f"there is no folder {folder}: give the folder of a finished run")
    fields = read_fields(folder / "result.json")
    return Run(key, folder, fields, tuple(_content(folder, fields)))


def _content(folder: Path, fields: Fields) -> list[Content]:
    if fields.value.get("kind") == "table":
        return [Bench.read(fields)]
    if fields.value.get("kind") == "league":
        return [League.read(fields)]
    if fields.has("rows"):
        return [Evaluation.read(fields)]
    if fields.has("methods"):
        return [Rivalry.read(fields)]
    if fields.has("seeds") and fields.has("method"):
        seeds = fields.at("seeds")
        return [Searched.read(folder / f"seed-{seed}", seeds.at(seed)) for seed in seeds.value]
    if fields.has("method"):
        return [Searched.read(folder, fields)]
    raise InvalidInput(
        f"{folder} holds nothing that can be reported: give runs of adf-eval and adf-search"
    )
