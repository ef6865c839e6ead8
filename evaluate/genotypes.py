"""From words to genotypes: files, run folders of searches, ``random:N``, published strings."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adf.config import load
from adf.errors import ConfigError, InputNotFound, InvalidInput
from adf.evaluate.entrants import FOUND, RANDOM, Entrant, of_genotype
from adf.search.families import Found, read_json
from adf.search.genotypes.canonical import digest
from adf.search.genotypes.genotype import Genotype
from adf.search.genotypes.published import read_published
from adf.search.genotypes.space import FusionSpace
from adf.search.settings import SearchSettings

# Far from the seeds that people give.
BLIND = 20_000
MOST_DRAWN = 10_000


def found(words: Sequence[str], space: FusionSpace) -> list[Entrant]:
    """Return the entrants that words name; two genotypes of one name get a number."""
    entrants: dict[str, Entrant] = {}
    for word in words:
        for name, kind, genotype in read(word, space):
            free, number = name, 2
            while free in entrants:
                free, number = f"{name} ({number})", number + 1
            entrants[free] = of_genotype(free, kind, genotype)
    return list(entrants.values())


def read(word: str, space: FusionSpace) -> Iterator[tuple[str, str, Found]]:
    """Yield name, kind and genotype of all that one word stands for."""
    if count := re.fullmatch(r"random:(\d{1,6})", word):
        if not 1 <= int(count[1]) <= MOST_DRAWN:
            raise ConfigError(f"genotypes: {word}: draw 1 to {MOST_DRAWN}")
        several = drawn(space, int(count[1]))
        if len(several) < int(count[1]):
            raise ConfigError(f"genotypes: {word}: the space has no more than {len(several)}")
        for number, genotype in enumerate(several, start=1):
            yield f"random {number}", RANDOM, genotype
        return
    place = Path(word)
    if place.is_dir():
        for folder in searches(place):
            yield title(folder), FOUND, read_file(folder / "genotype.json", space)
        return
    if not place.is_file():
        raise InputNotFound(
            f"genotypes: there is no {word}: give a genotype.json, the folder of a search, or"
            " random:N"
        )
    yield place.stem, FOUND, read_file(place, space)


def drawn(space: FusionSpace, count: int) -> list[Genotype]:
    """Return genotypes of a space drawn at random: always the same, all different.

    They are fewer than ``count`` where a hundred draws for each find no more.
    """
    different: dict[str, Genotype] = {}
    random = np.random.default_rng(BLIND)
    for _ in range(100 * count):
        genotype = space.draw(random)
        different.setdefault(digest(genotype), genotype)
        if len(different) == count:
            break
    return list(different.values())


def read_file(path: Path, space: FusionSpace) -> Found:
    """Read a genotype, or one in the notation that AutoDeepFuse published."""
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} holds no genotype: it is no text") from None
    try:
        if "Genotype(" in text:
            levels = [slot[-1] for slot in space.choices]
            return read_published(text, levels, space.channels, space.grid)
        return read_json(text)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from None


def searches(place: Path) -> list[Path]:
    """Return the folders of the searches that a run folder holds: itself, or one for each seed."""
    if (place / "genotype.json").is_file():
        return [place]
    several = sorted((each for each in place.glob("seed-*") if each.is_dir()), key=_number)
    if not several:
        raise InputNotFound(
            f"genotypes: {place} holds no genotype.json: give the run folder of a search"
        )
    return several


def _number(path: Path) -> int:
    digits = path.name.removeprefix("seed-")
    return int(digits) if digits.isdecimal() else 0


def title(folder: Path) -> str:
    """Return what a search is called in the table."""
    facts = result(folder)
    return f"{facts['method']}, seed {facts['seed']}"


def result(folder: Path) -> dict[str, Any]:
    """Return what a search said when it was done; one that is not is no finding."""
    path = folder / "result.json"
    if not path.is_file():
        raise InputNotFound(
            f"genotypes: the search in {folder} is not finished: give its command again with"
            " --out; or give its genotype.json as it is"
        )
    try:
        facts = json.loads(path.read_text())
        return {name: facts[name] for name in ("method", "seed")}
    except (ValueError, TypeError, KeyError):
        raise InvalidInput(f"genotypes: {path} is not what a search writes") from None


def searched(words: Sequence[str]) -> SearchSettings | None:
    """Return the settings of the first search that is named, by its folder or its genotype.json."""
    for word in words:
        place = Path(word)
        folders = searches(place) if place.is_dir() else [place.parent]
        config = folders[0] / "config.yaml"
        if place.exists() and config.is_file() and is_search(folders[0]):
            return load(SearchSettings, files=[str(config)]).value
    return None


def is_search(folder: Path) -> bool:
    """Return whether a folder is that of a search that came to its end."""
    try:
        return bool(result(folder)) and (folder / "genotype.json").is_file()
    except (InputNotFound, InvalidInput):
        return False
