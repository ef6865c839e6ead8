"""What the processes do that are killed: whole tunings, as the command makes them."""

import tempfile
from pathlib import Path

from adf.config import load
from adf.evaluate.tuning import launch
from adf.evaluate.tuning.settings import TuneSettings
from tests.cache import jobs
from tests.evaluate.tuning.samples import SMALL, write_genotype
from tests.search.nets.samples import make_cache

run = jobs.run


def tune(cache: str, genotype: str, out: str, sets: list[str]) -> None:
    """Tune, or go on with it."""
    given = [f"cache={cache}", f"genotype={genotype}", *SMALL, *sets]
    launch.tune(load(TuneSettings, sets=given, environ={}), 1, "off", Path(out))


def rest() -> None:
    """Do nothing: whoever waits for this knows that processes can be forked."""


JOBS = {"tune": tune, "rest": rest}


def prepare() -> None:
    """Tune once, so that everything is imported before the processes are forked."""
    with tempfile.TemporaryDirectory() as folder:
        cache = make_cache(Path(folder, "cache"))
        genotype = write_genotype(Path(folder))
        tune(str(cache), str(genotype), f"{folder}/run", ["trials=2"])
