"""What is left of a suspect once an aligned original explains as much of it as a copy allows.

A copy may be a little shifted, stretched, softer or sharper, darker or lighter: that is fitted, and taken away. What
re-encoding leaves is in proportion to the picture's own edges, and the pair itself tells in which: a spot where much
more is left shows something else.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from phoneward.media.comparing.prepared import Float
from phoneward.media.comparing.prints import Gray

_FLOOR = 6.0
_ACTIVE = 20.0
_SAMPLES = 6_000
_FIRST_SAMPLES = 1_500
_NEAR = 1.2
_FAR = 0.2
_HOPELESS = 0.24
_MATTERS = 4.0
_AROUND = 2.5


@dataclass(frozen=True, slots=True)
class Residual:
    """Per pixel, at the size of the comparison.

    Attributes:
        difference: in gray levels of the suspect; softened.
        score: how many times as much is left here as re-encoding explains.
        active: where the original holds something (edges).
        noise: share of the energy of its edges that re-encoding left; the lower, the better a copy.
        gain: contrast of the suspect by that of the original.
        fit: light, contrast, shift across and down, softness, stretch across and down.
        seen_active: where the suspect holds something.
    """

    difference: Float
    score: Float
    active: np.typing.NDArray[np.bool_]
    seen_active: np.typing.NDArray[np.bool_]
    noise: float
    gain: float
    fit: Float

    @property
    def shift(self) -> tuple[float, float]:
        """How far off the two lie, across and down, at most, in pixels."""
        across, down, along, below = np.abs(self.fit[[2, 3, 5, 6]] / self.fit[1]).tolist()
        return across + along / 2, down + below / 2


def residual(original: Gray, suspect: Gray) -> Residual | None:
    """Return what is left; None where there is nothing to compare by, or one is the other's negative.

    Args:
        original: the part that the suspect shows, of the suspect's shape.
        suspect: at the size of the comparison.
    """
    one, other = original.astype(np.float32), suspect.astype(np.float32)
    found = _left(one, other)
    if found is not None and found.noise < _HOPELESS and max(found.shift) > _FAR and found.score.max() > _MATTERS:
        # Off by half a pixel, fine lines are not explained by slopes: move it, and fit again.
        return _left(_moved(one, found.fit), other) or found
    return found


def _moved(one: Float, fit: Float) -> Float:
    """Return a picture shifted and stretched as a fit says."""
    height, width = one.shape
    left, top, along, below = (fit[[2, 3, 5, 6]] / fit[1]).tolist()
    matrix = np.array([[1 + along / width, 0, left - along / 2], [0, 1 + below / height, top - below / 2]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(one, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _left(one: Float, other: Float) -> Residual | None:
    across, down = _slope(one, 1, 0), _slope(one, 0, 1)
    bend = np.asarray(cv2.Laplacian(one, cv2.CV_32F, ksize=1), np.float32)
    edges = across * across + down * down
    height, width = one.shape
    along = (np.arange(width, dtype=np.float32) / width - 0.5)[None, :]
    below = (np.arange(height, dtype=np.float32) / height - 0.5)[:, None]
    places = np.flatnonzero(edges > 64)
    if len(places) < 50:
        return None
    chance = np.random.default_rng(0)
    if len(places) > _SAMPLES:
        places = places[chance.choice(len(places), _SAMPLES, replace=False)]
    # Flat spots tell brightness and contrast where most edges are covered.
    places = np.concatenate([places, chance.integers(0, one.size, len(places) // 2)])
    rows, columns = np.divmod(places, width)
    x, y = along[0, columns], below[rows, 0]
    a, b, c, d = (part[rows, columns] for part in (one, across, down, bend))
    fit = _fitted(np.stack([np.ones_like(a), a, b, c, d, b * x, c * y], axis=1), other[rows, columns])
    if not 0.15 < fit[1] < 4:
        return None
    explained = fit[0] + fit[1] * one + across * (fit[2] + fit[5] * along) + down * (fit[3] + fit[6] * below)
    difference = np.asarray(cv2.GaussianBlur(other - explained - fit[4] * bend, (0, 0), 0.7), np.float32)
    left = np.asarray(cv2.GaussianBlur(difference * difference, (0, 0), _NEAR), np.float32)
    energy = np.asarray(cv2.GaussianBlur(edges, (0, 0), _AROUND), np.float32) * fit[1] * fit[1]
    active = energy > _ACTIVE * fit[1] * fit[1]
    if not active.any():
        return None
    # A third of the edges is enough to tell the noise by: the others may be covered.
    noise = 1.7 * float(np.quantile(left[active] / (energy[active] + 50), 0.33))
    score = left / (_FLOOR**2 + noise * (energy + 50))
    seen_edges = _slope(other, 1, 0) ** 2 + _slope(other, 0, 1) ** 2
    seen_active = np.asarray(cv2.GaussianBlur(seen_edges, (0, 0), _AROUND), np.float32) > _ACTIVE
    return Residual(difference, score, active, seen_active, noise, float(fit[1]), fit)


def _slope(values: Float, x: int, y: int) -> Float:
    return np.asarray(cv2.Sobel(values, cv2.CV_32F, x, y, ksize=1, scale=0.5), np.float32)


def _fitted(columns: Float, target: Float) -> Float:
    """Return what fits most of the values: outliers (what is covered) weigh little."""
    every = max(1, len(target) // _FIRST_SAMPLES)
    base, first = columns[::every, 1], target[::every]
    start, best = (0.0, 1.0), np.inf
    for gain in np.arange(0.2, 1.35, 0.1):
        offset = float(np.median(first - gain * base))
        for shift in (0.0, offset):
            rest = float(np.minimum(np.abs(first - gain * base - shift), 20).mean())
            if rest < best:
                start, best = (shift, float(gain)), rest
    found = np.zeros(columns.shape[1], np.float32)
    found[:2] = start
    for _ in range(6):
        off = np.abs(target - columns @ found)
        weights = np.minimum(1, 2 * (np.quantile(off, 0.4) + 1) / np.maximum(off, 1e-3)).astype(np.float32)
        weighted = columns * weights[:, None]
        solved = np.linalg.lstsq(weighted.T @ weighted, weighted.T @ (target * weights), rcond=None)[0]
        found = np.asarray(solved, np.float32)
    return found
