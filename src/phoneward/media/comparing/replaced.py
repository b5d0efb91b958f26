"""Boxes of a suspect in which nothing of the original is left: a notification or a sheet in the page's own colour.

What lies over a page in its colour differs only where letters were or are. A digit that changed is far smaller, and
two of them have what is the same between them.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.covers import Mask

_Edges: TypeAlias = tuple[int, int, int, int]

_LEAST: Final = 0.02
"""Of the picture."""
_LEAST_SIDE: Final = 0.1
"""Of the shorter side."""
_FILLED: Final = 0.15
_LEFT: Final = 0.05
"""Of what the original shows in a box, at most, that is still to be seen."""
_MOST_GROUPS: Final = 24
_MOST: Final = 0.45


def replaced(wrong: Mask, agreed: Mask, active: Mask, unit: int) -> Mask:
    """Return the boxes in which nothing of the original is left.

    Args:
        wrong: where the suspect differs.
        agreed: where both show something, and the same.
        active: where the original shows something.
        unit: pixels across which spots belong together.
    """
    found = np.zeros_like(wrong)
    if wrong.sum() < _FILLED * _LEAST * wrong.size:
        return found
    side = 2 * unit + 1
    framed = cv2.copyMakeBorder(wrong.astype(np.uint8), side, side, side, side, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))[side:-side, side:-side]
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(joined), connectivity=8)
    if count - 1 > _MOST_GROUPS:
        return found
    sums = [np.asarray(cv2.integral(one.astype(np.uint8)), np.int32) for one in (agreed, active)]

    def is_empty(box: _Edges) -> bool:
        # Corners are round, and between its rim and the page's own edges something is left.
        left, top, right, bottom = box
        across, down = min(unit, (right - left) // 2), min(unit, (bottom - top) // 2)
        agrees, shown = (_sum(one, (left + across, top + down, right - across, bottom - down)) for one in sums)
        return agrees <= _LEFT * shown

    boxes = [(left, top, left + width, top + height) for left, top, width, height, _ in stats[1:].tolist()]
    height, width = wrong.shape
    for left, top, right, bottom in _merged(boxes, is_empty):
        box = (slice(top, bottom), slice(left, right))
        area = (right - left) * (bottom - top)
        is_large = area >= _LEAST * wrong.size and min(right - left, bottom - top) >= _LEAST_SIDE * min(height, width)
        if is_large and area <= _MOST * wrong.size and wrong[box].mean() > _FILLED:
            found[box] = is_empty((left, top, right, bottom))
    return found


def _sum(integral: npt.NDArray[np.int32], box: _Edges) -> int:
    left, top, right, bottom = box
    return int(integral[bottom, right] - integral[top, right] - integral[bottom, left] + integral[top, left])


def _merged(boxes: list[_Edges], is_empty: Callable[[_Edges], bool]) -> list[_Edges]:
    """Return boxes, those joined between which nothing of the original is left, either."""
    boxes = sorted(boxes, key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))
    at = 0
    while at < len(boxes):
        for other in range(len(boxes)):
            if other == at:
                continue
            one, two = boxes[at], boxes[other]
            both = (min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3]))
            if is_empty(both):
                boxes[at] = both
                del boxes[other]
                at = -1
                break
        at += 1
    return boxes
