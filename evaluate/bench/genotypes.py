"""Every genotype of a space, and one of those that are the same network."""

from collections.abc import Iterator
from itertools import combinations, product

from adf.errors import ConfigError
from adf.search.genotypes.canonical import digest
from adf.search.genotypes.genotype import Edge, Genotype
from adf.search.genotypes.space import FusionSpace

# More would take days to train.
MOST = 20_000

Node = tuple[Edge, ...]


def every(space: FusionSpace) -> Iterator[Genotype]:
    """Yield every genotype of a space."""
    options = [
        list(nodes(space, sources))
        for number in range(space.cells)
        for sources in space.sources(number)
    ]
    for inputs in product(*space.choices):
        for chosen in product(*options):
            starts = range(0, len(chosen), space.nodes)
            yield space.build(inputs, [list(chosen[at : at + space.nodes]) for at in starts])


def nodes(space: FusionSpace, sources: int) -> Iterator[Node]:
    """Yield all edges that a node can keep of so many sources."""
    kept = space.kept(sources)
    for chosen in combinations(range(sources), kept):
        for ops in product(space.real_ops, repeat=kept):
            yield tuple(map(Edge, ops, chosen))


def distinct(space: FusionSpace) -> dict[str, Genotype]:
    """Return by its digest one genotype for each network that a space holds."""
    size = space.size()
    if size > MOST:
        raise ConfigError(
            f"space: it holds {size:,} genotypes, and a table is for {MOST:,} at most: give fewer"
            " space.levels, space.ops, space.nodes or space.edges"
        )
    found: dict[str, Genotype] = {}
    for genotype in every(space):
        found.setdefault(digest(genotype), genotype)
    return found
