"""The values of the pictures, by hand."""

import numpy as np

from adf.extract.modalities.pose.rendering import mask_channels, masked_rgb, outline, shrunk
from tests.extract.pose.samples import noise


def test_masked_rgb_keeps_persons_and_greys_the_rest() -> None:
    pixels = np.array([[[[255, 0, 51], [255, 0, 51], [255, 0, 51]]]], np.uint8)
    mask = np.array([[[1, 0, 0.5]]], np.float32)
    drawn = masked_rgb(pixels, mask)
    np.testing.assert_allclose(drawn[0, 0, 0], [1, 0, 0.2], atol=1e-6)
    np.testing.assert_allclose(drawn[0, 0, 1], [0.43] * 3, atol=1e-6)
    np.testing.assert_allclose(drawn[0, 0, 2], [0.715, 0.215, 0.315], atol=1e-6)
    assert shrunk(np.repeat(masked_rgb(pixels, 0 * mask), 3, 1), 3)[0, 0, 0].tolist() == [110] * 3


def test_mask_channels() -> None:
    pixels = np.zeros((1, 3, 3, 3), np.uint8)
    pixels[0, 1] = [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    mask = np.zeros((1, 3, 3), np.float32)
    mask[0, 1] = [1, 0.8, 0.25]
    drawn = mask_channels(pixels, mask)
    np.testing.assert_allclose(drawn[..., 0], mask)
    assert drawn[0, :, :, 1].tolist() == [[0, 0, 0], [1, 1, 0], [0, 0, 0]]
    np.testing.assert_allclose(drawn[0, 1, :, 2], [0.299, 0.587 * 0.8, 0.114 * 0.25], atol=1e-6)
    assert not drawn[0, ::2, :, 2].any()


def test_an_outline_is_within_and_the_edge_of_the_picture_is_none() -> None:
    mask = np.zeros((2, 5, 5), np.float32)
    mask[0, :4, :4] = 0.5
    mask[1, :4, :4] = 0.49
    expected = [[0, 0, 0, 1, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 0], [1, 1, 1, 1, 0], [0] * 5]
    assert outline(mask)[0].tolist() == expected
    assert not outline(mask)[1].any()


def test_shrinking_is_the_mean_of_squares_rounded_once() -> None:
    fine = np.zeros((1, 2, 4, 1), np.float32)
    fine[0, :, :, 0] = [[0, 1, 0.5, 0.5], [1, 1, 0.5, 0.5]]
    assert shrunk(np.concatenate([fine, fine], 1), 2)[0, 0, :, 0].tolist() == [191, 128]
    pixels = noise(3, 8, 8, 3)
    pictures = pixels.astype(np.float32) / np.float32(255)
    assert (shrunk(pictures, 8) == pixels).all()
    blocks = pixels.astype(float).reshape(3, 2, 4, 2, 4, 3).mean((2, 4))
    assert np.abs(shrunk(pictures, 2) - blocks).max() <= 0.51
