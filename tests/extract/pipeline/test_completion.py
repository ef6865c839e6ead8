"""What a shell offers while a command is typed."""

import subprocess
import sys
from typing import get_args

import pytest
from click.shell_completion import ShellComplete

from adf.extract.backbones import BACKBONES
from adf.extract.cli import extract
from adf.extract.datasets import DATASETS
from adf.extract.modalities import MODALITIES
from adf.extract.modalities.flow.settings import MethodName
from adf.extract.modalities.pose.settings import Method
from tests.cache.nursery import environment


def offered(*words: str) -> list[str]:
    """Return what is offered for the last word."""
    shell = ShellComplete(extract, {}, "adf-extract", "_ADF_EXTRACT_COMPLETE")
    items = shell.get_completions(list(words[:-1]), words[-1])
    return [item.value if item.type == "plain" else f"a {item.type}" for item in items]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--modality", ""), MODALITIES),
        (("--modality", "rgb,fl"), ["rgb,flow"]),
        (("--dataset", ""), DATASETS),
        (("--backbone", ""), BACKBONES),
        (("--backbone", "flow=resne"), ["flow=resnext101"]),
        (("--weights", ""), ["a file", "torchvision", "random"]),
        (("--cache", "fil"), ["a file"]),
        (("--levels", "all=layer1,layer4"), ["all=layer1,layer4"]),
        (("--normalisation", "flow=f"), ["flow=flow-255"]),
        (("--adapt-stem", "m"), ["mean"]),
        (("--flow-method", ""), get_args(MethodName)),
        (("--pose-method", ""), get_args(Method)),
        (("--pose-rendering", "m"), ["masked-rgb", "mask"]),
        (("--pool", ""), ["compact", "standard", "full"]),
        (("--dtype", "float"), ["float16", "float32"]),
        (("--backend", ""), ["zarr", "hdf5"]),
        (("--codec", ""), ["none", "zstd"]),
        (("--device", ""), ["auto", "cpu", "cuda"]),
        (("--launcher", ""), ["local"]),
        (("--flow-me",), ["--flow-method"]),
        (("--videos", "films", "--retry"), ["--retry-failed"]),
    ],
    ids=" ".join,
)
def test_values_are_offered(words: tuple[str, ...], wanted: list[str]) -> None:
    assert offered(*words) == list(wanted)


def test_the_installed_command_answers_a_shell() -> None:
    script = (
        "import sys; sys.argv[0] = 'adf-extract'\nfrom adf.extract.cli import extract\n"
        "try: extract()\nfinally: print({'torch', 'av', 'pandas'} & set(sys.modules))"
    )

    def answer(**variables: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", script],
            env={**environment(), **variables},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    install = answer(_ADF_EXTRACT_COMPLETE="bash_source")
    assert "complete -o nosort -F _adf_extract_completion adf-extract" in install
    typed = {"COMP_WORDS": "adf-extract --modality f", "COMP_CWORD": "2"}
    found = answer(_ADF_EXTRACT_COMPLETE="bash_complete", **typed)
    assert found.splitlines() == ["plain,flow", "set()"]
