"""A generated dataset on the disk: videos, sidecars, and the list that readers of datasets want."""

from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path
from shutil import rmtree

from adf.deal import deal
from adf.demo.factors import Clip, Factors
from adf.emit import block
from adf.errors import ConfigError, RunMismatch
from adf.files import translate_os_error, write_atomic
from adf.layout import Layout
from adf.progress import Mode
from adf.progress import progress as show

LIST = "clips.csv"
FACTORS = "factors.yaml"
STAGING = ".staging"


def make(factors: Factors, folder: Path, workers: int = 1, progress: Mode = "auto") -> None:
    """Render a dataset into a folder; what an earlier, interrupted call left is taken up.

    The bytes of every file depend on the factors alone. The list is written last: a folder that
    has one is complete.
    """
    if workers < 1:
        raise ConfigError(f"{workers} workers render nothing: give 1 or more")
    with translate_os_error(folder):
        _claim(factors, folder)
        clips = list(factors.clips())
        for label in {clip.cues.label for clip in clips}:
            (folder / label).mkdir(exist_ok=True)
        lacking = [clip for clip in clips if not (folder / clip.path).is_file()]
        with show(f"render {folder}", len(clips), progress) as bar:
            bar.advance(len(clips) - len(lacking))
            for _ in deal(partial(write_clip, factors, folder), lacking, workers):
                bar.advance()
        _write(folder, LIST, _listed(clips).encode())
        rmtree(folder / STAGING, ignore_errors=True)


def write_clip(factors: Factors, folder: Path, clip: Clip) -> None:
    """Write a video and, before it, its sidecar: where the video is, both are."""
    from adf.demo.actors import shot
    from adf.demo.film import film
    from adf.demo.poses import sidecar
    from adf.demo.render import render

    filmed = shot(factors, clip)
    beside = str(Path(clip.path).with_suffix(".npz"))
    _write(folder, beside, sidecar(factors, filmed))
    _write(folder, clip.path, film(render(factors, filmed), factors.rate))


def _write(folder: Path, name: str, data: bytes) -> None:
    write_atomic(folder / name, data, staging=folder / STAGING)


def _claim(factors: Factors, folder: Path) -> None:
    """Say in the folder what is made there; refuse one where something else was."""
    leaves = {name: attrgetter(name)(factors) for name in Layout(Factors).types}
    text, file = block(leaves, {}), folder / FACTORS
    if file.is_file():
        if file.read_text() != text:
            raise RunMismatch(f"{file} says other factors than these: give another folder")
        return
    folder.mkdir(parents=True, exist_ok=True)
    if any(path.name != STAGING for path in folder.iterdir()):
        raise ConfigError(f"{folder} holds something else already: give another folder")
    _write(folder, FACTORS, text.encode())


def _listed(clips: Sequence[Clip]) -> str:
    rows = [f"{clip.path},{clip.cues.label},{clip.split},{clip.group}\n" for clip in clips]
    return "".join(["path,label,split,group\n", *rows])
