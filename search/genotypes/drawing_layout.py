"""Where boxes, labels and lines of a picture stand, so that none covers another.

Columns of boxes and columns of labels take turns. A line that passes a column has a place in it
like a box has, and shares it with the other lines from the same box.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from adf.search.genotypes.drawing_graph import Diagram

GAP, MARGIN = 26.0, 8.0
HEIGHTS = {"box": 34.0, "label": 21.0, "lane": 12.0}
# Straight lines matter more than labels that stand right beside the line's start.
WEIGHTS = {"box": 2.0, "label": 1.0, "lane": 8.0}


class Spot(NamedTuple):
    """A place in a column: of a box, of the label of an arrow, or of lines from a box."""

    kind: str
    owner: int
    step: int


@dataclass
class Layout:
    """Columns ``step`` are 0, 2, 4, ... for boxes and 1, 3, 5, ... for labels."""

    diagram: Diagram
    widths: Mapping[Spot, float]
    left: dict[int, float] = field(default_factory=dict)
    across: dict[int, float] = field(default_factory=dict)
    y: dict[Spot, float] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0

    def __post_init__(self) -> None:
        columns: dict[int, dict[Spot, list[Spot]]] = defaultdict(dict)
        for index, box in enumerate(self.diagram.boxes):
            columns[2 * box.column][Spot("box", index, 2 * box.column)] = []
        for number in range(len(self.diagram.arrows)):
            route = self.route(number)
            for before, spot in pairwise(route):
                columns[spot.step].setdefault(spot, []).append(before)
        for step in sorted(columns):
            self._set_widths(step, columns[step])
            self._set_heights(columns[step])
        top = min(y - HEIGHTS[spot.kind] / 2 for spot, y in self.y.items()) - MARGIN
        self.y = {spot: y - top for spot, y in self.y.items()}
        self.width += MARGIN - GAP
        self.height = max(y + HEIGHTS[spot.kind] / 2 for spot, y in self.y.items()) + MARGIN

    def route(self, number: int) -> list[Spot]:
        """Return the spots that an arrow passes, its boxes included."""
        arrow = self.diagram.arrows[number]
        start, end = (2 * self.diagram.boxes[box].column for box in (arrow.source, arrow.target))
        lane = [Spot("lane", arrow.source, step) for step in range(start + 1, end)]
        if arrow.op:
            lane[-1] = Spot("label", number, end - 1)
        return [Spot("box", arrow.source, start), *lane, Spot("box", arrow.target, end)]

    def _set_widths(self, step: int, spots: Mapping[Spot, object]) -> None:
        self.left[step] = self.width or MARGIN
        self.across[step] = max(self.widths.get(spot, 0.0) for spot in spots)
        self.width = self.left[step] + self.across[step] + GAP

    def _set_heights(self, before: Mapping[Spot, Sequence[Spot]]) -> None:
        wanted = {spot: self._mean(list(befores)) for spot, befores in before.items() if befores}
        for spot in [spot for spot in before if spot not in wanted]:
            wanted[spot] = self._again(spot, sum(1 for other in wanted if other.kind == "box"))
        self._gather([spot for spot in before if spot.kind == "label"], wanted)
        order = sorted(before, key=lambda spot: (wanted[spot], spot))
        self.y.update(spread(order, wanted))

    def _gather(self, labels: Sequence[Spot], wanted: dict[Spot, float]) -> None:
        """Bring the labels of one target together, in the order of where they come from."""
        groups: dict[int, list[Spot]] = defaultdict(list)
        for label in sorted(labels, key=lambda label: (wanted[label], label)):
            groups[self.diagram.arrows[label.owner].target].append(label)
        middles = {target: sum(wanted[s] for s in own) / len(own) for target, own in groups.items()}
        order = sorted(groups, key=lambda target: (middles[target], target))
        stacked = [label for target in order for label in groups[target]]
        edge = float("-inf")
        for target in order:
            high = HEIGHTS["label"] * (len(groups[target]) - 1)
            edge = max(edge, middles[target] - high / 2)
            for label in groups[target]:
                wanted[label] = edge
                edge += HEIGHTS["label"]
        pushed = sum(wanted[label] for label in stacked) - sum(
            middles[target] * len(groups[target]) for target in order
        )
        for label in stacked:
            wanted[label] -= pushed / len(stacked)

    def _mean(self, spots: Sequence[Spot]) -> float:
        return sum(self.y[spot] for spot in spots) / len(spots)

    def _again(self, spot: Spot, place: int) -> float:
        """Return the height of the box that shows the same, further left, or one further down."""
        label = self.diagram.boxes[spot.owner].label
        same = [
            y
            for other, y in self.y.items()
            if other.kind == "box" and self.diagram.boxes[other.owner].label == label
        ]
        return same[0] if same else HEIGHTS["box"] * place


def spread(order: Sequence[Spot], wanted: Mapping[Spot, float]) -> dict[Spot, float]:
    """Return heights as near to those wanted as can be, in this order and without overlap.

    Isotonic regression: what stands too close is pooled until all pools are in order.
    """
    pools: list[tuple[float, float, int]] = []
    offsets, edge = [], 0.0
    for spot in order:
        offsets.append(edge + HEIGHTS[spot.kind] / 2)
        edge += HEIGHTS[spot.kind]
        weight, size = WEIGHTS[spot.kind], 1
        middle = wanted[spot] - offsets[-1]
        while pools and pools[-1][0] >= middle:
            other, other_weight, other_size = pools.pop()
            middle = (middle * weight + other * other_weight) / (weight + other_weight)
            weight, size = weight + other_weight, size + other_size
        pools.append((middle, weight, size))
    moves = [middle for middle, _, size in pools for _ in range(size)]
    return {spot: move + offset for spot, move, offset in zip(order, moves, offsets, strict=True)}
