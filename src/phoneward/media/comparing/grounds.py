"""Which parts of a picture are of even colours, as drawn pages are, and which textured, as photos are."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prints import Gray

BLOCK: Final = 24
"""Pixels that are looked at together."""
_ROWS: Final = 6
_FLAT: Final = 0.3
"""Of pixels that are as their neighbour: where print is dense half of them are, on photos few."""
_LEAST: Final = 0.04


def textured(original: Gray) -> npt.NDArray[np.bool_] | None:
    """Return which blocks of a picture are not of even colours; None where hardly any is.

    Args:
        original: at full size.
    """
    some = original[::_ROWS]
    alike = (some[:, 1:] == some[:, :-1]).astype(np.uint8)
    height, width = original.shape
    size = (max(1, width // BLOCK), max(1, height // BLOCK))
    share = np.asarray(cv2.resize(alike * np.uint8(200), size, interpolation=cv2.INTER_AREA), np.uint8)
    found = np.asarray(share < 200 * _FLAT)
    return found if found.mean() > _LEAST else None
