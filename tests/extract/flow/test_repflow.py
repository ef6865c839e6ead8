"""The representation-flow layer: equal to the published equations, and trainable."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from adf.extract.modalities.flow.repflow import RepresentationFlow, normalised
from tests.extract.flow.known import shifted

REFERENCE = Path(__file__).parent / "data" / "repflow_reference.json"
NAMES = {"theta", "lambda_", "tau", "central", "ahead", "behind"}


def waves(frames: int = 3, size: int = 8) -> Tensor:
    """Return the clip ``1 2 T H W`` of the reference."""
    line = torch.arange(size, dtype=torch.float64)
    c, t, y, x = torch.meshgrid(
        torch.arange(2.0, dtype=torch.float64), line[:frames], line, line, indexing="ij"
    )
    return (torch.sin(0.7 * (x - t) + 0.3 * y + c) + 0.5 * torch.cos(0.5 * y - 0.4 * t))[None]


def test_flow_is_that_of_the_published_equations() -> None:
    reference = json.loads(REFERENCE.read_text())
    layer = RepresentationFlow(reference["params"]["iterations"])
    wanted = torch.tensor(reference["output"], dtype=torch.float64)
    found = layer.double()(waves())
    torch.testing.assert_close(found[0], wanted.reshape(found[0].shape), rtol=0, atol=1e-5)
    single = RepresentationFlow(reference["params"]["iterations"])(waves().float())
    torch.testing.assert_close(single.double(), found, rtol=0, atol=1e-4)


def test_small_motion_is_found_in_pixels() -> None:
    known = shifted(0.5)
    clip = torch.from_numpy(known.pixels).permute(3, 0, 1, 2)[None].float()
    found = RepresentationFlow()(clip)[0].permute(1, 2, 3, 0).numpy()
    assert known.error(found) < 0.1


def test_other_clips_of_a_batch_change_nothing() -> None:
    layer = RepresentationFlow(5).double()
    alone = layer(waves())
    torch.testing.assert_close(layer(torch.cat([waves(), 9 * waves() ** 2]))[:1], alone)
    torch.testing.assert_close(layer(3 * waves() - 7), alone)


def test_what_stands_still_has_no_flow() -> None:
    still = waves()[:, :, :1].expand(-1, -1, 4, -1, -1)
    assert RepresentationFlow().double()(still).abs().max() < 1e-9


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_clip_of_one_colour_is_finite_and_so_are_its_gradients(dtype: torch.dtype) -> None:
    layer = RepresentationFlow(10, trainable=True).to(dtype)
    clip = torch.full((1, 3, 3, 8, 8), 7.0, dtype=dtype, requires_grad=True)
    flow = layer(clip)
    assert flow.abs().max() < 1e-9
    flow.sum().backward()
    for value in (clip, *layer.parameters()):
        assert value.grad is not None
        assert value.grad.isfinite().all()


def test_gradients_are_those_of_finite_differences() -> None:
    layer = RepresentationFlow(3, trainable=True).double()
    clip = waves(size=5)[:, :1].requires_grad_()
    names, values = zip(*layer.named_parameters(), strict=True)
    assert set(names) == NAMES

    def flow(clip: Tensor, *values: Tensor) -> Tensor:
        state = dict(zip(names, values, strict=True))
        found: Tensor = torch.func.functional_call(layer, state, (clip,))
        return found

    assert torch.autograd.gradcheck(flow, (clip, *values), atol=1e-4)


def test_training_moves_all_parameters_towards_the_flow_wanted() -> None:
    layer = RepresentationFlow(5, trainable=True).double()
    clip = waves(frames=4)
    wanted = 1.5 * RepresentationFlow(5).double()(clip)
    before = {name: value.detach().clone() for name, value in layer.named_parameters()}
    optimizer = torch.optim.SGD(layer.parameters(), lr=1e-2)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = ((layer(clip) - wanted) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.9 * losses[0]
    assert all((value != before[name]).all() for name, value in layer.named_parameters())


def test_nothing_is_trained_unless_asked_for() -> None:
    assert not any(value.requires_grad for value in RepresentationFlow().parameters())


def test_normalising_spans_the_levels_of_grey() -> None:
    spread = normalised(waves()[:, 0])
    assert (float(spread.min()), float(spread.max())) == (0, 255)
