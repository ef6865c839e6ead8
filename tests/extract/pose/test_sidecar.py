"""Keypoints and masks from files: where they end up, and files that are wrong."""

import zipfile
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from adf.extract.modalities.clip import Clip, NoPictures
from adf.extract.modalities.pose import PoseSettings, make_pose, sidecar
from adf.extract.modalities.pose.sidecar import Sidecar
from adf.extract.modalities.pose.skeleton import COCO, People
from adf.extract.video.geometry import Geometry, Painter
from tests.extract.pose.samples import (
    FRAMES,
    SIZE,
    clip,
    joints,
    keypoint_file,
    mask_file,
)

SQUARE = Geometry("square", 64, 64)


def settings(folder: Path, **changes: Any) -> PoseSettings:
    return PoseSettings(**{"method": "sidecar", "folder": str(folder), "scale": 1, **changes})


def centre(picture: np.ndarray) -> tuple[float, float]:
    """Return the mean place of what is bright in a picture ``H W``, in pixels."""
    weights = picture.astype(float)
    weights[weights < 0.2 * weights.max()] = 0
    down, across = np.indices(picture.shape) + 0.5
    return (across * weights).sum() / weights.sum(), (down * weights).sum() / weights.sum()


@pytest.mark.parametrize("size", [(320, 240), (240, 320), (200, 200)])
@pytest.mark.parametrize("flip", [False, True])
def test_joints_lie_where_decoding_puts_their_pixels(
    size: tuple[int, int], flip: bool, tmp_path: Path
) -> None:
    x, y = size[0] / 2 - 40.0, size[1] / 2 + 25.0
    image = np.zeros((size[1], size[0], 3), np.uint8)
    image[int(y) - 6 : int(y) + 6, int(x) - 6 : int(x) + 6] = 255
    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
    (seen,) = Painter([SQUARE]).paint(frame)
    seen = seen[:, ::-1] if flip else seen
    keypoints = np.array([[[[x, y, 1]]]])
    limbs = np.zeros((0, 2), int)
    keypoint_file(tmp_path / "v.npz", keypoints=keypoints, size=size, groups=[0], limbs=limbs)
    modality = make_pose(settings(tmp_path, rendering="heatmap"), 64)
    drawn = modality.render(Clip(Path("v.avi"), seen[None], np.array([0]), flip))[0]
    # Of a left limb, which is a right one in a mirror.
    assert drawn[..., int(flip)].max() > 200
    assert not drawn[..., [1 - int(flip), 2]].any()
    np.testing.assert_allclose(centre(drawn[..., int(flip)]), centre(seen[..., 0]), atol=0.3)


@pytest.mark.parametrize("flip", [False, True])
def test_masks_lie_where_decoding_puts_their_pixels(flip: bool, tmp_path: Path) -> None:
    image = np.zeros((240, 320, 3), np.uint8)
    image[30:90, 50:120] = 255
    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
    (seen,) = Painter([SQUARE]).paint(frame)
    seen = seen[:, ::-1] if flip else seen
    whole = image[None, ..., 0]
    for masks in (whole, whole > 0, whole / 255, whole[:, None], whole[:, ::2, ::2]):
        np.savez(tmp_path / "v.npz", masks=masks)
        found = Sidecar(tmp_path).find(Clip(Path("v.avi"), seen[None], np.array([0]), flip), SQUARE)
        assert not isinstance(found, People)
        assert np.abs(found[0] - seen[..., 0] / 255).mean() < 0.01


def test_persons_are_united(tmp_path: Path) -> None:
    masks = np.zeros((FRAMES, 2, 8, 8), bool)
    masks[:, 0, :2], masks[:, 1, 6:] = True, True
    np.savez(tmp_path / "v.npz", masks=masks)
    square = Geometry("square", 8, 8)
    found = Sidecar(tmp_path).find(clip(Path("v.mp4"), square), square)
    assert np.array_equal(np.asarray(found), masks.any(1))


def test_a_mirrored_clip_is_the_mirror_of_the_clip(tmp_path: Path) -> None:
    coco = joints(count=17)
    keypoint_file(tmp_path / "own.npz")
    keypoint_file(tmp_path / "coco.npz", keypoints=coco, limbs=None, groups=None)
    modality = make_pose(settings(tmp_path, rendering="heatmap"), SIZE)
    for name in ("own.avi", "coco.avi"):
        plain = modality.render(clip(Path(name), modality.geometry))
        mirror = modality.render(clip(Path(name), modality.geometry, flip=True))
        turned = plain[:, :, ::-1][..., [1, 0, 2]].astype(int)
        assert np.abs(mirror - turned).max() <= 1
        assert plain.any()


def test_frames_of_a_clip_are_those_of_the_file(tmp_path: Path) -> None:
    keypoint_file(tmp_path / "v.npz")
    modality = make_pose(settings(tmp_path, rendering="heatmap"), SIZE)
    order = [4, 4, 1, 5, 1]
    found = modality.render(clip(Path("v.avi"), modality.geometry, frames=order))
    whole = modality.render(clip(Path("v.avi"), modality.geometry))
    assert (found == whole[order]).all()
    assert not (whole[4] == whole[1]).all()


def test_files_lie_beside_the_video_or_in_a_mirror(tmp_path: Path) -> None:
    videos, mirror = tmp_path / "videos", tmp_path / "pose"
    for place in (videos / "swing", mirror / "swing", mirror / "jump"):
        place.mkdir(parents=True)
    first, second = joints(1), joints(2)
    keypoint_file(videos / "swing" / "a.b.npz", keypoints=first)
    keypoint_file(mirror / "swing" / "a.b.npz", keypoints=second)
    keypoint_file(mirror / "flat.npz", keypoints=first)
    shown = clip(videos / "swing" / "a.b.avi", SQUARE)
    beside, mirrored = Sidecar().find(shown, SQUARE), Sidecar(mirror).find(shown, SQUARE)
    assert isinstance(beside, People)
    assert isinstance(mirrored, People)
    assert not np.array_equal(beside.joints, mirrored.joints)
    flat = Sidecar(mirror).find(clip(videos / "jump" / "flat.avi", SQUARE), SQUARE)
    assert isinstance(flat, People)
    assert np.array_equal(flat.joints, beside.joints)
    with pytest.raises(NoPictures, match=r"no sidecar other.npz of other.avi"):
        Sidecar(mirror).find(clip(videos / "jump" / "other.avi", SQUARE), SQUARE)


def test_coco_needs_no_skeleton(tmp_path: Path) -> None:
    keypoint_file(tmp_path / "v.npz", keypoints=joints(count=17), limbs=None, groups=None)
    found = Sidecar(tmp_path).find(clip(Path("v.avi"), SQUARE), SQUARE)
    assert isinstance(found, People)
    assert found.skeleton == COCO


def test_masks_cannot_be_a_heatmap(tmp_path: Path) -> None:
    mask_file(tmp_path / "v.npz")
    modality = make_pose(settings(tmp_path, rendering="heatmap"), SIZE)
    with pytest.raises(NoPictures, match=r"set pose.rendering to mask"):
        modality.render(clip(Path("v.avi"), modality.geometry))


WRONG: dict[str, dict[str, Any]] = {
    r"keypoints \(6, 2, 4\), not \(T, actors, joints, 3\)": {"keypoints": joints()[..., 0]},
    r"keypoints \(6, 2, 4, 2\), not": {"keypoints": joints()[..., :2]},
    "ends before frame 5: it holds 5": {"keypoints": joints()[:5]},
    "ends before frame 5: it holds 0": {"keypoints": np.float32(3)},
    "has no size: give the width and height": {"size": None},
    "has no size: give": {"size": (40, 0)},
    "4 joints: give limbs and groups, which only COCO": {"limbs": None},
    r"groups that are no 4 numbers 0 \(left\)": {"groups": (0, 1, 2, 3)},
    "groups that are no 4": {"groups": (0, 1, 2)},
    "limbs that are no pairs of numbers 0 to 3": {"limbs": ((0, 4),)},
    "limbs that are no pairs": {"limbs": ((0, -1),)},
    "limbs that are no pairs of numbers": {"limbs": ((0.5, 1),)},
    "holds neither: one of keypoints, masks": {"keypoints": None},
    "holds keypoints and masks: one of": {"masks": np.zeros((6, 3, 3))},
    "has no numbers in keypoints": {"keypoints": np.full((6, 2, 4, 3), "x")},
    r"has masks \(6, 3\), not \(T, H, W\)": {"keypoints": None, "masks": np.zeros((6, 3))},
    r"has masks \(6, 0, 4\)": {"keypoints": None, "masks": np.zeros((6, 0, 4))},
    "has masks of int64: give bool": {"keypoints": None, "masks": np.zeros((6, 4, 4), int)},
    "allow_pickle": {"keypoints": np.array([{}, ()], object)},
}


@pytest.mark.parametrize("reason", WRONG)
def test_what_is_wrong_costs_one_clip(reason: str, tmp_path: Path) -> None:
    path = keypoint_file(tmp_path / "v.npz", **WRONG[reason])
    with pytest.raises(NoPictures, match=reason) as caught:
        Sidecar(tmp_path).find(clip(Path("v.avi"), SQUARE), SQUARE)
    assert str(caught.value).startswith(f"sidecar {path} ")
    assert "\n" not in str(caught.value)


def test_no_damage_gets_through(tmp_path: Path) -> None:
    path = keypoint_file(tmp_path / "v.npz")
    whole = path.read_bytes()
    damaged = [b"", b"\x93NUMPY", b"PK\x03\x04" + bytes(99), whole[: len(whole) // 2], whole[9:]]
    damaged += [whole[:at] + b"\xff\xff\xff\xff" + whole[at + 4 :] for at in range(0, 400, 7)]
    failed = 0
    for data in damaged:
        path.write_bytes(data)
        try:
            found = Sidecar(tmp_path).find(clip(Path("v.avi"), SQUARE), SQUARE)
            assert isinstance(found, People)
            assert np.isfinite(found.joints).all()
        except NoPictures:
            failed += 1
    assert failed >= 40


def test_a_file_that_claims_or_holds_too_much_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (9000000000, 900, 900, 3), }"
    data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    with zipfile.ZipFile(tmp_path / "v.npz", "w") as archive:
        archive.writestr("keypoints.npy", data)
    with pytest.raises(NoPictures, match="cannot be read"):
        Sidecar(tmp_path).find(clip(Path("v.avi"), SQUARE), SQUARE)
    monkeypatch.setattr(sidecar, "MOST_BYTES", 2 << 20)
    for count, fits in ((20, True), (30, False)):
        np.savez_compressed(tmp_path / "v.npz", masks=np.zeros((count, 300, 300), np.uint8))
        if fits:
            Sidecar(tmp_path).find(clip(Path("v.avi"), SQUARE), SQUARE)
            continue
        with pytest.raises(NoPictures, match="holds more than 2 MiB"):
            Sidecar(tmp_path).find(clip(Path("v.avi"), SQUARE), SQUARE)
