"""Tell whether one other digit would have been seen at a size: by the height of the original's own lines of text.

Faint letters count as smaller: what a changed stroke leaves goes with the square of its contrast and with the fourth
power of its height.
"""

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


def would_show(height: float | None, side: float) -> bool:
    """Return whether a changed digit in the original's smaller lines of text would be seen.

    Args:
        height: of these letters, in pixels of the comparison; None where there is no text.
        side: of the original, the shorter one, in pixels of the comparison.
    """
    return side >= _SIDE if height is None else height >= _LEAST_HEIGHT


def letter_height(original: Gray) -> float | None:
    """Return the height in pixels of digits in the smaller, fainter lines of text; None where there are none."""
    width = min(original.shape)
    block = max(9, width // 36) | 1
    heights: list[float] = []
    for kind, offset in ((cv2.THRESH_BINARY, -_CONTRAST), (cv2.THRESH_BINARY_INV, _CONTRAST)):
        thresholded = cv2.adaptiveThreshold(original, 1, cv2.ADAPTIVE_THRESH_MEAN_C, kind, block, offset)
        strokes = np.asarray(thresholded, np.uint8)
        joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((1, max(3, width // 90)), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
        wide, tall, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
        is_line = (tall >= 8) & (tall < width / 12) & (wide > 2.5 * tall) & (area > 0.3 * tall * wide)
        boxes = stats[1:][is_line][:_MOST_BOXES]
        heights += [height for box in boxes if (height := _letters(original, strokes, box))]
    # A line of text is about a fifth taller than its digits.
    return None if not heights else float(np.percentile(heights, 15)) * 0.83


def _letters(original: Gray, strokes: npt.NDArray[np.uint8], box: npt.NDArray[np.int32]) -> float:
    """Return how high the letters in a box are: strokes on an even ground, as photos seldom have; 0 for none."""
    left, top, width, height = box[:4].tolist()
    part = original[top : top + height, left : left + width].astype(np.int16)
    ink = strokes[top : top + height, left : left + width] > 0
    if not 0.12 < ink.mean() < 0.7:
        return 0.0
    ground = np.median(part[~ink])
    if (np.abs(part[~ink] - ground) < 5).mean() <= 0.6:
        return 0.0
    contrast = abs(float(np.median(part[ink]) - ground))
    return float(height * np.sqrt(min(1.0, contrast / _PLAIN_CONTRAST)))
