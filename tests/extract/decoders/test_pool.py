"""Decoding in child processes: the same frames, whatever happens to the processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from adf.errors import AdfError, ConfigError
from adf.extract.decoders import process as decode_process
from adf.extract.decoders.block import Block
from adf.extract.decoders.pool import AHEAD, DecodePool
from adf.extract.decoders.process import Job, Task
from adf.extract.video.decoding import Decoded
from adf.extract.video.geometry import Geometry
from adf.extract.video.recipe import Made, Recipe
from adf.extract.video.sampling import Views, Window
from tests.extract.video.samples import KINDS, film, numbers

RECIPE = Recipe(Views(length=6), (Geometry(width=32, height=32), Geometry("w", 40, 30, "stretch")))


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> list[Job]:
    folder = tmp_path_factory.mktemp("films")
    paths = [film(folder / KINDS[k][1], KINDS[k][0]) for k in ("h264-mp4", "mpeg4-avi", "h264-mkv")]
    windows = (Window(), Window(3, 9, flip=True), Window(99), *[Window(v) for v in range(40)])
    paths.insert(1, folder / "missing.mp4")
    return [
        Job((n, n + 1), path, windows[: 2 + n % 2 + 30 * (n % 5 == 4)])
        for n, path in enumerate(paths * 4)
    ]


def test_the_program_that_decodes_loads_no_torch() -> None:
    program = "import sys, adf.extract.decoders.worker; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def copied(done: Decoded) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in done.arrays.items()}


def endless(job: Job) -> Iterator[Job]:
    while True:
        yield job


def test_processes_return_what_this_one_does(jobs: list[Job]) -> None:
    def everything(workers: int) -> list[tuple[object, ...]]:
        with DecodePool(RECIPE, workers) as pool:
            return [
                (job, done.outcomes, done.frames.tolist(), done.seconds.tobytes(), copied(done))
                for job, done in pool.decode(iter(jobs))
            ]

    here = everything(0)
    assert [entry[0] for entry in here] == jobs
    assert everything(1) == here
    assert everything(2) == here


def test_few_are_under_way_and_all_are_of_use(jobs: list[Job]) -> None:
    taken = 0

    def counted() -> Iterator[Job]:
        nonlocal taken
        for job in jobs:
            taken += 1
            yield job

    with DecodePool(RECIPE, 2) as pool:
        for seen, _ in enumerate(pool.decode(counted())):
            assert taken <= seen + 1 + 2 * AHEAD


def test_a_process_that_is_killed_costs_one_video(jobs: list[Job]) -> None:
    with DecodePool(RECIPE, 2) as pool:
        frames = pool.decode(endless(jobs[0]))
        failed = 0
        for turn in range(40):
            _, done = next(frames)
            failed += done.outcomes[0].status == "failed"
            if done.outcomes[0].status == "failed":
                assert done.outcomes[0].reason == "the process decoding it was killed by SIGSEGV"
                assert not done.arrays["square"].any()
            else:
                assert numbers(done.arrays["square"][0]).tolist() == done.frames[0].tolist()
            if turn % 10 == 5:
                victim = pool.processes[0]
                os.kill(victim, signal.SIGSEGV)
        assert failed <= 4
        frames.close()
    assert pool.processes == []


def test_a_process_that_takes_too_long_costs_one_video(jobs: list[Job]) -> None:
    with DecodePool(RECIPE, 1, seconds=10) as pool:
        frames = pool.decode(endless(jobs[0]))
        next(frames)
        os.kill(pool.processes[0], signal.SIGSTOP)
        later = [next(frames)[1].outcomes[0] for _ in range(AHEAD + 3)]
    assert {outcome.reason for outcome in later if outcome.status == "failed"} <= {
        "decoding took longer than 10 seconds (decode_seconds allows more)"
    }
    assert [outcome.status for outcome in later].count("ok") >= AHEAD + 2


def test_processes_that_cannot_start_are_an_error(
    jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode_process, "START", "raise SystemExit(7)")
    with (
        DecodePool(RECIPE, 2) as pool,
        pytest.raises(AdfError, match="cannot be started: one ended with exit code 7"),
    ):
        next(pool.decode(iter(jobs)))


def test_numbers_that_cannot_be_are_refused() -> None:
    for workers, seconds in ((-1, 1.0), (1, 0.0), (1, np.nan)):
        with pytest.raises(ConfigError, match="cannot be"):
            DecodePool(RECIPE, workers, seconds)


def test_slow_pictures_are_a_sign_of_life(jobs: list[Job]) -> None:
    made = Made("flow", "square", 32, 2, {"method": "frames", "folder": str(jobs[0].path.parent)})
    recipe = Recipe(RECIPE.views, RECIPE.geometries, (made,))
    blocks = [Block()]
    process = decode_process.Process(recipe, blocks)
    try:
        process.ask(Task(0, jobs[0], 0))
        said = [process.answer() for _ in range(1 + len(jobs[0].windows) + 1)]
    finally:
        process.kill()
        blocks[0].close()
    # That it has begun, a beat for each window, and what became of them.
    assert said[:-1] == [None] * (1 + len(jobs[0].windows))
    assert said[-1]
    assert set(said[-1][1]["flow"]) == set(range(len(jobs[0].windows)))
