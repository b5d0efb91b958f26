"""A first look at very many suspects: how alike are a few of their windows to any window of a few originals?

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

_SOME: Final = ((0.0, 0.0), (0.1, 0.1), (0.2, 0.0), (0.0, 0.2), (0.2, 0.2))
_CUTS: Final = [number for number, ends in enumerate(CUTS) if ends in _SOME]
"""A window is still alike where it is off by as much as lies between these ways of cutting."""
_TOGETHER: Final = 16
_FEW: Final = 4_000
"""Windows of originals with all of which a suspect's are compared; of more, with those in the nearest lists."""
_ALIKE: Final = 0.6


class Skimming:
    """Windows of originals, all upright or all laid on their sides.

    Args:
        parts: the originals.
    """

    def __init__(self, parts: Parts) -> None:
        vectors = parts.vectors
        self._is_empty = not vectors.any()
        self._lists = Lists(vectors) if len(vectors) > _FEW else None
        self._vectors = (vectors[: _FEW + 1].astype(np.float32) / np.float32(SCALE)).T

    def alike(self, suspects: Sequence[Gray]) -> npt.NDArray[np.float32]:
        """Return how alike each suspect's windows are to any of the originals', up to 1.

        Of its three windows one may be covered: it is the mean of the two that are most alike.

        Args:
            suspects: their strips, standing as the originals'.
        """
        found = np.zeros(len(suspects), np.float32)
        if self._is_empty:
            return found
        for group in same_ones([one.shape for one in suspects], _TOGETHER):
            asked = asked_windows(np.stack([suspects[number] for number in group])).vectors[:, _CUTS]
            best = self._nearest(asked.reshape(-1, DIMENSIONS)).reshape(len(group), len(_CUTS), PLACES)
            found[group] = np.sort(best.max(axis=1), axis=1)[:, 1:].mean(axis=1)
        return found

    def _nearest(self, windows: Vectors) -> npt.NDArray[np.float32]:
        """Return how alike the most alike window of the originals is to each."""
        if self._lists is None:
            return np.asarray((windows @ self._vectors).max(axis=1, initial=0.0), np.float32)
        best = np.zeros(len(windows), np.float32)
        near = self._lists.near(windows, _ALIKE)
        np.maximum.at(best, near.queries, near.alike)
        return best
