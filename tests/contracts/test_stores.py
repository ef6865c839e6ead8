"""Every registered store keeps the contract; a new one is tested here without a new line."""

from pathlib import Path

import pytest

from adf.cache import STORES, ClipPlan, Root
from adf.cache.store import Codec
from adf.errors import ConfigError
from tests.contracts.store import StoreContract


def codecs_of(kind: str) -> tuple[Codec, ...]:
    """Ask a store which codecs it knows."""
    store = STORES[kind](STORES[kind].place("unused"))
    known: list[Codec] = []
    for codec in ("none", "zstd"):
        try:
            store.check(codec)
            known.append(codec)
        except ConfigError:
            continue
    return tuple(known)


class TestStores(StoreContract):
    @pytest.fixture(autouse=True, params=list(STORES))
    def _choose(self, request: pytest.FixtureRequest) -> None:
        self.kind = str(request.param)
        # Only here: a store's own test class says what it promises.
        type(self).codecs = codecs_of(self.kind)

    def make_root(self, place: Path, plan: ClipPlan, shard_rows: int) -> Root:
        return Root.create(place / "cache", plan, store=self.kind, shard_rows=shard_rows)


def test_every_store_can_store_without_a_codec() -> None:
    assert all("none" in codecs_of(kind) for kind in STORES)
