"""The surrogate: as many weights, the same start and the same sums as published."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from adf.search.mfas.space import Code
from adf.search.mfas.surrogate import Oracle, Surrogate, by_depth
from tests.search.mfas.samples import space

ROWS = space().unfolded([()], 0)


def published(seed: int = 0) -> Oracle:
    return Oracle(3, None, 1, seed)


def improved(seed: int = 0) -> Oracle:
    return Oracle(3, [4, 4, 2], 3, seed)


def truth(code: Code) -> float:
    """Something about rows that can be learned: a level is good, an activation is bad."""
    return 0.5 + 0.3 * (code[-1][0] == 3) - 0.2 * code[-1][2]


def test_it_has_the_weights_that_were_counted() -> None:
    net = Surrogate(3)
    assert sum(weight.numel() for weight in net.parameters()) == 81_301
    for layer in (net.row, net.accuracy):
        assert (layer.bias == 1.8).all()
        assert layer.weight.abs().max() <= 0.1
    torch.manual_seed(0)
    drawn = Surrogate(50).row.weight
    assert drawn.std().item() == pytest.approx(0.2 / 12**0.5, rel=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_before_it_has_learned_it_says_the_same_of_all_rows(seed: int) -> None:
    found = published(seed).expected(ROWS)
    assert np.ptp(found) < 1e-3
    assert 0.83 < found.mean() < 0.89


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-x)))


def test_it_computes_an_lstm_over_rows() -> None:
    net = Surrogate(3)
    weights = {name: each.detach().double().numpy() for name, each in net.named_parameters()}
    code: Code = ((3, 0, 0), (1, 3, 0), (1, 1, 1))
    hidden, cell = np.zeros(100), np.zeros(100)
    for row in code:
        x = sigmoid(weights["row.weight"] @ np.array(row, float) + weights["row.bias"])
        sums = weights["lstm.weight_ih_l0"] @ x + weights["lstm.bias_ih_l0"]
        sums = sums + weights["lstm.weight_hh_l0"] @ hidden + weights["lstm.bias_hh_l0"]
        enter, forget, new, leave = np.split(sums, 4)
        cell = sigmoid(forget) * cell + sigmoid(enter) * np.tanh(new)
        hidden = sigmoid(leave) * np.tanh(cell)
    wanted = sigmoid(weights["accuracy.weight"] @ hidden + weights["accuracy.bias"])
    with torch.no_grad():
        found = net(published().encoded([code]))
    assert found.tolist() == pytest.approx(wanted.tolist(), rel=1e-5)


def test_rows_are_bare_numbers_or_marks() -> None:
    code: Code = ((3, 0, 1), (1, 2, 0))
    assert published().encoded([code]).tolist() == [[[3, 0, 1], [1, 2, 0]]]
    assert improved().encoded([code]).int().tolist() == [
        [[0, 0, 0, 1, 1, 0, 0, 0, 0, 1], [0, 1, 0, 0, 0, 0, 1, 0, 1, 0]]
    ]


def test_an_update_is_fifty_steps_a_depth() -> None:
    two = space().unfolded([((0, 0, 0),)], 1)[:4]
    store = {code: truth(code) for code in (*ROWS[:6], *two)}
    oracle, net = published(7), published(7).nets[0]
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    for _ in range(50):
        for codes in (ROWS[:6], two):
            found = net(torch.tensor(codes).float())
            loss = (found - torch.tensor([truth(code) for code in codes])).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    oracle.learn(store)
    for one, other in zip(oracle.nets[0].parameters(), net.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_marks_and_several_networks_learn_what_rows_are_worth() -> None:
    oracle, known = improved(), ROWS[::2] + ROWS[1::4]
    for _ in range(3):
        oracle.learn({code: truth(code) for code in known})
    asked = [code for code in ROWS if code not in known]
    found = oracle.expected(asked)
    assert np.corrcoef(found, [truth(code) for code in asked])[0, 1] > 0.8


def test_disagreement_is_hope() -> None:
    oracle = improved()
    oracle.learn({code: truth(code) for code in ROWS[:3]})
    with torch.no_grad():
        answers = torch.stack([net(oracle.encoded(ROWS)) for net in oracle.nets]).numpy()
    assert oracle.expected(ROWS) == pytest.approx(answers.mean(0) + answers.std(0), rel=1e-5)
    assert answers.std(0).min() > 0


def test_answers_come_in_the_order_of_questions() -> None:
    oracle = improved()
    oracle.learn({code: truth(code) for code in ROWS})
    two: Code = ((0, 0, 0), (1, 1, 1))
    asked = [ROWS[5], two, ROWS[2], ROWS[5]]
    single = [oracle.expected([code])[0] for code in asked]
    assert oracle.expected(asked) == pytest.approx(single, rel=1e-5)
    assert list(by_depth(asked)) == [1, 2]


def test_what_was_learned_goes_on_from_a_file() -> None:
    store = {code: truth(code) for code in ROWS[:8]}
    whole, before, after = improved(1), improved(1), improved(2)
    for oracle in (whole, whole, before):
        oracle.learn(store)
    after.restore(before.state())
    after.learn(store)
    assert np.array_equal(after.expected(ROWS), whole.expected(ROWS))


def test_other_random_numbers_stay_where_they_are() -> None:
    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    improved()
    assert torch.equal(torch.rand(1), wanted)
