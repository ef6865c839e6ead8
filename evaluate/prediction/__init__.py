"""What a trained fusion model sees in videos.

from adf.evaluate.prediction import load
model = load("bundle", weights={"rgb": "r3d50.pth"})
model.predict(["a.mp4"])
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adf.evaluate.prediction.predictor import Predictor


def load(
    bundle: str | Path,
    weights: Mapping[str, str] | None = None,
    folders: Mapping[str, str] | None = None,
    device: str = "auto",
    decoders: int = 1,
) -> "Predictor":
    """Return what predicts with a bundle, once its networks have the weights it was made with.

    ``weights`` has a file for each modality, and one for ``flow.weights`` or ``pose.weights`` where
    these are networks; ``folders`` says where sidecars or pictures lie if not beside the videos.
    """
    from adf.evaluate.bundle.document import read_bundle, read_network
    from adf.evaluate.prediction.predictor import Predictor
    from adf.evaluate.prediction.request import request

    folder = Path(bundle)
    known = read_bundle(folder)
    asked = request(known, weights or {}, folders or {}, device, decoders)
    return Predictor(known, read_network(folder, known), asked)
