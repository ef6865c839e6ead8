"""The table of the tests of the bench, and its cache."""

from tests.evaluate.bench.conftest import judging_cache, table

__all__ = ["judging_cache", "table"]
