"""Compare two aligned pictures tile by tile."""

import cv2
import numpy as np

from phoneward.media.comparing.prints import Gray

_TILE = 16


def mismatched(one: Gray, other: Gray) -> tuple[int, int]:
    """Return how many tiles of two pictures of one shape hold something, and in how many of them the two differ."""
    a, b = (cv2.GaussianBlur(p, (3, 3), 0).astype(np.float32) for p in (one, other))
    down, across = (max(1, side // _TILE) for side in a.shape)

    def means(values: np.ndarray) -> np.ndarray:
        return np.asarray(cv2.resize(values, (across, down), interpolation=cv2.INTER_AREA))

    mean = means(a)
    spread = means(a * a) - mean * mean
    best = np.full(mean.shape, -1.0, np.float32)
    rest = np.full(mean.shape, 1e9, np.float32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            moved = np.roll(b, (dy, dx), (0, 1))
            mean_b = means(moved)
            spread_b = means(moved * moved) - mean_b * mean_b
            common = means(a * moved) - mean * mean_b
            alike = common / np.sqrt(np.maximum(spread, 1e-3) * np.maximum(spread_b, 1e-3))
            best = np.maximum(best, alike)
            rest = np.minimum(rest, spread + spread_b - 2 * common)
    told = spread > 64
    return int(told.sum()), int((told & (best < 0.75) & (rest > 100)).sum())
