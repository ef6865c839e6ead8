"""What the processes do that are killed: whole evaluations."""

import tempfile
from pathlib import Path

from adf.evaluate.run import evaluate as carry_out
from tests.cache import jobs
from tests.evaluate.samples import small
from tests.search.nets.samples import make_cache

run = jobs.run


def evaluate(cache: str, out: str, sets: list[str]) -> None:
    """Evaluate, or go on with it."""
    carry_out(small(Path(cache), *sets), 1, "off", Path(out))


JOBS = {"evaluate": evaluate}


def prepare() -> None:
    """Evaluate once, so that everything is imported before the processes are forked."""
    with tempfile.TemporaryDirectory() as folder:
        cache = make_cache(Path(folder, "cache"))
        evaluate(str(cache), f"{folder}/run", ["genotypes=[random:1]"])
