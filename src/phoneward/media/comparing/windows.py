"""Square windows of strips as short vectors: those of a crop are near those of its original.

A window is a square of 0.6 of a picture's shorter side, in the middle of that side and at every place along the longer
one: whatever is cut off, up to a fifth at each edge, it is still there. How wide the crop is, nobody knows: a suspect
is taken to be each of 25 crops, and one of them is right within a fortieth of the width.

A vector is the window's lowest frequencies but for the constant one (a DCT, as in `pdq`), the higher ones weighted up
as pictures carry less of them, and of length 1: brighter or dimmer makes no difference. What shows too little is 0.
"""

import functools
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Strip = npt.NDArray[np.float32]
"""float32 of shape (length along the longer side, along the shorter side)."""
Vectors = npt.NDArray[np.float32]
"""float32 of shape (count, `DIMENSIONS`), each of length 1 or 0."""

_FREQUENCIES: Final = 6
DIMENSIONS: Final = _FREQUENCIES * _FREQUENCIES
_SAMPLES: Final = 12
_FIRST: Final = 0.2
_LAST: Final = 0.8
_SIDE: Final = _LAST - _FIRST
CUTS: Final = tuple((left, right) for left in (0.0, 0.05, 0.1, 0.15, 0.2) for right in (0.0, 0.05, 0.1, 0.15, 0.2))
"""What may be cut off of the shorter side, at its two ends, in fractions of it."""
_CUT_OFF: Final = np.array(CUTS)
PLACES: Final = 3
"""Windows of a suspect that are looked for: at its two ends and between them. One or two may be covered."""
_LEAST: Final = 1.0
"""Gray levels, about: what shows less is like everything."""


class Asked(NamedTuple):
    """Windows of suspects of one shape, `PLACES` for each of `CUTS`.

    Attributes:
        vectors: of shape (suspects, cuts, places, `DIMENSIONS`).
        starts: where each begins, in units of the original's shorter side, of shape (cuts, places).
    """

    vectors: npt.NDArray[np.float32]
    starts: npt.NDArray[np.float32]


def count_of(length: int, width: int) -> int:
    """Return how many windows an original has whose strip is of this shape."""
    side = int(np.ceil(_SIDE * width))
    return 0 if _SIDE * width > length + 0.5 else length - min(length, side) + 1


def all_windows(strips: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the windows of originals, at every pixel along their longer side.

    Args:
        strips: of one shape: (originals, length, width).

    Returns:
        of shape (originals, windows, `DIMENSIONS`).
    """
    number, length, width = strips.shape
    if not count_of(length, width):
        return np.empty((number, 0, DIMENSIONS), np.float32)
    begins, side = np.zeros(()), _SIDE * width
    rows = _bands(min(length, int(np.ceil(side))), begins, begins + side)
    across = (
        strips.reshape(-1, width).astype(np.float32) @ _bands(width, begins + _FIRST * width, begins + _LAST * width).T
    )
    view = np.lib.stride_tricks.sliding_window_view(across.reshape(number, length, -1), rows.shape[1], axis=1)
    return _even(np.matmul(rows, view.swapaxes(2, 3)))


def asked_windows(strips: npt.NDArray[np.uint8]) -> Asked:
    """Return the windows of suspects, a few for each crop that each may be.

    Args:
        strips: of one shape: (suspects, length, width).
    """
    across, along, starts = _ways(*strips.shape[1:])
    middle = np.matmul(strips[:, None].astype(np.float32), across.swapaxes(1, 2))
    return Asked(_even(np.matmul(along, middle[:, :, None])), starts)


def _even(spectra: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return spectra, weighted, as vectors of length 1, or of 0 where they say nothing."""
    vectors = (spectra * _WEIGHTS).reshape(*spectra.shape[:-2], DIMENSIONS)
    size = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    vectors *= np.where(size > _LEAST, 1 / np.maximum(size, _LEAST), 0.0)[..., None].astype(np.float32)
    even: npt.NDArray[np.float32] = vectors
    return even


@functools.lru_cache(maxsize=64)
def _ways(length: int, width: int) -> tuple[Strip, Strip, Strip]:
    """Return the matrices for a suspect of this shape: across, along; and where its windows begin.

    They are 0 where a suspect would be too short for a window, were it cut so.
    """
    left, shown = _CUT_OFF[:, 0], 1.0 - _CUT_OFF.sum(axis=1)
    across = _bands(width, (_FIRST - left) / shown * width, (_LAST - left) / shown * width)
    side = (_SIDE / shown * width)[:, None]
    tops = np.maximum(0.0, length - side) * np.linspace(0.0, 1.0, PLACES)
    along = _bands(length, tops, tops + side) * (side <= length + 0.5)[..., None, None]
    return across, along.astype(np.float32), (tops * shown[:, None] / width).astype(np.float32)


def _bands(pixels: int, first: npt.NDArray[np.float64], last: npt.NDArray[np.float64]) -> Strip:
    """Return the frequencies of what lies between two places of a row of pixels, as matrices to multiply it by.

    Args:
        pixels: of the row.
        first: where each band begins.
        last: where each ends.

    Returns:
        of shape (*bands, frequencies, pixels).
    """
    edges = first[..., None] + (last - first)[..., None] * np.linspace(0.0, 1.0, _SAMPLES + 1)
    place = np.arange(pixels)
    share = np.minimum(edges[..., 1:, None], place + 1) - np.maximum(edges[..., :-1, None], place)
    share = np.maximum(share, 0.0) / ((last - first) / _SAMPLES)[..., None, None]
    return np.asarray(_COSINES @ share, np.float32)


_COSINES: Final = np.array(
    [
        [np.sqrt(2 / _SAMPLES) * np.cos(np.pi * frequency * (2 * at + 1) / (2 * _SAMPLES)) for at in range(_SAMPLES)]
        for frequency in range(_FREQUENCIES)
    ]
)
_WEIGHTS: Final = np.hypot(*np.mgrid[0:_FREQUENCIES, 0:_FREQUENCIES]).astype(np.float32)
