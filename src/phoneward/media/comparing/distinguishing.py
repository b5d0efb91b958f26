"""Tell whether one other digit would have been seen at a size: by the height of the original's own lines of text.

Faint letters count as smaller: what a changed stroke leaves goes with the square of its contrast and with the fourth
power of its height.
"""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prints import Gray

_LEAST_HEIGHT = 9.0
"""Pixels. Measured, JPEG at 30 to 60, two ways to make smaller: of 330 changed digits in text at least that high
all were seen, of 106 at 7 to 9 pixels nine in ten, of 39 at 4 to 5 every other one."""
_SIDE = 530
"""Pixels of the shorter side, where no text was found: there may be some over a photo."""
_CONTRAST = 30
_PLAIN_CONTRAST = 110
_MOST_BOXES = 400


def would_show(height: float | None, side: float, *, is_textured: bool = False) -> bool:
    """Return whether a changed digit in the original's smaller lines of text would be seen.

    Args:
        height: of these letters, in pixels of the comparison; None where there is no text.
        side: of the original, the shorter one, in pixels of the comparison.
        is_textured: much of it is, as photos are: letters that stand there were not found.
    """
    return (height is None or height >= _LEAST_HEIGHT) and (side >= _SIDE or not (height is None or is_textured))


def letter_height(original: Gray) -> float | None:
    """Return the height in pixels of digits in the smaller, fainter lines of text; None where there are none."""
    width = min(original.shape)
    block = max(9, width // 36) | 1
    around = np.asarray(cv2.blur(original, (block, block), borderType=cv2.BORDER_REPLICATE), np.uint8)
    heights: list[float] = []
    for above, below in ((original, around), (around, original)):
        _, over = cv2.threshold(cv2.subtract(above, below), _CONTRAST, 255, cv2.THRESH_BINARY)
        strokes = np.asarray(over, np.uint8)
        heights += [height for box in _lines(strokes, width) if (height := _letters(original, strokes, box))]
    # A line of text is about a fifth taller than its digits.
    return None if not heights else float(np.percentile(heights, 15)) * 0.83


def _lines(strokes: Gray, width: int) -> Iterator[tuple[slice, slice]]:
    """Yield the rows and columns of what may be lines of text: letters beside each other, joined."""
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((1, max(3, width // 90)), np.uint8))
    # Outlines are found ten times as fast as what is inside of them is counted.
    outlines, inside = cv2.findContours(joined, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = 0
    for outline, (_next, _before, _hole, of) in zip(outlines, inside[0] if len(outlines) else (), strict=True):
        if of >= 0:
            continue
        left, top, wide, tall = cv2.boundingRect(outline)
        if not (8 <= tall < width / 12 and wide > 2.5 * tall):
            continue
        box = slice(top, top + tall), slice(left, left + wide)
        if cv2.countNonZero(joined[box]) > 0.3 * tall * wide:
            yield box
            found += 1
        if found == _MOST_BOXES:
            return


def _letters(original: Gray, strokes: Gray, box: tuple[slice, slice]) -> float:
    """Return how high the letters in a box are: strokes on an even ground, as photos seldom have; 0 for none."""
    part, ink = original[box], strokes[box]
    inked = cv2.countNonZero(ink) / ink.size
    if not 0.12 < inked < 0.7:
        return 0.0
    grounds, inks = _levels(part, ~ink), _levels(part, ink)
    ground = _middle(grounds)
    if grounds[max(0, ground - 4) : ground + 5].sum() <= 0.6 * grounds.sum():
        return 0.0
    contrast = abs(_middle(inks) - ground)
    return float(len(ink) * np.sqrt(min(1.0, contrast / _PLAIN_CONTRAST)))


def _levels(part: Gray, mask: Gray) -> npt.NDArray[np.float32]:
    """Return how many pixels of each gray level there are under a mask."""
    return np.asarray(cv2.calcHist([part], [0], mask, [256], [0, 256]), np.float32).ravel()


def _middle(levels: npt.NDArray[np.float32]) -> int:
    """Return the median level."""
    passed = levels.cumsum()
    return int(np.searchsorted(passed, passed[-1] / 2))
