"""Find where in an original a suspect lies: the whole of it, or a part, at any size.

A copy is taken to be scaled along its two axes and cut, never tilted: apps do nothing else to a screenshot, and a photo
that was straightened is another picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from phoneward.media.comparing.prints import Gray
from phoneward.media.verdict import Region

_FEATURES = 1_500
_FAR = 50
_NEEDED = 8


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an original's pixels come to lie in a suspect: `x * scale_x + left`, `y * scale_y + top`."""

    scale_x: float
    scale_y: float
    left: float = 0.0
    top: float = 0.0

    def region(self, original: Gray, suspect: Gray) -> Region:
        """Return which part of the original the suspect shows."""
        height, width = original.shape
        return Region(
            max(0.0, -self.left / self.scale_x / width),
            max(0.0, -self.top / self.scale_y / height),
            min(1.0, (suspect.shape[1] - self.left) / self.scale_x / width),
            min(1.0, (suspect.shape[0] - self.top) / self.scale_y / height),
        )


def whole(original: Gray, suspect: Gray) -> Placement | None:
    """Return the placement of a suspect that shows all of the original, by their sizes; None where those say no."""
    scale_x, scale_y = suspect.shape[1] / original.shape[1], suspect.shape[0] / original.shape[0]
    # A side is rounded to whole pixels, or to even ones.
    off = abs(scale_x - scale_y) * min(original.shape) / max(scale_x, scale_y) * max(scale_x, scale_y)
    return Placement(scale_x, scale_y) if off <= 2.0 else None


def by_features(original: Gray, suspect: Gray) -> Placement | None:
    """Return the placement by corners that look alike (ORB: Rublee et al., ICCV 2011); None where few do."""
    first = min(1.0, 640 / original.shape[1])
    second = min(1.0, 640 / suspect.shape[1])
    a, b = (
        cv2.resize(p, None, fx=f, fy=f, interpolation=cv2.INTER_AREA) for p, f in ((original, first), (suspect, second))
    )
    finder = cv2.ORB.create(_FEATURES, fastThreshold=10, edgeThreshold=15, patchSize=31)
    points_a, what_a = finder.detectAndCompute(a, None)
    points_b, what_b = finder.detectAndCompute(b, None)
    if min(len(points_a), len(points_b)) < _NEEDED:
        return None
    pairs = [m for m in cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(what_a, what_b) if m.distance <= _FAR]
    if len(pairs) < _NEEDED:
        return None
    source = np.array([points_a[m.queryIdx].pt for m in pairs], np.float32)
    target = np.array([points_b[m.trainIdx].pt for m in pairs], np.float32)
    found, kept = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=3, maxIters=3000)
    if int(kept.sum()) < _NEEDED or abs(found[1, 0]) > 0.02 * abs(found[0, 0]) or found[0, 0] <= 0:
        return None
    scale = float(found[0, 0]) * first / second
    return Placement(scale, scale, float(found[0, 2]) / second, float(found[1, 2]) / second)


def placed(original: Gray, suspect: Gray, placement: Placement) -> Gray:
    """Return the original as it would look in the suspect's place, of the suspect's shape; 0 outside of it."""
    height, width = suspect.shape
    scale = min(placement.scale_x, placement.scale_y)
    if scale < 1:
        # By area first: a warp alone would skip pixels.
        shape = (max(1, round(original.shape[1] * scale)), max(1, round(original.shape[0] * scale)))
        original, before = np.asarray(cv2.resize(original, shape, interpolation=cv2.INTER_AREA)), original
        placement = Placement(
            placement.scale_x * before.shape[1] / shape[0],
            placement.scale_y * before.shape[0] / shape[1],
            placement.left,
            placement.top,
        )
    # Centres of pixels, not their corners, are what a warp maps.
    shift_x = placement.left + (placement.scale_x - 1) / 2
    shift_y = placement.top + (placement.scale_y - 1) / 2
    matrix = np.array([[placement.scale_x, 0, shift_x], [0, placement.scale_y, shift_y]], np.float32)
    return np.asarray(cv2.warpAffine(original, matrix, (width, height), flags=cv2.INTER_LINEAR), np.uint8)
