"""A video decoded, and made into the pictures of every modality that needs no torch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from adf.errors import AdfError
from adf.extract.modalities import build
from adf.extract.modalities.clip import Clip, Modality, NoPictures
from adf.extract.video.container import one_line
from adf.extract.video.decoding import Decoded, decode
from adf.extract.video.geometry import Pixels
from adf.extract.video.recipe import Recipe
from adf.extract.video.sampling import Window


class Decoder:
    """What a decoding process does for each video; the pool may also do it without processes."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._made = [(made, build(made.name, made.size, made.settings)) for made in recipe.made]

    def __call__(
        self,
        path: Path,
        windows: Sequence[Window],
        out: Mapping[str, Pixels] | None = None,
        beat: Callable[[], object] = lambda: None,
    ) -> Decoded:
        """Decode the windows of one video into ``out``, or into new arrays.

        ``beat`` is called whenever pictures of a window were made: some methods take their time.
        """
        shapes = self._recipe.shapes(len(windows))
        arrays = out or {name: np.empty(shape, np.uint8) for name, shape in shapes.items()}
        done = decode(path, windows, self._recipe, arrays)
        lacking: dict[str, dict[int, str]] = {}
        for made, modality in self._made:
            reasons = lacking[made.name] = {}
            for place, window in enumerate(windows):
                pictures: Pixels | str = ""
                if done.outcomes[place].status != "failed":
                    pixels = done.arrays[made.geometry][place]
                    clip = Clip(path, pixels, done.frames[place], window.flip)
                    pictures = render(modality, clip)
                if isinstance(pictures, str):
                    reasons[place] = pictures
                    arrays[made.name][place] = 0
                else:
                    arrays[made.name][place] = pictures
                beat()
        return replace(done, lacking=lacking)


def render(modality: Modality, clip: Clip) -> Pixels | str:
    """Return the pictures of a clip, or the reason why there are none."""
    try:
        return modality.render(clip)
    except (NoPictures, AdfError) as error:
        return str(error)
    except (ValueError, LookupError, OSError, ArithmeticError) as error:
        # A file beside the video may be wrong in ways nobody has seen: it costs one clip.
        return f"no {modality.name} pictures: {type(error).__name__}: {one_line(error)}"
