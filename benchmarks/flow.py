"""Speed and exactness of the flow methods on known motion, with ratios to the default.

python -m benchmarks.flow --json build/bench/flow.json
"""

from collections.abc import Callable, Mapping
from functools import partial
from statistics import fmean
from typing import Any, get_args

import click
import torch

from adf.errors import AdfError
from adf.extract.modalities.flow import FlowSettings, make_flow, opencv
from adf.extract.modalities.flow.motion import Computed, Estimator, Motion
from adf.extract.modalities.flow.settings import MethodName
from adf.extract.video.geometry import Geometry
from benchmarks.measure import Way, in_turn, save
from tests.extract.flow.known import STEPS, Known, scrolling, shifted

Method = Callable[[Known], Motion]
SIZES = ((112, 112), (171, 128))
SEEDS = range(3)
# Pixels a frame at width 112.
SMOOTH = {"0.4 px": 0.4, "3 px": 3.0, "9 px": 9.0}
SCROLL = 1.2
DEFAULT = FlowSettings().method
TURNED_DOWN: dict[str, dict[str, Any]] = {
    "dis, preset medium": {"finest_scale": 1},
    "dis, preset fast": {"preset": "fast", "finest_scale": 2},
}


@click.command()
@click.option("--rounds", default=5, show_default=True)
@click.option("--raft", default="random", show_default=True, help="Weights of RAFT.")
@click.option("--json", "path", help="Write the figures to this file.")
def main(rounds: int, raft: str, path: str | None) -> None:
    """Measure on one thread, print tables, and write them."""
    torch.set_num_threads(1)
    methods, skipped = available(raft)
    click.echo(f"skipped: {'; '.join(skipped) or 'none'}")
    figures = {}
    for width, height in SIZES:
        rows = {name: exactness(method, width, height) for name, method in methods.items()}
        if raft.startswith("random"):
            rows["raft"] = dict.fromkeys(rows["raft"], float("nan"))
        timed = scrolling(SCROLL, width, height)
        ways = {name: bind(method, timed) for name, method in methods.items()}
        seconds = in_turn(ways, rounds, {"tvl1": rounds, "raft": rounds})
        for name, row in rows.items():
            row["fps"] = STEPS / seconds[name]
            row["fps ratio"] = seconds.get(DEFAULT, float("nan")) / seconds[name]
        click.echo(
            f"\n{width}x{height}: pixels off, scroll found of {SCROLL} px, speed\n{spelled(rows)}"
        )
        figures[f"{width}x{height}"] = rows
    if raft.startswith("random"):
        click.echo("raft: speed only, drawn weights find nothing")
    save(path, {"rounds": rounds, "skipped": skipped, "figures": figures})


def available(raft: str) -> tuple[dict[str, Method], list[str]]:
    """Return the methods that can be used, and why the others cannot."""
    methods: dict[str, Method] = {}
    skipped = ["frames (computes nothing)"]
    for name in get_args(MethodName):
        if name == "frames":
            continue
        weights = raft if name == "raft" else ""
        try:
            flow = make_flow(FlowSettings(name, weights=weights), SIZES[0][0])
        except AdfError as error:
            skipped.append(f"{name} ({error})")
        else:
            methods[name] = finder(flow.estimator)
    if "dis" in methods:
        for name, other in TURNED_DOWN.items():
            methods[name] = finder(Computed(partial(opencv.dis, **other), other))
    return methods, skipped


def finder(estimator: Estimator) -> Method:
    """Return an estimator as a function of known motion."""
    return lambda known: estimator(known.clip, Geometry())


def exactness(method: Method, width: int, height: int) -> dict[str, float]:
    """Return the errors on what moves as one, and the scroll found within a small outline."""
    found = {}
    for name, step in SMOOTH.items():
        clips = [shifted(step * width / 112, width, height, seed=seed) for seed in SEEDS]
        found[name] = fmean(clip.error(method(clip)) for clip in clips)
    actors = [scrolling(SCROLL, width, height, seed=seed) for seed in SEEDS]
    found["scroll"] = fmean(float(known.median(method(known))[:, 0].mean()) for known in actors)
    return found


def bind(method: Method, known: Known) -> Way:
    """Return a way that finds the motion of one clip."""
    return lambda turn: method(known)


def spelled(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Return the rows as a table."""
    heads = list(next(iter(rows.values())))
    lines = [f"  {'':20}" + "".join(f"{head:>10}" for head in heads)]
    lines += [
        f"  {name:20}" + "".join(f"{row[head]:10.3g}" for head in heads)
        for name, row in rows.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
