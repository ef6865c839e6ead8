"""The modality ``pose``: persons as pictures, by networks or from files.

from adf.extract.modalities.pose import PoseSettings, make_pose
pose = make_pose(PoseSettings(method="lraspp", weights="torchvision"), size=112, device="cuda")
pictures = pose.render(clip)    # T 112 112 3
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adf.extract.modalities.pose.settings import PoseSettings as PoseSettings

if TYPE_CHECKING:
    from adf.extract.modalities.clip import Modality


def make_pose(settings: PoseSettings, size: int, device: str = "cpu") -> "Modality":
    """Return the modality that draws persons in pictures of ``size`` x ``size``.

    Networks of torchvision work on ``device``; nothing else needs one, or torch.
    """
    # Commands only want the settings above, and those quickly.
    from adf.extract.modalities.pose.assembly import assembled

    return assembled(settings, size, device)


def make(size: int, settings: Mapping[str, Any], device: str) -> "Modality":
    """Return the modality from its settings as plain JSON."""
    return make_pose(PoseSettings(**settings), size, device)
