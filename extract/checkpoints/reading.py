"""Reading a weights file of any known format; nothing in it is ever executed."""

import hashlib
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch.serialization import safe_globals

from adf.errors import AdfError, InputNotFound, InvalidInput
from adf.extract.checkpoints.caffe2 import SCALAR, Kind, read_pickle
from adf.extract.checkpoints.safetensors import read_safetensors
from adf.registry import nearest

ZIP = b"PK\x03\x04"
# The first thing in a file of torch before 1.6: a pickled long of ten bytes.
LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
PICKLE = re.compile(rb"\x80[\x00-\x05]|\(d|}q|c[\w.]+\r?\n[\w.]+\r?\n")
# How torch names what it did not call.
CALL = re.compile(
    r"(?:GLOBAL |[Uu]nsupported (?:class|operand|global):? (?!GLOBAL)|execute )([\w.]+)"
)
# A best accuracy beside the weights is often a scalar of NumPy: stand-ins are made of those.
BESIDE: list[Any] = [
    (Kind, "numpy.dtype"),
    (SCALAR, "numpy._core.multiarray.scalar"),
    (SCALAR, "numpy.core.multiarray.scalar"),
]
POINTER = b"version https://git-lfs"
PRINTABLE = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]+")


def read_checkpoint(path: Path) -> tuple[Any, str]:
    """Return what ``path`` holds and ``sha256:...`` of its bytes."""
    if path.is_dir():
        raise InvalidInput(f"weights {path} is a folder: name a file in it")
    try:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            head = file.read(512)
            file.seek(0)
            return _reader(head, path)(file, path), f"sha256:{digest}"
    except AdfError:
        raise
    except FileNotFoundError as error:
        raise InputNotFound(f"weights file {path} does not exist.{_neighbour(path)}") from error
    except OSError as error:
        raise InvalidInput(f"cannot read weights {path}: {error.strerror or error}") from error


def _neighbour(path: Path) -> str:
    folder = path.parent
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return nearest(path.name, names) or " Give a file, random[:SEED] or torchvision"


def _reader(head: bytes, path: Path) -> Callable[[BinaryIO, Path], Any]:
    """Return what reads a file that begins with ``head``, or say what the file is instead."""
    if head.startswith((ZIP, LEGACY)):
        return read_torch
    if head[8:9] == b"{":
        return read_safetensors
    if PICKLE.match(head):
        return read_pickle
    if not head:
        raise InvalidInput(f"weights {path} is empty: download or copy it again")
    if head.startswith(POINTER):
        raise InvalidInput(f"weights {path} is only a Git LFS pointer: run `git lfs pull` there")
    if PRINTABLE.fullmatch(head):
        what = "a web page" if b"<html" in head.lower() or head.startswith(b"<!") else "text"
        raise InvalidInput(f"weights {path} is {what}, no weights: download the file itself")
    raise InvalidInput(
        f"weights {path} has no known format: give a file of torch.save, safetensors or Caffe2"
    )


def read_torch(file: BinaryIO, path: Path) -> Any:
    """Read a file of ``torch.save`` in the way that builds tensors and plain containers only."""
    try:
        with safe_globals(BESIDE):
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InvalidInput(_refused(path, str(error))) from error
    except Exception as error:
        # The reader meets damage with nearly every kind of exception.
        if "TorchScript" in str(error):
            raise InvalidInput(
                f"weights {path} is a TorchScript program: save its state_dict() instead"
            ) from error
        raise InvalidInput(
            f"weights {path} is damaged or cut short: download or copy it again "
            f"({type(error).__name__})"
        ) from error


def _refused(path: Path, text: str) -> str:
    named = CALL.search(text)
    if named is None:
        return f"weights {path} is damaged, or holds more than weights: it was not loaded"
    name = named[1]
    return (
        f"weights {path} was refused and not executed: it calls for '{name}', which is no part of "
        "weights; if you trust its source, save its state_dict alone with torch.save"
    )
