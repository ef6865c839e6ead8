"""How many threads torch takes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums depend on how many threads share them: one, here and in children."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with mock.patch.dict(os.environ, OMP_NUM_THREADS="1"):
        yield
    torch.set_num_threads(before)
