from dataclasses import dataclass

import pytest

from adf.errors import UnknownName
from adf.registry import Registry, nearest


def pc_darts() -> None: ...


@dataclass
class Named:
    name: str


def test_names_come_from_the_members_and_have_dashes() -> None:
    registry: Registry[object] = Registry("search method", pc_darts, Named("bm_nas"))
    assert list(registry) == ["pc-darts", "bm-nas"]
    assert registry["pc-darts"] is registry["pc_darts"] is pc_darts
    assert len(registry) == 2
    assert "bm_nas" in registry
    assert "darts" not in registry


def test_an_unknown_name_shows_the_nearest_and_all() -> None:
    registry = Registry("store", Named("zarr"), Named("hdf5"))
    with pytest.raises(UnknownName) as caught:
        registry["zar"]
    assert str(caught.value) == "no store is called 'zar'. Did you mean 'zarr'? Known: hdf5, zarr"


def test_an_empty_registry_says_so() -> None:
    with pytest.raises(UnknownName, match=r"^no store is called 'x'\. Known: none$"):
        Registry[object]("store")["x"]


def test_a_name_is_given_once() -> None:
    registry = Registry("store", Named("zarr"))
    with pytest.raises(
        ValueError, match=r"store 'zarr' is registered already: Named\(name='zarr'\)"
    ):
        registry.add(Named("zarr"))


def test_add_is_a_decorator() -> None:
    registry: Registry[object] = Registry("operation")

    @registry.add
    def skip() -> None: ...

    assert registry["skip"] is skip


def test_nothing_is_near_to_a_strange_name() -> None:
    assert nearest("qqqq", ["zarr"]) == ""
