"""What a search believes of genotypes when it ends: what its estimates are."""

from collections.abc import Mapping
from typing import Any

from adf.search.genotypes.genotype import Genotype
from adf.search.guidance import expected

KINDS = ("recalibrated", "running", "logits")
Belief = dict[str, float]


def beliefs(seen: Mapping[str, Any], genotypes: Mapping[str, Genotype]) -> dict[str, Belief]:
    """Return the estimates of genotypes by kind; the first is what the method goes by.

    That is the score with the weights of the supernet and norms recalibrated. A search that also
    trained some goes by these trainings, and of the others by what the trainings let expect.
    """
    inherited, trained = seen["inherited"], seen["trained"]
    found = {kind: {name: each[kind] for name, each in inherited.items()} for kind in KINDS}
    if not trained:
        return found
    known, names = [genotypes[name] for name in trained], list(inherited)
    hopes = expected(known, list(trained.values()), [genotypes[name] for name in names])
    judged = {name: trained.get(name, float(hope)) for name, hope in zip(names, hopes, strict=True)}
    return {"judged": judged, **found}
