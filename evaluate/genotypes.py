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
from adf.search.genotypes.canonical import canonical, digest
from adf.search.genotypes.genotype import Genotype
from adf.search.genotypes.published import read_published
from adf.search.genotypes.space import FusionSpace
from adf.search.settings import SearchSettings, SpaceSettings

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
            entrants[free] = of_genotype(free, kind, canonical(genotype))
    return list(entrants.values())


def read(word: str, space: FusionSpace) -> Iterator[tuple[str, str, Genotype]]:
    """Yield name, kind and genotype of all that one word stands for."""
    if count := re.fullmatch(r"random:(\d{1,6})", word):
        if not 1 <= int(count[1]) <= MOST_DRAWN:
            raise ConfigError(f"genotypes: {word}: draw 1 to {MOST_DRAWN}")
        for number, genotype in enumerate(drawn(space, int(count[1])), start=1):
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
    """Return genotypes of a space drawn at random: always the same, and all different."""
    different: dict[str, Genotype] = {}
    random = np.random.default_rng(BLIND)
    for _ in range(100 * count):
        genotype = space.draw(random)
        different.setdefault(digest(genotype), genotype)
        if len(different) == count:
            return list(different.values())
    raise ConfigError(f"the space has only {len(different)} genotypes: draw fewer than {count}")


def read_file(path: Path, space: FusionSpace) -> Genotype:
    """Read a genotype, or one in the notation that AutoDeepFuse published."""
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} holds no genotype: it is no text") from None
    try:
        if "Genotype(" in text:
            levels = [slot[-1] for slot in space.choices]
            return read_published(text, levels, space.channels, space.grid)
        return Genotype.from_json(text)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from None


def searches(place: Path) -> list[Path]:
    """Return the folders of the searches that a run folder holds: itself, or one for each seed."""
    if (place / "genotype.json").is_file():
        return [place]
    several = sorted(place.glob("seed-*/genotype.json"), key=_number)
    if not several:
        raise InputNotFound(
            f"genotypes: {place} holds no genotype.json: give the run folder of a search"
        )
    return [each.parent for each in several]


def _number(path: Path) -> int:
    digits = path.parent.name.removeprefix("seed-")
    return int(digits) if digits.isdecimal() else 0


def title(folder: Path) -> str:
    """Return what a search is called in the table."""
    facts = result(folder)
    return f"{facts['method']}, seed {facts['seed']}" if facts else folder.resolve().name


def result(folder: Path) -> dict[str, Any]:
    """Return what a search said when it was done; nothing of one that is not."""
    path = folder / "result.json"
    facts: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return facts if "method" in facts else {}


def searched(words: Sequence[str]) -> SearchSettings | None:
    """Return the settings of the first search that is named, if any is."""
    for word in words:
        place = Path(word)
        if place.is_dir():
            config = searches(place)[0] / "config.yaml"
            if config.is_file():
                return load(SearchSettings, files=[str(config)]).value
    return None


def space_settings(words: Sequence[str], given: SpaceSettings) -> SpaceSettings:
    """Return the space that was searched, or the one that is given where nothing was."""
    search = searched(words)
    return search.space if search else given
