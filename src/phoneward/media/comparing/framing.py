"""Take away what was put around a picture: black bars, a white frame."""

import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prints import Gray

_EVEN = 4.0
_LEAST = 0.015
_SMALLEST = 0.3


def unframed(gray: Gray) -> Gray | None:
    """Return a picture without an even border on at least two opposite sides; None where it has none.

    Args:
        gray: of any size; of a page on plain ground the ground goes, too.
    """
    height, width = gray.shape
    top, bottom = _ends(gray)
    left, right = _ends(gray.T)
    is_framed = min(left, width - right) >= _LEAST * width or min(top, height - bottom) >= _LEAST * height
    if not is_framed or (right - left) < _SMALLEST * width or (bottom - top) < _SMALLEST * height:
        return None
    return gray[top:bottom, left:right]


def _ends(gray: Gray) -> tuple[int, int]:
    """Return the first row that is not even and as the first one, and the one behind the last."""
    values = gray.astype(np.float32)
    spread, mean = values.std(axis=1), values.mean(axis=1)

    def kept(edge: int) -> npt.NDArray[np.intp]:
        return np.flatnonzero((spread > _EVEN) | (np.abs(mean - mean[edge]) > _EVEN) | (spread[edge] > _EVEN))

    first, last = kept(0), kept(-1)
    return (int(first[0]), int(last[-1]) + 1) if len(first) and len(last) else (0, len(gray))
