"""The program that decodes videos for the pool.

It is a program of its own and not a forked or spawned copy of its parent, so that it loads nothing
but the decoder. What is in a video may kill it; its parent has only to notice that.
"""

import json
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from adf.extract.decoders.block import FRAMES, SECONDS, Block, arrays_in, pictures
from adf.extract.decoders.rendering import Decoder
from adf.extract.video.decoding import Decoded
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Window

# Sent before the answer, so that slow work is not taken for a process that hangs.
ALIVE = b"alive"


def spell_request(path: str, windows: Sequence[Window]) -> bytes:
    """Return a request as it lies in the block that takes the answer."""
    return json.dumps({"path": path, "windows": [vars(window) for window in windows]}).encode()


def serve(setup: str) -> None:
    """Decode what is asked for until nobody asks any more."""
    facts = json.loads(setup)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    recipe = Recipe.from_json(facts["recipe"])
    decoder = Decoder(recipe)
    blocks = [Block(handle) for handle in facts["blocks"]]
    connection: Connection = Connection(facts["connection"])
    # The parent may end at any time; there is nobody to tell it to.
    with suppress(EOFError, ConnectionError):
        connection.send_bytes(b"ready")
        while True:
            place, size = json.loads(connection.recv_bytes())
            beat = partial(connection.send_bytes, ALIVE)
            connection.send_bytes(_answer(blocks[place], size, recipe, partial(decoder, beat=beat)))


def _answer(block: Block, size: int, recipe: Recipe, decoder: Callable[..., Decoded]) -> bytes:
    """Do what a block asks for, leave the frames in it, and return the outcomes."""
    request = json.loads(block.bytes(size)[:size])
    windows = [Window(**window) for window in request["windows"]]
    arrays = arrays_in(block, recipe, len(windows))
    done = decoder(Path(request["path"]), windows, pictures(arrays))
    arrays[FRAMES][:], arrays[SECONDS][:] = done.frames, done.seconds
    outcomes = [[outcome.status, outcome.reason] for outcome in done.outcomes]
    return json.dumps({"outcomes": outcomes, "lacking": done.lacking}).encode()


def _end_with_parent() -> None:
    """End at once when the parent does, however it ended: only it holds the other end of stdin."""
    os.read(0, 1)
    os._exit(1)
