"""MFAS: rows are added and exchanged one at a time; a surrogate says which are worth training.

Networks here are rows of one level of each modality on means over places (adf.search.mfas), not
cells on maps. ``mfas.mode`` says whether it is searched as its authors meant it, as they released
it, or with what is known to help.

Cost: the budget, train.epochs of it for each candidate; the surrogate counts for nothing.
"""

from dataclasses import replace

from adf.search.judge import Judge, require_affordable
from adf.search.mfas.exploration import Exploration
from adf.search.mfas.rows import FusionRows
from adf.search.mfas.sharing import Sharing
from adf.search.settings import SpaceSettings
from adf.search.study import Study


def space(asked: SpaceSettings) -> SpaceSettings:
    """Return the same levels as means over places, each modality by itself."""
    return replace(asked, size="1", frames="1", stem="adapters")


def search(study: Study) -> FusionRows:
    """Return the best network of rows that was trained."""
    epochs = study.settings.train.epochs
    require_affordable(study.settings, epochs)
    judge = Judge(study)
    alone = Sharing(study) if study.settings.mfas.sharing else None
    return Exploration(study, alone or (lambda found, seed: judge(found, epochs, seed))).run()
