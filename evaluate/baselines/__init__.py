"""What a found network is compared with; one file a baseline, one line here.

A baseline lists the networks that it needs (``entrants``), and makes its rows of the table from
what these say of the videos (``rows``): a network of its own is a row, or several are one.
"""

from collections.abc import Callable, Mapping
from types import ModuleType

from torch import nn

from adf.errors import ConfigError
from adf.evaluate.baselines import blind, concat, gated, late, mlp, single
from adf.registry import nearest

BASELINES: Mapping[str, ModuleType] = {
    "single": single,
    "late": late,
    "concat": concat,
    "mlp": mlp,
    "gated": gated,
    "random": blind,
}
NETWORKS: Mapping[str, Callable[..., nn.Module]] = {
    "single": single.network,
    "concat": concat.network,
    "mlp": mlp.network,
    "gated": gated.network,
}


def chosen(names: tuple[str, ...]) -> list[str]:
    """Return the baselines that are asked for: ``all``, ``none``, or their names."""
    if names in (("all",), ("none",)):
        return list(BASELINES) if names == ("all",) else []
    for name in names:
        if name in ("all", "none"):
            raise ConfigError(f"baselines: '{name}' stands alone: leave out the others, or it")
        if name not in BASELINES:
            raise ConfigError(
                f"baselines: there is no '{name}'.{nearest(name, list(BASELINES))}"
                f" Give all, none, or some of: {', '.join(BASELINES)}"
            )
    return list(dict.fromkeys(names))
