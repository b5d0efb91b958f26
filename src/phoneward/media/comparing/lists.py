"""Which vectors are near which, among millions: inverted lists (Sivic and Zisserman, "Video Google", ICCV 2003).

The vectors are parted into lists around centres; a query looks into the few lists whose centres are nearest. What lies
near it but in another list is missed: whoever asks does so with several vectors.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from phoneward.media.comparing.windows import Vectors

Packed = npt.NDArray[np.int8]
"""int8 of shape (count, dimensions): a quarter of the memory."""

SCALE: Final = 127.0
_FEW: Final = 4_000
"""Vectors that are not worth parting."""
_MOST_LISTS: Final = 4_096
_ROUNDS: Final = 6
_SAMPLE: Final = 24
"""Vectors a list from which the centres are made."""
_LOOKED_INTO: Final = 4
_MOST: Final = 12
"""Found a query and list, on average: pages of text are all alike."""
_BLOCK: Final = 1 << 12


class Near(NamedTuple):
    """Pairs: the query's number, the vector's, and how alike they are (a cosine)."""

    queries: npt.NDArray[np.int32]
    vectors: npt.NDArray[np.int32]
    alike: npt.NDArray[np.float32]


class Lists:
    """Vectors to look in.

    Args:
        vectors: of length `SCALE`, a byte a dimension (see `packed`).
    """

    def __init__(self, vectors: Packed) -> None:
        count = min(_MOST_LISTS, int(4 * len(vectors) ** 0.5)) if len(vectors) > _FEW else 1
        self._centres = _centres(vectors, count)
        of = np.concatenate(
            [self._nearest(_unpacked(vectors[at : at + _BLOCK]), 1)[:, 0] for at in range(0, len(vectors), _BLOCK)]
            or [np.empty(0, np.intp)]
        )
        self._order = np.argsort(of, kind="stable").astype(np.int32)
        self._bounds = np.searchsorted(of[self._order], np.arange(count + 1))
        self._vectors = vectors[self._order]

    def near(self, queries: Vectors, least: float) -> Near:
        """Return the pairs that are at least so much alike, or the most alike where those are too many."""
        looked = self._nearest(queries, min(_LOOKED_INTO, len(self._centres)))
        asking = np.argsort(looked, axis=None, kind="stable")
        bounds = np.searchsorted(looked.ravel()[asking], np.arange(len(self._centres) + 1))
        asking //= looked.shape[1]
        found = [Near(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))]
        for number in np.flatnonzero((bounds[1:] > bounds[:-1]) & (self._bounds[1:] > self._bounds[:-1])).tolist():
            first, last = self._bounds[number], self._bounds[number + 1]
            vectors = self._vectors[first:last].astype(np.float32)
            for at in range(bounds[number], bounds[number + 1], 256):
                asked = asking[at : min(at + 256, bounds[number + 1])]
                query, vector, alike = _alike(queries[asked], vectors, least)
                found.append(Near(asked[query].astype(np.int32), self._order[first:last][vector], alike))
        return Near(*(np.concatenate(part) for part in zip(*found, strict=True)))

    def _nearest(self, vectors: Vectors, count: int) -> npt.NDArray[np.intp]:
        """Return the numbers of the nearest centres of each, in no order."""
        if len(self._centres) <= count:
            return np.tile(np.arange(len(self._centres)), (len(vectors), 1))
        return np.concatenate(
            [
                np.argpartition(vectors[at : at + 1_024] @ self._centres.T, -count, axis=1)[:, -count:]
                for at in range(0, len(vectors), 1_024)
            ]
            or [np.empty((0, count), np.intp)]
        )


def packed(vectors: Vectors) -> Packed:
    """Return vectors of length 1 in a byte a dimension."""
    return np.round(vectors * SCALE).astype(np.int8)


def _unpacked(vectors: Packed) -> Vectors:
    return vectors.astype(np.float32) / np.float32(SCALE)


def _alike(
    queries: Vectors, vectors: Vectors, least: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    alike = queries @ vectors.T
    alike /= SCALE
    most = _MOST * len(queries)
    if np.count_nonzero(alike >= least) > most:
        least = float(np.partition(alike, -most, axis=None)[-most])
    query, vector = np.nonzero(alike >= least)
    return query[:most], vector[:most], alike[query, vector][:most]


def _centres(vectors: Packed, count: int) -> Vectors:
    """Return the middles of so many clouds of vectors (spherical k-means, from the same start every time)."""
    if count == 1:
        return np.zeros((1, vectors.shape[1]), np.float32)
    chance = np.random.default_rng(1)
    sample = _unpacked(vectors[chance.choice(len(vectors), min(len(vectors), _SAMPLE * count), replace=False)])
    centres = sample[:count].copy()
    for _round in range(_ROUNDS):
        nearest = np.concatenate(
            [np.argmax(sample[at : at + 1_024] @ centres.T, axis=1) for at in range(0, len(sample), 1_024)]
        )
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, sample)
        size = np.linalg.norm(sums, axis=1)
        centres = np.where(size[:, None] > 0, sums / np.maximum(size, 1e-6)[:, None], centres).astype(np.float32)
    return centres
