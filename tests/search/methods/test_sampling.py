"""Mixtures that are drawn: valid, different each time, and with gradients to the logits."""

import pytest
import torch
from torch.distributions import Dirichlet
from torch.nn import functional as F

from adf.search.methods.darts import Darts
from adf.search.methods.drnas import ANCHOR, DrNas, distributions
from adf.search.methods.gdas import Gdas
from adf.search.nets.mixture import Alphas
from tests.search.nets.samples import make_space

SPACE = make_space(nodes=2, cells=2)


def logits_of(spread: float = 1.0) -> Alphas:
    """Return logits of the space."""
    torch.manual_seed(0)
    return Alphas(SPACE, with_edges=False, spread=spread)


def gradients(alphas: Alphas, mixture: object) -> None:
    """Check that the gradient of any function of the mixture reaches all logits."""
    parts = [*mixture.levels, *mixture.ops]  # type: ignore[attr-defined]
    torch.manual_seed(1)
    sum((part * torch.randn_like(part)).sum() for part in parts).backward()
    for logits in alphas.parameters():
        assert logits.grad is not None
        assert (logits.grad != 0).all()


def test_gdas_draws_one_candidate_each() -> None:
    alphas, method = logits_of(), Gdas((10.0, 0.1))
    seen = set()
    for _ in range(50):
        mixture = method.mixture(alphas, SPACE, 0.5)
        assert mixture.chosen is not None
        for weights, chosen in zip(mixture.ops, mixture.chosen, strict=True):
            # The straight-through difference leaves a rounding error.
            torch.testing.assert_close(weights.sum(1), torch.ones(len(weights)))
            assert [[int(at)] for at in weights.argmax(1)] == chosen
            assert (weights.max(1).values - 1).abs().max() < 1e-6
        seen.add(str(mixture.chosen))
    assert len(seen) > 25
    gradients(alphas, method.mixture(alphas, SPACE, 0.5))


@pytest.mark.parametrize("progress", [0.0, 1.0])
def test_gdas_draws_each_candidate_as_often_as_its_softmax_says(progress: float) -> None:
    alphas, method = logits_of(), Gdas((10.0, 0.1))
    counts = torch.zeros_like(alphas.ops[0])
    draws = 1500
    for _ in range(draws):
        counts += method.mixture(alphas, SPACE, progress).ops[0].detach().round()
    wanted = alphas.ops[0].softmax(-1).detach()
    # Five standard deviations: the temperature changes gradients, not chances.
    assert ((counts / draws - wanted).abs() < 5 * (wanted / draws).sqrt()).all()


def test_gdas_gets_sharper_gradients_as_it_cools() -> None:
    alphas, method = logits_of(), Gdas((10.0, 0.1))
    sizes = []
    for progress in (0.0, 1.0):
        torch.manual_seed(0)
        weights = method.mixture(alphas, SPACE, progress).ops[0]
        (gradient,) = torch.autograd.grad(weights.square().sum(), alphas.ops[0])
        sizes.append(float(gradient.abs().max()))
    assert sizes[0] < sizes[1]
    calm = Darts().expected(alphas, SPACE)
    for one, other in zip(calm.ops, method.expected(alphas, SPACE).ops, strict=True):
        assert torch.equal(one, other)


def test_drnas_starts_from_the_uniform_distribution() -> None:
    for drawn in distributions(logits_of(0.0).ops):
        torch.testing.assert_close(
            drawn.concentration, torch.full_like(drawn.concentration, 1 + 1e-6)
        )
    alphas = Alphas(SPACE, with_edges=False)
    for logits, drawn in zip(alphas.ops, distributions(alphas.ops), strict=True):
        torch.testing.assert_close(drawn.concentration, F.elu(logits) + 1 + 1e-6)
        assert (drawn.concentration - 1).abs().max() < 0.01


def test_drnas_draws_mixtures_with_the_right_mean() -> None:
    alphas, method = logits_of(), DrNas()
    drawn = torch.stack([method.mixture(alphas, SPACE, 0.5).ops[0].detach() for _ in range(1200)])
    torch.testing.assert_close(drawn.sum(-1), torch.ones_like(drawn.sum(-1)))
    assert (drawn >= 0).all()
    wanted = method.expected(alphas, SPACE).ops[0]
    spread = drawn.std(0) / len(drawn) ** 0.5
    assert ((drawn.mean(0) - wanted).abs() < 5 * spread + 1e-4).all()
    gradients(alphas, method.mixture(alphas, SPACE, 0.5))


def test_drnas_stays_near_the_uniform_distribution() -> None:
    alphas = logits_of()
    found = DrNas().penalty(alphas, 0.3)
    wanted = torch.zeros(())
    for logits in (*alphas.levels, *(row for each in alphas.ops for row in each)):
        beta = F.elu(logits) + 1 + 1e-6
        even = torch.ones_like(beta)
        wanted = wanted + (
            torch.lgamma(beta.sum())
            - torch.lgamma(even.sum())
            - torch.lgamma(beta).sum()
            + ((beta - even) * (beta.digamma() - beta.sum().digamma())).sum()
        )
    assert found is not None
    torch.testing.assert_close(found, ANCHOR * wanted)
    nothing = DrNas().penalty(logits_of(0.0), 0.3)
    assert nothing is not None
    assert nothing.item() == pytest.approx(0, abs=1e-8)
    assert isinstance(distributions(alphas.levels)[0], Dirichlet)
