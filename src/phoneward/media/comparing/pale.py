"""Lines of pale print on a screen: text that hardly stands out from its ground. See `showing` for what they are for."""

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prints import Gray

_FLAT: Final = 0.5
"""Of pixels that are as their neighbour: of screens 0.66 and more, unless most of one is a photo."""
_ROWS: Final = 16
_WEAKEST: Final = 4
"""Gray levels: less is not seen by anybody."""
_STRONGEST: Final = 70
"""Gray levels: more is seen anyway."""
_EVEN: Final = 0.4
"""Of a line's pixels that are its ground."""
RIM: Final = 3
"""Pixels above and below a line."""
_EVEN_RIM: Final = 0.85
_SMOOTH: Final = 31
"""Pixels along a line within which its ground changes evenly."""
_DRAWN: Final = 1.25
"""Gray levels that a drawn ground is off by: a gradient is rounded."""
_ALIKE: Final = 0.8
"""Of the pixels above and below a line that are as their neighbour, where they were drawn."""
_OFF: Final = 6.0
"""So many times less than the print's contrast may any ground be off by."""
_PRINT: Final = 2.2
"""How much wider than high a word in large letters is."""
_LOW: Final = 20
"""How much lower than a phone is wide other letters are."""
_OFF_STEPS: Final = 12
_LOWEST: Final = 9
"""Pixels of a line, and of a phone's width at least an eightieth: nobody reads less."""
_LOWEST_OF: Final = 80
_MIN_WIDTH: Final = 48
_MOST_LINES: Final = 200
_MOST_LOOKED_AT: Final = 2_000

Float = npt.NDArray[np.float32]


class Line(NamedTuple):
    """A line of pale print: its box in the original's pixels, and whether it was drawn, not photographed."""

    left: int
    top: int
    right: int
    bottom: int
    is_drawn: bool


def pale_lines(original: Gray) -> tuple[Line, ...]:
    """Return the lines of pale print on a picture, at most `_MOST_LINES`.

    On any ground that changes evenly: a page, a gradient, a sky. What stands on leaves is not found.

    Args:
        original: at full size.
    """
    width = min(original.shape)
    if width < _MIN_WIDTH:
        return ()
    some = original[::_ROWS]
    is_screen = bool((some[:, 1:] == some[:, :-1]).mean() >= _FLAT)
    around = np.ones((3, 3), np.uint8)
    steps = cv2.subtract(cv2.dilate(original, around), cv2.erode(original, around))
    strong = (steps >= _STRONGEST).astype(np.uint8)
    reach = max(5, width // 100) | 1
    # Around black letters everything is pale that JPEG left.
    weak = (steps >= _WEAKEST) & (cv2.dilate(strong, np.ones((reach, reach), np.uint8)) == 0)
    joined = cv2.morphologyEx(weak.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, max(3, width // 60)), np.uint8))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[Line] = []
    looked_at = 0
    for outline in outlines:
        left, top, wide, tall = cv2.boundingRect(outline)
        if max(_LOWEST, width / _LOWEST_OF) <= tall < width / 8 and wide > 0.8 * tall:
            looked_at += 1
            line = _line(original, left, top, wide, tall)
            if line is not None:
                # A single large shape, a button, is nobody's print.
                is_print = wide > _PRINT * tall or tall < width / _LOW
                found.append(line._replace(is_drawn=line.is_drawn and is_screen and is_print))
        if len(found) == _MOST_LINES or looked_at == _MOST_LOOKED_AT:
            break
    return tuple(found)


def _line(original: Gray, left: int, top: int, wide: int, tall: int) -> Line | None:
    if top < RIM or top + tall + RIM > original.shape[0]:
        return None
    whole = original[top - RIM : top + tall + RIM, left : left + wide]
    if not _may_be_even(whole[:RIM]) or not _may_be_even(whole[-RIM:]):
        return None
    part = whole.astype(np.float32)
    off = off_ground(part, RIM)
    contrast = contrast_of(off[RIM:-RIM])
    if not _WEAKEST <= contrast <= _STRONGEST:
        return None
    far = np.abs(off)
    for limit, is_drawn in ((_DRAWN, True), (max(_DRAWN, contrast / _OFF), False)):
        rim = (far[:RIM] <= limit).mean(), (far[-RIM:] <= limit).mean()
        if min(rim) >= _EVEN_RIM and (far[RIM:-RIM] <= limit).mean() >= _EVEN:
            ends = part[[*range(RIM), *range(-RIM, 0)]]
            is_plain = (ends[:, 1:] == ends[:, :-1]).mean() >= _ALIKE
            return Line(left, top, left + wide, top + tall, is_drawn and bool(is_plain))
    return None


def _may_be_even(rim: Gray) -> bool:
    """Return whether most rows of a rim differ so little along it that it may be even; quick."""
    steps = cv2.absdiff(rim[:, 1:], rim[:, :-1])
    return cv2.countNonZero(cv2.threshold(steps, _OFF_STEPS, 255, cv2.THRESH_BINARY)[1]) <= (1 - _EVEN_RIM) * rim.size


def off_ground(part: Float, rim: int) -> Float:
    """Return how far each pixel is off the ground on which a line stands: between what is above and below it.

    Args:
        part: a line with so many rows above and below it.
        rim: these rows.
    """
    wide = min(_SMOOTH, part.shape[1]) | 1
    ends = np.stack([np.median(part[:rim], axis=0), np.median(part[-rim:], axis=0)])
    # A single letter that hangs into the rim is no ground.
    above, below = np.asarray(cv2.blur(ends, (wide, 1), borderType=cv2.BORDER_REPLICATE), np.float32)
    share = np.linspace(0, 1, len(part), dtype=np.float32)[:, None]
    return np.asarray(part - (above * (1 - share) + below * share), np.float32)


def contrast_of(off: Float) -> float:
    """Return the gray levels between strokes and ground."""
    return float(np.percentile(np.abs(off), 97))
