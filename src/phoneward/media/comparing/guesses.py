"""Guesses of which part of which original a suspect shows, many at once."""

from dataclasses import dataclass
from typing import NamedTuple, Self, TypeAlias

import numpy as np
import numpy.typing as npt

Which: TypeAlias = "npt.NDArray[np.integer] | npt.NDArray[np.bool_] | slice"


class Guesses(NamedTuple):
    """Suspects may show these parts of these originals.

    Attributes:
        suspects: numbers.
        places: of the originals' strips among those that are searched.
        cuts: what is cut off at the two ends of the shorter side, in fractions of it: of shape (guesses, 2).
        starts: where the suspect begins along the longer side, in units of the shorter side.
        likely: 0 to 1.
    """

    suspects: npt.NDArray[np.int32]
    places: npt.NDArray[np.int32]
    cuts: npt.NDArray[np.float32]
    starts: npt.NDArray[np.float32]
    likely: npt.NDArray[np.float32]

    @classmethod
    def none(cls) -> Self:
        """Return no guess."""
        whole, real = np.empty(0, np.int32), np.empty(0, np.float32)
        return cls(whole, whole, np.empty((0, 2), np.float32), real, real)

    def of(self, which: Which) -> "Guesses":
        """Return some of them."""
        return Guesses(
            self.suspects[which], self.places[which], self.cuts[which], self.starts[which], self.likely[which]
        )

    def and_(self, others: "Guesses") -> "Guesses":
        """Return these and others."""
        return Guesses(
            np.concatenate([self.suspects, others.suspects]),
            np.concatenate([self.places, others.places]),
            np.concatenate([self.cuts, others.cuts]),
            np.concatenate([self.starts, others.starts]),
            np.concatenate([self.likely, others.likely]),
        )

    def ranked(self, most: int, *, each: int = 1) -> npt.NDArray[np.intp]:
        """Return the numbers of the likeliest of each suspect, the likeliest first, suspect after suspect.

        Args:
            most: how many a suspect.
            each: how many an original.
        """
        order = np.lexsort((-self.likely, self.suspects))
        pair = self.suspects[order].astype(np.int64) << 32 | self.places[order]
        by_pair = np.argsort(pair, kind="stable")
        kept = np.empty(len(order), bool)
        kept[by_pair] = _positions(pair[by_pair]) < each
        order = order[kept]
        return order[_positions(self.suspects[order]) < most]

    def best(self, most: int) -> "Guesses":
        """Return the likeliest originals of each suspect, a guess each, the likeliest first."""
        return self.of(self.ranked(most))

    def likeliest(self, suspects: int) -> npt.NDArray[np.float32]:
        """Return how likely the likeliest of each suspect is."""
        found = np.zeros(suspects, np.float32)
        np.maximum.at(found, self.suspects, self.likely)
        return found


def _positions(keys: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
    """Return of each key how many of the same lie before it; the same ones lie together."""
    return np.arange(len(keys)) - np.searchsorted(keys, keys)


@dataclass(frozen=True, slots=True)
class Guess:
    """A suspect may show this part of this original.

    Attributes:
        place: of its strip among those that are searched.
        likely: 0 to 1.
        edges: left, top, right, bottom of the part, in fractions of the original.
    """

    place: int
    likely: float
    edges: tuple[float, float, float, float]
