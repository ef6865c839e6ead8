"""Reading a cache: rows of any level of any modality as arrays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from adf.cache.encode import decode
from adf.cache.folder import Folder
from adf.cache.gather import MAPPINGS, Index, StoredPart
from adf.cache.modality import ModalityView
from adf.cache.plan import ClipPlan
from adf.cache.provenance import Provenance, refuse_other
from adf.cache.remote import is_url, local_copy
from adf.cache.root import Root
from adf.cache.rows import RowsLike, output_array, row_numbers
from adf.cache.spec import FeatureSpec
from adf.errors import InputNotFound


class FeatureCache:
    """A read-only view of a cache: (rows, modality, level) -> array.

    Safe to hand to forked and spawned workers: mappings are shared, and pickling it opens it anew.
    """

    def __init__(self, root: Root, *, partial: bool = False) -> None:
        self.root = root
        self._partial, self._rows = partial, len(root.plan)
        self._modalities = {
            name: ModalityView(root, name, MAPPINGS, partial=partial) for name in root.modalities()
        }
        if not self._modalities:
            raise InputNotFound(f"{root.folder} has no modality yet: extract or import one first")

    @classmethod
    def open(
        cls,
        path: str | Path | Folder,
        *,
        partial: bool = False,
        expect: Mapping[str, Provenance] | None = None,
    ) -> "FeatureCache":
        """Open a cache in a folder, or fetch one from an address such as ``s3://bucket/name``.

        ``partial`` accepts modalities that are still being filled. ``expect`` refuses modalities
        that were made otherwise, naming the fields that differ.
        """
        if is_url(path):
            # Whole shards come here once; reading row by row over a network would never end.
            path = local_copy(str(path))
        cache = cls(Root.open(path), partial=partial)
        for name, wanted in (expect or {}).items():
            refuse_other(cache.provenance(name), wanted, f"{name} in {cache.root.folder}")
        return cache

    def __reduce__(self) -> tuple[Any, ...]:
        place = self.root.folder.path or self.root.folder
        return _reopen, (place, self._partial)

    def __enter__(self) -> "FeatureCache":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back all files; reading again opens them again."""
        for view in self._modalities.values():
            view.close()

    def __len__(self) -> int:
        return self._rows

    def __repr__(self) -> str:
        return f"FeatureCache({str(self.root.folder)!r}, {len(self)} clips, {self.modalities})"

    @property
    def plan(self) -> ClipPlan:
        """The list of clips with its classes and splits."""
        return self.root.plan

    @property
    def clips(self) -> pd.DataFrame:
        """One row a clip: id, label, video, group, views and splits."""
        return self.plan.frame

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; ``plan.targets`` are indexes into them."""
        return self.plan.classes

    @property
    def modalities(self) -> list[str]:
        """The names of the modalities."""
        return list(self._modalities)

    def levels(self, modality: str) -> list[str]:
        """Return the names of a modality's levels, from shallow to deep as they were stored."""
        return [level.name for level in self.provenance(modality).levels]

    def spec(self, modality: str, level: str) -> FeatureSpec:
        """Return what a level looks like."""
        return self.view(modality).spec(level)

    def provenance(self, modality: str) -> Provenance:
        """Return how a modality was made."""
        return self.view(modality).provenance

    def failed(self, modality: str) -> dict[int, str]:
        """Return the rows that have no features of a modality, each with the reason."""
        return self.view(modality).failed

    def ok(self, *modalities: str) -> NDArray[np.bool_]:
        """Return a mask of the clips that have features of all the modalities (default: all)."""
        mask = np.ones(len(self), np.bool_)
        for name in modalities or self.modalities:
            mask &= self.view(name).present()
        return mask

    def read(
        self,
        rows: RowsLike,
        modality: str,
        level: str,
        out: NDArray[Any] | None = None,
        *,
        vector: bool = False,
    ) -> NDArray[Any]:
        """Return the features of ``rows``, ``B C ...``, in the order asked for.

        ``rows`` are row numbers, a mask or a slice. ``vector`` reads the pooled companion ``B C``.
        ``out`` takes the values where given, converted to its dtype if that is a wider float.
        """
        index, found = row_numbers(rows, self._rows), self.view(modality).level(level)
        if vector and found.vector:
            out = output_array(out, len(index), found.vector.part.shape, found.vector.part.dtype)
            found.vector.read(index, out)
            return out
        out = output_array(out, len(index), found.spec.shape, found.dtype)
        if len(found.stored) > 1:
            values, scale, offset = (_read(part, index) for part in found.stored)
            decode(values, scale, offset, out)
        else:
            found.stored[0].read(index, out)
        return out

    def read_stored(self, rows: RowsLike, modality: str, level: str) -> list[NDArray[Any]]:
        """Return a level as it is stored: ``[values]``, or ``[values, scale, offset]`` of uint8."""
        index = row_numbers(rows, self._rows)
        return [_read(part, index) for part in self.view(modality).level(level).stored]

    def preload(self, modality: str, *levels: str) -> None:
        """Bring levels (default: all) into memory, checked; later reads are one gather."""
        found = self.view(modality)
        rows = np.flatnonzero(found.present())
        for level in levels or self.levels(modality):
            for part in found.spec(level).parts():
                found.part(part.name).preload(rows)

    def view(self, name: str) -> ModalityView:
        """Return the records and stored arrays of a modality."""
        try:
            return self._modalities[name]
        except KeyError:
            raise InputNotFound(
                f"{self.root.folder} has no modality '{name}'; it has: {', '.join(self.modalities)}"
            ) from None


def _read(part: StoredPart, index: Index) -> NDArray[Any]:
    array = np.empty((len(index), *part.part.shape), part.part.dtype)
    part.read(index, array)
    return array


def _reopen(place: Any, partial: bool) -> FeatureCache:
    return FeatureCache.open(place, partial=partial)
