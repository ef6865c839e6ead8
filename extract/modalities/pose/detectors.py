"""Persons found by networks of torchvision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.ops.misc import FrozenBatchNorm2d

from adf.errors import ConfigError
from adf.extract.modalities.clip import Clip, Place
from adf.extract.modalities.networks import built, filled
from adf.extract.modalities.pose.settings import PoseSettings
from adf.extract.modalities.pose.skeleton import COCO, Floats, People, tidy
from adf.extract.video.geometry import Geometry

VOC_PERSON = 15
COCO_PERSON = 1
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BATCH = 16


def semantic(network: nn.Module, images: Tensor) -> Floats:
    """Return the probability of a person ``N H W`` in images ``N 3 H W``, 0 to 1."""
    mean, std = (images.new_tensor(values)[:, None, None] for values in (MEAN, STD))
    out: Tensor = network((images - mean) / std)["out"]
    return out.softmax(1)[:, VOC_PERSON].float().cpu().numpy()


def instances(network: nn.Module, images: Tensor) -> Floats:
    """Return the strongest of the masks of persons, ``N H W``."""
    masks = []
    for found in network(list(images)):
        persons = found["masks"][found["labels"] == COCO_PERSON, 0]
        nobody = images.new_zeros(1, *images.shape[2:])
        masks.append(torch.cat([nobody, persons]).amax(0))
    return torch.stack(masks).float().cpu().numpy()


def keypoints(network: nn.Module, images: Tensor) -> People:
    """Return the joints of persons, ``N A 17 3``; those of a score above 0 are visible."""
    found = network(list(images))
    most = max(len(each["keypoints"]) for each in found)
    joints = np.zeros((len(images), most, len(COCO.groups), 3), np.float32)
    for persons, each in zip(joints, found, strict=True):
        places = each["keypoints"][..., :2] / images.shape[-1]
        visible = (each["keypoints_scores"] > 0).unsqueeze(-1)
        persons[: len(places)] = torch.cat([places, visible], -1).cpu().numpy()
    return People(tidy(joints), COCO)


class Kind(NamedTuple):
    """A network by torchvision's name, how persons are read from it, and if scores count."""

    name: str
    read: Callable[[nn.Module, Tensor], Floats | People]
    scores: bool


KINDS = {
    "lraspp": Kind("lraspp_mobilenet_v3_large", semantic, False),
    "maskrcnn": Kind("maskrcnn_resnet50_fpn_v2", instances, True),
    "keypointrcnn": Kind("keypointrcnn_resnet50_fpn", keypoints, True),
}


@dataclass(frozen=True, eq=False)
class PersonNetwork:
    """A network that finds persons in pictures as large as it was made for."""

    network: nn.Module
    kind: Kind
    provenance: Mapping[str, Any]
    device: torch.device
    place: Place = "device"

    @torch.inference_mode()
    def find(self, clip: Clip, geometry: Geometry) -> Floats | People:
        """Return masks ``T H W``, or persons."""
        # A mirrored clip is a view with negative strides, which tensors cannot have.
        pixels = torch.from_numpy(np.ascontiguousarray(clip.pixels)).to(self.device)
        images = pixels.permute(0, 3, 1, 2).float() / 255
        return joined([self.kind.read(self.network, part) for part in torch.split(images, BATCH)])

    def as_json(self) -> Mapping[str, Any]:
        """Return the network, its weights and what counts as found."""
        return self.provenance


def joined(parts: list[Any]) -> Floats | People:
    """Return what was found in batches as one."""
    if not isinstance(parts[0], People):
        return np.concatenate(parts)
    most = max(part.joints.shape[1] for part in parts)
    padded = [
        np.pad(part.joints, ((0, 0), (0, most - part.joints.shape[1]), (0, 0), (0, 0)))
        for part in parts
    ]
    return People(np.concatenate(padded), parts[0].skeleton)


def person_network(settings: PoseSettings, side: int, device: str) -> PersonNetwork:
    """Return the network of a method for pictures of ``side`` x ``side``, with its weights."""
    kind = KINDS[settings.method]
    if not settings.weights:
        raise ConfigError(
            f"pose.weights is empty and {settings.method} needs some: FILE, torchvision or random"
        )
    # Pictures are not scaled a second time: pose.scale says how large persons are.
    detection = {"min_size": side, "max_size": side, "box_score_thresh": settings.threshold}
    network = built(kind.name, settings.seed or 0, **(detection if kind.scores else {}))
    if settings.method == "keypointrcnn":
        network = with_frozen_norms(network)
    weights = f"random:{settings.seed}"
    if settings.seed is None:
        weights = filled(network, settings.weights, kind.name, "pose.weights")
    provenance: dict[str, Any] = {"network": kind.name, "reader": 1, "weights": weights}
    if kind.scores:
        provenance["threshold"] = settings.threshold
    place = torch.device(device)
    return PersonNetwork(network.to(place), kind, provenance, place)


def with_frozen_norms(network: nn.Module) -> nn.Module:
    """Replace norms by those the published keypoint network was trained with, without epsilon."""
    for parent in list(network.modules()):
        for name, child in parent.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(parent, name, FrozenBatchNorm2d(child.num_features, eps=0.0))
    return network
