"""Whether the features of new videos are made as those were that a model learned from."""

import logging
from collections.abc import Mapping
from typing import Any

from adf.cache import Provenance
from adf.cache.provenance import differences
from adf.errors import InvalidInput

LOG = logging.getLogger("adf.predict")
# Which clips, and where files lie beside the videos, changes with every video.
APART = ("plan", "method.folder")


def require_same(ours: Provenance, learned: Provenance) -> None:
    """Refuse features that differ in anything but the clips; levels not read do not count."""
    name = ours.modality
    if ours.weights != learned.weights:
        raise InvalidInput(
            f"weights of {name} are {ours.weights}, and the model was trained on features of"
            f" {learned.weights}: give that file by --weights {name}=FILE"
        )
    lines = [line for line in _compared(ours, learned) if not line.startswith(APART)]
    precision = [line for line in lines if line.startswith("preprocessing.precision")]
    for line in precision:
        LOG.warning("%s: %s: probabilities may differ in their third digit", name, line)
    if other := [line for line in lines if line not in precision]:
        raise InvalidInput(
            f"{name} would not be made as for the model ({'; '.join(other)}): use the version of"
            " adf and the files that the model was made with"
        )


def _compared(ours: Provenance, learned: Provenance) -> list[str]:
    return differences(_plain(ours, ours), _plain(learned, ours))


def _plain(made: Provenance, like: Provenance) -> Mapping[str, Any]:
    names = [level.name for level in like.levels]
    document = made.as_json()
    return {**document, "levels": [each for each in document["levels"] if each["name"] in names]}
