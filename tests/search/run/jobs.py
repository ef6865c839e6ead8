"""What the processes do that are killed: whole searches, as the command makes them."""

import tempfile
from pathlib import Path

from adf.search.trial import carry_out
from tests.cache import jobs
from tests.search.nets.samples import make_cache
from tests.search.run.samples import small

run = jobs.run


def search(cache: str, out: str, sets: list[str]) -> None:
    """Search, or go on with it."""
    carry_out(small(Path(cache), *sets), "off", Path(out))


def rest() -> None:
    """Do nothing: whoever waits for this knows that processes can be forked."""


JOBS = {"search": search, "rest": rest}


def prepare() -> None:
    """Search once, so that everything is imported before the processes are forked."""
    with tempfile.TemporaryDirectory() as folder:
        cache = make_cache(Path(folder, "cache"))
        search(str(cache), f"{folder}/run", ["method=darts", "relax.epochs=2"])
