"""Shots as pictures. The centre of the first pixel is at 0.5."""

import colorsys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adf.demo.actors import ARMS, HEAD, TORSO, Actor, Course, Shot
from adf.demo.backgrounds import BACKGROUNDS
from adf.demo.factors import Factors

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
GREY = 112.0
LUMA = np.array([0.299, 0.587, 0.114])
# What colours keep within: neither gain nor noise shall be cut off at the ends of a byte.
DARKEST, LIGHTEST = 24.0, 210.0
SPECKLE = 90.0
TILE = 64
ARM = 1.5
# The camera may walk this far before it sees the background begin again.
MARGIN = 16


def render(factors: Factors, shot: Shot) -> Pixels:
    """Return the frames ``T H W 3`` of a shot."""
    canvas = _behind(factors, shot)
    for hue, path in shot.balls:
        _disc(canvas, path, HEAD, hue)
    # From left to right: what covers what must not tell who the target is.
    actors = sorted(shot.actors, key=lambda actor: float(actor.path[0, 0]))
    for actor in actors:
        _arms(canvas, actor, factors.knobs.limbs)
    for actor in actors:
        _torso(canvas, actor)
        _disc(canvas, actor.path + actor.body()[0], HEAD * actor.scale, actor.hue)
    canvas *= shot.gain.astype(np.float32)[:, None, None, None]
    random = np.random.default_rng(shot.noise)
    canvas += factors.knobs.noise * random.standard_normal(canvas.shape, np.float32)
    pixels: Pixels = np.rint(canvas).clip(0, 255).astype(np.uint8)
    return pixels


def colour(hue: float) -> Floats:
    """Return the strongest colour of a hue that is as light as the grey behind everything."""
    pure = 255 * np.array(colorsys.hsv_to_rgb(hue % 360 / 360, 1, 1))
    away = pure - pure @ LUMA
    most = min((LIGHTEST - GREY) / away.max(), (DARKEST - GREY) / away.min())
    return np.asarray(GREY + most * away, np.float32)


def _behind(factors: Factors, shot: Shot) -> Floats:
    """Return the background ``T H W 3`` as the camera sees it."""
    random = np.random.default_rng(shot.background)
    make = BACKGROUNDS[factors.backgrounds[random.integers(len(factors.backgrounds))]]
    world = GREY + make(random, factors.size + 2 * MARGIN)
    steps = np.arange(factors.size) + MARGIN
    grey = np.stack([_sample(world, steps - x, steps - y) for x, y in shot.camera])
    return np.repeat(grey[..., None], 3, -1).astype(np.float32)


def _sample(picture: Floats, x: NDArray[Any], y: NDArray[Any]) -> Floats:
    """Return a picture ``H W`` between its pixels, at rows ``y`` and columns ``x``; it repeats."""
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, low = (x - left).astype(np.float32), (y - top).astype(np.float32)[:, None]
    rows = [np.take(picture, top + down, 0, mode="wrap") for down in (0, 1)]
    rows = [
        np.take(row, left, 1, mode="wrap") * (1 - right)
        + np.take(row, left + 1, 1, mode="wrap") * right
        for row in rows
    ]
    return np.asarray(rows[0] * (1 - low) + rows[1] * low)


def _near(canvas: Floats, path: Course, reach: float) -> tuple[Floats, Floats, Floats]:
    """Return the part of a canvas within reach of a path, and how far right of the path (``T 1 W``)
    and below it (``T H 1``) its pixels are.
    """
    low = np.floor(path.min(0) - reach).clip(0).astype(int)
    high = np.ceil(path.max(0) + reach).clip(0).astype(int)
    part = canvas[:, low[1] : high[1], low[0] : high[0]]
    x = np.arange(low[0], low[0] + part.shape[2]) + 0.5 - path[:, :1]
    y = np.arange(low[1], low[1] + part.shape[1]) + 0.5 - path[:, 1:]
    return part, x[:, None, :].astype(np.float32), y[:, :, None].astype(np.float32)


def _cover(part: Floats, share: Floats, values: Floats) -> None:
    """Lay values over a part of the canvas, where and as far as the share says."""
    part += share[..., None] * (values - part)


def _disc(canvas: Floats, path: Course, radius: float, hue: float) -> None:
    """Draw a disc, its edge a pixel soft."""
    part, x, y = _near(canvas, path, radius + 1)
    _cover(part, (radius + 0.5 - np.hypot(x, y)).clip(0, 1), colour(hue))


def _arms(canvas: Floats, actor: Actor, contrast: float) -> None:
    """Make what is behind the arms a little lighter or darker."""
    body = actor.body()
    part, x, y = _near(canvas, actor.path, np.abs(body).max() + 2 * ARM)
    share = np.zeros(part.shape[:-1], np.float32)
    for first, second in ARMS:
        (left, top), (across, down) = body[first], body[second] - body[first]
        along = ((x - left) * across + (y - top) * down) / (across**2 + down**2)
        along = along.clip(0, 1)
        away = np.hypot(x - left - along * across, y - top - along * down)
        np.maximum(share, (ARM + 0.5 - away).clip(0, 1), out=share)
    part += actor.shade * contrast * SPECKLE * share[..., None]


def _torso(canvas: Floats, actor: Actor) -> None:
    """Draw the torso: its outline stays, its texture scrolls through."""
    radius = TORSO * actor.scale
    part, x, y = _near(canvas, actor.path, radius + 1)
    tile = _speckles(actor.texture)
    frames = zip(x, y, actor.scrolled() % TILE, strict=True)
    grey = np.stack([_sample(tile, across[0] - far, down[:, 0]) for across, down, far in frames])
    _cover(part, (radius + 0.5 - np.hypot(x, y)).clip(0, 1), grey[..., None])


def _speckles(seed: int) -> Floats:
    """Return a texture ``TILE TILE`` that repeats without a seam."""
    fine = np.random.default_rng(seed).standard_normal((TILE, TILE), np.float32)
    for axis in (0, 1):
        fine = np.roll(fine, 1, axis) + 2 * fine + np.roll(fine, -1, axis)
    return np.asarray(GREY + SPECKLE / 2 * np.tanh(fine / fine.std()), np.float32)
