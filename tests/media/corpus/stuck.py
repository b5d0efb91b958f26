"""What people and apps lay over a screenshot: big stickers of any outline, and a dialog that ends within a digit."""

import random
from typing import Final

import cv2
import numpy as np

from tests.media.corpus.transforms import Pixels

SHAPES: Final = ("star", "burst", "face", "heart", "rounded")
SHARES: Final = (0.1, 0.16, 0.23, 0.3, 0.35)
"""Of the picture's area that a sticker covers."""
_COLOURS: Final = ((40, 200, 250), (60, 60, 230), (200, 120, 40), (90, 190, 60), (230, 230, 235), (50, 40, 40))


def stuck(pixels: Pixels, shape: str, share: float, seed: int) -> Pixels:
    """Return a picture with an opaque sticker on it, tilted and placed by chance, some of it perhaps outside.

    Args:
        pixels: the picture.
        shape: of `SHAPES`.
        share: about of its area that is covered.
        seed: of place, tilt and colour.
    """
    chance = random.Random(f"{shape}-{share}-{seed}")
    height, width = pixels.shape[:2]
    outline = _outline(shape, chance.uniform(-0.4, 0.4))
    size = float(np.sqrt(share * height * width / abs(cv2.contourArea(outline.astype(np.float32)))))
    size = min(size, 0.62 * width)
    middle = np.array([chance.uniform(0.35, 0.65) * width, chance.uniform(0.2, 0.8) * height])
    points = np.rint(outline * size + middle).astype(np.int32)
    covered = pixels.copy()
    colour = chance.choice(_COLOURS)
    cv2.fillPoly(covered, [points], colour, cv2.LINE_AA)
    rim = max(2, round(size / 18))
    cv2.polylines(covered, [points], isClosed=True, color=(255, 255, 255), thickness=rim, lineType=cv2.LINE_AA)
    if shape == "face":
        for side in (-1, 1):
            eye = np.rint(middle + np.array([side * 0.35, -0.25]) * size).astype(int).tolist()
            cv2.circle(covered, eye, round(size * 0.12), (40, 30, 30), -1, cv2.LINE_AA)
        mouth = np.rint(middle + np.array([0, 0.15]) * size).astype(int).tolist()
        axes = (round(size * 0.5), round(size * 0.4))
        cv2.ellipse(covered, mouth, axes, 0, 10, 170, (40, 30, 30), rim, cv2.LINE_AA)
    return covered


def _outline(shape: str, tilt: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the corners of a shape around the origin, about one large, tilted."""
    turn = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    match shape:
        case "star":
            turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
            far = np.where(np.arange(10) % 2 == 0, 1.0, 0.45)
        case "burst":
            turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
            far = np.where(np.arange(32) % 2 == 0, 1.0, 0.78)
        case "heart":
            x, y = 16 * np.sin(turn) ** 3, 13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn)
            far, turn = np.hypot(x, y) / 17, np.arctan2(x, y)
        case "rounded":
            far = 1 / (np.abs(np.cos(turn)) ** 6 + np.abs(np.sin(turn) * 1.3) ** 6) ** (1 / 6)
        case _:
            far = np.ones_like(turn)
    points = np.stack([far * np.sin(turn + tilt), -far * np.cos(turn + tilt)], axis=1)
    return np.asarray(points, np.float64)


def half_over(pixels: Pixels, spot: tuple[int, int, int, int], share: float, side: str, *, dim: float = 1.0) -> Pixels:
    """Return a picture with a dialog on it that covers so much of a spot, from one of its sides.

    Args:
        pixels: the picture.
        spot: left, top, right and bottom of it.
        share: of the spot's width or height that is under the dialog.
        side: `left`, `right`, `top` or `bottom`: from where.
        dim: what is left of the light beside the dialog.
    """
    covered = np.asarray(cv2.convertScaleAbs(pixels, alpha=dim), np.uint8).copy()
    height, width = pixels.shape[:2]
    left, top, right, bottom = spot
    tall, wide = round(0.2 * height), round(0.7 * width)
    match side:
        case "top":
            y, x = round(top + share * (bottom - top)) - tall, (width - wide) // 2
        case "bottom":
            y, x = round(bottom - share * (bottom - top)), (width - wide) // 2
        case "left":
            y, x = (top + bottom - tall) // 2, round(left + share * (right - left)) - wide
        case _:
            y, x = (top + bottom - tall) // 2, round(right - share * (right - left))
    if side in ("top", "bottom"):
        x = min(max(x, right + 20 - wide), max(0, left - 20))
    box = slice(max(0, y), max(0, y + tall)), slice(max(0, x), max(0, x + wide))
    covered[box] = (252, 252, 252) if pixels.mean() < 128 else (70, 62, 58)
    for at, text in enumerate(("Low battery", "15% left", "Close")):
        where = (max(0, x) + 40, max(0, y) + round(tall * (0.3 + 0.27 * at)))
        cv2.putText(covered, text, where, cv2.FONT_HERSHEY_SIMPLEX, width / 800, (128, 128, 128), max(1, width // 400))
    return covered


def differing(one: Pixels, other: Pixels) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of where two pictures differ."""
    rows, columns = np.nonzero(cv2.absdiff(one, other).max(axis=2) > 2)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
