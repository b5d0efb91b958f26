"""What a suspect shows of what could differ: of an original's pale print, and of letters that a cover ends within.

Pale print: what a changed stroke leaves goes with the square of its contrast, and below about 30 gray levels it drowns
in what re-encoding may leave of black letters (see `residual`). So such lines are looked at by themselves, against
their own contrast: where what is left is little beside that, every digit was seen to be the same; where it is much, and
far more than in the rest of the pale print, one is another; otherwise nobody can tell.

Half of a 3 is half of an 8: what lies half under something is not seen.
"""

import enum
from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np

from phoneward.media.comparing.covers import SOFT_EDGE, Mask, components, grown
from phoneward.media.comparing.pale import Line, contrast_of, off_ground
from phoneward.media.comparing.prepared import Box
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual

_LEAST_HEIGHT: Final = 11.0
"""Pixels of a whole line: digits are a fifth lower (see `distinguishing`)."""
_SEEN: Final = 0.09
"""Of the print's own energy that is left at most: of lines in which a digit changed, 0.17 at least."""
_CHANGED: Final = 0.15
_STANDS_OUT: Final = 9.0
"""Times what is left of the other pale print: copies have 2.3 to 5.4."""
_LITTLE: Final = 0.05
"""Of the print's own energy: less is no digit, however quiet the rest is."""
_ALIKE: Final = 6.0
"""Times what is left of the other pale print, from which it may be a digit."""
_QUIET: Final = 0.5
_FEW: Final = 0.34
"""Of lines in which something stands out: in more than these it is no digit, but something laid over them."""
_SOLID: Final = 0.8
_NEAR: Final = 1.2
_RIM: Final = 2
_BESIDE: Final = 9
_INK: Final = 12
"""Gray levels."""
_EVEN: Final = 0.3
_PART: Final = 0.12


class Shown(enum.Enum):
    """What a suspect shows of an original's pale print."""

    SAME = 0
    """All of it, or there is none."""
    HIDDEN = 1
    """Too little to tell one digit from another."""
    CHANGED = 2
    """Another digit."""


def pale_print(lines: Sequence[Line], source: Box, original: Gray, left: Residual, over: Mask | None) -> Shown:
    """Return what a suspect shows of the original's pale print.

    Args:
        lines: of the original.
        source: the part of the original that the suspect shows: left, top, right, bottom.
        original: that part at the size of the comparison.
        left: what is left of the suspect.
        over: where something lies over it: it is not looked at there.
    """
    if not lines:
        return Shown.SAME
    # JPEG carries the edges of what lies over it into the block beside it.
    hidden = None if over is None else grown(over, _BESIDE)
    seen = [one for line in lines if (one := _looked_at(line, source, original, left, hidden)) is not None]
    if not seen:
        return Shown.SAME
    usual = max(_QUIET, float(np.median([one.usual for one in seen])))
    standing = [one for one in seen if one.share > _CHANGED and one.most > _STANDS_OUT * usual]
    if standing and over is not None and not _is_solid(over):
        # Where a watermark is thinnest, it stands out like a digit.
        return Shown.HIDDEN
    if 0 < len(standing) <= max(1, _FEW * len(seen)) and all(one.is_drawn for one in standing):
        # On a photo it may be a twig.
        return Shown.CHANGED
    is_same = all(one.share <= _LITTLE or (one.share <= _SEEN and one.most <= _ALIKE * usual) for one in seen) and all(
        one.height >= _LEAST_HEIGHT for one in seen
    )
    return Shown.SAME if is_same else Shown.HIDDEN


def _is_solid(over: Mask) -> bool:
    """Return whether what lies over a picture is nothing but large and filled."""
    side = max(5, min(over.shape) // 40)
    opened = cv2.morphologyEx(over.astype(np.uint8), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return bool(cv2.countNonZero(np.asarray(opened)) > _SOLID * np.count_nonzero(over))


class _Left(NamedTuple):
    """What is left in a line: of its print's energy the share at the worst place; there; on its strokes.

    And how high it is, and whether its ground is drawn.
    """

    share: float
    most: float
    usual: float
    height: float
    is_drawn: bool


def _looked_at(line: Line, source: Box, original: Gray, left: Residual, hidden: Mask | None) -> _Left | None:
    height, width = original.shape
    across, down = width / (source[2] - source[0]), height / (source[3] - source[1])
    rows = _within((line.top - source[1]) * down, (line.bottom - source[1]) * down, height)
    columns = _within((line.left - source[0]) * across, (line.right - source[0]) * across, width)
    if rows.stop - rows.start < 2 * _RIM + 3 or columns.stop - columns.start < 2 * _RIM + 3:
        return None
    print_ = off_ground(original[rows, columns].astype(np.float32), _RIM)
    off = left.difference[rows, columns]
    # Of a block JPEG may leave another brightness.
    off = off - np.median(off)
    energy = np.asarray(cv2.GaussianBlur(off * off, (9, 9), _NEAR))
    contrast = contrast_of(print_)
    strokes = np.abs(print_) > contrast / 2
    if hidden is not None:
        strokes &= ~hidden[rows, columns]
        energy[hidden[rows, columns]] = 0
    if contrast < 1 or not strokes.any():
        return None
    most = float(energy.max())
    return _Left(
        share=most / (contrast * left.gain) ** 2,
        most=most,
        usual=float(np.quantile(energy[strokes], 0.75)),
        height=(line.bottom - line.top) * down,
        is_drawn=line.is_drawn,
    )


def _within(first: float, last: float, end: int) -> slice:
    return slice(min(end, max(0, round(first) - _RIM)), min(end, max(0, round(last) + _RIM)))


def ends_within_letters(over: Mask, original: Gray) -> bool:
    """Return whether something that lies over a picture ends within a letter: a part of it is seen, the rest is not.

    Args:
        over: where it lies.
        original: what is under it and beside it.
    """
    width = min(original.shape)
    reach = max(4, width // 30)
    # What differs shines out of a cover's own edge, so where that runs is known to a few pixels.
    inner = ~grown(~over, SOFT_EDGE)
    edge = grown(over, 1) & ~inner
    rows, columns = np.flatnonzero(edge.any(axis=1)), np.flatnonzero(edge.any(axis=0))
    if not len(rows):
        return False
    box = (
        slice(max(0, rows[0] - reach), rows[-1] + 1 + reach),
        slice(max(0, columns[0] - reach), columns[-1] + 1 + reach),
    )
    part, border = original[box], edge[box]
    block = max(9, width // 36) | 1
    ground = np.asarray(cv2.medianBlur(part, block), np.uint8)
    ink = np.asarray(cv2.threshold(cv2.absdiff(part, ground), _INK, 255, cv2.THRESH_BINARY)[1], np.uint8)
    _count, labels, stats, _ = components(ink)
    for number in np.unique(labels[border & (ink > 0)]).tolist():
        left, top, wide, tall, area = stats[number].tolist()
        if number == 0 or not 4 <= tall < width / 8 or wide > width / 3 or wide > 12 * tall:
            continue
        place = slice(top, top + tall), slice(left, left + wide)
        letter = labels[place] == number
        under, deep = (float((letter & some[box][place]).sum()) / area for some in (over, inner))
        # Strokes on an even ground, as photos seldom have.
        is_even = (np.abs(part[place].astype(np.int16) - np.median(ground[place])) < _INK).mean() > _EVEN
        if under > _PART and deep < 1 - _PART and is_even:
            return True
    return False
