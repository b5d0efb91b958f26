"""Runs inside the confined worker: decode a picture and look for a canary's marks. Needs the extra `watch`."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from phoneward.watch.canary.marks import find_canary

MOST_PIXELS: Final = 200_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What one picture shows; `marks` is 0 where it shows no canary."""

    number: int
    marks: int
    width: int
    height: int


def look(data: bytes, known: list[int]) -> Seen | None:
    """Return what a picture shows; None where it cannot be decoded."""
    gray = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if gray is None or gray.size > MOST_PIXELS:
        return None
    height, width = gray.shape
    canary = find_canary(np.asarray(gray, dtype=np.uint8), known)
    return Seen(canary.number if canary else 0, canary.marks if canary else 0, width, height)
