"""What is left of a suspect once an aligned original explains as much of it as a copy allows.

A copy may be a little shifted, stretched, softer or sharper, darker or lighter: that is fitted, and taken away. What
re-encoding leaves is in proportion to the picture's own edges, and the pair itself tells in which: a spot where much
more is left shows something else.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.prepared import Float
from phoneward.media.comparing.prints import Gray

_FLOOR = 6.0
_ACTIVE = 20.0
_EDGE = 256.0
"""Square of twice the slope from which a pixel lies on an edge."""
_SAMPLES = 3_000
_LEAST_SAMPLES = 1_000
_PIXELS_A_SAMPLE = 40
_ROUNDS = 6
_SETTLED = 3e-4
_FIRST_SAMPLES = 1_000
_SEEN = 50_000
"""Pixels that are enough to tell the noise by."""
_NEAR = 1.2
_FAR = 0.2
_HOPELESS = 0.24
_MATTERS = 4.0
_AROUND = 2.5
_UNMOVED = 0.02
"""Pixels by which what is left of a stretch moves the rim; less than this leaves nothing."""


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
        suspect: what was compared.
    """

    difference: Float
    score: Float
    active: npt.NDArray[np.bool_]
    noise: float
    gain: float
    fit: Float
    suspect: Gray

    @property
    def moved(self) -> float:
        """Pixels by which the original had to be moved at most, to lie where the suspect shows it."""
        _light, gain, shift_x, shift_y, _bend, stretch_x, stretch_y = self.fit.tolist()
        return float(max(abs(shift_x) + abs(stretch_x) / 2, abs(shift_y) + abs(stretch_y) / 2) / gain)

    @property
    def seen_active(self) -> npt.NDArray[np.bool_]:
        """Where the suspect holds something; worked out when it is asked for."""
        return np.asarray(_energy(_squares(self.suspect)) > _ACTIVE)


def residual(original: Gray, suspect: Gray) -> Residual | None:
    """Return what is left; None where there is nothing to compare by, or one is the other's negative.

    Args:
        original: the part that the suspect shows, of the suspect's shape.
        suspect: at the size of the comparison.
    """
    found = _left(original, suspect)
    if found is not None and found.noise < _HOPELESS and found.moved > _FAR and found.score.max() > _MATTERS:
        return exact(original, suspect, found)
    return found


def exact(original: Gray, suspect: Gray, found: Residual) -> Residual:
    """Return what is left once the original is moved by what was fitted: fine lines are not explained by slopes.

    Args:
        original: as for `residual`.
        suspect: likewise.
        found: of them.
    """
    return _left(_moved(original, found.fit), suspect) or found


def _moved(original: Gray, fit: Float) -> Gray:
    """Return a picture shifted and stretched as a fit says."""
    height, width = original.shape
    left, top, along, below = (fit[[2, 3, 5, 6]] / fit[1]).tolist()
    matrix = np.array([[1 + along / width, 0, left - along / 2], [0, 1 + below / height, top - below / 2]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(original, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _left(original: Gray, suspect: Gray) -> Residual | None:
    squares = _squares(original)
    columns, target = _samples(original, suspect, squares)
    if columns is None:
        return None
    fit = _fitted(columns, target)
    if not 0.15 < fit[1] < 4:
        return None
    energy = _energy(squares)
    del squares  # each of these is 18 MB where the largest pictures are compared
    difference = cv2.GaussianBlur(_unexplained(original, suspect, fit), (5, 5), 0.7)
    left = cv2.GaussianBlur(cv2.multiply(difference, difference), (9, 9), _NEAR)
    active = np.asarray(energy > _ACTIVE)
    energy *= fit[1] * fit[1]
    energy += 50
    # A third of the edges is enough to tell the noise by: the others may be covered.
    every = max(1, round(float(np.sqrt(original.size / _SEEN))))
    some = active[::every, ::every]
    if not some.any():
        return None
    noise = 1.7 * float(np.quantile(left[::every, ::every][some] / energy[::every, ::every][some], 0.33))
    energy *= noise
    energy += _FLOOR**2
    score = np.asarray(cv2.divide(left, energy, dst=left), np.float32)
    return Residual(np.asarray(difference, np.float32), score, active, noise, float(fit[1]), fit, suspect)


def _samples(original: Gray, suspect: Gray, squares: Float) -> tuple[Float | None, Float]:
    """Return what a copy may be made of at some edges and some other places, and what the suspect shows there."""
    height, width = original.shape
    inner = np.ascontiguousarray(squares[1:-1, 1:-1])
    # Of all: a page may hold little, and scaling leaves every second or third pixel sharper.
    edges = np.flatnonzero(inner > _EDGE)
    if len(edges) < 50:
        return None, np.empty(0, np.float32)
    chance = np.random.default_rng(0)
    enough = min(_SAMPLES, max(_LEAST_SAMPLES, original.size // _PIXELS_A_SAMPLE))
    if len(edges) > enough:
        edges = edges[chance.choice(len(edges), enough, replace=False)]
    # Flat spots tell brightness and contrast where most edges are covered.
    places = np.concatenate([edges, chance.integers(0, inner.size, len(edges) // 2)])
    rows, columns = np.divmod(places, width - 2)
    rows, columns = rows + 1, columns + 1
    a, left, right, above, below = (
        original[rows + y, columns + x].astype(np.float32) for x, y in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
    )
    b, c, d = (right - left) / 2, (below - above) / 2, left + right + above + below - 4 * a
    x, y = columns / np.float32(width) - np.float32(0.5), rows / np.float32(height) - np.float32(0.5)
    made = np.stack([np.ones_like(a), a, b, c, d, b * x, c * y], axis=1, dtype=np.float32)
    return made, suspect[rows, columns].astype(np.float32)


def _unexplained(original: Gray, suspect: Gray, fit: Float) -> Float:
    """Return the suspect without what the original explains of it."""
    light, gain, shift_x, shift_y, bend, stretch_x, stretch_y = fit.tolist()
    kernel = np.array(
        [
            [0, bend - shift_y / 2, 0],
            [bend - shift_x / 2, gain - 4 * bend, bend + shift_x / 2],
            [0, bend + shift_y / 2, 0],
        ],
        np.float32,
    )
    rest = np.asarray(cv2.filter2D(original.astype(np.float32), cv2.CV_32F, -kernel, delta=-light), np.float32)
    cv2.accumulate(suspect, rest)
    height, width = original.shape
    for stretch, (x, y), size, shape in ((stretch_x, (1, 0), width, (1, -1)), (stretch_y, (0, 1), height, (-1, 1))):
        if abs(stretch) / 2 > _UNMOVED * gain:
            along = (np.arange(size, dtype=np.float32) / size - 0.5).reshape(shape) * (stretch / 2)
            rest -= cv2.Sobel(original, cv2.CV_16S, x, y, ksize=1) * along
    # A crop made smaller begins within a pixel of the original: its rim shows a share of it that nobody knows.
    rest[[0, -1]] = 0
    rest[:, [0, -1]] = 0
    return rest


def _squares(gray: Gray) -> Float:
    """Return the square of twice the slope at each pixel."""
    squares = np.zeros(gray.shape, np.float32)
    cv2.accumulateSquare(cv2.absdiff(gray[:, 2:], gray[:, :-2]), squares[:, 1:-1])
    cv2.accumulateSquare(cv2.absdiff(gray[2:], gray[:-2]), squares[1:-1])
    return squares


def half_energy_of(gray: Gray) -> Float:
    """Return how strong edges are around each pixel of a picture, at half its size."""
    return _half_energy(_squares(gray))


def _energy(squares: Float) -> Float:
    """Return how strong edges are around each pixel: the squared slopes, softened."""
    size = squares.shape[::-1]
    # Soft as it is, half the size shows all of it.
    return np.asarray(cv2.resize(_half_energy(squares), size, interpolation=cv2.INTER_LINEAR), np.float32)


def _half_energy(squares: Float) -> Float:
    height, width = squares.shape
    half = cv2.resize(squares, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(half, (0, 0), _AROUND / 2), np.float32) / np.float32(4)


def _fitted(columns: Float, target: Float) -> Float:
    """Return what fits most of the values: outliers (what is covered) weigh little."""
    every = max(1, len(target) // _FIRST_SAMPLES)
    base, first = columns[::every, 1], target[::every]
    start, best = (0.0, 1.0), np.inf
    for gain in np.arange(0.2, 1.35, 0.1).tolist():
        left = first - gain * base
        offset = float(np.median(left))
        for shift in (0.0, offset):
            rest = float(np.minimum(np.abs(left - shift), 20).mean())
            if rest < best:
                start, best = (shift, gain), rest
    found = np.zeros(columns.shape[1], np.float32)
    found[:2] = start
    middle = int(0.4 * len(target))
    for _ in range(_ROUNDS):
        off = np.abs(target - columns @ found)
        usual = np.partition(off, middle)[middle]
        weights = np.minimum(1, 2 * (usual + 1) / np.maximum(off, 1e-3)).astype(np.float32)
        weighted = columns * weights[:, None]
        solved = np.linalg.lstsq(weighted.T @ weighted, weighted.T @ (target * weights), rcond=None)[0]
        before, found = found, np.asarray(solved, np.float32)
        if np.abs(found - before)[1:].max() < _SETTLED:
            break
    return found
