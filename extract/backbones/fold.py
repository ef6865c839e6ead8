"""Folding each norm into the convolution before it: fewer operations, the same function."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import TypeVar

import torch
from torch import Tensor, fx, nn

Network = TypeVar("Network", bound=nn.Module)
Norm = nn.BatchNorm3d


class Steps(fx.Tracer):
    """Takes a convolution or norm as one step, also where a subclass only adds a constructor."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Return whether the data flow inside ``m`` is of no interest."""
        plain = {nn.Conv3d: nn.Conv3d.forward, Norm: Norm.forward}
        if any(isinstance(m, kind) and type(m).forward is plain[kind] for kind in plain):
            return True
        return super().is_leaf_module(m, module_qualified_name)


def folded(network: Network) -> Network:
    """Return a frozen copy in which every norm that follows a convolution is part of it."""
    copy = deepcopy(network).eval().requires_grad_(False)
    for conv_name, norm_name in list(pairs(copy)):
        conv, norm = copy.get_submodule(conv_name), copy.get_submodule(norm_name)
        assert isinstance(conv, nn.Conv3d)
        assert isinstance(norm, Norm)
        weight, bias = joined(conv, norm)
        conv.weight = nn.Parameter(weight, requires_grad=False)
        conv.bias = nn.Parameter(bias, requires_grad=False)
        parent, _, own = norm_name.rpartition(".")
        copy.get_submodule(parent).register_module(own, nn.Identity())
    return copy


def joined(conv: nn.Conv3d, norm: Norm) -> tuple[Tensor, Tensor]:
    """Return kernels and bias of ``norm(conv(x))``, calculated in float64 and rounded once."""
    kind = conv.weight.dtype
    mean, var = norm.running_mean, norm.running_var
    assert mean is not None
    assert var is not None
    scale = (var.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * norm.weight.double()
    bias = -mean.double() if conv.bias is None else conv.bias.double() - mean.double()
    shift = torch.zeros_like(scale) if norm.bias is None else norm.bias.double()
    weight = conv.weight.double() * scale.view(-1, 1, 1, 1, 1)
    return weight.to(kind), (bias * scale + shift).to(kind)


def pairs(network: nn.Module) -> Iterator[tuple[str, str]]:
    """Yield the names of each convolution and the norm that alone uses its output.

    Read from the data flow, not from names: whatever a network calls them, they are found.
    """
    graph = Steps().trace(network)
    calls = [node for node in graph.nodes if node.op == "call_module"]
    times = Counter(str(node.target) for node in calls)
    for node in calls:
        before = node.args[0]
        if not isinstance(before, fx.Node) or before.op != "call_module":
            continue
        conv_name, norm_name = str(before.target), str(node.target)
        norm = network.get_submodule(norm_name)
        if (
            isinstance(norm, Norm)
            and norm.running_mean is not None
            and isinstance(network.get_submodule(conv_name), nn.Conv3d)
            and len(before.users) == times[conv_name] == times[norm_name] == 1
        ):
            yield conv_name, norm_name
