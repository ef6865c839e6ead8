from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from adf.config import load
from adf.errors import AdfError, ConfigError, Exit, InputNotFound, InvalidInput
from adf.sources import from_value
from tests.foundation.schema import Optimiser, Settings, Train, loaded


def test_defaults_are_those_of_the_instances() -> None:
    config = load(Settings)
    assert config.value == Settings()
    assert config.value.train.optimiser.lr == 0.5
    assert set(config.origins.values()) == {"default"}


def test_each_source_overrides_those_before_it(tmp_path: Path) -> None:
    for name, value in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.yaml").write_text(f"# note\nseed: {value}\n")
    files = [str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]
    sources: list[tuple[dict[str, Any], int, str]] = [
        ({"files": files[:1]}, 1, f"{files[0]}:2"),
        ({"files": files}, 2, f"{files[1]}:2"),
        ({"environ": {"ADF_X_SEED": "3"}}, 3, "environment variable ADF_X_SEED"),
        ({"sets": ["seed=0", "seed=4"]}, 4, "--set"),
        ({"options": [from_value("seed", 5, "--seed")]}, 5, "--seed"),
    ]
    given_so_far: dict[str, Any] = {"environ": {}}
    for source, value, origin in sources:
        given_so_far |= source
        config = load(Settings, prefix="ADF_X", **given_so_far)
        assert (config.value.seed, config.origins["seed"]) == (value, origin)


def test_a_file_may_nest_or_use_dots_in_any_case(tmp_path: Path) -> None:
    text = "TRAIN:\n  Epochs: 7\n  optimiser.LR: 1e-3\ntrain.optimiser.kind: sgd\n"
    config = loaded(tmp_path, text)
    assert config.value.train == Train(7, Optimiser("sgd", 1e-3))
    path = tmp_path / "x.yaml"
    assert config.origins["train.optimiser.lr"] == f"{path}:3"
    assert config.origins["train.optimiser.kind"] == f"{path}:4"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "train:\n", "train: {}\n"])
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text).value == Settings()


def test_a_section_may_be_given_as_one_value() -> None:
    config = load(Settings, sets=["train={epochs: 5, optimiser: {lr: 2}}"])
    assert config.value.train == Train(5, Optimiser(lr=2))


def test_entries_of_a_mapping_add_up(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "slurm: {partition: cpu, Time: 012}\n",
        "slurm.partition=gpu",
        prefix="ADF_X",
        environ={"ADF_X_SLURM__MEM": "8G"},
    )
    assert config.value.slurm == {"partition": "gpu", "Time": "012", "mem": "8G"}
    path = tmp_path / "x.yaml"
    assert config.origins["slurm"] == f"{path}:1, environment variable ADF_X_SLURM__MEM, --set"
    assert load(Settings, sets=["slurm.a=1", "slurm={b: 2}"]).value.slurm == {"b": "2"}


FILE_ERRORS = [
    ("lr: 1\n", "there is no setting 'lr' ({0}:1). Did you mean 'train.optimiser.lr'?"),
    ("\ntrain:\n  epoch: 1\n", "there is no setting 'train.epoch' ({0}:3). Did you mean 'train.ep"),
    ("tran:\n  epochs: 1\n", "there is no setting 'tran' ({0}:1). Did you mean 'train'?"),
    ("out.dir: x\n", "there is no setting 'out.dir' ({0}:1)."),
    ("zzz: 1\n", "there is no setting 'zzz' ({0}:1)."),
    ("seed: 1\nout: a\nseed: 2\n", "{0}:3: 'seed' is set twice, in lines 1 and 3"),
    ("slurm:\n  a: 1\n  a: 2\n", "{0}:3: 'a' is set twice, in lines 2 and 3"),
    ("train.epochs: 1\nTRAIN: {Epochs: 2}\n", "'train.epochs' is set twice, in {0}:1 and {0}:2"),
    ("train: 5\n", "'train' is a section, not a value: '5' ({0}:1)"),
    ("train: [1]\n", "'train' is a section, not a value: '[1]' ({0}:1)"),
    ("train: {epochs: no}\n", "'train.epochs' must be a whole number, not 'no' ({0}:1)"),
    ("levels: {a: 1}\n", "'levels' must be a list (of text), not '{{a: 1}}' ({0}:1)"),
    ("train:\n  epochs: 0\n", "section 'train': epochs must be 1 or more, not 0"),
    ("- a\n", "{0}: settings are 'name: value' lines, and this is something else"),
    ("word\n", "{0}: settings are 'name: value' lines, and this is something else"),
    ("seed: 1\na: [\n", "{0}:3: not valid YAML: expected the node content, but found"),
    ("a: b: c\n", "{0}:1: not valid YAML: mapping values are not allowed here"),
    ("seed: \x01\n", "{0}: not valid YAML: unacceptable character #x0001: special characters"),
    ("seed: !!python/object:os.x {}\n", "{0}:1: the tag !!python/object:os.x is not allowed"),
    ("? [a]\n: 1\n", "{0}:1: a key must be one word"),
    ("seed: &a [*a]\n", "'seed' must be a whole number or text, not '&a [*a]' ({0}:1)"),
    (
        f"seed: 1\ntrain.epochs: {'x' * 99}\n",
        f"'train.epochs' must be a whole number, not '{'x' * 59}…'",
    ),
]


@pytest.mark.parametrize(("text", "message"), FILE_ERRORS)
def test_a_faulty_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    assert str(caught.value).startswith(message.format(tmp_path / "x.yaml"))
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code is Exit.USAGE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed", "--set takes KEY=VALUE, not 'seed'"),
        ("=1", "--set takes KEY=VALUE, not '=1'"),
        (
            "train.epoch=1",
            "there is no setting 'train.epoch' (--set). Did you mean 'train.epochs'?",
        ),
        ("train.epochs=1e3", "'train.epochs' must be a whole number, not '1e3' (--set)"),
        ("train.optimiser.kind=adm", "'train.optimiser.kind' must be one of adam, sgd, not 'adm'"),
        ("train=5", "'train' is a section, not a value: '5' (--set)"),
        ("slurm.a={b: 1}", "'slurm.a' must be text, not '{b: 1}' (--set)"),
    ],
)
def test_a_faulty_assignment(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(Settings, sets=[text])
    assert str(caught.value).startswith(message)


def test_a_wrong_value_is_an_error_also_where_it_is_overridden(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"must be a whole number, not 'x' \(.*x\.yaml:1\)"):
        loaded(tmp_path, "train.epochs: x\n", "train.epochs=1")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    faults: list[tuple[str, type[AdfError], str]] = [
        ("none.yaml", InputNotFound, "there is no configuration file {}"),
        (".", InvalidInput, "cannot read {}: Is a directory"),
        ("binary.yaml", ConfigError, "{} is not a text file in UTF-8"),
    ]
    for name, kind, message in faults:
        path = str(tmp_path / name)
        with pytest.raises(kind) as caught:
            load(Settings, files=[path])
        assert str(caught.value) == message.format(path)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbfseed: 4\n")
    assert load(Settings, files=[str(tmp_path / "x.yaml")]).value.seed == 4


def test_a_path_comes_before_a_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "presets"
    home.mkdir()
    (home / "small.yaml").write_text("seed: 8\n")

    def preset(name: str) -> Path:
        return home / f"{name}.yaml"

    Path("small").mkdir()
    config = load(Settings, files=["small"], preset=preset)
    assert (config.value.seed, config.origins["seed"]) == (8, "presets/small.yaml:1")
    Path("small").rmdir()
    Path("small").write_text("seed: 9\n")
    config = load(Settings, files=["small"], preset=preset)
    assert (config.value.seed, config.origins["seed"]) == (9, "small:1")


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADF_X_TRAIN__OPTIMISER__LR", "1e-3")
    monkeypatch.setenv("ADF_X_AMP", "off")
    monkeypatch.setenv("ADF_X_OUT", "")
    monkeypatch.setenv("ADF_XY", "of something else")
    config = load(Settings, prefix="ADF_X")
    assert config.value.train.optimiser.lr == 1e-3
    assert config.value.amp is False
    assert config.origins["out"] == "default"
    assert load(Settings).value == Settings()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ADF_X_TRAIN__EPOCH", "sets nothing here. Did you mean 'ADF_X_TRAIN__EPOCHS'?"),
        ("ADF_X_DEVICES", "sets nothing here. Did you mean 'ADF_X_DEVICE'?"),
    ],
)
def test_a_variable_that_sets_nothing(name: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(Settings, prefix="ADF_X", environ={name: "1"}, variables={"ADF_X_DEVICE": None})
    assert str(caught.value) == f"the environment variable {name} {message}"


def test_variables_of_options() -> None:
    environ = {"ADF_X_DEVICE": "cpu", "ADF_X_EPOCHS": "8"}
    variables = {"ADF_X_DEVICE": None, "ADF_X_EPOCHS": "train.epochs"}
    config = load(Settings, prefix="ADF_X", environ=environ, variables=variables)
    assert config.value.train.epochs == 8
    assert config.origins["train.epochs"] == "environment variable ADF_X_EPOCHS"


def test_what_has_no_default_must_be_given() -> None:
    @dataclass(frozen=True)
    class Data:
        cache: Path
        split: int

    @dataclass(frozen=True)
    class Job:
        data: Data

    with pytest.raises(ConfigError) as caught:
        load(Job)
    assert str(caught.value) == (
        "nothing says what data.cache, data.split should be:"
        " add --set data.cache=VALUE, or a configuration file with -c"
    )
    assert load(Job, sets=["data={cache: a, split: 1}"]).value == Job(Data(Path("a"), 1))


def test_a_fault_of_the_whole_is_named() -> None:
    @dataclass(frozen=True)
    class Pair:
        low: int = 0
        high: int = 1
        both: int = field(init=False, default=0)

        def __post_init__(self) -> None:
            if self.low > self.high:
                raise ValueError("low is above high")

    with pytest.raises(ConfigError, match=r"^settings: low is above high$"):
        load(Pair, sets=["low=2"])
    assert list(load(Pair).leaves) == ["low", "high"]


def test_a_default_of_the_wrong_type_is_found() -> None:
    @dataclass(frozen=True)
    class Wrong:
        epochs: int = 0.5  # type: ignore[assignment]

    with pytest.raises(
        ConfigError, match=r"'epochs' must be a whole number, not '0.5' \(default\)"
    ):
        load(Wrong)


def test_a_schema_with_an_impossible_type_is_found() -> None:
    @dataclass(frozen=True)
    class Wrong:
        train: Train | None = None

    with pytest.raises(TypeError, match="a setting cannot be of type"):
        load(Wrong)


def test_the_loaded_object_is_an_ordinary_dataclass() -> None:
    assert replace(load(Settings).value, seed=1).seed == 1


DEEP = ["[" * 5000, "[" * 5000 + "]" * 5000, "{a: " * 5000]


@pytest.mark.parametrize("text", DEEP)
def test_what_is_nested_too_deeply(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"^/.*/x\.yaml: nested too deeply: 'train: [\[{].*…'$"):
        loaded(tmp_path, f"train: {text}\n")
    with pytest.raises(
        ConfigError, match=r"^'train.note' is nested too deeply: '.{59}…' \(--set\)$"
    ):
        load(Settings, sets=[f"train.note={text}"])


@pytest.mark.parametrize("digits", [20, 4000, 9000])
def test_a_number_that_is_too_large(tmp_path: Path, digits: int) -> None:
    number = "9" * digits
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, f"train:\n  epochs: {number}\n")
    assert str(caught.value).startswith(
        "'train.epochs' must be a whole number of at most 64 bits, not '999"
    )
    assert len(str(caught.value)) < 400
