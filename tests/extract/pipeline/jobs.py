"""What the processes do that are killed: whole extractions, as the command makes them."""

import tempfile
from pathlib import Path
from typing import Any

from adf.extract.run import Mission
from tests.cache import jobs
from tests.extract.pipeline.samples import configured, make_videos

run = jobs.run


def fill(videos: str, cache: str, shard: str, run: str, changes: dict[str, Any]) -> None:
    """Be one of several workers."""
    config = configured(Path(videos), Path(cache), **changes)
    Mission(config, "off", Path(run)).carry_out(shard=shard)


JOBS = {"fill": fill}


def prepare() -> None:
    """Extract once, so that everything is imported before the processes are forked."""
    with tempfile.TemporaryDirectory() as folder:
        videos = make_videos(Path(folder, "films"), 1)
        fill(str(videos), f"{folder}/cache", "0/1", f"{folder}/run", {})
