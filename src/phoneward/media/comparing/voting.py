"""Where in an original does a suspect lie? All of its windows vote, for each way it may be cut and each place."""

from typing import Final

import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.guesses import Guesses
from phoneward.media.comparing.lists import SCALE, Packed
from phoneward.media.comparing.windows import CUTS, DIMENSIONS, Asked

_SIDES: Final = round(len(CUTS) ** 0.5)
_CUTS: Final = np.array(CUTS, np.float32)
_STEP: Final = np.float32(CUTS[1][1] - CUTS[0][1])

Votes = npt.NDArray[np.float32]
"""float32 of shape (cuts, places along originals): how well the windows fit together, 0 to 1."""
Where = npt.NDArray[np.intp]


class Election:
    """Suspects of one shape stand for places in originals.

    Args:
        asked: their windows.
        guesses: of which suspect in which original, suspect after suspect.
        vectors: the windows of all originals; the last one is of nothing.
        first: where the windows of each original begin.
        width: pixels of the originals' shorter side.
    """

    def __init__(
        self, asked: Asked, guesses: Guesses, vectors: Packed, first: npt.NDArray[np.int32], width: int
    ) -> None:
        self._guesses, self._width = guesses, width
        self._counts = first[guesses.places + 1] - first[guesses.places]
        off = np.rint(asked.starts * width).astype(np.intp)
        # Behind each original's windows as many of nothing as the suspect's last window may be behind its first.
        padded = self._counts + int(off.max(initial=0))
        self._begins = np.concatenate([np.zeros(1, np.intp), np.cumsum(padded)])
        number = np.repeat(np.arange(len(padded)), padded)
        at = np.arange(self._begins[-1]) - self._begins[number]
        rows = np.where(at < self._counts[number], first[guesses.places][number] + at, len(vectors) - 1)
        self._votes = self._counted(asked, vectors[rows], off)

    def _counted(self, asked: Asked, vectors: Packed, off: Where) -> Votes:
        alike = np.empty((off.size, len(vectors)), np.float32)
        bounds = self._begins[np.searchsorted(self._guesses.suspects, np.arange(len(asked.vectors) + 1))]
        for windows, first, last in zip(asked.vectors, bounds, bounds[1:], strict=False):
            alike[:, first:last] = windows.reshape(-1, DIMENSIONS) @ vectors[first:last].T.astype(np.float32)
        np.maximum(alike, 0.0, out=alike)
        votes = np.zeros((len(off), len(vectors)), np.float32)
        for window, (cut, place) in enumerate(np.ndindex(off.shape)):
            votes[cut, : len(vectors) - off[cut, place]] += alike[window, off[cut, place] :]
        voting = np.maximum(asked.vectors.any(axis=3).sum(axis=2), 1)
        for among, first, last in zip(voting, bounds, bounds[1:], strict=False):
            votes[:, first:last] /= among[:, None] * np.float32(SCALE)
        return votes

    def elected(self) -> Guesses:
        """Return the two likeliest places in each original, and one of its whole width."""
        if not len(self._counts):
            return Guesses.none()
        best = self._votes.max(axis=0)
        first = self._highest(best)
        for beside in (-1, 0, 1):
            best[np.clip(first + beside, self._begins[:-1], self._begins[1:] - 1)] = -1.0
        second = self._highest(best)
        at = np.concatenate([first, second, self._highest(self._votes[0])])
        cut = np.concatenate(
            [*(self._votes[:, one].argmax(axis=0) for one in (first, second)), np.zeros(len(first), np.intp)]
        )
        which = np.tile(np.arange(len(first)), 3)
        likely = self._votes[cut, at]
        start = at - self._begins[which]
        return self._guesses.of(which)._replace(
            cuts=_CUTS[cut] + _STEP * self._between(cut, at, likely),
            starts=((start + self._along(cut, at, start, self._counts[which])) / self._width).astype(np.float32),
            likely=likely,
        )

    def _highest(self, values: npt.NDArray[np.float32]) -> Where:
        """Return where the highest value of each original is."""
        highest = np.maximum.reduceat(values, self._begins[:-1])
        at = np.flatnonzero(values == np.repeat(highest, np.diff(self._begins)))
        return at[np.searchsorted(at, self._begins[:-1])]

    def _along(self, cut: Where, at: Where, start: Where, counts: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Return how far from a place the best one is, in steps."""
        beside = (self._votes[cut, np.clip(at + by, 0, self._votes.shape[1] - 1)] for by in (-1, 1))
        return _top(self._votes[cut, at], *beside) * ((start > 0) & (start < counts - 1))

    def _between(self, cut: Where, at: Where, likely: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return how far from a cut the best one is, in steps of its two ends."""
        left, right = np.divmod(cut, _SIDES)
        grid = self._votes.reshape(_SIDES, _SIDES, -1)
        lefts = (grid[np.clip(left + by, 0, _SIDES - 1), right, at] for by in (-1, 1))
        rights = (grid[left, np.clip(right + by, 0, _SIDES - 1), at] for by in (-1, 1))
        inside = ((end > 0) & (end < _SIDES - 1) for end in (left, right))
        tops = (_top(likely, *beside) for beside in (lefts, rights))
        return np.stack([top * within for top, within in zip(tops, inside, strict=True)], axis=1)


def _top(
    middle: npt.NDArray[np.float32], below: npt.NDArray[np.float32], above: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return where the top of a parabola lies between the steps before and behind, -0.5 to 0.5."""
    bend = np.maximum(2 * middle - below - above, np.float32(1e-3))
    return np.asarray(np.clip((above - below) / (2 * bend), -0.5, 0.5), np.float32)
