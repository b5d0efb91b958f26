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
_MOST_LISTS: Final = 2_048
_ROUNDS: Final = 4
_SAMPLE: Final = 16
"""Vectors a list from which the centres are made."""
_LOOKED_INTO: Final = 4
_MOST: Final = 6
"""Found a query and list, up to twice as many where it costs to tell: pages of text are all alike."""
_BLOCK: Final = 1 << 10
_QUERIES: Final = 256
_AT_ONCE: Final = 1 << 20
"""Queries, and queries by vectors, that are compared at once: what thousands of pages share is a list by itself."""
_COLUMNS: Final = 32
_GROUP: Final = 32
"""Centres of which only the best is looked at first."""


class Near(NamedTuple):
    """Pairs: the query's number, the vector's, and how alike they are (a cosine)."""

    queries: npt.NDArray[np.int32]
    vectors: npt.NDArray[np.int32]
    alike: npt.NDArray[np.float32]


class Lists:
    """Vectors to look in.

    Args:
        vectors: of length `SCALE` or 0, a byte a dimension (see `packed`); kept, and not changed. Those of length 0 are
            never found.
    """

    def __init__(self, vectors: Packed) -> None:
        self._vectors = vectors
        telling = np.flatnonzero(vectors.any(axis=1)).astype(np.int32)
        wanted = int(2 * len(telling) ** 0.5)
        # At least as many groups of centres as lists are looked into.
        count = min(_MOST_LISTS, max(wanted // _GROUP, _LOOKED_INTO) * _GROUP) if len(telling) > _FEW else 1
        self._centres = _centres(vectors, telling, count)
        of = np.concatenate(
            [
                np.argmax(_unpacked(vectors[telling[at : at + _BLOCK]]) @ self._centres.T, axis=1).astype(np.int16)
                for at in range(0, len(telling), _BLOCK)
            ]
            or [np.empty(0, np.int16)]
        )
        order = np.argsort(of, kind="stable")
        self._order = telling[order]
        self._bounds = np.searchsorted(of[order], np.arange(count + 1))
        # Of centres in the same place (a page that is there thousands of times) the first has it all.
        self._centres[self._bounds[1:] == self._bounds[:-1]] = 0

    def near(self, queries: Vectors, least: float) -> Near:
        """Return the pairs that are at least so much alike; of a list the most alike of each query, if too many are."""
        looked = self._nearest(queries)
        asking = np.argsort(looked, axis=None, kind="stable")
        bounds = np.searchsorted(looked.ravel()[asking], np.arange(len(self._centres) + 1))
        asking //= looked.shape[1]
        found = [Near(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))]
        for number in np.flatnonzero((bounds[1:] > bounds[:-1]) & (self._bounds[1:] > self._bounds[:-1])).tolist():
            listed = self._order[self._bounds[number] : self._bounds[number + 1]]
            vectors = self._vectors[listed].astype(np.float32)
            together = max(1, min(_QUERIES, _AT_ONCE // len(listed)))
            for at in range(bounds[number], bounds[number + 1], together):
                asked = asking[at : min(at + together, bounds[number + 1])]
                query, vector, alike = _alike(queries[asked], vectors, least)
                found.append(Near(asked[query].astype(np.int32), listed[vector], alike))
        return Near(*(np.concatenate(part) for part in zip(*found, strict=True)))

    def _nearest(self, vectors: Vectors) -> npt.NDArray[np.int16]:
        """Return the numbers of the nearest centres of each, in no order."""
        count = min(_LOOKED_INTO, len(self._centres))
        if len(self._centres) <= _GROUP:
            return np.tile(np.arange(len(self._centres), dtype=np.int16), (len(vectors), 1))[:, :count]
        found = np.empty((len(vectors), count), np.int16)
        for at in range(0, len(vectors), _BLOCK):
            alike = vectors[at : at + _BLOCK] @ self._centres.T
            alike = alike.reshape(len(alike), -1, _GROUP)
            # The nearest lie in the groups whose best is among the nearest: many times quicker than to look at all.
            groups = np.argpartition(alike.max(axis=2), -count, axis=1)[:, -count:]
            among = np.take_along_axis(alike, groups[:, :, None], axis=1).reshape(len(alike), -1)
            best = np.argpartition(among, -count, axis=1)[:, -count:]
            found[at : at + _BLOCK] = np.take_along_axis(groups, best // _GROUP, axis=1) * _GROUP + best % _GROUP
        return found


def packed(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """Return vectors of length 1 in a byte a dimension."""
    rounded: npt.NDArray[np.int8] = np.rint(vectors * np.float32(SCALE)).astype(np.int8)
    return rounded


def _unpacked(vectors: Packed) -> Vectors:
    return vectors.astype(np.float32) / np.float32(SCALE)


def _alike(
    queries: Vectors, vectors: Vectors, least: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    alike = queries @ vectors.T
    enough = alike >= np.maximum(_sixth(alike), np.float32(least * SCALE))[:, None]
    query, vector = np.divmod(np.flatnonzero(enough), len(vectors))
    if len(query) > _MOST * len(queries):
        # Each query's own nearest: what a page repeats a hundred times takes nothing from the other queries.
        crowded = np.flatnonzero(np.bincount(query) > 2 * _MOST)
        enough[crowded] = False
        enough[crowded[:, None], np.argpartition(alike[crowded], -_MOST, axis=1)[:, -_MOST:]] = True
        query, vector = np.divmod(np.flatnonzero(enough), len(vectors))
    return query, vector, alike[query, vector] / np.float32(SCALE)


def _sixth(alike: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return of each row a value that is at most its sixth highest, and seldom much less.

    Where the row's parts each give their highest, the sixth of these: many times quicker than to sort the row.
    """
    rows, columns = alike.shape
    parts = columns // _COLUMNS
    if parts < 2:
        return np.full(rows, -np.inf, np.float32)
    highest = alike[:, : parts * _COLUMNS].reshape(rows, parts, _COLUMNS).max(axis=1)
    return np.partition(highest, -_MOST, axis=1)[:, -_MOST]


def _centres(vectors: Packed, telling: npt.NDArray[np.int32], count: int) -> Vectors:
    """Return the middles of so many clouds of vectors (spherical k-means, from the same start every time)."""
    if count == 1:
        return np.zeros((1, vectors.shape[1]), np.float32)
    chance = np.random.default_rng(1)
    sample = _unpacked(vectors[chance.choice(telling, min(len(telling), _SAMPLE * count), replace=False)])
    centres = sample[:count].copy()
    for _round in range(_ROUNDS):
        nearest = np.concatenate(
            [np.argmax(sample[at : at + _BLOCK] @ centres.T, axis=1) for at in range(0, len(sample), _BLOCK)]
        )
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, sample)
        size = np.linalg.norm(sums, axis=1)
        centres = np.where(size[:, None] > 0, sums / np.maximum(size, 1e-6)[:, None], centres).astype(np.float32)
    return centres
