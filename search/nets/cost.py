"""What training costs, in operations: the same number on every machine."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from adf.search.genotypes.space import FusionSpace
from adf.search.nets.mixture import Mixture
from adf.search.nets.network import Network
from adf.search.nets.stem import Features

if TYPE_CHECKING:
    from adf.search.study import Study

DRAWN = 16


def flops(network: nn.Module, clip: Features, *more: Any) -> int:
    """Return the floating-point operations of one clip, forward."""
    training = network.training
    network.eval()
    # The network may not have moved to where the clips are yet.
    device = next(network.parameters()).device
    clip = {level: values.to(device) for level, values in clip.items()}
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(clip, *more)
    network.train(training)
    return int(counter.get_total_flops())


def mean_flops(net: nn.Module, clip: Features, mixture: Mixture, expected: Mixture) -> float:
    """Return the operations of one clip in a supernet, the mean over what a method may draw.

    Where ``mixture`` names the operations that are computed, each counts as often as ``expected``
    says: the edges of a supernet are all alike, so they are counted together.
    """
    if mixture.chosen is None:
        return flops(net, clip, mixture)

    def all_with(*ops: int) -> int:
        return flops(
            net, clip, replace(mixture, chosen=[[ops] * len(rows) for rows in expected.ops])
        )

    chances: list[float] = torch.cat([rows.double() for rows in expected.ops]).mean(dim=0).tolist()
    none = all_with()
    return none + sum(chance * (all_with(op) - none) for op, chance in enumerate(chances) if chance)


def middle_flops(space: FusionSpace, classes: int, clip: Features) -> float:
    """Return the operations of a found network of middle size."""
    random = np.random.default_rng(0)
    found = [Network(space.draw(random), space.widths, classes) for _ in range(DRAWN)]
    return float(np.median([flops(network, clip) for network in found]))


def in_steps(study: "Study", operations: float, clips: int) -> float:
    """Return work on ``clips`` clips in training steps of a found network of middle size."""
    return operations / study.unit * clips / study.settings.train.batch
