"""Find where in an original a suspect lies: the whole of it, or a part, at any size, turned by quarters.

A copy is taken to be scaled along its two axes, cut and turned by quarters, never tilted: apps do nothing else to a
screenshot, and a photo that was straightened is another picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from phoneward.media.comparing.prepared import Box, Float, Prepared, scaled, turned
from phoneward.media.comparing.prints import Gray
from phoneward.media.verdict import Region

_NEEDED = 10
_BLOCK = 8
_ALIKE = 0.55
_REFINING_SIDE = 360
_SLIDING_SIDE = 96
_PATCH = 12
_TRIED = 40
_LEAST_FOUND = 2
"""Patches of so many tried that must be found again, if there is to be any hope of `_NEEDED` of all."""
_RIM = 2
_SNAPPED = 0.75


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an original's pixels come to lie in the suspect: `x * scale_x + left`, `y * scale_y + top`.

    Attributes:
        turn: quarters by which the suspect is turned, counter-clockwise, before that holds.
    """

    scale_x: float
    scale_y: float
    left: float = 0.0
    top: float = 0.0
    turn: int = 0


def boxes(placement: Placement, original: Gray, suspect: Gray) -> tuple[Box, Box] | None:
    """Return what the two show in common, as a part of the original and a part of the (turned) suspect.

    Whole pixels of the original: a crop is made of such. None where it is too little to say anything.
    """
    (height, width), (tall, wide) = original.shape, suspect.shape
    right, bottom = placement.left + placement.scale_x * width, placement.top + placement.scale_y * height
    # What lies around a picture shines into its outermost pixels.
    target = (
        max(0, _snapped(placement.left, 0) + _RIM) if placement.left >= 1.5 else 0,
        max(0, _snapped(placement.top, 0) + _RIM) if placement.top >= 1.5 else 0,
        min(wide, _snapped(right, wide) - _RIM) if right <= wide - 1.5 else wide,
        min(tall, _snapped(bottom, tall) - _RIM) if bottom <= tall - 1.5 else tall,
    )
    source = (
        max(0, round((target[0] - placement.left) / placement.scale_x)),
        max(0, round((target[1] - placement.top) / placement.scale_y)),
        min(width, round((target[2] - placement.left) / placement.scale_x)),
        min(height, round((target[3] - placement.top) / placement.scale_y)),
    )
    if _area(target) < 0.35 * wide * tall or _area(source) < 0.08 * width * height:
        return None
    if min(target[2] - target[0], target[3] - target[1], source[2] - source[0], source[3] - source[1]) < 16:
        return None
    return source, target


def _snapped(value: float, edge: int) -> int:
    return edge if abs(value - edge) < 1.5 else round(value)


def _area(box: Box) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def whole(original: Prepared, suspect: Prepared) -> Iterator[Placement]:
    """Yield placements of a suspect that may show all of the original, by its sides and by a small version."""
    for turn in range(4):
        (height, width), (tall, wide) = original.gray.shape, suspect.gray.shape[:: -1 if turn % 2 else 1]
        scale_x, scale_y = wide / width, tall / height
        # Sides are rounded to whole pixels, or to even ones.
        if abs(scale_x - scale_y) * min(width, height) > 2.5:
            continue
        thumb = turned(suspect.thumb, turn)
        size = (original.thumb.shape[1], original.thumb.shape[0])
        if _agreement(original.thumb, np.asarray(cv2.resize(thumb, size), np.uint8)) >= _ALIKE / (1 + (turn == 0)):
            yield Placement(scale_x, scale_y, turn=turn)


def _agreement(one: Gray, other: Gray) -> float:
    """Return in which share of the blocks that hold something two small pictures go the same way."""
    down, across = one.shape[0] // _BLOCK, one.shape[1] // _BLOCK

    def blocks(gray: Gray) -> Float:
        cut = gray[: down * _BLOCK, : across * _BLOCK].astype(np.float32)
        cells = cut.reshape(down, _BLOCK, across, _BLOCK).transpose(0, 2, 1, 3).reshape(down * across, -1)
        return np.asarray(cells - cells.mean(axis=1, keepdims=True), np.float32)

    a, b = blocks(one), blocks(other)
    size_a, size_b = np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1)
    told = size_a > 3.0 * _BLOCK
    alike = (a * b).sum(axis=1) > 0.7 * size_a * np.maximum(size_b, 1.0 * _BLOCK)
    return float((told & alike).sum() / max(1, told.sum()))


def by_region(region: Region, original: Gray, suspect: Gray) -> Placement:
    """Return the placement of a suspect that shows this part of the original."""
    scale_x = suspect.shape[1] / max(1e-3, region.right - region.left) / original.shape[1]
    scale_y = suspect.shape[0] / max(1e-3, region.bottom - region.top) / original.shape[0]
    left, top = -region.left * original.shape[1] * scale_x, -region.top * original.shape[0] * scale_y
    return Placement(scale_x, scale_y, left, top)


def refined(original: Prepared, suspect: Prepared, placement: Placement, reach: int) -> Placement | None:
    """Return a placement made exact by small patches; None where too few of them are found again.

    Args:
        original: the whole.
        suspect: turned as the placement says.
        placement: about right.
        reach: pixels it may be wrong by, at a shorter side of 360 pixels.
    """
    for side, far in ((_REFINING_SIDE, reach), (2 * _REFINING_SIDE, 3)):
        seen, spots = suspect.spots(side)
        tall, wide = suspect.gray.shape
        across, down = seen.shape[1] / wide, seen.shape[0] / tall
        found = _moves(_placed(original, seen, placement, across, down), seen, spots, far)
        if len(found) < _NEEDED:
            return None
        x, y, dx, dy = np.array(found, np.float64).T
        (grow_x, shift_x), (grow_y, shift_y) = _line(x, dx), _line(y, dy)
        # A pixel seen at x is what the placement put at x + dx.
        placement = Placement(
            placement.scale_x / (1 + grow_x),
            placement.scale_y / (1 + grow_y),
            (placement.left - shift_x / across) / (1 + grow_x),
            (placement.top - shift_y / down) / (1 + grow_y),
            placement.turn,
        )
        placement = _whole(_plain(placement, suspect.gray), original.gray, suspect.gray)
    return placement


def _plain(placement: Placement, suspect: Gray) -> Placement:
    """Return the placement with one scale for both axes, and not scaled at all, where it is as good as that."""
    scale = (placement.scale_x + placement.scale_y) / 2
    if abs(scale - 1) < 0.003:
        scale = 1.0
    if max(abs(placement.scale_x / scale - 1), abs(placement.scale_y / scale - 1)) > 0.004:
        return placement
    # The middle of the suspect stays where it is.
    x, y = suspect.shape[1] / 2, suspect.shape[0] / 2
    left = x - (x - placement.left) * scale / placement.scale_x
    top = y - (y - placement.top) * scale / placement.scale_y
    return Placement(scale, scale, left, top, placement.turn)


def _whole(placement: Placement, original: Gray, suspect: Gray) -> Placement:
    """Return the placement of a suspect that shows the whole width or height as exactly as its pixels say."""
    (height, width), (tall, wide) = original.shape, suspect.shape
    left, right = placement.left, placement.left + placement.scale_x * width
    top, bottom = placement.top, placement.top + placement.scale_y * height
    if placement.scale_x != placement.scale_y:
        return placement
    if max(abs(left), abs(right - wide)) < _SNAPPED:
        scale, middle = wide / width, tall / 2
        return Placement(scale, scale, 0.0, middle - (middle - top) * scale / placement.scale_y, placement.turn)
    if max(abs(top), abs(bottom - tall)) < _SNAPPED:
        scale, middle = tall / height, wide / 2
        return Placement(scale, scale, middle - (middle - left) * scale / placement.scale_x, 0.0, placement.turn)
    return placement


def by_sliding(original: Prepared, suspect: Prepared) -> Placement | None:
    """Return the placement of a suspect by sliding it over the original at the likely sizes; None where it fits not.

    Likely: it has the original's whole width or whole height, or was cut at full or at half size.
    """
    (height, width), (tall, wide) = original.gray.shape, suspect.gray.shape
    found, best = None, 0.8
    for scale in dict.fromkeys((wide / width, tall / height, 1.0, 0.5)):
        share = wide * tall / (width * scale * height * scale)
        if max(wide / width, tall / height) > scale * 1.002 or not 0.08 < share < 0.995:
            continue
        small = min(1.0, _SLIDING_SIDE / min(wide, tall))
        part, full = suspect.scaled(small), original.scaled(scale * small)
        part = part[: full.shape[0], : full.shape[1]]
        if part.std() < 3:
            continue
        _, value, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(full, part, cv2.TM_CCOEFF_NORMED))
        if value > best:
            found, best = Placement(scale, scale, -x / small, -y / small), value
    return None if found is None else _slid(original.gray, suspect.gray, found)


def _slid(original: Gray, suspect: Gray, placement: Placement) -> Placement:
    """Return a placement whose scale is right moved to where it fits best."""
    small = min(1.0, 2 * _REFINING_SIDE / min(suspect.shape))
    seen = scaled(suspect, small)
    there = scaled(original, placement.scale_x * small)
    reach = 3 + int(2 * min(seen.shape) / _SLIDING_SIDE)
    left, top = -placement.left * small, -placement.top * small
    # The suspect without its rim, so that it can be moved to all sides.
    rim_y, rim_x = min(reach, seen.shape[0] // 4), min(reach, seen.shape[1] // 4)
    inner = seen[rim_y : seen.shape[0] - rim_y, rim_x : seen.shape[1] - rim_x]
    y, x = max(0, round(top) + rim_y - reach), max(0, round(left) + rim_x - reach)
    area = there[y : y + inner.shape[0] + 2 * reach, x : x + inner.shape[1] + 2 * reach]
    if area.shape[0] < inner.shape[0] or area.shape[1] < inner.shape[1]:
        return placement
    _, _, _, (at_x, at_y) = cv2.minMaxLoc(cv2.matchTemplate(area, inner, cv2.TM_CCOEFF_NORMED))
    scale = placement.scale_x
    return Placement(scale, scale, -(x + at_x - rim_x) / small, -(y + at_y - rim_y) / small)


def _placed(original: Prepared, seen: Gray, placement: Placement, across: float, down: float) -> Gray:
    """Return the original as it would look in the suspect's place."""
    scale_x, scale_y = placement.scale_x * across, placement.scale_y * down
    # A warp alone would skip pixels.
    small = original.level(min(scale_x, scale_y))
    scale_x *= original.gray.shape[1] / small.shape[1]
    scale_y *= original.gray.shape[0] / small.shape[0]
    # Centres of pixels, not their corners, are what a warp maps.
    shift_x, shift_y = placement.left * across + (scale_x - 1) / 2, placement.top * down + (scale_y - 1) / 2
    matrix = np.array([[scale_x, 0, shift_x], [0, scale_y, shift_y]], np.float32)
    return np.asarray(cv2.warpAffine(small, matrix, seen.shape[::-1], flags=cv2.INTER_LINEAR), np.uint8)


def _moves(
    there: Gray, seen: Gray, spots: np.typing.NDArray[np.generic], reach: int
) -> list[tuple[float, float, float, float]]:
    """Return where patches of the suspect lie in the placed original: x, y, and how far off."""
    moves: list[tuple[float, float, float, float]] = []
    edge = _PATCH + reach
    height, width = seen.shape
    for tried, (x, y) in enumerate(spots.astype(int).tolist()):
        if tried == _TRIED and len(moves) < _LEAST_FOUND:
            break
        if not (edge <= x < width - edge and edge <= y < height - edge):
            continue
        patch = seen[y - _PATCH : y + _PATCH + 1, x - _PATCH : x + _PATCH + 1]
        area = there[y - edge : y + edge + 1, x - edge : x + edge + 1]
        alike = cv2.matchTemplate(area, patch, cv2.TM_CCOEFF_NORMED)
        _, best, _, (at_x, at_y) = cv2.minMaxLoc(alike)
        if best > 0.75 and 0 < at_x < 2 * reach and 0 < at_y < 2 * reach:
            dx = at_x - reach + _top_of(*alike[at_y, at_x - 1 : at_x + 2].tolist())
            dy = at_y - reach + _top_of(*alike[at_y - 1 : at_y + 2, at_x].tolist())
            moves.append((float(x), float(y), dx, dy))
    return moves


def _top_of(before: float, here: float, after: float) -> float:
    """Return where between three values a parabola through them is highest, from -0.5 to 0.5."""
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else min(0.5, max(-0.5, (before - after) / 2 / bend))


def _line(x: np.typing.NDArray[np.float64], moved: np.typing.NDArray[np.float64]) -> tuple[float, float]:
    """Return slope and start of the line through most of the points: least absolute distances, by reweighting."""
    weights = np.ones_like(x)
    slope = start = 0.0
    for _ in range(6):
        weights /= weights.sum()
        across, along = float(weights @ x), float(weights @ moved)
        spread = float(weights @ (x - across) ** 2)
        slope = float(weights @ ((x - across) * (moved - along))) / spread if spread > 0 else 0.0
        start = along - slope * across
        weights = 1 / np.maximum(np.abs(moved - slope * x - start), 0.1)
    return slope, start
