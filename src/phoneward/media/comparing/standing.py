"""Does anything stand out of what re-encoding left on the textured parts of a picture: letters written over a photo?

Letters on an even ground are found (see `pale`, `distinguishing`). On leaves and faces nobody finds them for certain,
and what a changed stroke leaves there drowns in what the texture excuses (see `residual`). But re-encoding leaves about
as much wherever there is about as much texture: so the pair itself tells how much is usual where there is so much of
it, averaged over a letter, and a letter that changed is many times that.
"""

from typing import Final

import cv2
import numpy as np

from phoneward.media.comparing.covers import Mask, grown
from phoneward.media.comparing.prepared import Box, Float, Prepared
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual, half_energy_of

_BESIDE: Final = 9
_ENOUGH: Final = 1_500
"""Pixels to learn from what is usual."""
_EVERY: Final = 3
_STEPS: Final = 24
_LETTER: Final = 2.5
"""Pixels: half of a letter's width at the size of a comparison."""
_QUIET: Final = 0.5
"""Square of gray levels that any copy may be off by."""
_STANDS_OUT: Final = 6.0
"""Times the usual: of 26 digits that changed on photos, and were called the same, all but one had 6.3 and more; of
copies of photos without letters one in twenty has as much."""


def stands_out(one: Prepared, source: Box, part: Gray, left: Residual, over: Mask | None) -> bool:
    """Return whether something on the textured parts stands out of what is usual for them.

    Args:
        one: the original.
        source: the part of the original that the suspect shows: left, top, right, bottom.
        part: that part at the size of the comparison.
        left: what is left of the suspect.
        over: where something lies over it: it is not looked at there.
    """
    if one.textured is None:
        return False
    # Soft as it is looked at, half the size shows all of it.
    size = ((part.shape[1] + 1) // 2, (part.shape[0] + 1) // 2)
    squares = cv2.resize(cv2.multiply(left.difference, left.difference), size, interpolation=cv2.INTER_AREA)
    seen = np.asarray(cv2.GaussianBlur(squares, (0, 0), _LETTER / 2), np.float32)
    looked = _placed(one.textured, source, one.gray, size)
    if over is not None:
        hidden = cv2.resize(grown(over, _BESIDE).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        looked &= np.asarray(hidden == 0)
    standing = looked & (seen > _STANDS_OUT * _QUIET)
    if not standing.any() or np.count_nonzero(looked) < _ENOUGH:
        return False
    strength = np.log(np.asarray(cv2.GaussianBlur(half_energy_of(part), (0, 0), _LETTER / 2), np.float32) + 20)
    usual = np.interp(strength[standing], *_usual(strength[looked], seen[looked]))
    return bool((seen[standing] > _STANDS_OUT * (usual + _QUIET)).any())


def _placed(blocks: Mask, source: Box, whole: Gray, size: tuple[int, int]) -> Mask:
    """Return which pixels of a part at a width and height lie in the blocks."""
    width, height = size
    down, across = blocks.shape[0] / whole.shape[0], blocks.shape[1] / whole.shape[1]
    rows = source[1] + (np.arange(height) + 0.5) * ((source[3] - source[1]) / height)
    columns = source[0] + (np.arange(width) + 0.5) * ((source[2] - source[0]) / width)
    at = (
        np.minimum((rows * down).astype(int), blocks.shape[0] - 1),
        np.minimum((columns * across).astype(int), blocks.shape[1] - 1),
    )
    return np.asarray(blocks[np.ix_(*at)])


def _usual(strength: Float, seen: Float) -> tuple[Float, Float]:
    """Return how much is usually left, by the strength of what is there; never less where that is stronger."""
    strength, seen = strength[::_EVERY], seen[::_EVERY]
    order = np.argsort(strength)
    steps = np.array_split(order, _STEPS)
    middles = np.array([strength[step].mean() for step in steps], np.float32)
    return middles, np.maximum.accumulate(np.array([np.median(seen[step]) for step in steps], np.float32))
