"""Guards: what each of them adds, and that it is gone when it has to be."""

from pathlib import Path

import pytest
import torch

from adf.errors import ConfigError
from adf.search.methods.darts import Darts
from adf.search.methods.drnas import DrNas
from adf.search.methods.gdas import Gdas
from adf.search.nets.mixture import Alphas
from adf.search.nets.supernet import Supernet
from adf.search.relaxing.guards import Guarded, shaken
from adf.search.relaxing.relaxation import Relaxation
from adf.search.relaxing.relaxed import Relaxed
from adf.search.settings import Guards, RelaxSettings
from tests.search.nets.samples import make_cache, make_features, make_space, quick, study_of

SPACE = make_space(nodes=2, cells=2)


def wild(seed: int = 0, *, with_edges: bool = False) -> Alphas:
    """Return logits that are far from equal."""
    torch.manual_seed(seed)
    return Alphas(SPACE, with_edges=with_edges, spread=1.0)


def test_the_auxiliary_skip_fades_to_nothing_at_all(tmp_path: Path) -> None:
    alphas, plain = wild(), Guarded(Darts(), Guards())
    guarded = Guarded(Darts(), Guards(auxiliary=True))
    shares = [guarded.mixture(alphas, SPACE, part / 4).auxiliary for part in range(5)]
    assert shares == [1.0, 0.75, 0.5, 0.25, 0.0]
    assert guarded.expected(alphas, SPACE).auxiliary == 0
    net, features = Supernet(SPACE, 3).eval(), make_features()
    last, never = (each.mixture(alphas, SPACE, 1.0) for each in (guarded, plain))
    assert torch.equal(net(features, last), net(features, never))
    first = guarded.mixture(alphas, SPACE, 0.0)
    assert not torch.equal(net(features, first), net(features, never))
    with study_of(quick(make_cache(tmp_path / "cache")), tmp_path / "run") as study:
        relaxed = Relaxed(study, Darts(), RelaxSettings(epochs=3, warm_up=0))
        found = []
        for relaxed.epoch in range(4):
            found.append(relaxed.progress)
    # The last epoch is number 2; afterwards only its cost is counted.
    assert found == [0.0, 0.5, 1.0, 1.0]


def test_beta_decay_pulls_at_logits_by_their_softmax() -> None:
    alphas = wild()
    penalty = Guarded(Darts(), Guards(beta_decay=8.0)).penalty(alphas, 0.25)
    assert penalty is not None
    penalty.backward()  # type: ignore[no-untyped-call]
    edges = sum(len(logits) for logits in alphas.ops)
    for logits in alphas.ops:
        assert logits.grad is not None
        torch.testing.assert_close(logits.grad, 8.0 * 0.25 * logits.softmax(-1) / edges)
    assert all(logits.grad is None for logits in alphas.levels)
    assert Guarded(Darts(), Guards()).penalty(alphas, 1.0) is None


def test_the_penalties_of_method_and_guard_add_up() -> None:
    alphas = wild()
    own = DrNas().penalty(alphas, 0.5)
    beta = Guarded(Darts(), Guards(beta_decay=2.0)).penalty(alphas, 0.5)
    both = Guarded(DrNas(), Guards(beta_decay=2.0)).penalty(alphas, 0.5)
    assert own is not None
    assert beta is not None
    assert both is not None
    torch.testing.assert_close(both, own + beta)


def test_shaken_logits_are_put_back_bit_by_bit() -> None:
    alphas = wild(with_edges=True)
    before = [logits.detach().clone() for logits in alphas.parameters()]
    with pytest.raises(ZeroDivisionError), shaken(alphas, 0.3):
        moves = [
            (now.detach() - then).abs()
            for now, then in zip(alphas.parameters(), before, strict=True)
        ]
        assert all(move.max() <= 0.3 + 1e-6 for move in moves)
        assert any(move.any() for move in moves)
        raise ZeroDivisionError
    assert all(torch.equal(*pair) for pair in zip(alphas.parameters(), before, strict=True))


def test_weights_learn_from_a_shaken_mixture_and_logits_from_their_own() -> None:
    alphas, guarded = wild(), Guarded(Darts(), Guards(perturb=0.3))
    calm = guarded.mixture(alphas, SPACE, 1.0)
    weights = guarded.weight_mixture(alphas, SPACE, 1.0)
    for one, other in zip(calm.ops, weights.ops, strict=True):
        assert not torch.equal(one, other)
        # A logit that moves by 0.3 changes its share by a factor of exp(0.6) at most.
        assert (one / other).log().abs().max() <= 0.6 + 1e-5
    again = guarded.mixture(alphas, SPACE, 1.0)
    assert all(torch.equal(*pair) for pair in zip(calm.ops, again.ops, strict=True))
    start = guarded.weight_mixture(alphas, SPACE, 0.0)
    assert all(torch.equal(*pair) for pair in zip(calm.ops, start.ops, strict=True))


@pytest.mark.parametrize("method", [Darts(), Gdas((1.0, 1.0)), DrNas()], ids=["d", "g", "n"])
def test_partial_channels_give_any_method_edges_that_learn(method: Relaxation) -> None:
    guarded = Guarded(method, Guards(partial=4))
    assert guarded.with_edges
    assert not Guarded(method, Guards()).with_edges
    alphas = wild(with_edges=True)
    net, mixture = Supernet(SPACE, 3, 4), guarded.mixture(alphas, SPACE, 0.5)
    net(make_features(), mixture).square().sum().backward()
    assert all(logits.grad is not None and logits.grad.any() for logits in alphas.edges)
    assert guarded.expected(alphas, SPACE).edges is not None


def test_stopping_by_curvature_needs_measurements() -> None:
    with pytest.raises(ConfigError, match=r"^curvature_every is 0: give 1 or more, since guards"):
        RelaxSettings(guards=Guards(curvature_stop=1.3))
    assert RelaxSettings(guards=Guards(curvature_stop=1.3), curvature_every=1)
