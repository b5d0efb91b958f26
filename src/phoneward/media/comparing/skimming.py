"""A first look at very many suspects: how alike are their windows to those of any of a few originals?

No strip is laid over another and no window votes. What is unlike here is looked at no further (see `promising`).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.lists import SCALE, Lists
from phoneward.media.comparing.parts import Parts, same_ones
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.windows import CUTS, DIMENSIONS, PLACES, Vectors, asked_windows

_EVERY: Final = list(range(len(CUTS)))
_SECOND: Final = [number for number, ends in enumerate(CUTS) if set(ends) <= {0.0, 0.1, 0.2}]
"""Every second way of cutting: a window is still alike where it is off by half of that."""
_FEW: Final = 1_500
"""Windows of originals for which every way of cutting is tried."""
_MANY: Final = 4_000
"""Windows of originals of which only those in the nearest lists are looked at."""
_TOGETHER: Final = 16
_ALIKE: Final = 0.6


class Skimming:
    """Windows of originals, all upright or all laid on their sides.

    Args:
        parts: the originals.
    """

    def __init__(self, parts: Parts) -> None:
        # Without the last one, which is of nothing; and a picture too short for a window has none.
        vectors, counts = parts.vectors[:-1], np.diff(parts.first)
        self._first = parts.first[:-1][counts > 0]
        self._cuts = _EVERY if len(vectors) <= _FEW else _SECOND
        self._lists = Lists(vectors) if len(vectors) > _MANY else None
        self._vectors = (vectors[:_MANY].astype(np.float32) / np.float32(SCALE)).T

    def alike(self, suspects: Sequence[Gray]) -> npt.NDArray[np.float32]:
        """Return how alike each suspect's windows are to those of the original that is most alike, up to 1.

        Of its three windows one may be covered: it is the mean of the two that are most alike.

        Args:
            suspects: their strips, standing as the originals'.
        """
        found = np.zeros(len(suspects), np.float32)
        if not len(self._first):
            return found
        for group in same_ones([one.shape for one in suspects], _TOGETHER):
            asked = asked_windows(np.stack([suspects[number] for number in group])).vectors[:, self._cuts]
            best = self._best(asked.reshape(-1, DIMENSIONS)).reshape(len(group), len(self._cuts), PLACES, -1)
            two = (best.sum(axis=2) - best.min(axis=2)) / (PLACES - 1)
            found[group] = np.maximum(two.max(axis=(1, 2)), 0.0)
        return found

    def _best(self, windows: Vectors) -> npt.NDArray[np.float32]:
        """Return for each window and original how alike that one's most alike window is."""
        if self._lists is None:
            return np.maximum.reduceat(windows @ self._vectors, self._first, axis=1)
        best = np.zeros((len(windows), len(self._first)), np.float32)
        near = self._lists.near(windows, _ALIKE)
        of = np.searchsorted(self._first, near.vectors, side="right") - 1
        np.maximum.at(best, (near.queries, of), near.alike)
        return best
