"""Take away what was put around a picture: black bars, a white frame."""

import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prepared import levels
from phoneward.media.comparing.prints import Gray

_EVEN = 4.0
_LEAST = 0.015
_SMALLEST = 0.15
_SOFT = 600


def unframed(gray: Gray) -> list[Gray]:
    """Return a picture without an even border on at least two opposite sides; nothing where it has none.

    Of a page on ground of the frame's own colour nobody can tell where the frame ends. So there may be two answers:
    without any ground, and with as little taken at each side as at the one opposite.

    Args:
        gray: of any size.
    """
    height, width = gray.shape
    top, bottom = _ends(gray, 1)
    left, right = _ends(gray, 0)
    across, down = min(left, width - right), min(top, height - bottom)
    is_framed = across >= _LEAST * width or down >= _LEAST * height
    if not is_framed or (right - left) < _SMALLEST * width or (bottom - top) < _SMALLEST * height:
        return []
    inner, even = (top, bottom, left, right), (down, height - down, across, width - across)
    return [gray[top:bottom, left:right] for top, bottom, left, right in dict.fromkeys((inner, even))]


def _ends(gray: Gray, axis: int) -> tuple[int, int]:
    """Return the first row (1) or column (0) that is not even and as the first one, and the one behind the last.

    A little more is taken where anything is: making it smaller and encoding it leave something of the frame there.
    """
    mean, spread = levels(gray, axis)
    length = len(mean)

    def kept(edge: int) -> npt.NDArray[np.intp]:
        return np.flatnonzero((spread > _EVEN) | (np.abs(mean - mean[edge]) > _EVEN) | (spread[edge] > _EVEN))

    first, last = kept(0), kept(-1)
    if not len(first) or not len(last):
        return 0, length
    start, end = int(first[0]), int(last[-1]) + 1
    soft = 1 + length // _SOFT
    return start + soft * (start > 0), end - soft * (end < length)
