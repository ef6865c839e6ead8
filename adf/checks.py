"""What ``adf doctor`` looks at, in what order, and what to do where something is not right."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from adf import probes, probes_video
from adf.requirements import installed, requirements

NEW_VENV = "pip install --force-reinstall -c constraints.txt torch torchvision"


class Check(NamedTuple):
    """One thing to look at: ``look`` returns a detail or raises, ``remedy`` says what to do."""

    name: str
    look: Callable[[], str]
    remedy: str = ""


def checks() -> Iterator[Check]:
    """Yield the checks in the order of the report."""
    yield Check(
        "python", probes.python, "install Python 3.11 or newer, and make a new virtual environment"
    )
    yield from package_checks()
    yield Check("torch import", probes.torch_import, NEW_VENV)
    yield Check("torchvision pair", probes.torchvision_pair, NEW_VENV)
    yield Check("gpu", probes.gpu, "update the NVIDIA driver, or go on without: --device cpu")
    yield Check("video libraries", probes_video.libraries, "pip install --force-reinstall av")
    yield Check(
        "video decoders", probes_video.decoders, "pip install --force-reinstall --only-binary av av"
    )
    yield Check("video round trip", probes_video.round_trip, "pip install --force-reinstall av")
    yield Check("zarr", probes.zarr, "pip install --force-reinstall zarr numcodecs")
    yield Check("hdf5", probes.hdf5, "pip install --force-reinstall h5py")
    yield Check(
        "crc32c", probes.crc32c, "pip install --force-reinstall --only-binary :all: google-crc32c"
    )
    yield Check("open files", probes.open_files, f"ulimit -n {probes.useful_limit()}")
    yield Check("temporary folder", probes.temporary_folder, "export TMPDIR=/a/folder/with/room")
    yield from optional_checks()


def package_checks() -> Iterator[Check]:
    """Yield a check for every package that must be there."""
    for requirement in requirements():
        if "extra ==" not in requirement:
            name = requirement.split(";")[0].strip()
            yield Check(f"package {name}", partial(installed, requirement), f"pip install '{name}'")


OPTIONAL = {
    "obstore": ("obstore", "caches on S3"),
    "cv2": ("opencv-contrib-python-headless", "optical flow"),
    "ai_edge_litert": ("ai-edge-litert", "persons by MediaPipe's network"),
    "tensorboard": ("tensorboard", "curves in TensorBoard"),
    "submitit": ("submitit", "--launcher slurm"),
    "optuna": ("optuna", "tuning of hyper-parameters"),
}


def optional_checks() -> Iterator[Check]:
    """Yield a check for every package that only some work needs."""
    for module, (package, purpose) in OPTIONAL.items():
        yield Check(f"optional {package}", partial(probes.optional, module, package, purpose))
