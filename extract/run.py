"""One extraction from its settings to its answer."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adf.cache import ClipPlan, Root
from adf.cache.sweep import sweep_workplace
from adf.config import Config
from adf.extract.answer import Answer, describe_filled
from adf.extract.datasets import DATASETS
from adf.extract.datasets.videos import count
from adf.extract.launch import fill_by_workers, first_shard
from adf.extract.request import is_filled, note_filled
from adf.extract.settings import ExtractSettings
from adf.progress import Mode
from adf.runs import run_folder

LOG = logging.getLogger("adf.extract")
MISSING = "missing.txt"


@dataclass(frozen=True)
class Job:
    """The clips to extract, where their videos are, and how to go about it."""

    plan: ClipPlan
    folder: Path
    first: float
    retry_failed: bool


@dataclass(frozen=True)
class Mission:
    """What a command was asked to do, and how it shall tell of it."""

    config: Config[ExtractSettings]
    progress: Mode = "auto"
    out: Path | None = None
    force: bool = False

    @property
    def settings(self) -> ExtractSettings:
        """What was asked for."""
        return self.config.value

    def carry_out(
        self, workers: int = 1, shard: str | None = None, *, retry_failed: bool = False
    ) -> Answer:
        """Fill the cache: alone, as one of several workers, or by workers started for it."""
        settings = self.settings
        slug = f"{settings.dataset}-{'-'.join(settings.modality)}"
        with run_folder("extract", self.config, slug=slug, out=self.out, force=self.force) as run:
            plan, folder = self._clips(run.path / MISSING)
            root = self._root(plan) if self._begun() else None
            work: dict[str, Any] = {}
            if root and not retry_failed and is_filled(root, settings):
                for name in settings.modality:
                    # Whoever was killed after the last shard was sealed may have left a folder.
                    sweep_workplace(root.folder, name)
            else:
                job = Job(plan, folder, first_shard(shard, os.environ), retry_failed)
                root, work = self._work(job, workers, run.path)
                note_filled(root, settings)
            answer = describe_filled(root, settings.modality, work, run.path)
            run.result(answer.facts)
        return answer

    def predict(self, workers: int = 1) -> Answer:
        """Say how large the cache will be and how long it will take; write nothing."""
        from adf.extract.estimate import predict

        plan, folder = self._clips(None)
        return predict(self.settings, plan, folder, workers)

    def _clips(self, missing: Path | None) -> tuple[ClipPlan, Path]:
        """Return the plan and the folder of the videos, saying what a user should know."""
        settings = self.settings
        videos = DATASETS[settings.dataset](
            Path(settings.videos).expanduser(),
            lists=Path(settings.lists).expanduser() if settings.lists else None,
            unlisted=settings.unlisted,
        )
        for remark in videos.remarks:
            LOG.warning("%s", remark)
        if missing:
            videos.require_all(missing, allow_missing=settings.allow_missing)
        if videos.missing:
            listed = f": see {missing}" if missing else ""
            LOG.warning("%s not found%s", count(len(videos.missing), "video"), listed)
        return videos.plan(settings.clip.views, flip=settings.clip.flip), videos.folder

    def _begun(self) -> bool:
        folder = Path(self.settings.cache)
        return folder.is_dir() and any(folder.iterdir())

    def _root(self, plan: ClipPlan) -> Root:
        """Make the cache, or open it if it is for the same clips."""
        settings = self.settings
        return Root.create(
            settings.cache, plan, store=settings.backend, shard_rows=settings.shard_rows
        )

    def _work(self, job: Job, workers: int, run: Path) -> tuple[Root, dict[str, Any]]:
        """Fill what is lacking; return the cache and what that cost."""
        # Torch takes seconds to load, which a cache that is full already must not cost.
        from adf.extract.fill import drop_failed, fill, open_branches, open_streams

        # Networks first: if something is wrong with them, no cache is begun.
        streams = open_streams(self.settings)
        root = self._root(job.plan)
        if job.retry_failed:
            # Only once it is certain that the cache was made with these very settings.
            drop_failed(open_branches(self.settings, streams, root))
        if workers > 1:
            return root, fill_by_workers(root, self.config, workers, run, self.progress)
        return root, fill(self.settings, streams, root, job.folder, job.first, self.progress)
