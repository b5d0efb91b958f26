"""Is all that differs one colour, laid thinly over a picture? A watermark, and no digit that changed.

What was the stroke of a digit becomes ground, and ground its stroke, and both wholly.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.covers import Mask
from phoneward.media.comparing.prepared import Float
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual

_EDGE: Final = 0.12
_LONG_MARK: Final = 0.15
_TELLING: Final = 20.0
_THIN: Final = 0.7
_NEARLY_ALL: Final = 0.95
_FADED: Final = 0.85
_NEARLY_ALL_FADED: Final = 0.94
"""Of ten marks that were seen on a few letters only, 0.944 at least; of 115 digits that changed, 0.897 at most."""
_LIKE_GROUND: Final = 45.0
_NEIGHBOURHOOD: Final = 22
_ENOUGH: Final = 1_000
_BY_CHANCE: Final = 0.05
_STRONG: Final = 20.0


def is_laid_thinly(wrong: Mask, suspect: Gray, left: Residual) -> bool:
    """Return whether all that differs is one colour, laid thinly over the picture in more than one place.

    Or laid thickly, where it is one line along the upper or lower end. Or in one place, where the ground's own colour
    makes what is there fainter: white over a white page is seen on its letters only.

    Args:
        wrong: where the suspect differs.
        suspect: what was compared.
        left: of it.
    """
    rows, columns = np.nonzero(wrong)
    height, width = wrong.shape
    is_long = max(np.ptp(rows), np.ptp(columns)) >= _LONG_MARK * width
    is_at_end = rows.max() < _EDGE * height or rows.min() > (1 - _EDGE) * height
    off = left.difference[rows, columns]
    ground = suspect[rows, columns] - off
    around = _around(rows, columns, suspect)
    every = max(1, len(off) // _ENOUGH)
    for colour in range(0, 256, 15):
        ways = [(1.1 if is_at_end else _THIN, _NEARLY_ALL)] if is_long else []
        if abs(colour - around) < _LIKE_GROUND:
            ways.append((_FADED, _NEARLY_ALL_FADED))
        for thickest, enough in ways:
            # Some of it first: mostly no colour is laid over it.
            if _towards(colour, off[::every], ground[::every], thickest).mean() < enough - _BY_CHANCE:
                continue
            alike = _towards(colour, off, ground, thickest)
            if alike.mean() > enough and not _is_solid(rows[~alike], columns[~alike], left):
                return True
    return False


def _around(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], suspect: Gray) -> float:
    """Return the gray level of the ground on which all that differs lies."""
    by = max(2, min(suspect.shape) // _NEIGHBOURHOOD)
    part = suspect[max(0, rows.min() - by) : rows.max() + by, max(0, columns.min() - by) : columns.max() + by]
    return float(np.median(part))


def _is_solid(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], left: Residual) -> bool:
    """Return whether some of it is more than a rim, and strong."""
    other = np.zeros(left.score.shape, np.uint8)
    other[rows, columns] = 1
    solid = cv2.erode(other, np.ones((2, 2), np.uint8)) > 0
    return bool((left.score[solid] > _STRONG).any())


def _towards(colour: int, off: Float, ground: Float, thickest: float) -> Mask:
    """Return which pixels differ as if a colour had been laid over them, so thickly at most."""
    towards = colour - ground
    share = off / np.where(np.abs(towards) > _TELLING, towards, np.inf)
    return np.asarray((share > -0.05) & (share < thickest) & ((share != 0) | (np.abs(off) < _TELLING)))
