"""How sharply the judging loss curves along the logits: where it grows fast, they went too far.

The dominant eigenvalue of the matrix of second derivatives, by power iteration: each step is one
product with the matrix, which is never built.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from adf.search.train import in_batches

if TYPE_CHECKING:
    from adf.search.relaxing.relaxed import Relaxed

ITERATIONS = 10
# Clips it is measured on, always the same ones.
CLIPS = 256
# One product is a pass with gradients and the gradient of these, as much work as two.
PASSES = 2 * ITERATIONS
PURPOSE = 3

Product = Callable[[Tensor], Tensor]


def curvature(relaxed: "Relaxed") -> float:
    """Return the dominant eigenvalue of d2 L / d logits2 of the judging loss, with its sign.

    Norms use their running statistics, and the mixture is the one that is read off.
    """
    study = relaxed.study
    bench, logits = study.bench(study.halves.judging), list(relaxed.alphas.parameters())
    chosen = bench.part.epoch([study.settings.seed, PURPOSE])[:CLIPS]
    batches = list(bench.batches(in_batches(chosen, relaxed.settings.batch)))

    def product(direction: Tensor) -> Tensor:
        total = torch.zeros_like(direction)
        for features, targets in batches:
            mixture = relaxed.method.expected(relaxed.alphas, study.space)
            loss = F.cross_entropy(relaxed.net(features, mixture), targets, reduction="sum")
            total += hessian_product(loss / len(chosen), logits, direction)
        return total

    size = sum(each.numel() for each in logits)
    random = torch.Generator().manual_seed(study.settings.seed)
    start = torch.randn(size, generator=random).to(logits[0])
    relaxed.net.eval()
    found = dominant_eigenvalue(product, start, ITERATIONS)
    relaxed.net.train()
    return found


def hessian_product(loss: Tensor, of: Sequence[Tensor], direction: Tensor) -> Tensor:
    """Return the second derivatives of ``loss``, as a matrix, times the flat ``direction``."""
    first = flat(torch.autograd.grad(loss, of, create_graph=True, allow_unused=True), of)
    if not first.requires_grad:
        return torch.zeros_like(direction)
    return flat(torch.autograd.grad(first @ direction, of, allow_unused=True), of)


def dominant_eigenvalue(product: Product, start: Tensor, iterations: int) -> float:
    """Return the eigenvalue of largest magnitude of a symmetric matrix."""
    value, vector = 0.0, start / start.norm()
    for _ in range(iterations):
        image = product(vector)
        value = float(vector @ image)
        vector = image / image.norm().clamp_min(1e-30)
    return value


def flat(gradients: Sequence[Tensor | None], of: Sequence[Tensor]) -> Tensor:
    """Return gradients as one vector; what has no influence has zeros."""
    return torch.cat(
        [
            torch.zeros_like(x).flatten() if gradient is None else gradient.flatten()
            for gradient, x in zip(gradients, of, strict=True)
        ]
    )
