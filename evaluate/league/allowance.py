"""How much each method may spend, and what of its settings that buys.

What a method takes is measured by a short search of its own, once for all seeds.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from adf.config import Config
from adf.errors import ConfigError
from adf.search.methods import BY_EPOCHS, spelled
from adf.search.settings import SearchSettings
from adf.search.trial import carry_out

SECONDS = {"s": 1, "m": 60, "h": 3600}
# Epochs of a supernet that are measured.
TRIED = 2


class Allowance(NamedTuple):
    """An amount of ``seconds`` or ``cell_steps``."""

    amount: float
    unit: str


def parse(text: str) -> Allowance:
    """Return what ``20m`` or ``5000-steps`` stands for."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)(s|m|h|-steps)", text)
    if not found or float(found[1]) == 0:
        raise ConfigError(f"allowance is '{text}': give 90s, 20m, 1h or 5000-steps")
    if found[2] == "-steps":
        return Allowance(float(found[1]), "cell_steps")
    return Allowance(float(found[1]) * SECONDS[found[2]], "seconds")


def relaxes(config: Config[SearchSettings]) -> bool:
    """Return whether a method is told how long to take by relax.epochs, and not by budget."""
    return spelled(config.value.method) in BY_EPOCHS


def short(config: Config[SearchSettings]) -> list[str]:
    """Return settings for a search that is only to be measured."""
    if relaxes(config):
        return [f"relax.epochs={TRIED}", "relax.warm_up=0", "train.epochs=1"]
    return [f"budget={3 * config.value.train.epochs}"]


def measured(config: Config[SearchSettings], folder: Path) -> dict[str, float]:
    """Search shortly, and return what one epoch of the budget takes."""
    result = folder / "result.json"
    if not result.is_file():
        carry_out(config, "off", folder)
    facts: dict[str, Any] = json.loads(result.read_text())
    epochs = TRIED if relaxes(config) else config.value.budget
    return {
        "seconds": facts["budget"]["seconds"] / epochs,
        "cell_steps": facts["budget"]["cell_steps"] / epochs,
        "unit": facts["unit"],
    }


def bought(
    config: Config[SearchSettings], allowance: Allowance, price: Mapping[str, float], unit: float
) -> list[str]:
    """Return the settings that an allowance buys; ``unit`` is what a step is for everyone."""
    each = price[allowance.unit]
    if allowance.unit == "cell_steps":
        each *= price["unit"] / unit
    epochs, name = int(allowance.amount / each), config.value.method
    least = config.value.relax.warm_up + 1 if relaxes(config) else config.value.train.epochs
    if epochs < least:
        raise ConfigError(
            f"allowance: {name} gets {epochs} epochs for it and needs {least}: give more, about"
            f" {each * least:,.0f} {allowance.unit.replace('_', ' ')}, or leave {name} out"
        )
    return [f"{'relax.epochs' if relaxes(config) else 'budget'}={epochs}"]
