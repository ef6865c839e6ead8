"""The dominant eigenvalue against the whole matrix of second derivatives."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from torch import Tensor
from torch.autograd.functional import hessian
from torch.nn import functional as F

from adf import metrics
from adf.search.genotypes.space import FusionSpace
from adf.search.methods.darts import Darts
from adf.search.methods.gdas import Gdas
from adf.search.nets.mixture import Alphas, softmax_mixture
from adf.search.nets.stem import Features
from adf.search.nets.supernet import Supernet
from adf.search.relaxing.curvature import (
    ITERATIONS,
    PASSES,
    curvature,
    dominant_eigenvalue,
    hessian_product,
)
from adf.search.relaxing.relaxed import Relaxed
from tests.search.nets.samples import make_cache, make_features, make_space, quick, study_of


def dense(net: Supernet, alphas: Alphas, space: FusionSpace, batch: tuple[Features, Tensor]) -> Any:
    """Return all second derivatives of the loss, built entry by entry."""
    shapes = [each.shape for each in alphas.parameters()]
    counts = (len(alphas.levels), len(alphas.ops), len(alphas.edges))

    def loss(flat: Tensor) -> Tensor:
        parts = torch.split(flat, [shape.numel() for shape in shapes])
        logits = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
        cuts = [sum(counts[:end]) for end in range(4)]
        named = zip(("levels", "ops", "edges"), cuts[:-1], cuts[1:], strict=True)
        moved = SimpleNamespace(**{name: logits[one:two] for name, one, two in named})
        found = net(batch[0], softmax_mixture(cast("Alphas", moved), space))
        return F.cross_entropy(found, batch[1])

    flat = torch.cat([each.detach().flatten() for each in alphas.parameters()])
    return hessian(loss, flat)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("with_edges", [False, True])
def test_products_and_eigenvalue_are_those_of_the_whole_matrix(with_edges: bool) -> None:
    torch.manual_seed(0)
    space = make_space(nodes=1, channels=4)
    net, alphas = Supernet(space, 3).double().eval(), Alphas(space, with_edges=with_edges).double()
    # With a surer head, the eigenvalues differ enough for the power iteration to end.
    with torch.no_grad():
        net.head.linear.weight.mul_(8)
    batch = make_features(12, torch.float64), torch.arange(12) % 3
    matrix = dense(net, alphas, space, batch)
    logits = list(alphas.parameters())

    def product(direction: Tensor) -> Tensor:
        loss = F.cross_entropy(net(batch[0], softmax_mixture(alphas, space)), batch[1])
        return hessian_product(loss, logits, direction)

    for _ in range(3):
        direction = torch.randn(len(matrix), dtype=torch.float64)
        torch.testing.assert_close(product(direction), matrix @ direction, rtol=1e-9, atol=1e-12)
    values = torch.linalg.eigvalsh(matrix)
    wanted = float(values[values.abs().argmax()])
    found = dominant_eigenvalue(product, torch.ones(len(matrix), dtype=torch.float64), 60)
    assert found == pytest.approx(wanted, rel=1e-4)


def test_the_sign_is_kept() -> None:
    matrix = torch.diag(torch.tensor([1.0, -5.0, 2.0]))
    assert dominant_eigenvalue(lambda v: matrix @ v, torch.ones(3), 30) == pytest.approx(-5.0)
    assert dominant_eigenvalue(torch.zeros_like, torch.ones(3), 3) == 0.0


def test_of_a_search_it_is_measured_on_the_same_clips_and_leaves_no_trace(tmp_path: Path) -> None:
    config = quick(make_cache(tmp_path / "cache"), "relax.warm_up=0")
    with study_of(config, tmp_path / "run") as study:
        relaxed = Relaxed(study, Darts(), config.value.relax)
        relaxed.run()
        before = {name: each.clone() for name, each in relaxed.net.state_dict().items()}
        random = torch.get_rng_state()
        found = curvature(relaxed)
        assert found == curvature(relaxed)
        assert torch.equal(random, torch.get_rng_state())
        assert relaxed.net.training
        for name, each in relaxed.net.state_dict().items():
            assert torch.equal(each, before[name])
        # All clips to judge by are fewer than the limit; only one view of each video counts.
        bench = study.bench(study.halves.judging)
        chosen = bench.part.epoch([0, 3])
        assert len(chosen) == len(bench.part)
        matrix = dense(
            relaxed.net.eval(), relaxed.alphas, study.space, next(bench.batches([chosen]))
        )
    random_start = torch.randn(len(matrix), generator=torch.Generator().manual_seed(0))
    wanted = dominant_eigenvalue(lambda v: matrix @ v, random_start, ITERATIONS)
    assert found == pytest.approx(wanted, rel=1e-3)


def test_hard_samples_are_measured_by_their_softmax(tmp_path: Path) -> None:
    config = quick(make_cache(tmp_path / "cache"))
    with study_of(config, tmp_path / "run") as study:
        found = [curvature(Relaxed(study, method, config.value.relax)) for method in METHODS]
    assert found[0] == found[1] != 0


METHODS = (Darts(), Gdas((10.0, 0.1)))


def test_every_so_many_epochs_have_it_and_pay_for_it(tmp_path: Path) -> None:
    config = quick(make_cache(tmp_path / "cache"), "relax.epochs=4", "relax.curvature_every=2")
    with study_of(config, tmp_path / "run") as study:
        Relaxed(study, Darts(), config.value.relax).run()
        clips, judging = len(study.halves.weights), len(study.halves.judging)
        spent = study.budget.samples
    lines = metrics.read(tmp_path / "run" / "metrics.jsonl")
    assert [line["key"] for line in lines if "curvature" in line] == [["2"], ["4"]]
    # One epoch of weights alone, three with logits, two measurements.
    assert spent == (1 + 3 * 2) * clips + 2 * PASSES * judging
