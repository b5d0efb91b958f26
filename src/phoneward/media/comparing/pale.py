"""Lines of pale print on a screen: text that hardly stands out from its ground. See `showing` for what they are for."""

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prints import Gray

_FLAT: Final = 0.5
"""Of pixels that are as their neighbour: of screens 0.66 and more, unless most of one is a photo."""
_ROWS: Final = 16
_WEAKEST: Final = 5
"""Gray levels: less is not seen by anybody."""
_STRONGEST: Final = 70
"""Gray levels: more is seen anyway."""
_EVEN: Final = 0.4
"""Of a line's pixels that are its ground, to a level."""
_RIM: Final = 3
"""Pixels above and below a line."""
_EVEN_RIM: Final = 0.85
_LOWEST: Final = 9
"""Pixels of a line, and of a phone's width at least an eightieth: nobody reads less."""
_LOWEST_OF: Final = 80
_MOST_LINES: Final = 200


class Line(NamedTuple):
    """A line of pale print: its box in the original's pixels, and the gray level of its ground."""

    left: int
    top: int
    right: int
    bottom: int
    ground: int


def pale_lines(original: Gray) -> tuple[Line, ...]:
    """Return the lines of pale print on a screen, at most `_MOST_LINES`; none on a photo.

    Args:
        original: at full size.
    """
    width = min(original.shape)
    some = original[::_ROWS]
    if width < 3 * _ROWS or (some[:, 1:] == some[:, :-1]).mean() < _FLAT:
        return ()
    around = np.ones((3, 3), np.uint8)
    steps = cv2.subtract(cv2.dilate(original, around), cv2.erode(original, around))
    strong = (steps >= _STRONGEST).astype(np.uint8)
    reach = max(5, width // 100) | 1
    # Around black letters everything is pale that JPEG left.
    weak = (steps >= _WEAKEST) & (cv2.dilate(strong, np.ones((reach, reach), np.uint8)) == 0)
    joined = cv2.morphologyEx(weak.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, max(3, width // 60)), np.uint8))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[Line] = []
    for outline in outlines:
        left, top, wide, tall = cv2.boundingRect(outline)
        if max(_LOWEST, width / _LOWEST_OF) <= tall < width / 8 and wide > 0.8 * tall:
            line = _line(original, left, top, wide, tall)
            if line is not None:
                found.append(line)
        if len(found) == _MOST_LINES:
            break
    return tuple(found)


def _line(original: Gray, left: int, top: int, wide: int, tall: int) -> Line | None:
    part = original[top : top + tall, left : left + wide]
    levels = np.bincount(part.ravel(), minlength=256)
    ground = int(levels.argmax())
    if levels[max(0, ground - 1) : ground + 2].sum() < _EVEN * part.size:
        return None
    above, below = original[max(0, top - _RIM) : top], original[top + tall : top + tall + _RIM]
    rim = np.concatenate([one[:, left : left + wide].ravel() for one in (above, below)])
    if not rim.size or (np.abs(rim.astype(np.int16) - ground) <= 1).mean() < _EVEN_RIM:
        return None
    contrast = contrast_of(part.astype(np.float32) - ground)
    return Line(left, top, left + wide, top + tall, ground) if _WEAKEST <= contrast <= _STRONGEST else None


def contrast_of(off: npt.NDArray[np.float32]) -> float:
    """Return the gray levels between strokes and ground."""
    return float(np.percentile(np.abs(off), 97))
