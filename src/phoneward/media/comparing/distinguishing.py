"""Tell whether one other digit would have been seen at a size: by the height of the original's own lines of text."""

import cv2
import numpy as np

from phoneward.media.comparing.prints import Gray

_LEAST_HEIGHT = 8.5
_PHOTO_SIDE = 300


def would_show(original: Gray, scale: float, noise: float) -> bool:
    """Return whether a changed digit in the original's smallest usual text would be seen.

    Args:
        original: at its own size.
        scale: pixels of the comparison a pixel of the original.
        noise: `Residual.noise`.
    """
    height = letter_height(original)
    if height is None:
        return min(original.shape) * scale >= _PHOTO_SIDE
    return height * scale * (1 - min(0.5, noise)) >= _LEAST_HEIGHT


def letter_height(original: Gray) -> float | None:
    """Return the height in pixels of digits in the smaller lines of text; None where there are hardly any lines."""
    width = original.shape[1]
    block = max(9, width // 36) | 1
    lines = []
    for kind in (cv2.THRESH_BINARY, cv2.THRESH_BINARY_INV):
        strokes = cv2.adaptiveThreshold(original, 1, cv2.ADAPTIVE_THRESH_MEAN_C, kind, block, -25 if kind == 0 else 25)
        joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((1, max(3, width // 90)), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
        tall, wide, area = stats[1:, 3], stats[1:, 2], stats[1:, 4]
        is_line = (tall >= 6) & (tall < width / 12) & (wide > 1.5 * tall) & (area > 0.25 * tall * wide)
        lines.append(tall[is_line & (area < 0.97 * tall * wide)])
    heights = np.concatenate(lines)
    # A line of text is about a quarter taller than its digits.
    return None if len(heights) < 4 else float(np.percentile(heights, 12)) * 0.8
