"""A long video needs no more memory than a short one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.extract.video.samples import film
from tests.house.checkout import ROOT

PROGRAM = """
import resource, sys
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from adf.extract.video.decoding import decode

views = Views(count=4, stride=int(sys.argv[2]))
done = decode(sys.argv[1], [Window(view=v) for v in range(4)], Recipe(views))
assert {outcome.status for outcome in done.outcomes} == {"ok"}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["film.mp4", "film.avi"])
def test_ten_times_the_length_needs_no_more_memory(tmp_path: Path, name: str) -> None:
    peaks = []
    codec, options = ("libx264", {"preset": "ultrafast"}) if "mp4" in name else ("mpeg4", {})
    for frames in (200, 2000):
        path = film(tmp_path / name, codec, options, frames=frames, size=(320, 240))
        # Strides that spread the frames over all of the video, so that all of it is decoded.
        command = [sys.executable, "-c", PROGRAM, str(path), str(frames // 20)]
        outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        peaks.append(int(outcome.stdout))
    assert peaks[1] <= 1.1 * peaks[0], peaks
