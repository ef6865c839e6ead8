"""What the processes do that are killed: whole tables, as the command builds them."""

import tempfile
from pathlib import Path

from tests.cache import jobs
from tests.evaluate.bench.samples import built
from tests.search.nets.samples import make_cache

run = jobs.run


def build(cache: str, out: str) -> None:
    """Build a table, or go on with it."""
    built(Path(cache), Path(out))


JOBS = {"build": build}


def prepare() -> None:
    """Build once, so that everything is imported before the processes are forked."""
    with tempfile.TemporaryDirectory() as folder:
        cache = make_cache(Path(folder, "cache"))
        built(cache, Path(folder, "table"), "space.ops=[skip]", "space.levels=[low]")
