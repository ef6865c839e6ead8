"""The run folder of a search, and how it is taken up again."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adf.config import Config, load
from adf.errors import ConfigError
from adf.runs import RunFolder, resumable, run_folder
from adf.search.methods import BY_EPOCHS, spelled
from adf.search.settings import SearchSettings
from adf.search.team import folder_of_rank

LOG = logging.getLogger("adf.search")
LEARNED = ("metrics.jsonl", "genotype.json", "genotype.svg", "result.json")


def title(settings: SearchSettings, seeds: str) -> str:
    """Return what a search is called."""
    return f"{spelled(settings.method)}-split{settings.split}-seed{seeds}"


def steps(settings: SearchSettings) -> int:
    """Return how many steps of progress there will be, about, in epochs."""
    alone = spelled(settings.method) in BY_EPOCHS
    return settings.relax.epochs + settings.train.epochs if alone else settings.budget


@contextmanager
def search_run(
    config: Config[SearchSettings], seeds: str, out: Path | None, force: bool
) -> Iterator[RunFolder]:
    """Open the run folder; where the search is stopped in it, say how it goes on."""
    out = folder_of_rank(out)
    if force and out:
        forget_others(out, config)
    slug = title(config.value, seeds)
    with run_folder("search", config, slug=slug, out=out, force=force) as run, resumable(run):
        yield run


def forget_others(out: Path, config: Config[SearchSettings]) -> None:
    """Drop what a search with other settings learned in ``out``: it does not hold for this one."""
    before = out / "config.yaml"
    if not before.is_file() or _digest(before) == config.digest():
        return
    LOG.warning("%s starts anew: it was made with other settings", out)
    for name in LEARNED:
        (out / name).unlink(missing_ok=True)
    shutil.rmtree(out / "checkpoints", ignore_errors=True)


def _digest(file: Path) -> str | None:
    try:
        return load(SearchSettings, files=[str(file)]).digest()
    except ConfigError:
        # Another version knew other settings.
        return None
