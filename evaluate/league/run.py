"""One league, from its settings to its page, in a run folder, taken up where it stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from adf.config import Config, load
from adf.configs import preset
from adf.deal import deal
from adf.errors import ConfigError
from adf.evaluate.league.allowance import bought, measured, parse, short
from adf.evaluate.league.settings import LeagueSettings
from adf.evaluate.league.standing import standings
from adf.evaluate.report.page import write_report
from adf.evaluate.run import evaluate
from adf.evaluate.settings import EvalSettings
from adf.files import write_atomic
from adf.progress import Mode, progress
from adf.runs import resumable, run_folder
from adf.search.launch import parse_seeds
from adf.search.methods import METHODS, has_own_space, method, spelled
from adf.search.settings import SearchSettings
from adf.search.team import share_processor
from adf.search.trial import carry_out

BASE, EVALUATION = "search.yaml", "evaluation.yaml"
# What a method may not have for itself: which clips it meets, and on what.
SAME = ("cache", "split", "share", "device", "amp")
# What a search is told: settings, and files of settings after -c.
Words = tuple[str, ...]
# A search, and its folder.
Task = tuple[Words, Path]


def league(
    config: Config[LeagueSettings],
    workers: int = 1,
    mode: Mode = "auto",
    out: Path | None = None,
) -> dict[str, Any]:
    """Let all search, train what they found, and return how they stand."""
    settings, names = config.value, chosen(config.value)
    allowance, seeds = parse(settings.allowance), parse_seeds(settings.seeds)
    with run_folder("league", config, slug=settings.allowance, out=out) as run, resumable(run):
        write_base(settings, run.path)
        first = {name: (*own(settings, name), f"method={name}") for name in names}
        prices = priced(first, workers, run.path, mode)
        # A step is one of a cell, where anyone trains cells.
        unit = prices[next((each for each in names if not has_own_space(each)), names[0])]["unit"]
        words = {
            name: (*each, *bought(read(run.path, each), allowance, prices[name], unit))
            for name, each in first.items()
        }
        tasks = [
            ((*words[name], f"seed={seed}"), place_of(run.path, name, seed))
            for seed in seeds
            for name in names
        ]
        everyone(partial(search, run.path, workers), tasks, workers, mode, "league: searches")
        folders = [folder for _, folder in tasks]
        found = evaluate(evaluation(settings, folders, run.path), workers, mode, run.path / "table")
        result = {
            **standings(
                found,
                {name: searches(run.path, name, seeds) for name in names},
                unit,
                allowance,
            ),
            "allowance": settings.allowance,
            "words": {name: list(each) for name, each in words.items()},
            "run": str(run.path),
        }
        run.result(result)
    write_report([run.path, run.path / "table"], run.path / "report.html", "The league")
    return result


def chosen(settings: LeagueSettings) -> list[str]:
    """Return the methods that take part."""
    names = list(METHODS) if settings.methods == ("all",) else list(dict.fromkeys(settings.methods))
    for name in names:
        method(name)
    if lacking := [name for name in settings.own if name not in names]:
        raise ConfigError(f"own: {lacking[0]} takes no part; there are: {', '.join(names)}")
    if len({spelled(name) for name in names}) < len(names):
        raise ConfigError("methods: two have the same name: rename one of the files")
    return names


def write_base(settings: LeagueSettings, folder: Path) -> None:
    """Write what all searches are told."""
    names = [field.name for field in fields(SearchSettings)]
    shared = {name: value for name, value in asdict(settings).items() if name in names}
    write_atomic(folder / BASE, yaml.safe_dump(plain(shared), sort_keys=False).encode())


def plain(values: Any) -> Any:
    """Return values as YAML has them."""
    if isinstance(values, Mapping):
        return {name: plain(value) for name, value in values.items()}
    return [plain(value) for value in values] if isinstance(values, list | tuple) else values


def priced(
    first: Mapping[str, Words], workers: int, folder: Path, mode: Mode
) -> dict[str, dict[str, float]]:
    """Return what one epoch takes by each method: measured once, also for calls to come."""
    tries = [
        ((*words, *short(read(folder, words))), folder / "prices" / spelled(name))
        for name, words in first.items()
    ]
    everyone(partial(price, folder, workers), tries, workers, mode, "league: what an epoch takes")
    return {
        name: measured(read(folder, words), place)
        for name, (words, place) in zip(first, tries, strict=True)
    }


def own(settings: LeagueSettings, name: str) -> list[str]:
    """Return the file of settings that is for one method, as a word of its own."""
    return [f"-c {settings.own[name]}"] if name in settings.own else []


def read(folder: Path, words: Sequence[str]) -> Config[SearchSettings]:
    """Return the settings of a search."""
    files = [word.removeprefix("-c ") for word in words if word.startswith("-c ")]
    sets = [word for word in words if not word.startswith("-c ")]
    paths = [str(folder / BASE), *files]
    config = load(SearchSettings, files=paths, preset=preset, environ={}, sets=sets)
    for name in SAME:
        if config.origins.get(name, "").startswith(tuple(files)) and files:
            raise ConfigError(f"own: {files[0]} gives {name}, which is the same for everyone")
    return config


def everyone(work: Any, tasks: Sequence[Task], workers: int, mode: Mode, what: str) -> None:
    """Do all that is left to do, some at a time."""
    left = [task for task in tasks if not (task[1] / "result.json").is_file()]
    with progress(what, len(tasks), mode) as bar:
        bar.advance(len(tasks) - len(left))
        for _ in deal(work, left, workers):
            bar.advance(1)


def price(folder: Path, workers: int, task: Task) -> None:
    """Measure what a method takes."""
    share_processor(workers)
    measured(read(folder, task[0]), task[1])


def search(folder: Path, workers: int, task: Task) -> None:
    """Search once."""
    share_processor(workers)
    carry_out(read(folder, task[0]), "off", task[1])


def place_of(folder: Path, name: str, seed: int) -> Path:
    """Return the run folder of a search."""
    return folder / "searches" / f"{spelled(name)}-seed{seed}"


def searches(folder: Path, name: str, seeds: Sequence[int]) -> list[Path]:
    """Return the run folders of a method's searches."""
    return [place_of(folder, name, seed) for seed in seeds]


def evaluation(
    settings: LeagueSettings, folders: Sequence[Path], folder: Path
) -> Config[EvalSettings]:
    """Return the settings of the one comparison of all."""
    told = {
        "cache": settings.cache,
        "genotypes": [str(each) for each in folders],
        "splits": [settings.split],
        "seeds": settings.trainings,
        **{name: getattr(settings, name) for name in ("baselines", "drawn", "device", "amp")},
        "ceilings": settings.ceilings,
        "train": asdict(settings.final),
    }
    write_atomic(folder / EVALUATION, yaml.safe_dump(plain(told), sort_keys=False).encode())
    return load(EvalSettings, files=[str(folder / EVALUATION)], environ={})
