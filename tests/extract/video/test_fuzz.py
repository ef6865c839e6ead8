"""Damaged in a thousand ways, a file never costs more than itself."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from adf.extract.decoders.pool import DecodePool
from adf.extract.decoders.process import Job
from adf.extract.video.geometry import Geometry
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Views, Window
from tests.extract.video.samples import film

MUTANTS = 1200
RECIPE = Recipe(Views(length=4), (Geometry(width=16, height=16),))
WINDOWS = (Window(), Window(9, 17))


def originals(folder: Path) -> list[tuple[str, bytes]]:
    films = [
        film(folder / "a.mp4", "libx264", {"bf": "2"}, frames=20),
        film(folder / "b.mp4", "mpeg4", frames=20, muxer={"movflags": "faststart"}),
        film(folder / "c.avi", "mpeg4", {"bf": "2"}, frames=20),
        film(folder / "d.mkv", "libx264", frames=20),
        film(folder / "e.avi", "mjpeg", frames=8),
        film(folder / "f.ts", "libx264", frames=12),
    ]
    return [(path.suffix, path.read_bytes()) for path in films]


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Change a few bytes, cut something out, double something or cut the end off."""
    mutant = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 30))):
        at = chance.randrange(len(mutant))
        length = min(chance.choice((1, 1, 4, 64)), len(mutant) - at)
        match chance.randrange(6):
            case 0 | 1 | 2:
                mutant[at : at + length] = chance.randbytes(length)
            case 3:
                mutant[at : at + length] = bytes(length) if at % 2 else b"\xff" * length
            case 4:
                del mutant[at : at + length]
            case _:
                mutant[at:at] = mutant[at : at + length]
    return bytes(mutant[: chance.randrange(len(mutant))] if chance.random() < 0.1 else mutant)


@pytest.mark.slow
def test_every_mutant_has_an_outcome(tmp_path: Path) -> None:
    films = originals(tmp_path)
    chance = random.Random(20)

    def jobs() -> Iterator[Job]:
        for number in range(MUTANTS):
            suffix, data = films[number % len(films)]
            path = tmp_path / f"{number}{suffix}"
            path.write_bytes(mutate(data, chance))
            yield Job((number, number), path, WINDOWS)

    counts: Counter[str] = Counter()
    with DecodePool(RECIPE, 2, seconds=10) as pool:
        for number, (job, done) in enumerate(pool.decode(jobs())):
            assert job.rows[0] == number
            for outcome in done.outcomes:
                assert outcome.status == "ok" or outcome.reason
                assert "\n" not in outcome.reason
                counts[outcome.status] += 1
            job.path.unlink()
    assert counts.total() == 2 * MUTANTS
    assert min(counts[status] for status in ("ok", "partial", "failed")) > MUTANTS // 20, counts
