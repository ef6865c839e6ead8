"""What a pose network would say of a shot, as the sidecar of its video."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.demo.actors import GROUPS, LIMBS, Shot
from adf.demo.factors import Factors


def keypoints(factors: Factors, shot: Shot) -> NDArray[np.float32]:
    """Return joints ``T 2 J 3``, not quite in place and some not found; the actors in any order."""
    random, knobs = np.random.default_rng(shot.doubt), factors.knobs
    places = np.stack([actor.path[:, None] + actor.body() for actor in shot.actors], 1)
    places += random.normal(0, knobs.pose_noise, places.shape)
    found = random.random(places.shape[:-1]) >= knobs.dropout
    joints = np.concatenate([places * found[..., None], found[..., None]], -1)
    return joints[:, random.permutation(2)].astype(np.float32)


def sidecar(factors: Factors, shot: Shot) -> bytes:
    """Return the .npz file that the modality ``pose`` reads beside a video."""
    fields: dict[str, Any] = {
        "keypoints": keypoints(factors, shot),
        "size": np.array([factors.size, factors.size]),
        "limbs": np.array(LIMBS),
        "groups": np.array(GROUPS),
    }
    file = io.BytesIO()
    np.savez(file, **fields)
    return file.getvalue()
