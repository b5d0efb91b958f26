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

_LEAST: Final = 0.1
"""Less alike, a picture is none of it."""
_SCALE: Final = 127.0
_TOGETHER: Final = 128
"""Suspects that are compared at once."""
_PIECE: Final = 2_048
"""Originals that are unpacked at once."""

Blocks = npt.NDArray[np.float32]
"""float32 of shape (count, pixels): each picture's blocks without their mean, each of length up to 1."""


class Wholes:
    """Small versions of originals, a byte a pixel.

    Args:
        originals: the strip of each, upright, and its width by its height.
    """

    def __init__(self, originals: Sequence[tuple[Gray, float]]) -> None:
        ratios = np.log([ratio for _strip, ratio in originals])
        # In this order those of about one shape lie together.
        self._order = np.argsort(ratios, kind="stable")
        self._ratios = ratios[self._order]
        self._blocks = np.empty((len(originals), _ACROSS * _DOWN), np.int8)
        for at in range(0, len(originals), _PIECE):
            piece = blocks([originals[number][0] for number in self._order[at : at + _PIECE].tolist()])
            self._blocks[at : at + _PIECE] = np.rint(piece * np.float32(_SCALE))

    def near(self, suspects: Sequence[tuple[Gray, float]], most: int) -> list[list[tuple[int, float]]]:
        """Return for each suspect up to `most` numbers, the likeliest first, and how likely, about 0 to 1.

        Args:
            suspects: the strip of each, standing as the originals, and its width by its height.
            most: how many are wanted.
        """
        ratios = np.log([ratio for _strip, ratio in suspects])
        first, last = np.searchsorted(self._ratios, [ratios - _SIDES, ratios + _SIDES])
        order = np.argsort(ratios, kind="stable")
        # Of a phone's pictures, nearly all of one shape, half of those that are turned have none to be compared with.
        order = order[(first < last)[order]]
        found: list[list[tuple[int, float]]] = [[] for _one in suspects]
        for at in range(0, len(order), _TOGETHER):
            together = order[at : at + _TOGETHER]
            seen = blocks([suspects[number][0] for number in together.tolist()])
            near = self._near(seen, ratios[together], most)
            for number, own in zip(together.tolist(), near, strict=True):
                found[number] = own
        return found

    def _near(self, seen: Blocks, ratios: npt.NDArray[np.float64], most: int) -> list[list[tuple[int, float]]]:
        first, last = np.searchsorted(self._ratios, [ratios[0] - _SIDES, ratios[-1] + _SIDES])
        # Of what the suspect shows, the share that is where it is in the original.
        seen = seen / (np.maximum((seen * seen).sum(axis=1, keepdims=True), 1.0) * np.float32(_SCALE))
        alike = np.empty((len(seen), last - first), np.float32)
        for at in range(first, last, _PIECE):
            piece = self._blocks[at : min(at + _PIECE, last)].astype(np.float32)
            alike[:, at - first : at - first + len(piece)] = seen @ piece.T
        bounds = np.searchsorted(self._ratios[first:last], [ratios - _SIDES, ratios + _SIDES]).T
        return [
            self._likeliest(row[begin:end], int(first + begin), most)
            for row, (begin, end) in zip(alike, bounds, strict=True)
        ]

    def _likeliest(self, alike: npt.NDArray[np.float32], first: int, most: int) -> list[tuple[int, float]]:
        places = np.flatnonzero(alike > _LEAST)
        if len(places) > most:
            places = places[np.argpartition(alike[places], -most)[-most:]]
        found = [(int(self._order[first + at]), float(alike[at])) for at in places.tolist()]
        return sorted(found, key=lambda one: -one[1])


def blocks(strips: Sequence[Gray]) -> Blocks:
    """Return the blocks of pictures, whatever their shape."""
    if not strips:
        return np.empty((0, _ACROSS * _DOWN), np.float32)
    size = (_ACROSS, _DOWN)
    # In one piece only where it is needed: OpenCV takes no picture that is turned by its strides alone.
    whole = (np.ascontiguousarray(one) for one in strips)
    small = np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in whole]).astype(np.float32)
    cells = small.reshape(-1, _DOWN // _BLOCK, _BLOCK, _ACROSS // _BLOCK, _BLOCK).transpose(0, 1, 3, 2, 4)
    cells = cells.reshape(len(strips), -1, _BLOCK * _BLOCK)
    cells -= cells.mean(axis=2, keepdims=True)
    cells /= np.linalg.norm(cells, axis=2, keepdims=True) + _NOISE
    return cells.reshape(len(strips), -1)
