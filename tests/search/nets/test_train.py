"""Training and scoring: what a step is, what is averaged, and what is said when it goes wrong."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from adf.errors import ConfigError, InvalidInput
from adf.search.data import Loaded
from adf.search.genotypes.genotype import Input
from adf.search.nets.stem import Features
from adf.search.optim import Updates, make_optimizer, make_schedule
from adf.search.rows import Part
from adf.search.settings import TrainSettings
from adf.search.team import ALONE
from adf.search.train import Bench, averaged, in_batches, score, train

LEVEL = Input("rgb", "low")
SGD = TrainSettings(
    epochs=3, batch=4, optimizer="sgd", rate=0.1, dropout=0.0, clip=0.0, warm_up=0.0
)


class Linear(nn.Module):
    """The simplest network there is; with a norm if asked for."""

    def __init__(self, norm: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.norm: nn.Module = nn.BatchNorm3d(4) if norm else nn.Identity()
        self.linear = nn.Linear(4, 3)

    def forward(self, features: Features) -> Tensor:
        logits: Tensor = self.linear(self.norm(features[LEVEL]).mean((2, 3, 4)))
        return logits


def bench_of(videos: int, views: int = 1, values: Tensor | None = None) -> Bench:
    """Return a bench of videos of three classes in turn."""
    rows = np.arange(videos * views)
    torch.manual_seed(1)
    found = torch.randn(len(rows), 4, 1, 2, 2) if values is None else values
    part = Part(rows, rows // views % 3, rows // views)
    return Bench(Loaded({LEVEL: found}, rows), part, torch.device("cpu"))


def weights_of(network: nn.Module) -> list[Tensor]:
    return [weight.detach().clone() for weight in network.parameters()]


# Of the 12 clips, 4 are a batch: with 4 to an update, the last of an epoch has fewer.
@pytest.mark.parametrize("accumulate", [3, 4])
def test_accumulated_batches_are_one_large_batch(accumulate: int) -> None:
    bench = bench_of(12)
    small = train(Linear(), bench, replace(SGD, accumulate=accumulate), [0])
    large = train(Linear(), bench, replace(SGD, batch=12), [0])
    for one, other, start in zip(
        weights_of(small), weights_of(large), weights_of(Linear()), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)
        assert not torch.allclose(one, start, atol=1e-3)


def test_a_step_is_that_of_the_optimiser() -> None:
    settings = replace(SGD, epochs=1, batch=12, momentum=0.0, schedule="constant", smoothing=0.1)
    bench, network = bench_of(12), Linear()
    start, means = weights_of(network), dict[int, float]()
    seen: list[nn.Module] = []

    def after(epoch: int, loss: float, now: nn.Module) -> None:
        means[epoch] = loss
        seen.append(now)

    assert train(network, bench, settings, [0], after) is seen[0]
    fresh = Linear()
    (features,) = bench.source.batches([bench.part.rows])
    targets = torch.from_numpy(bench.part.targets)
    loss = F.cross_entropy(fresh(features), targets, label_smoothing=0.1)
    loss.backward()  # type: ignore[no-untyped-call]
    for now, then, weight in zip(weights_of(network), start, fresh.parameters(), strict=True):
        assert weight.grad is not None
        wanted = then - 0.1 * (weight.grad + settings.decay * then)
        torch.testing.assert_close(now, wanted, rtol=1e-5, atol=1e-6)
    assert means == {0: pytest.approx(loss.item(), rel=1e-5)}


def test_gradients_are_clipped() -> None:
    bench = bench_of(12)
    settings = replace(
        SGD, epochs=1, batch=12, momentum=0.0, decay=0.0, schedule="constant", clip=1e-3
    )
    network = Linear()
    start = torch.cat([weight.flatten() for weight in weights_of(network)])
    train(network, bench, settings, [0])
    moved = torch.cat([weight.flatten() for weight in weights_of(network)]) - start
    assert moved.norm().item() == pytest.approx(0.1 * 1e-3, rel=1e-2)


def test_the_running_mean_covers_weights_and_statistics() -> None:
    network = Linear(norm=True)
    mean, decay = averaged(network, 0.8), 0.8
    wanted: dict[str, Tensor] = {}
    for step in range(4):
        network({LEVEL: torch.randn(6, 4, 1, 2, 2) + step})
        with torch.no_grad():
            for weight in network.parameters():
                weight.add_(torch.randn_like(weight))
        mean.update_parameters(network)
        for name, value in network.state_dict().items():
            before = wanted.get(name, value)
            wanted[name] = (decay * before + (1 - decay) * value).clone()
    for name, value in mean.module.state_dict().items():
        if value.is_floating_point():
            torch.testing.assert_close(value, wanted[name])
    trained = train(Linear(norm=True), bench_of(12), replace(SGD, average=0.9), [0])
    plain = train(Linear(norm=True), bench_of(12), SGD, [0])
    pairs = list(zip(weights_of(trained), weights_of(plain), strict=True))
    assert not any(torch.equal(*pair) for pair in pairs[2:])
    # The mean lies behind the weights, on the way they came.
    start = weights_of(Linear(norm=True))
    assert (pairs[2][0] - start[2]).norm() < (pairs[2][1] - start[2]).norm()


def test_the_same_seed_trains_the_same_network() -> None:
    found = [weights_of(train(Linear(), bench_of(12, 2), SGD, [seed])) for seed in (1, 1, 2)]
    assert all(map(torch.equal, found[0], found[1]))
    assert not any(map(torch.equal, found[0], found[2]))


@pytest.mark.parametrize(
    ("count", "batch", "sizes"),
    [(10, 4, [4, 4, 2]), (9, 4, [4, 5]), (8, 4, [4, 4]), (3, 4, [3]), (1, 4, [1]), (5, 4, [5])],
)
def test_no_batch_is_too_small_for_a_norm(count: int, batch: int, sizes: Sequence[int]) -> None:
    batches = in_batches(np.arange(count), batch)
    assert [len(each) for each in batches] == list(sizes)
    assert np.concatenate(batches).tolist() == list(range(count))


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_the_score_of_a_video_is_the_mean_of_its_views(batch: int) -> None:
    logits = torch.tensor(
        [[4.0, 0, 0], [0, 1, 0], [9, 0, 0], [0, 5, 0], [0, 0, 2.0], [0, 0, 1]]
    ).view(6, 3, 1, 1, 1)
    bench = bench_of(3, 2, logits)
    found = score(lambda features: features[LEVEL].flatten(1), bench, batch)
    chances = logits.flatten(1).softmax(1).view(3, 2, 3).mean(1)
    # Of the second video, the wrong view is surer than the right one.
    assert chances.argmax(1).tolist() == [0, 0, 2]
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.videos == 3
    wanted = -chances[[0, 1, 2], [0, 1, 2]].log().mean()
    assert found.loss == pytest.approx(wanted.item(), rel=1e-5)


def test_a_last_clip_is_never_scored_alone_by_norms_that_look_at_it() -> None:
    network = Linear(norm=True).train()
    bench = bench_of(9, values=torch.randn(9, 4, 1, 1, 1))
    assert score(network, bench, 4).videos == 9


def test_what_spoils_a_loss_is_named() -> None:
    values = torch.randn(12, 4, 1, 2, 2)
    values[7, 2, 0, 1, 1] = torch.nan
    with pytest.raises(
        InvalidInput, match=r"features of rgb/low are not finite in rows 7: extract"
    ):
        train(Linear(), bench_of(12, values=values), SGD, [0])
    huge = replace(SGD, rate=1e38, epochs=9)
    with pytest.raises(InvalidInput, match="the features are: lower the learning rate"):
        train(Linear(), bench_of(12), huge, [0])


def test_optimisers_are_those_of_torch() -> None:
    weights = [nn.Parameter(torch.ones(2))]
    for name, kind in (
        ("adamw", torch.optim.AdamW),
        ("adam", torch.optim.Adam),
        ("sgd", torch.optim.SGD),
    ):
        settings = TrainSettings(optimizer=name, rate=0.25, decay=0.125, momentum=0.5)  # type: ignore[arg-type]
        made = make_optimizer(settings, weights)
        assert type(made) is kind
        (group,) = made.param_groups
        assert (group["lr"], group["weight_decay"]) == (0.25, 0.125)
        assert group.get("momentum", 0.5) == 0.5
    plain = make_optimizer(TrainSettings(optimizer="sgd", momentum=0.0), weights)
    assert not plain.param_groups[0]["nesterov"]


def rates(**how: Any) -> list[float]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], 2.0)
    schedule = make_schedule(optimizer=optimizer, **how)
    found = []
    for _ in range(how["steps"]):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return [*found, optimizer.param_groups[0]["lr"]]


def test_schedules_rise_and_fall() -> None:
    assert rates(kind="constant", steps=4) == [2.0] * 5
    assert rates(kind="constant", steps=4, warm_up=0.5) == [1.0, 2.0, 2.0, 2.0, 2.0]
    cosine = rates(kind="cosine", steps=4)
    wanted = [2.0, 1 + 2**-0.5, 1.0, 1 - 2**-0.5, 0.0]
    assert cosine == pytest.approx(wanted, abs=1e-12)
    both = rates(kind="cosine", steps=20, warm_up=0.2)
    assert both[:5] == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.0])
    assert both[4:] == sorted(both[4:], reverse=True)
    assert both[-1] == pytest.approx(0, abs=1e-12)


def test_restarts_begin_again_after_one_two_and_four_epochs() -> None:
    batches, highest, lowest = 5, 2.0, 2e-3
    wanted, cycle, since = list[float](), 1, 0.0
    for _ in range(7 * batches):
        wanted.append(lowest + (highest - lowest) / 2 * (1 + math.cos(math.pi * since / cycle)))
        since += 1 / batches
        if since > cycle - 1e-9:
            cycle, since = 2 * cycle, 0.0
    assert rates(kind="restarts", steps=7 * batches, epoch=batches) == pytest.approx(
        [*wanted, highest]
    )
    both = rates(kind="restarts", steps=20, warm_up=0.2, epoch=8)
    assert both[:5] == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.0])
    assert both[4:12] == sorted(both[4:12], reverse=True)
    assert both[12] == 2.0


def test_an_epoch_of_restarts_is_one_of_updates() -> None:
    settings = replace(SGD, epochs=3, batch=4, accumulate=2, schedule="restarts")
    weights, found = [nn.Parameter(torch.ones(1))], list[float]()
    updates = Updates(settings, weights, 5, ALONE, settings.schedule)
    for step in 3 * list(range(1, 6)):
        rate = updates.optimizer.param_groups[0]["lr"]
        if updates.learn(weights[0].sum(), step):
            found.append(rate)
    assert len(found) == 9
    # Three updates an epoch: the first cycle has one epoch, the second two.
    assert [rate == 0.1 for rate in found] == [number in (0, 3) for number in range(9)]


@pytest.mark.parametrize(
    "wrong", [{"epochs": 0}, {"batch": 0}, {"rate": 0.0}, {"warm_up": 1.0}, {"dropout": -0.1}]
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ConfigError, match=rf"^{name} is {wrong[name]}: give "):
        TrainSettings(**wrong)
