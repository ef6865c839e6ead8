"""Files with trained weights: read without trusting them, adapted, compared key by key."""

from adf.extract.checkpoints.dialects import translated as translated
from adf.extract.checkpoints.matching import require_match as require_match
from adf.extract.checkpoints.published import download as download
from adf.extract.checkpoints.reading import read_checkpoint as read_checkpoint
