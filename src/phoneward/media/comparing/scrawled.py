"""What people and apps scrawl over a picture, or hide of it: pens, bars, small stickers, parts made soft or coarse.

Each of them is small or thin, and many together are not one large thing as `covers` finds it. But each can be told from
another content by itself: a pen or a bar is of one colour, long, and right beside it the page is as it was; a sticker
is thicker than any stroke; and what was made soft or coarse is still what the original shows, only without its detail.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np

from phoneward.media.comparing.covers import Mask, components, differs_all_over, grown
from phoneward.media.comparing.prepared import Float
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual

_MOST: Final = 0.35
"""Of a picture that differs: more is not scrawled over it."""
_MOST_SPOTS: Final = 150
_COLOURS: Final = 4
_ALIKE: Final = 14
"""Gray levels between pixels of one colour, after JPEG."""
_SEEN: Final = 16.0
"""Gray levels."""
_GAP: Final = 6
"""Pixels of a pen that are of the colour of what is under it."""
_LONG: Final = 0.12
"""Of a picture's shorter side; no letter is as long, unless a page has one word on it."""
_DIFFERS: Final = 0.4
_RIM: Final = 4
_BESIDE: Final = 4
_UNTOUCHED: Final = 0.25
_STANDS_OUT: Final = 0.6
_BITS: Final = 0.1
"""Of what is explained."""
_THICK: Final = 0.05
"""Of the shorter side: thicker than the strokes of large digits, and wider than one of them."""
_HOLE: Final = 2
_SOFT: Final = (2.0, 3.5, 6.0, 10.0)
_LEFT: Final = 0.35
"""Of the detail that the original shows, at most, that differs from the original made soft: a digit that changed
leaves about 1, one that was wiped out about 0.45."""
_LEVEL: Final = 0.35
"""Of what differs, at most, that is another brightness: of what was wiped out 0.5 and more."""
_VERY_SOFT: Final = 0.15
_LINES: Final = 0.65
"""Likewise, of a thin line that was made very soft."""
_SQUARES: Final = 0.12
"""Likewise, of what was made coarse: each square is as bright as what it stands for."""
_PLAIN: Final = 0.3
"""Of what held something, within squares: of other strokes hardly any."""
_FLAT, _HELD = 8, 16
"""Gray levels between a pixel and its neighbours."""
_CUT: Final = 0.85
_WIDE: Final = 0.04
_DETAIL: Final = 4.0


def scrawled(wrong: Mask, over: Mask, both: tuple[Gray, Gray], left: Residual, unit: int) -> Mask:
    """Return what is scrawled over a suspect, and what was made soft or coarse in it; both never sure.

    Args:
        wrong: where it differs.
        over: where it is known that something lies over it.
        both: the part of the original that it shows, and the suspect, of the same shape.
        left: of it.
        unit: pixels across which spots belong together.
    """
    rest = wrong & ~grown(over, unit)
    found = np.zeros_like(wrong)
    if not rest.any() or wrong.mean() > _MOST:
        return found
    original, suspect = both
    expected = np.asarray(original * left.fit[1] + left.fit[0], np.float32)
    found |= _thick(rest, left)
    rest &= ~grown(found, unit)
    if rest.any():
        found |= _of_one_colour(rest, wrong, suspect, left)
        rest &= ~grown(found, unit)
    if rest.any():
        found |= _softened(rest, expected, suspect, unit)
        rest &= ~grown(found, unit)
    if rest.any() and np.count_nonzero(rest) < _BITS * np.count_nonzero(wrong & found):
        # Where a pen is of the colour of what is under it, bits of its rim are all that is seen.
        found |= rest & grown(found, 2 * unit)
    return found


def _thick(wrong: Mask, left: Residual) -> Mask:
    """Return the spots that are thicker than any stroke and differ all over: small stickers."""
    side = max(7, round(_THICK * min(wrong.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    hole = np.ones((2 * _HOLE + 1, 2 * _HOLE + 1), np.uint8)
    whole = cv2.morphologyEx(wrong.astype(np.uint8), cv2.MORPH_CLOSE, hole)
    thick = np.asarray(cv2.morphologyEx(whole, cv2.MORPH_OPEN, disc), np.uint8)
    count, labels, stats, _ = components(thick)
    found = np.zeros_like(wrong)
    for number in range(1, min(count, _MOST_SPOTS + 1)):
        box = _around(stats[number].tolist(), 0)
        spot = labels[box] == number
        if differs_all_over(spot, left.difference[box]):
            found[box] |= spot
    return grown(found, _RIM) & grown(wrong, 1)


def _of_one_colour(rest: Mask, wrong: Mask, suspect: Gray, left: Residual) -> Mask:
    """Return the long things of one colour, right beside which all is as it was: a pen's strokes, bars."""
    found = np.zeros_like(rest)
    width = min(rest.shape)
    seen = rest & (np.abs(left.difference) > _SEEN)
    near = grown(wrong, _GAP)
    for _colour in range(_COLOURS):
        if np.count_nonzero(seen) < _LONG * width:
            break
        levels = cv2.blur(np.bincount(suspect[seen], minlength=256).astype(np.float32)[None], (9, 1)).ravel()
        colour = int(levels.argmax())
        alike = np.asarray(np.abs(suspect.astype(np.int16) - colour) <= _ALIKE)
        count, labels, stats, _ = components((alike & near).astype(np.uint8))
        seen &= ~alike
        if count - 1 > 20 * _MOST_SPOTS:
            continue
        differing = np.bincount(labels[wrong], minlength=count)
        for number in np.flatnonzero(np.maximum(stats[:, 2], stats[:, 3]) >= _LONG * width).tolist():
            if number == 0 or differing[number] < _DIFFERS * stats[number][4]:
                continue
            box = _around(stats[number].tolist(), _RIM + _BESIDE + 1)
            stroke = labels[box] == number
            if _is_laid_over(stroke, wrong[box], np.abs(suspect[box].astype(np.int16) - colour) > _ALIKE):
                found[box] |= grown(stroke, _RIM)
    return found


def _around(stat: list[int], reach: int) -> tuple[slice, slice]:
    left, top, wide, tall, _area = stat
    return slice(max(0, top - reach), top + tall + reach), slice(max(0, left - reach), left + wide + reach)


def _is_laid_over(stroke: Mask, wrong: Mask, other: Mask) -> bool:
    """Return whether right beside a stroke all is as it was, and of another colour, as of what was wiped out it is not.

    Args:
        stroke: where it lies.
        wrong: what differs.
        other: what is of another colour.
    """
    whole = grown(stroke, _RIM)
    beside = grown(whole, _BESIDE) & ~whole
    return bool(beside.any() and wrong[beside].mean() <= _UNTOUCHED and other[beside].mean() > _STANDS_OUT)


def _softened(rest: Mask, expected: Float, suspect: Gray, unit: int) -> Mask:
    """Return the spots in which the suspect shows what the original does, without its detail."""
    found = np.zeros_like(rest)
    side = 2 * unit + 1
    joined = cv2.morphologyEx(rest.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    count, labels, stats, _ = components(np.asarray(joined, np.uint8))
    if count - 1 > _MOST_SPOTS:
        return found
    soft = [np.asarray(cv2.GaussianBlur(expected, (0, 0), by), np.float32) for by in _SOFT]
    boxes = [_around(stats[number].tolist(), 2) for number in range(1, count)]
    spots = [
        _spot((labels[box] == number) & rest[box], box, expected, suspect, soft) for number, box in enumerate(boxes, 1)
    ]
    near = np.zeros(len(rest), bool)
    for spot in spots:
        is_soft = (
            (spot.left < _LEFT and spot.level < _LEVEL)
            or (spot.left < _VERY_SOFT and spot.level < _LINES)
            or (spot.left < _CUT and spot.level < _SQUARES and spot.plain > _PLAIN)
        )
        if is_soft and spot.side >= _WIDE * min(rest.shape):
            found[spot.box] |= spot.seen
            near[max(0, spot.box[0].start - side) : spot.box[0].stop + side] = True
    for spot in spots:
        # Where a bar ends, letters are cut, and a digit between its ends is not seen either.
        if spot.left < _CUT and near[spot.box[0]].all():
            found[spot.box] |= spot.seen
    return found


class _Spot(NamedTuple):
    """A spot that differs: its box, and where in that; its longer side.

    How much of its detail is other detail, how much of it another brightness, and how much of what held something is
    plain now.
    """

    box: tuple[slice, slice]
    seen: Mask
    side: int
    left: float
    level: float
    plain: float


def _spot(joined: Mask, box: tuple[slice, slice], expected: Float, suspect: Gray, soft: Sequence[Float]) -> _Spot:
    seen = grown(joined, 2)
    shown, there = suspect[box][seen].astype(np.float32), expected[box][seen]
    off = shown - there
    level = abs(float(off.mean())) / max(1.0, float(np.sqrt(np.square(off).mean())))
    lefts = [1.0]
    for one in soft:
        detail = float(np.square(there - one[box][seen]).mean())
        if detail > _DETAIL:
            lefts.append(float(np.square(shown - one[box][seen]).mean()) / detail)
    held = seen & (_steps(expected[box]) > _HELD)
    plain = float((_steps(suspect[box])[held] < _FLAT).mean()) if held.any() else 0.0
    return _Spot(box, seen, max(seen.shape) - 4, min(lefts), level, plain)


def _steps(part: Gray | Float) -> Float:
    """Return how far the levels around each pixel are from each other."""
    around, levels = np.ones((3, 3), np.uint8), part.astype(np.float32)
    return np.asarray(cv2.subtract(cv2.dilate(levels, around), cv2.erode(levels, around)), np.float32)
