"""A cache made otherwise is refused, whichever field differs, and the field is named."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from adf.cache import Appender, FeatureCache, FeatureSpec, Provenance, Root
from adf.cache.provenance import differences, refuse_other
from adf.errors import CacheMismatch, ConfigError, CorruptCache
from tests.cache.samples import BYTES, FLOATS, VECTOR, build, make_plan, make_provenance

PLAN = make_plan()
# Nested as deep as a real one, with every kind of JSON value.
MADE = make_provenance(
    PLAN,
    FLOATS,
    BYTES,
    VECTOR,
    method={"name": "raft", "steps": 12, "clip": 20.0, "warm": False, "levels": [{"k": [1, 2]}]},
)
Path_ = tuple[str | int, ...]
# A level of one shape cannot always be of another dtype, nor have another number of sizes.
OTHER: dict[Any, Any] = {"float16": "float32", "float32": "float16", "uint8": "float16"}


def leaves(document: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Yield the path of every value that holds no others."""
    if isinstance(document, dict):
        for key, inner in document.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(document, list):
        for number, inner in enumerate(document):
            yield from leaves(inner, (*path, number))
    else:
        yield path


def dotted(path: Path_) -> str:
    """Spell a path as error messages do."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    return OTHER[value] if value in OTHER else value + ("x" if isinstance(value, str) else 1)


def changed(path: Path_) -> Provenance:
    """Return the provenance with one leaf changed."""
    document = deepcopy(MADE.as_json())
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = other(place[path[-1]])
    levels = tuple(FeatureSpec(**level) for level in document["levels"])
    return Provenance(**{**document, "levels": levels})


LEAVES = list(leaves(MADE.as_json()))
EVERY_LEAF = pytest.mark.parametrize("path", LEAVES, ids=dotted)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """A complete cache made as ``MADE`` says."""
    place = tmp_path_factory.mktemp("provenance") / "cache"
    root = build(place, store="memory")
    appender = Appender(root, replace(MADE, modality="flow"))
    for draft in appender.drafts():
        with draft:
            for row in draft.rows:
                draft.fail(row, "not needed here")
    appender.seal()
    return root


@EVERY_LEAF
def test_any_changed_leaf_changes_the_digest_and_is_named_alone(path: Path_) -> None:
    assert changed(path).digest != MADE.digest
    lines = differences(MADE.as_json(), changed(path).as_json())
    assert [line.partition(": ")[0] for line in lines] == [dotted(path)]


@EVERY_LEAF
def test_an_appender_refuses_any_changed_leaf(root: Root, path: Path_) -> None:
    if path == ("modality",):
        pytest.skip("another modality is another part of the cache")
    with pytest.raises(CacheMismatch) as caught:
        Appender(root, replace(changed(path), modality="flow"))
    assert dotted(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@EVERY_LEAF
def test_opening_refuses_any_changed_leaf_that_is_expected(root: Root, path: Path_) -> None:
    wanted = changed(path)
    if path != ("modality",):
        wanted = replace(wanted, modality="flow")
    with pytest.raises(CacheMismatch) as caught:
        FeatureCache.open(root.folder, expect={"flow": wanted})
    assert f"{dotted(path)}: " in str(caught.value)
    assert "give another cache folder" in str(caught.value)


def test_every_field_of_the_dataclasses_is_among_the_leaves() -> None:
    """The walk cannot miss a field: one that is added and not hashed fails here."""
    assert {path[0] for path in LEAVES} == {field.name for field in fields(Provenance)}
    of_levels = {path[2] for path in LEAVES if path[0] == "levels"}
    assert of_levels == {field.name for field in fields(FeatureSpec)}
    assert {path[1] for path in LEAVES if path[0] == "levels"} == {0, 1, 2}
    assert ("method", "levels", 0, "k", 1) in LEAVES
    assert ("preprocessing", "size", "y") in LEAVES


def test_expecting_what_is_there_opens_it(root: Root) -> None:
    cache = FeatureCache.open(root.folder, expect={"flow": replace(MADE, modality="flow")})
    assert cache.modalities == ["flow", "rgb"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"levels": (FLOATS, BYTES)}, "levels: 3 entries, not 2"),
        ({"levels": (BYTES, FLOATS, VECTOR)}, "levels[0].name: 'floats', not 'bytes'"),
        ({"method": {}}, "method.clip: 20.0, not '(absent)'"),
        ({"method": {**MADE.method, "new": 1}}, "method.new: '(absent)', not 1"),
        ({"method": {**MADE.method, "steps": 12.0}}, "method.steps: 12, not 12.0"),
        ({"method": {**MADE.method, "warm": 0}}, "method.warm: False, not 0"),
        ({"method": {**MADE.method, "new": None}}, "method.new: '(absent)', not None"),
    ],
    ids=str,
)
def test_what_is_added_removed_or_reordered_is_named(change: Any, named: str) -> None:
    with pytest.raises(CacheMismatch) as caught:
        refuse_other(MADE, replace(MADE, **change), "rgb in here")
    assert named in str(caught.value)


def test_several_differences_are_all_named() -> None:
    wanted = replace(MADE, backbone="r3d50", weights="random:3")
    with pytest.raises(CacheMismatch) as caught:
        refuse_other(MADE, wanted, "rgb in here")
    assert str(caught.value).startswith(
        "rgb in here was made with other settings (backbone: 'r3d18', not 'r3d50'; "
        "weights: 'random:0', not 'random:3'): ask for the same settings"
    )


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    backwards = dict(reversed(list(MADE.method.items())))
    assert replace(MADE, method=backwards).digest == MADE.digest


def test_the_json_form_reads_back_equal() -> None:
    again = Provenance.from_json(MADE.as_json())
    assert again == MADE
    assert again.digest == MADE.digest


@pytest.mark.parametrize("schema", [0, 2, "1", None])
def test_another_schema_is_refused(schema: Any) -> None:
    with pytest.raises(CacheMismatch, match=f"has schema {schema}, this version .* reads schema 1"):
        Provenance.from_json({**MADE.as_json(), "schema": schema})


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(CorruptCache, match="provenance is not of schema 1.*'more'"):
        Provenance.from_json({**MADE.as_json(), "more": 1})


@pytest.mark.parametrize("levels", [(), (FLOATS, FLOATS)])
def test_levels_need_unique_names(levels: tuple[FeatureSpec, ...]) -> None:
    with pytest.raises(ConfigError, match="'rgb' needs levels with unique names"):
        replace(MADE, levels=levels)


def test_a_provenance_for_another_plan_is_refused(tmp_path: Path) -> None:
    root = Root.create(tmp_path / "cache", PLAN)
    with pytest.raises(CacheMismatch, match="provenance of rgb names another plan"):
        Appender(root, make_provenance(make_plan(8)))
