"""What people do to a part of a picture before they pass it on: a pen, bars, small faces, parts made soft or coarse."""

import random
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from tests.media.corpus.transforms import Pixels

_COLOURS: Final = ((40, 40, 220), (30, 200, 240), (60, 160, 40), (20, 20, 20), (200, 60, 160), (250, 250, 250))


def pen(pixels: Pixels, seed: int) -> Pixels:
    """Return a picture with one to three strokes of a pen on it, as a hand draws them."""
    chance = random.Random(f"pen-{seed}")
    made = pixels.copy()
    height, width = pixels.shape[:2]
    colour = chance.choice([one for one in _COLOURS if abs(sum(one) / 3 - float(np.median(pixels))) > 60])
    for _stroke in range(chance.randint(1, 3)):
        at = np.array([chance.uniform(0.1, 0.9) * width, chance.uniform(0.1, 0.9) * height])
        way = chance.uniform(0, 2 * np.pi)
        points = [at]
        for _step in range(chance.randint(8, 24)):
            way += chance.uniform(-0.7, 0.7)
            at = at + np.array([np.cos(way), np.sin(way)]) * 0.035 * min(height, width)
            points.append(at)
        line = np.rint(points).astype(np.int32)[:, None]
        thick = max(3, round(chance.uniform(0.008, 0.02) * min(height, width)))
        cv2.polylines(made, [line], isClosed=False, color=colour, thickness=thick, lineType=cv2.LINE_AA)
    return made


def bars(pixels: Pixels, seed: int) -> Pixels:
    """Return a picture with black bars over some lines of it."""
    made = pixels.copy()
    for box in _boxes(pixels, seed, "bars"):
        made[box] = 0
    return made


def soft(pixels: Pixels, seed: int) -> Pixels:
    """Return a picture of which some lines were made soft."""
    made = pixels.copy()
    for box in _boxes(pixels, seed, "soft"):
        made[box] = cv2.GaussianBlur(pixels[box], (0, 0), max(4.0, min(pixels.shape[:2]) / 80))
    return made


def coarse(pixels: Pixels, seed: int) -> Pixels:
    """Return a picture of which some lines are seen in large squares only."""
    made = pixels.copy()
    square = max(6, min(pixels.shape[:2]) // 50)
    for box in _boxes(pixels, seed, "coarse"):
        part = pixels[box]
        small = cv2.resize(
            part, (max(1, part.shape[1] // square), max(1, part.shape[0] // square)), interpolation=cv2.INTER_AREA
        )
        made[box] = cv2.resize(small, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return made


def faces(pixels: Pixels, seed: int) -> Pixels:
    """Return a picture with small round faces on it, two to six."""
    chance = random.Random(f"faces-{seed}")
    made = pixels.copy()
    height, width = pixels.shape[:2]
    for _face in range(chance.randint(2, 6)):
        size = round(chance.uniform(0.035, 0.08) * min(height, width))
        middle = round(chance.uniform(0.1, 0.9) * width), round(chance.uniform(0.1, 0.9) * height)
        cv2.circle(made, middle, size, (60, 200, 250), -1, cv2.LINE_AA)
        for side in (-1, 1):
            eye = middle[0] + side * size // 3, middle[1] - size // 4
            cv2.circle(made, eye, max(1, size // 7), (30, 30, 30), -1, cv2.LINE_AA)
        axes = (size // 2, size // 2)
        cv2.ellipse(made, middle, axes, 0, 20, 160, (30, 30, 30), max(1, size // 10), cv2.LINE_AA)
    return made


ALL: Final[dict[str, Callable[[Pixels, int], Pixels]]] = {one.__name__: one for one in (pen, bars, soft, coarse, faces)}


def _boxes(pixels: Pixels, seed: int, kind: str) -> list[tuple[slice, slice]]:
    chance = random.Random(f"{kind}-{seed}")
    height, width = pixels.shape[:2]
    boxes = []
    for _box in range(chance.randint(1, 4)):
        wide, tall = round(chance.uniform(0.25, 0.7) * width), round(chance.uniform(0.018, 0.04) * max(height, width))
        top, left = chance.randrange(height - tall), chance.randrange(width - wide)
        boxes.append((slice(top, top + tall), slice(left, left + wide)))
    return boxes
