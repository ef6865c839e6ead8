"""The network of a genotype: what it computes, that it exports, and how it is drawn."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from adf.errors import InvalidInput
from adf.search.bm_nas.family import diagram, network
from adf.search.bm_nas.network import BilevelNetwork, FoundCell
from adf.search.genotypes.drawing_graph import in_words
from adf.search.nets.cost import flops
from tests.search.bm_nas.samples import (
    CLASSES,
    WIDTHS,
    drawn,
    make_features,
    plain,
    shaken,
)


def made(seed: int = 0) -> BilevelNetwork:
    torch.manual_seed(seed)
    found = network(plain(), WIDTHS, CLASSES, 0.1)
    assert isinstance(found, BilevelNetwork)
    return shaken(found).eval()


def test_it_is_computed_as_it_is_described() -> None:
    net, features = made(), make_features()
    flow, pose, rgb = (
        reshape(features[level])
        for level, reshape in zip(plain().inputs, net.levels.reshapes, strict=True)
    )
    one, two = net.cells
    assert isinstance(one, FoundCell)
    assert isinstance(two, FoundCell)
    attended = one.steps[0](rgb, flow)
    gated = one.steps[1](flow, attended)
    assert isinstance(one.join.mix, nn.Sequential)
    mixed = F.relu(one.join.mix[1](one.join.mix[0](torch.cat([attended, gated], dim=1))))
    first = one.join.norm(mixed + flow)
    # One step alone is joined with nothing: it is only added to what came in first.
    second = two.join.norm((pose + first) + pose)
    joined = F.layer_norm(
        torch.cat([first, second], dim=1),
        [16, 4],
        net.classifier.norm.weight,
        net.classifier.norm.bias,
    )
    wanted = net.classifier.linear(F.relu(joined).flatten(1))
    assert wanted.shape == (4, CLASSES)
    torch.testing.assert_close(net(features), wanted)


@pytest.mark.parametrize("seed", range(20))
def test_every_genotype_can_be_built_and_learns(seed: int) -> None:
    torch.manual_seed(0)
    net = network(drawn(seed), WIDTHS, CLASSES, 0.1).train()
    logits = net(make_features(6))
    assert logits.shape == (6, CLASSES)
    F.cross_entropy(logits, torch.arange(6) % CLASSES).backward()  # type: ignore[no-untyped-call]
    assert all(
        bool(each.grad.isfinite().all()) for each in net.parameters() if each.grad is not None
    )
    assert flops(net, make_features(1)) > 0


def test_it_exports_as_it_is() -> None:
    net, features = (
        made(),
        {level: x for level, x in make_features(2).items() if level in plain().inputs},
    )

    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, *values: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.net(dict(zip(plain().inputs, values, strict=True)))
            return found

    values = tuple(features[level] for level in plain().inputs)
    batch = torch.export.Dim("batch", min=1, max=64)
    shapes = {"values": tuple({0: batch} for _ in values)}
    program = torch.export.export(Named(), values, dynamic_shapes=shapes)
    more = make_features(5, seed=1)
    found = program.module()(*(more[level] for level in plain().inputs))
    torch.testing.assert_close(found, net(more))


def test_levels_that_the_cache_lacks_are_refused() -> None:
    widths = {level: width for level, width in WIDTHS.items() if level.modality != "pose"}
    with pytest.raises(InvalidInput, match="the cache has no pose/vector"):
        network(plain(), widths, CLASSES, 0.0)


def test_a_picture_says_what_is_made_of_what() -> None:
    shown = diagram(plain())
    assert in_words(shown) == [
        "0.0 ScaleDotAttn = rgb/high, flow/low",
        "0.1 LinearGLU = flow/low, 0.0 ScaleDotAttn",
        "cell 0 = skip(flow/low), 0.0 ScaleDotAttn, 0.1 LinearGLU",
        "1.0 Sum = pose/vector, cell 0",
        "cell 1 = skip(pose/vector), 1.0 Sum",
        "output = cell 0, cell 1",
    ]
    columns = [box.column for box in shown.boxes]
    assert all(columns[source] < columns[target] for source, target, _ in shown.arrows)
    assert [box.modality for box in shown.boxes[:3]] == ["flow", "pose", "rgb"]
