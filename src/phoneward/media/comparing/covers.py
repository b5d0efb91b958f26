"""Where large, filled things lie over a picture: a floating preview, a dialog, a sheet, a sticker."""

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prepared import Float
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.residual import Residual

_LEAST_COVER = 0.02
_LEAST_BLOB = 0.008
_SOLID = 0.65
_BOXLIKE = 0.6
"""Of the box around it that is filled."""
_BOX = 0.85
"""Likewise: a dialog with round corners; a star, a heart or what is tilted is less."""
_HOLE = 2
_SHADE = 16.0
"""Gray levels."""
_ALL_OVER = 0.9
"""Of a spot that differs by more than a shade; where large digits are others, 0.83."""
_TIPS = 3
_LEAST_BAND = 0.08
_LEAST_ACROSS = 0.3
_FILLED = 0.2
SOFT_EDGE = 3
"""Pixels of a cover's own soft edge."""

Mask = npt.NDArray[np.bool_]


def grown(mask: Mask, by: int) -> Mask:
    """Return a mask, larger by so many pixels to each side."""
    if not mask.any():
        return mask
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0)


def components(dots: Gray) -> tuple[int, npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Return what OpenCV says of spots that hang together: how many, which is where, boxes and areas, centres."""
    # Where little is set, blocks are twice as fast as what OpenCV takes by itself.
    return cv2.connectedComponentsWithStatsWithAlgorithm(dots, 8, cv2.CV_32S, cv2.CCL_BBDT)  # type: ignore[return-value]


def differs_all_over(blob: Mask, difference: Float) -> bool:
    """Return whether a spot differs all over: of large letters that are others only their strokes do.

    Args:
        blob: the spot, within a box around it.
        difference: of that box.
    """
    around = np.ones((2 * _HOLE + 1, 2 * _HOLE + 1), np.uint8)
    inner = cv2.erode(np.pad(blob, 1).astype(np.uint8), around)[1:-1, 1:-1] > 0
    return bool(inner.any() and (np.abs(difference)[inner] > _SHADE).mean() >= _ALL_OVER)


def covers(wrong: Mask, original: Gray, difference: Float, unit: int) -> tuple[Mask, Mask, bool]:
    """Return where large filled things lie over it, where stickers may; and whether the former are certain to.

    Args:
        wrong: where the suspect differs.
        original: the part that it shows.
        difference: of the two, in gray levels.
        unit: pixels across which spots belong together.
    """
    rows, columns = (np.flatnonzero(wrong.any(axis=axis)) for axis in (1, 0))
    if not rows.size or (np.ptp(rows) + 1) * (np.ptp(columns) + 1) < _LEAST_BLOB * wrong.size:
        return np.zeros(wrong.shape, bool), np.zeros(wrong.shape, bool), True
    # What lies over it is often of the same colour as what was there: gaps are closed.
    dots = wrong.astype(np.uint8)
    side = 2 * unit + 1
    framed = cv2.copyMakeBorder(dots, side, side, side, side, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))[side:-side, side:-side]
    least = max(3, round(2.2 * unit))
    opened = cv2.morphologyEx(np.ascontiguousarray(closed), cv2.MORPH_OPEN, np.ones((least, least), np.uint8))
    count, labels, stats, _ = components(np.asarray(opened, np.uint8))
    found, stickers = np.zeros(wrong.shape, bool), np.zeros(wrong.shape, bool)
    is_certain = True
    for number in range(1, count):
        left, top, width, height, area = stats[number].tolist()
        box = (slice(top, top + height), slice(left, left + width))
        blob = labels[box] == number
        # All of it differs, and no digit's stroke is so thick. Or it is another picture in a list.
        is_solid = wrong[box][blob].mean() > _SOLID
        if area < _LEAST_COVER * wrong.size:
            if area >= _LEAST_BLOB * wrong.size and is_solid and area >= _BOXLIKE * width * height:
                stickers[box] |= blob & differs_all_over(blob, difference[box])
            continue
        if area < _BOX * width * height and is_solid:
            found |= _outlined(labels == number, np.asarray(closed, np.uint8), unit)
            # A dialog of the page's own colours has gaps at its rim, and its corners may be of another thing.
            stickers[box] |= area >= _BOXLIKE * width * height
            is_certain = False
            continue
        if area < _BOXLIKE * width * height:
            continue
        found[box] = True
        # What hangs on at its ends may be a digit.
        is_certain &= not _hangs_on(wrong[box])
        filled = float(wrong[box].mean())
        is_certain &= area > 4 * _LEAST_COVER * wrong.size and filled > 0.7 and not _lies_in_layout(original, box, unit)
    return found, stickers, is_certain


def _outlined(blob: Mask, closed: Gray, unit: int) -> Mask:
    """Return what a blob is the thick part of, without holes, its tips and what differs beside it included."""
    whole = (grown(blob, _TIPS * unit) & (closed > 0)).astype(np.uint8)
    outlines, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    kept = [one for one in outlines if cv2.contourArea(one) >= (2 * unit) ** 2]
    filled = np.asarray(cv2.drawContours(np.zeros_like(whole), kept, -1, 1, cv2.FILLED) > 0)
    # A rim in the page's own colour is seen on letters only.
    return filled | (grown(filled, _TIPS * unit) & (closed > 0))


def _hangs_on(wrong: Mask) -> bool:
    """Return whether there is anything in the rows and columns at the ends of a box in which little differs."""
    ends = np.ones(wrong.shape, bool)
    down, across = (np.flatnonzero(wrong.mean(axis=axis) > _FILLED) for axis in (1, 0))
    if len(down) and len(across):
        top, left = max(0, down[0] - SOFT_EDGE), max(0, across[0] - SOFT_EDGE)
        ends[top : down[-1] + 1 + SOFT_EDGE, left : across[-1] + 1 + SOFT_EDGE] = False
    return bool((wrong & ends).any())


def band(wrong: Mask, everything: Mask, left: Residual, unit: int) -> Mask:
    """Return the band at the lower or upper end in which nothing of the original is left: a sheet in its colour.

    Args:
        wrong: where the suspect differs, outside of what was found.
        everything: wherever it differs.
        left: of it.
        unit: pixels across which spots belong together.
    """
    found = np.zeros_like(wrong)
    if wrong.any(axis=0).mean() <= _LEAST_ACROSS:
        return found
    agreed = (left.active & left.seen_active & ~grown(everything, unit)).any(axis=1)
    kept = np.flatnonzero(agreed)
    if not len(kept):
        return found
    for end in (slice(int(kept[-1]) + 1, len(wrong)), slice(0, int(kept[0]))):
        part = wrong[end]
        rows, columns = part.any(axis=1), part.any(axis=0)
        if len(part) > _LEAST_BAND * len(wrong) and rows.mean() > 0.25 and columns.mean() > _LEAST_ACROSS:
            found[end] = True
    return found


def _lies_in_layout(original: Gray, box: tuple[slice, slice], unit: int) -> bool:
    """Return whether the box's sides run along edges of the original: then its content was changed, not covered."""
    rows, columns = box
    height, width = original.shape
    reach = max(2, unit // 2)
    shares = []
    values = original.astype(np.int16)
    for at, end, across in ((rows.start, height, False), (rows.stop, height, False), (columns.start, width, True),
                            (columns.stop, width, True)):  # fmt: skip
        if not unit < at < end - unit:
            continue
        band = slice(max(1, at - reach), min(end - 1, at + reach))
        part = values[rows, band] if across else values[band, columns].T
        jumps = np.abs(np.diff(part, axis=1)).max(axis=1) if part.shape[1] > 1 else np.zeros(1)
        shares.append(float((jumps > 12).mean()))
    return bool(shares) and min(shares) > 0.7
