"""The first convolution of a network, and how it takes another number of channels."""

from torch import Tensor, nn

from adf.errors import ConfigError


def first_convolution(network: nn.Module) -> tuple[str, nn.Conv3d]:
    """Return name and module of the convolution that sees the clip: the first one declared."""
    return next(
        (name, module) for name, module in network.named_modules() if isinstance(module, nn.Conv3d)
    )


def stem_key(network: nn.Module) -> str:
    """Return the state-dict key of the kernels that see the clip."""
    return f"{first_convolution(network)[0]}.weight"


def set_channels(network: nn.Module, channels: int) -> None:
    """Put a convolution with ``channels`` inputs in the place of the first one.

    The rest keeps its width. In a (2+1)D stem the width between space and time depends on the
    number of inputs; it stays that of RGB, so that kernels trained on RGB can be adapted.
    """
    name, old = first_convolution(network)
    parent, _, own = name.rpartition(".")
    new = nn.Conv3d(
        channels,
        old.out_channels,
        old.kernel_size,  # type: ignore[arg-type]
        old.stride,  # type: ignore[arg-type]
        old.padding,  # type: ignore[arg-type]
        bias=old.bias is not None,
    )
    setattr(network.get_submodule(parent), own, new)


def mean_over_channels(kernels: Tensor, channels: int) -> Tensor:
    """Return kernels ``O channels T H W`` from ``O I T H W``: the mean over I for each channel."""
    if kernels.ndim != 5:
        raise ConfigError(f"the stem has kernels of {kernels.ndim} axes: only O I T H W is adapted")
    return kernels.mean(dim=1, keepdim=True).repeat(1, channels, 1, 1, 1)
