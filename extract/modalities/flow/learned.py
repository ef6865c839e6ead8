"""The methods that are networks, made for a device."""

import numpy as np
import torch

from adf.extract.modalities.flow.motion import Computed, Motion
from adf.extract.modalities.flow.raft import Raft
from adf.extract.modalities.flow.repflow import RepresentationFlow, normalised
from adf.extract.modalities.flow.settings import FlowSettings
from adf.extract.video.geometry import Pixels


def raft(settings: FlowSettings, device: str) -> Computed:
    """Return RAFT with the weights of the settings."""
    network = Raft(settings.weights, device)
    return Computed(network, network.as_json())


def repflow(settings: FlowSettings, device: str) -> Computed:
    """Return the representation-flow layer as it is before any training.

    Its motion is in pixels, and painted like that of all other methods. It is right up to about
    1.5 pixels a frame and seldom longer than 4: ``flow.bound`` 5 gives it finer grey levels, if no
    network trained on the usual 20 is to see it.
    """
    layer = RepresentationFlow().to(device).eval()

    def between(first: Pixels, second: Pixels) -> Motion:
        both = torch.from_numpy(np.stack([first, second])).to(device).float().mean(-1)
        with torch.inference_mode():
            before, after = normalised(both[None].flatten(1, 2)).chunk(2, dim=1)
            found: Motion = layer.between(before, after)[0].permute(1, 2, 3, 0).cpu().numpy()
        return found

    return Computed(between, {"iterations": layer.iterations})
