"""Where a suspect shows the original without its detail: names and sums made unreadable with a blur or a mosaic.

Whoever blurs or pixelates moves light about, and adds none: over a few letters' width as much of it is there as before,
but the edges are gone, or run along a grid. Of another digit, another name, the edges are as strong as those of the one
before; where letters were wiped out or something lies over them, the light is another.
"""

from typing import Final, NamedTuple

import cv2
import numpy as np

from phoneward.media.comparing.covers import Mask, components
from phoneward.media.comparing.prepared import Float
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual

_LONG: Final = 3
_HIGH: Final = 1
"""Units, of what tells by itself: a letter is less wide."""
_DETAIL: Final = 0.45
"""Of the original's, at most, that is left in the suspect: where a text is another one, 0.54 at least."""
_LIGHT: Final = 0.42
"""Of what differs, at most, that is not made up for beside it: 0.6 and more where something lies over it."""
_GONE: Final = 0.3
_ALIKE: Final = 0.5
_MADE_UP: Final = 0.3
_BESIDE: Final = 0.6
_AS_HIGH: Final = 0.9
_RIM: Final = 2
_WEAK: Final = 14.0
_GRID: Final = 0.2
"""Of the rows and columns of a mosaic, those on which its grains meet; grains are at least five pixels large."""
_BETWEEN: Final = 0.05
_FINE: Final = 0.65
"""Of what letters are, at most, that grains are: another text, or another QR code, has 0.79 and more of it."""
_MOST: Final = 60


def softened(wrong: Mask, both: tuple[Gray, Gray], left: Residual, unit: int) -> Mask:
    """Return where the suspect was blurred or pixelated.

    Args:
        wrong: where it differs.
        both: the part of the original that it shows, and the suspect, of the same shape.
        left: their residual.
        unit: pixels across which spots belong together.
    """
    found = np.zeros_like(wrong)
    side = 2 * unit + 1
    # Around what is at the rim there is nothing to close it with.
    framed = cv2.copyMakeBorder(wrong.astype(np.uint8), side, side, side, side, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))[side:-side, side:-side]
    count, labels, stats, _ = components(np.ascontiguousarray(closed))
    if count - 1 > _MOST:
        return found
    blobs = []
    for number in range(1, count):
        across, down, width, height, _area = stats[number].tolist()
        box = (slice(down, down + height), slice(across, across + width))
        blobs.append(_Blob.of(box, labels[box] == number, both, left, side))
    bars = [blob for blob in blobs if blob.is_bar(unit)]
    for blob in blobs if bars else ():
        # Of a bar over empty places and a few letters only these are seen, and its rim.
        if blob.is_soft or any(bar.goes_on_in(blob) for bar in bars):
            found[blob.box] |= blob.inside
    return found


class _Blob(NamedTuple):
    """Spots that belong together.

    Attributes:
        box: around them.
        inside: of the box, what belongs to them.
        detail: how much of the original's is left.
        light: how much of what differs is not made up for beside it.
        score: the highest.
    """

    box: tuple[slice, slice]
    inside: Mask
    detail: float
    light: float
    score: float

    @classmethod
    def of(cls, box: tuple[slice, slice], inside: Mask, both: tuple[Gray, Gray], left: Residual, side: int) -> "_Blob":
        """Return what there is to say of spots."""
        off = left.difference[box]
        around = cv2.blur(off, (side, side), borderType=cv2.BORDER_REFLECT)
        light = float(np.abs(around)[inside].sum() / max(1.0, float(np.abs(off)[inside].sum())))
        detail = _detail(both[0][box], both[1][box], inside, side) / left.gain**2
        return cls(box, inside, detail, light, float(left.score[box][inside].max()))

    def is_bar(self, unit: int) -> bool:
        """Return whether it is so large that it tells by itself."""
        sides = self.inside.shape
        is_large = max(sides) >= _LONG * unit and min(sides) >= _HIGH * unit
        return is_large and self.detail <= _DETAIL and self.light <= _LIGHT

    @property
    def is_soft(self) -> bool:
        """Return whether it may be a part of a bar, where there is one."""
        return (
            self.detail <= _GONE
            or (self.detail <= _ALIKE and self.light <= _MADE_UP)
            or (self.score < _WEAK and min(self.inside.shape) <= _RIM)
        )

    def goes_on_in(self, other: "_Blob") -> bool:
        """Return whether another one lies beside it like a part of the same bar."""
        own, its = self.box[0], other.box[0]
        is_beside = its.start >= own.start - _RIM and its.stop <= own.stop + _RIM
        is_as_high = its.stop - its.start >= _AS_HIGH * (own.stop - own.start)
        return is_beside and (other.detail <= _BESIDE or is_as_high or other.score < _WEAK)


def _detail(before: Gray, after: Gray, inside: Mask, side: int) -> float:
    """Return how strong the edges of a part are by what they were; 0 where they run along a grid and are weaker.

    Args:
        before: as it was.
        after: as it is.
        inside: which pixels count.
        side: pixels across which light is compared, odd.
    """
    old, new, between = 0.0, 0.0, 0.0
    for axis in (0, 1):
        was, now = (_steps(one, axis) * inside for one in (before, after))
        old, new = old + float(was.sum()), new + float(now.sum())
        lines = np.sort(now.sum(axis=1 - axis))
        between += float(lines[: len(lines) - int(_GRID * len(lines))].sum())
    detail = new / max(1.0, old)
    if detail > _GONE and between <= _BETWEEN * new:
        was, now = (float((_fine(one, side)[inside] ** 2).sum()) for one in (before, after))
        return 0.0 if now <= _FINE * was else detail
    return detail


def _steps(part: Gray, axis: int) -> Float:
    """Return by how much each pixel differs from the one before it, squared."""
    levels = part.astype(np.float32)
    return np.diff(levels, axis=axis, prepend=levels.take([0], axis=axis)) ** 2


def _fine(part: Gray, side: int) -> Float:
    """Return by how much each pixel differs from the mean around it."""
    levels = part.astype(np.float32)
    return levels - cv2.blur(levels, (side, side), borderType=cv2.BORDER_REFLECT)
