"""One search from its settings to its result, in a run folder, taken up again where it stopped."""

import logging
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from adf.cache import FeatureCache
from adf.config import Config
from adf.errors import ConfigError, InputNotFound, RunMismatch, UnknownName
from adf.files import write_atomic
from adf.progress import Mode, Progress, progress
from adf.registry import nearest
from adf.runs import RunFolder
from adf.search.board import Board
from adf.search.data import level_sizes, open_source, widths
from adf.search.families import canonical
from adf.search.genotypes.drawing import as_svg
from adf.search.genotypes.genotype import ZERO, Input
from adf.search.genotypes.space import FusionSpace
from adf.search.methods import method, spaced
from adf.search.nets.cost import middle_flops
from adf.search.nets.ops import OPS
from adf.search.result import describe, digests, seals
from adf.search.rows import halves
from adf.search.runs import changed_since, search_run, steps, title
from adf.search.settings import SearchSettings, SpaceSettings
from adf.search.study import Memory, Study
from adf.search.team import join_team, leave_team

LOG = logging.getLogger("adf.search")


def carry_out(
    config: Config[SearchSettings],
    mode: Mode = "auto",
    out: Path | None = None,
    force: bool = False,
) -> dict[str, Any]:
    """Search, and return what was found: the content of ``result.json``."""
    settings, name = config.value, str(config.value.seed)
    # First: a rank that is refused below must not leave the others waiting for it.
    join_team()
    search = method(settings.method)
    with search_run(config, name, out, force) as run:
        with progress(f"search {title(settings, name)}", steps(settings), mode) as bar:
            study = open_study(settings, run, bar)
            genotype = canonical(search(study))
            result = describe(study, genotype)
        study.propose(genotype)
        write_atomic(run.path / "genotype.svg", as_svg(genotype).encode())
        run.result(result)
    leave_team()
    return result


def open_study(settings: SearchSettings, run: RunFolder, bar: Progress) -> Study:
    """Open what a method works on."""
    team, device = join_team(), device_of(settings.device)
    if device.type == "cuda":
        # Whatever names no device, the exchange between ranks too, takes this one.
        torch.cuda.set_device(device)
    require_half_precision(settings.amp, device)
    cache = FeatureCache.open(settings.cache)
    space = open_space(cache, spaced(settings.method, settings.space))
    levels = [level for slot in space.choices for level in slot]
    modalities = list(dict.fromkeys(level.modality for level in levels))
    parts = halves(cache, settings.split, modalities, settings.seed, settings.share)
    LOG.info(
        "%s clips to learn from, %s to judge by, %s classes",
        *(len(parts.weights.rows), len(parts.judging.rows), len(cache.classes)),
    )
    rows = np.concatenate([parts.weights.rows, parts.judging.rows])
    source = open_source(cache, levels, np.sort(rows), space.grid, device)
    clip = next(iter(source.batches([parts.weights.rows[:1]])))
    classes, memory = len(cache.classes), Memory(run, Board(run.path, space), team)
    # Only now: a cache that was refused above may be mended, and the run go on.
    require_same(cache, modalities, memory)
    return Study(
        settings=settings,
        space=space,
        classes=classes,
        source=source,
        halves=parts,
        device=device,
        run=run,
        memory=memory,
        progress=bar,
        team=team,
        clip=clip,
        unit=middle_flops(space, classes, clip),
    )


def open_space(cache: FeatureCache, settings: SpaceSettings) -> FusionSpace:
    """Return the space over the levels of a cache."""
    modalities = tuple(dict.fromkeys(settings.modalities or cache.modalities))
    require_levels_known(cache, modalities, settings.levels)
    choices = tuple(levels_of(cache, name, settings.levels) for name in modalities)
    if settings.stem == "concat":
        # It joins all levels: each is an input, and none is chosen.
        choices = tuple((level,) for slot in choices for level in slot)
    levels = [level for slot in choices for level in slot]
    sizes = [level_sizes(cache, level) for level in levels]
    frames = one_of(settings.frames, [size[0] for size in sizes], "space.frames")
    size = one_of(settings.size, [max(size[1:]) for size in sizes], "space.size")
    # Vectors have no places: a grid would only repeat them.
    return FusionSpace(
        choices,
        widths(cache, levels),
        tuple(dict.fromkeys(map(op_of, settings.ops))),
        (frames, size, size),
        settings.channels,
        settings.nodes,
        settings.edges,
        settings.cells,
        settings.outputs,
        settings.stem,
        settings.copies,
    )


def require_same(cache: FeatureCache, modalities: list[str], memory: Memory) -> None:
    """Refuse to go on with other features than those that a run began with."""
    made, sealed = digests(cache, modalities), seals(cache, modalities)
    line = memory.tell("cache", made=made, sealed=sealed)
    if other := changed_since(line, cache, modalities):
        raise RunMismatch(
            f"cache: {cache.root.folder} is not what this run began with: its"
            f" {', '.join(other)} changed since. Choose another --out"
        )


def op_of(name: str) -> str:
    """Return the name of an operation as a genotype spells it."""
    try:
        return name if name == ZERO else OPS[name].__name__
    except UnknownName as error:
        raise ConfigError(f"space.ops: {error}, {ZERO}") from None


def require_levels_known(
    cache: FeatureCache, modalities: Sequence[str], wanted: tuple[str, ...]
) -> None:
    """Refuse a level that none of the modalities has: it is misspelled."""
    known = {name for each in modalities for name in levels_there(cache, each)}
    if lacking := [name for name in wanted if name not in known]:
        raise InputNotFound(
            f"space.levels: no modality has {', '.join(lacking)}.{nearest(lacking[0], list(known))}"
            f" There are: {', '.join(sorted(known))}"
        )


def levels_there(cache: FeatureCache, modality: str) -> list[str]:
    """Return all levels of a modality."""
    if modality not in cache.modalities:
        raise InputNotFound(
            f"space.modalities: {cache.root.folder} has no modality '{modality}'; it has: "
            + ", ".join(cache.modalities)
        )
    return cache.levels(modality)


def levels_of(cache: FeatureCache, modality: str, wanted: tuple[str, ...]) -> tuple[Input, ...]:
    """Return the levels of a modality to choose from."""
    there = levels_there(cache, modality)
    found = tuple(Input(modality, level) for level in there if not wanted or level in wanted)
    if not found:
        raise InputNotFound(
            f"space.levels: {modality} has none of {', '.join(wanted)}; it has: {', '.join(there)}"
        )
    return found


def one_of(wanted: str, sizes: list[int], name: str) -> int:
    """Return a size of the grid: the finest or coarsest there is, or a number."""
    if wanted in ("finest", "coarsest"):
        return max(sizes) if wanted == "finest" else min(sizes)
    if not wanted.isdecimal() or int(wanted) < 1:
        raise ConfigError(f"{name} is '{wanted}': give finest, coarsest or a number above 0")
    return int(wanted)


def device_of(name: str) -> torch.device:
    """Return the device: ``auto`` takes CUDA where there is any, each rank of a team its own."""
    asked = re.fullmatch(r"auto|cpu|cuda(?::(\d{1,3}))?", name, re.ASCII)
    if not asked:
        raise ConfigError(f"device is '{name}': give auto, cpu or cuda[:N]")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "cpu" or (name == "auto" and not count):
        return torch.device("cpu")
    if not count:
        raise ConfigError(f"device is '{name}', but torch finds no CUDA device: use cpu or auto")
    number = int(asked[1] or os.environ.get("LOCAL_RANK", "0"))
    if number >= count:
        raise ConfigError(
            f"device is '{name}', but torch finds no cuda:{number}, its last is cuda:{count - 1}:"
            " use one that is there, under torchrun no more processes than there are"
        )
    return torch.device("cuda", number)


def require_half_precision(wanted: bool, device: torch.device) -> None:
    """Refuse a precision that the device, which torch computes on now, does not know."""
    if wanted and device.type == "cuda" and not torch.cuda.is_bf16_supported():
        raise ConfigError(f"amp: {device} does not compute in bfloat16: leave it off")
