"""Square windows of strips as short vectors: those of a crop are near those of its original.

A window is a square of 0.6 of a picture's shorter side, in the middle of that side and at every place along the longer
one: whatever is cut off, up to a fifth at each edge, it is still there. How wide the crop is, nobody knows: a suspect
is taken to be each of 25 crops, and one of them is right within a fortieth of the width.

A vector is the window's lowest frequencies but for the constant one (a DCT, as in `pdq`), the higher ones weighted up
as pictures carry less of them, and of length 1: brighter or dimmer makes no difference.
"""

import functools
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Strip = npt.NDArray[np.float32]
"""float32 of shape (length along the longer side, along the shorter side)."""
Vectors = npt.NDArray[np.float32]
"""float32 of shape (count, `DIMENSIONS`), each of length 1."""

_FREQUENCIES: Final = 6
DIMENSIONS: Final = _FREQUENCIES * _FREQUENCIES
_SAMPLES: Final = 12
_FIRST: Final = 0.2
_LAST: Final = 0.8
_SIDE: Final = _LAST - _FIRST
CUTS: Final = tuple((left, right) for left in (0.0, 0.05, 0.1, 0.15, 0.2) for right in (0.0, 0.05, 0.1, 0.15, 0.2))
"""What may be cut off of the shorter side, at its two ends, in fractions of it."""
_PLACES: Final = 3
"""Windows of a suspect that are looked for: at its two ends and between them. One or two may be covered."""
_LEAST: Final = 1.0
"""Gray levels, about: what shows less is like everything."""


class Windows(NamedTuple):
    """Windows of one strip: vectors, where each begins (in units of the shorter side), and its number in `CUTS`."""

    vectors: Vectors
    starts: npt.NDArray[np.float32]
    cuts: npt.NDArray[np.int16]


def all_windows(strip: Strip) -> Windows:
    """Return the windows of an original, at every pixel along its longer side."""
    length, width = strip.shape
    rows = _rows(length, width, 0, 1.0)
    if rows is None:
        return _nothing()
    across = strip @ _band(width, _FIRST * width, _LAST * width).T
    view = np.lib.stride_tricks.sliding_window_view(across, rows.shape[1], axis=0)
    return _kept(np.matmul(rows, view.transpose(0, 2, 1)), np.arange(len(view)) / width, np.zeros(len(view)))


def asked_windows(strip: Strip) -> Windows:
    """Return the windows of a suspect, a few for each crop that it may be."""
    ways = _ways(*strip.shape)
    if ways is None:
        return _nothing()
    across, along, starts, cuts = ways
    middle = np.matmul(across, strip.T).transpose(0, 2, 1)
    return _kept(np.matmul(along, middle[:, None]).reshape(-1, _FREQUENCIES, _FREQUENCIES), starts, cuts)


def _kept(spectra: Strip, starts: npt.NDArray[np.float64], cuts: npt.NDArray[np.float64]) -> Windows:
    vectors = (spectra * _WEIGHTS).reshape(len(spectra), DIMENSIONS)
    size = np.linalg.norm(vectors, axis=1)
    kept = size > _LEAST
    return Windows(
        (vectors[kept] / size[kept, None]).astype(np.float32),
        starts[kept].astype(np.float32),
        cuts[kept].astype(np.int16),
    )


def _nothing() -> Windows:
    return Windows(np.empty((0, DIMENSIONS), np.float32), np.empty(0, np.float32), np.empty(0, np.int16))


@functools.lru_cache(maxsize=64)
def _ways(length: int, width: int) -> tuple[Strip, Strip, npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
    """Return the matrices for a suspect of this shape: across, along; where the windows begin, and their crops."""
    across, along, starts, cuts = [], [], [], []
    for number, (left, right) in enumerate(CUTS):
        shown = 1.0 - left - right
        fitting = [
            (top, rows)
            for top in np.linspace(0.0, max(0.0, length - _SIDE / shown * width), _PLACES)
            if (rows := _rows(length, width, top, shown)) is not None
        ]
        if not fitting:
            continue
        across.append(_band(width, (_FIRST - left) / shown * width, (_LAST - left) / shown * width))
        whole = np.zeros((_PLACES, _FREQUENCIES, length), np.float32)
        for place, (top, rows) in enumerate(fitting):
            first = min(int(top), length - rows.shape[1])
            whole[place, :, first : first + rows.shape[1]] = rows
            starts.append(top * shown / width)
            cuts.append(number)
        along.append(whole)
    if not across:
        return None
    return np.stack(across), np.stack(along), np.array(starts), np.array(cuts, np.float64)


def _rows(length: int, width: int, top: float, shown: float) -> Strip | None:
    """Return the matrix along the longer side, of shape (frequencies, pixels), for a window that begins at `top`."""
    side = _SIDE / shown * width
    if side > length + 0.5:
        return None
    pixels = min(length, int(np.ceil(side)) + (top % 1 > 0))
    offset = top - min(int(top), length - pixels)
    return _band(pixels, offset, offset + side)


def _band(pixels: int, first: float, last: float) -> Strip:
    """Return the frequencies of what lies between two places of a row of pixels, as a matrix to multiply it by."""
    edges = np.linspace(first, last, _SAMPLES + 1)
    place = np.arange(pixels)
    share = np.minimum(edges[1:, None], place + 1) - np.maximum(edges[:-1, None], place)
    return np.asarray(_COSINES @ (np.maximum(share, 0.0) / ((last - first) / _SAMPLES)), np.float32)


_COSINES: Final = np.array(
    [
        [np.sqrt(2 / _SAMPLES) * np.cos(np.pi * frequency * (2 * at + 1) / (2 * _SAMPLES)) for at in range(_SAMPLES)]
        for frequency in range(_FREQUENCIES)
    ]
)
_WEIGHTS: Final = np.hypot(*np.mgrid[0:_FREQUENCIES, 0:_FREQUENCIES]).astype(np.float32)
