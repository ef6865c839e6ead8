"""Work dealt out to processes that end with their parent, however that ends."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeVar

from adf.errors import AdfError

T = TypeVar("T")


def deal(work: Callable[[T], None], items: Sequence[T], workers: int) -> Iterator[None]:
    """Do the work for each item, in any order, and yield after each; one worker needs no process.

    Processes import ``work`` by its name.
    """
    if min(workers, len(items)) <= 1:
        for item in items:
            work(item)
            yield
        return
    team: dict[Connection, BaseProcess] = {}
    try:
        for part in range(min(workers, len(items))):
            _hire(team, work, items[part::workers])
        while team:
            for ours in [known for known in team if known in wait(list(team))]:
                yield from _hear(team, ours)
    finally:
        for ours, process in team.items():
            process.terminate()
            process.join()
            ours.close()


def _hire(
    team: dict[Connection, BaseProcess], work: Callable[[T], None], items: Sequence[T]
) -> None:
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    # Its end must be open in it alone: that is how the death of either is seen by the other.
    with theirs:
        process = context.Process(target=_serve, args=(work, items, theirs), daemon=True)
        process.start()
    team[ours] = process


def _hear(team: dict[Connection, BaseProcess], ours: Connection) -> Iterator[None]:
    """Yield if an item is done; raise what went wrong; let go who has finished."""
    try:
        said = ours.recv()
    except EOFError:
        process = team[ours]
        process.join()
        if process.exitcode:
            raise AdfError(f"a working process ended with {process.exitcode}") from None
        ours.close()
        del team[ours]
        return
    if said is not None:
        raise said
    yield


def _serve(work: Callable[[T], None], items: Sequence[T], told: Connection) -> None:
    """Work in a process of its own; once nobody listens, it ends after the item it is at."""
    # Ctrl-C is for the parent, which ends this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError), told:
        try:
            for item in items:
                work(item)
                told.send(None)
        except AdfError as error:
            told.send(error)
