"""The work itself: networks opened, videos decoded, shards filled and sealed."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from adf.cache import Appender, Root
from adf.cache.root import library_versions
from adf.extract.decoders.pool import DecodePool
from adf.extract.engine.collector import Collector
from adf.extract.engine.engine import Engine, chosen_device
from adf.extract.modalities.clip import Modality
from adf.extract.pipeline import Branch, Pipeline
from adf.extract.settings import ExtractSettings, modality_settings
from adf.extract.stream import Stream, open_stream
from adf.extract.video.recipe import Made, Recipe
from adf.progress import Mode, progress

LOG = logging.getLogger("adf.extract")
ENGINE = "engine"
# Sums are then split among the threads.
BY_THREADS = {"folded"}
HOW = re.compile(r"([\w-]+), batch (\d+)(?:, threads (\d+))?")


def fill(
    settings: ExtractSettings,
    streams: Sequence[Stream],
    root: Root,
    folder: Path,
    first: float,
    mode: Mode,
) -> dict[str, Any]:
    """Fill and seal all modalities of a cache; return what it cost.

    ``first`` says with which part of the shards to begin, from 0 to 1.
    """
    began = perf_counter()
    recipe = recipe_of(settings, [stream.modality for stream in streams])
    branches = open_branches(settings, streams, root)
    shards = branches[0].appender.layout.shards
    left = sum(
        len(branch.appender.layout.rows_of(shard))
        for branch in branches
        for shard in branch.appender.pending()
    )
    title = f"extract {', '.join(settings.modality)}"
    with (
        progress(title, left, mode) as bar,
        DecodePool(recipe, settings.decoders, settings.decode_seconds) as pool,
    ):
        pipeline = Pipeline(
            root.plan, folder, branches, pool, strict=settings.strict, step=bar.advance
        )
        pipeline.run(int(first * shards))
    seconds = perf_counter() - began
    return {
        "seconds": seconds,
        "clips": pipeline.done,
        "clips_per_second": pipeline.done / seconds,
        "shares": pipeline.shares(),
        "engines": {b.stream.name: b.collector.engine.way for b in branches},
    }


def open_branches(settings: ExtractSettings, streams: Sequence[Stream], root: Root) -> list[Branch]:
    """Begin all modalities, or take them up."""
    recipe = recipe_of(settings, [stream.modality for stream in streams])
    branches: list[Branch] = []
    for stream in streams:
        # What was quicker for one modality is so for the others that have the same network.
        ways = {b.stream.backbone.name: b.collector.engine.way for b in branches}
        way = ways.get(stream.backbone.name, settings.engine)
        branches.append(branch_of(replace(settings, engine=way), root, recipe, stream))
    return branches


def drop_failed(branches: Sequence[Branch]) -> None:
    """Make the shards in which clips failed not exist, so that they are tried again."""
    for branch in branches:
        commits = branch.appender.commits
        records = (commits.read(shard) for shard in sorted(commits.done()))
        again = [record.shard for record in records if record.failed]
        if again:
            LOG.info("%s: shards with failed clips are done again: %s", branch.stream.name, again)
            commits.withdraw(again)


def open_streams(settings: ExtractSettings) -> list[Stream]:
    """Open all modalities with their networks."""
    device = str(chosen_device(settings.device))
    streams = [open_stream(settings, name, device) for name in settings.modality]
    for stream in streams:
        stream.check(settings)
        for note in stream.notes:
            LOG.info("%s: %s", stream.name, note)
    return streams


def recipe_of(settings: ExtractSettings, modalities: list[Modality]) -> Recipe:
    """Return what decoding processes have to do for all modalities together."""
    geometries = {modality.geometry.name: modality.geometry for modality in modalities}
    made = tuple(
        Made(
            modality.name,
            modality.geometry.name,
            settings.clip.size,
            modality.channels,
            modality_settings(settings, modality.name),
        )
        for modality in modalities
        # The pictures of rgb are the decoded ones themselves.
        if modality.place == "decoder" and modality.name != "rgb"
    )
    return Recipe(settings.clip.as_views(), tuple(geometries.values()), made)


def branch_of(settings: ExtractSettings, root: Root, recipe: Recipe, stream: Stream) -> Branch:
    """Begin a modality of the cache, or take it up, and make its engine."""
    engine = engine_of(settings, stream, begun(root, stream.name))
    provenance = stream.provenance(settings, root.plan, recipe, engine)
    ours = how(engine)
    appender = Appender(
        root, provenance, codec=settings.codec, versions={**library_versions(), ENGINE: ours}
    )
    theirs = begun(root, stream.name)
    if theirs and theirs != ours:
        # Another worker was quicker. Ways differ in the last bits, and a cache has one of them.
        engine = engine_of(settings, stream, theirs)
    warn_of_versions(stream.name, root.versions(stream.name))
    return Branch(stream, Collector(engine), appender)


def warn_of_versions(name: str, begun_with: Mapping[str, str]) -> None:
    """Say which libraries are others than those the modality was begun with."""
    now = library_versions()
    others = [
        f"{library} {version} (now {now[library]})"
        for library, version in begun_with.items()
        if library in now and now[library] != version
    ]
    if others:
        LOG.warning(
            "%s was begun with %s: new features may differ in the last bits",
            name,
            ", ".join(others),
        )


def how(engine: Engine) -> str:
    """Return what decides the last bits: the way of calculating, the batch, perhaps the threads."""
    threads = f", threads {torch.get_num_threads()}" if engine.way in BY_THREADS else ""
    return f"{engine.way}, batch {engine.batch}{threads}"


def begun(root: Root, name: str) -> str:
    """Return how a modality was begun to be calculated, if it was."""
    return root.versions(name).get(ENGINE, "") if name in root.modalities() else ""


def engine_of(settings: ExtractSettings, stream: Stream, like: str) -> Engine:
    """Return an engine as asked for, or one that gives the last bits of another one."""
    known = HOW.fullmatch(like)
    if not known:
        return stream.engine(settings, settings.engine, settings.batch)
    way, batch, threads = known[1], int(known[2]), int(known[3] or torch.get_num_threads())
    if threads != torch.get_num_threads():
        LOG.info("%s was begun with %d threads: so it goes on", stream.name, threads)
        torch.set_num_threads(threads)
    return stream.engine(settings, way, batch)
