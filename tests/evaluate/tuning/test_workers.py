"""Several workers at one tuning."""

from pathlib import Path

import pytest

from adf.errors import Exit
from adf.evaluate.tuning.sampling import sobol
from adf.evaluate.tuning.space import USUAL, read_space
from tests.evaluate.tuning.samples import call, result, words_for


@pytest.mark.slow
def test_two_workers_make_each_trial_once(cache: Path, genotype: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = call(*words_for(cache, genotype, out, "sampler=sobol"), "--workers", 2)
    assert answer.exit_code == Exit.OK, answer.output
    trials = result(out)["trials"]
    assert [trial["number"] for trial in trials] == list(range(6))
    for trial in trials[1:]:
        point = sobol(len(USUAL), 0, trial["number"])
        wanted = {
            name: dimension.at(share)
            for (name, dimension), share in zip(read_space({}).items(), point, strict=True)
        }
        assert trial["params"] == pytest.approx(wanted)
