"""What BM-NAS can be told, and what it refuses; its presets."""

from typing import Any

import pytest

from adf.config import load
from adf.configs import preset
from adf.errors import ConfigError
from adf.search.bm_nas.settings import BmNasSettings
from adf.search.settings import SearchSettings, SpaceSettings


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"channels": 0}, "channels is 0: give 1 or more"),
        ({"length": 0}, "length is 0: give 1 or more"),
        ({"cells": 0}, "cells is 0: give 1 or more"),
        ({"steps": -1}, "steps is -1: give 1 or more"),
        ({"outputs": 3}, "outputs is 3: give 1 to 2 .cells."),
        ({"outputs": 0}, "outputs is 0: give 1 to 2 .cells."),
        ({"step_outputs": 3}, "step_outputs is 3: give 1 to 2 .steps."),
        ({"ops": ()}, "ops is ..: give one or more of Sum, ScaleDotAttn"),
        ({"ops": ("Sum", "skip")}, "ops is .'Sum', 'skip'.: give one or more of Sum"),
        ({"ops": ("Sum", "Sum")}, "each of them once"),
        ({"alpha_rate": 0.0}, "alpha_rate is 0.0: give more than 0"),
        ({"alpha_decay": -1.0}, "alpha_decay is -1.0: give 0 or more"),
    ],
)
def test_what_cannot_work_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        BmNasSettings(**fields)


def test_levels_come_as_they_were_stored() -> None:
    from adf.search.methods import spaced

    asked = SpaceSettings(modalities=("rgb",), levels=("low",), size="1", frames="coarsest")
    given = spaced("bm-nas", asked)
    assert (given.size, given.frames) == ("finest", "finest")
    assert (given.modalities, given.levels) == (("rgb",), ("low",))


@pytest.mark.parametrize("name", ["bm-nas", "bm-nas-faithful"])
def test_a_preset_is_of_its_mode(name: str) -> None:
    config = load(
        SearchSettings, files=[str(preset(f"search/{name}"))], sets=["cache=x"], environ={}
    )
    mode = "faithful" if name.endswith("faithful") else "repaired"
    assert (config.value.method, config.value.bm_nas.mode) == ("bm-nas", mode)
