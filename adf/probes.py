"""The looks of ``adf doctor``: each returns what it found, or raises with what is wrong."""

import platform
import resource
import sys
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path

from adf.files import write_atomic
from adf.requirements import how_to_install

OLDEST_PYTHON = (3, 11)
OPEN_FILES = 4096


class Doubt(Exception):
    """It works, and not as well as it should."""


def optional(module: str, package: str, purpose: str) -> str:
    """Look for ``module`` without importing it; its absence is no fault."""
    if find_spec(module):
        return f"installed, for {purpose}"
    return f"not installed; only for {purpose}: {how_to_install(package)}"


def python() -> str:
    """Look at the version of Python."""
    if sys.version_info < OLDEST_PYTHON:
        raise RuntimeError(f"{platform.python_version()} is too old")
    return f"{platform.python_version()}, {sys.executable}"


def torch_import() -> str:
    """Import torch."""
    import torch

    return f"{torch.__version__}, {torch.get_num_threads()} threads"


def torchvision_pair() -> str:
    """Call a compiled function of torchvision, which fails where it was built for another torch."""
    import torch
    import torchvision

    boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]])
    kept = torchvision.ops.nms(boxes, torch.tensor([0.5, 0.9]), 0.5)
    if kept.tolist() != [1]:
        raise RuntimeError(f"torchvision.ops.nms kept {kept.tolist()} instead of [1]")
    return f"torch {torch.__version__} with torchvision {torchvision.__version__}"


def gpu() -> str:
    """Calculate one number on every GPU; none at all is fine."""
    import torch

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        available = torch.cuda.is_available()
    if not available:
        if caught:
            raise Doubt(str(caught[0].message).splitlines()[0])
        return "none; everything works on the CPU, only slower"
    found = []
    for index in range(torch.cuda.device_count()):
        torch.ones(1, device=f"cuda:{index}").add(1).item()
        memory = torch.cuda.get_device_properties(index).total_memory / 2**30
        found.append(f"{torch.cuda.get_device_name(index)} ({memory:.0f} GiB)")
    return ", ".join(found)


def zarr() -> str:
    """Import zarr."""
    import numcodecs
    import zarr

    return f"zarr {zarr.__version__}, numcodecs {numcodecs.__version__}"


def hdf5() -> str:
    """Import h5py."""
    import h5py

    return f"h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}"


def crc32c() -> str:
    """Look whether checksums are computed by the C library."""
    import google_crc32c

    if google_crc32c.implementation != "c":
        raise Doubt(f"the slow '{google_crc32c.implementation}' implementation is in use")
    return "the C implementation"


def open_files() -> str:
    """Look at the limit on open files: a cache has many."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < OPEN_FILES:
        raise Doubt(f"at most {soft} at a time, {OPEN_FILES} are better")
    return f"at most {soft} at a time" if soft >= 0 else "no limit"


def useful_limit() -> int:
    """Return what to raise the limit on open files to."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return hard if 0 <= hard < 65536 else 65536


def temporary_folder() -> str:
    """Write a file where temporary files go."""
    with tempfile.TemporaryDirectory() as folder:
        write_atomic(Path(folder) / "probe", b"adf")
    return tempfile.gettempdir()
