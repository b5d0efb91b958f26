"""Which originals may a suspect show as a whole, even with a third of it covered: small versions, block by block.

A hash is of the whole picture, so a sheet over a part of it changes every bit; of blocks only those under it change.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prints import Gray

_ACROSS: Final = 24
_DOWN: Final = 32
_BLOCK: Final = 4
_NOISE: Final = 12.0
"""Gray levels, about: what a block shows must be more than this to count in full."""
_SIDES: Final = 0.02
"""By how much the ratio of the sides may differ: they are rounded to whole pixels."""

Blocks = npt.NDArray[np.float32]
"""float32 of shape (count, pixels): each picture's blocks without their mean, each of length up to 1."""


class Wholes:
    """Small versions of originals.

    Args:
        originals: the strip of each, upright, and its width by its height.
    """

    def __init__(self, originals: Sequence[tuple[Gray, float]]) -> None:
        self._blocks = blocks([strip for strip, _ratio in originals])
        self._ratios = np.log([ratio for _strip, ratio in originals])

    def near(self, suspects: Sequence[tuple[Gray, float]], most: int) -> list[list[tuple[int, float]]]:
        """Return for each suspect up to `most` numbers, the likeliest first, and how likely, about 0 to 1.

        Args:
            suspects: the strip of each, standing as the originals, and its width by its height.
            most: how many are wanted.
        """
        if not len(self._ratios) or not suspects:
            return [[] for _one in suspects]
        seen = blocks([strip for strip, _ratio in suspects])
        alike = seen @ self._blocks.T
        # Of what the suspect shows, the share that is where it is in the original.
        alike /= np.maximum((seen * seen).sum(axis=1, keepdims=True), 1.0)
        ratios = np.log([ratio for _strip, ratio in suspects])
        alike[np.abs(ratios[:, None] - self._ratios[None, :]) > _SIDES] = -1.0
        count = min(most, alike.shape[1])
        best = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        return [
            sorted(((int(at), float(row[at])) for at in places if row[at] > 0), key=lambda one: -one[1])
            for row, places in zip(alike, best, strict=True)
        ]


def blocks(strips: Sequence[Gray]) -> Blocks:
    """Return the blocks of pictures, whatever their shape."""
    if not strips:
        return np.empty((0, _ACROSS * _DOWN), np.float32)
    size = (_ACROSS, _DOWN)
    small = np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in strips]).astype(np.float32)
    cells = small.reshape(-1, _DOWN // _BLOCK, _BLOCK, _ACROSS // _BLOCK, _BLOCK).transpose(0, 1, 3, 2, 4)
    cells = cells.reshape(len(strips), -1, _BLOCK * _BLOCK)
    cells -= cells.mean(axis=2, keepdims=True)
    cells /= np.linalg.norm(cells, axis=2, keepdims=True) + _NOISE
    return cells.reshape(len(strips), -1)
