"""Which hashes are near which: exact, in blocks of bounded memory."""

from typing import Final

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint8]
"""uint8 of shape (count, 32): PDQ hashes."""
Pairs = npt.NDArray[np.int32]
"""int32 of shape (count, 3): number of the query, number in the gallery, bits they differ in."""

_BLOCK: Final = 64
_PIECE: Final = 4096


def near(queries: Hashes, gallery: Hashes, radius: int) -> Pairs:
    """Return all pairs that differ in at most `radius` bits, by query, then by number in the gallery."""
    found = [np.empty((0, 3), np.int32)]
    left, right = _words(queries), _words(gallery)
    for at in range(0, len(left), _BLOCK):
        block = left[at : at + _BLOCK]
        rows = []
        for start in range(0, len(right), _PIECE):
            distance = _distances(block, right[start : start + _PIECE])
            query, number = np.nonzero(distance <= radius)
            if len(query):
                rows.append(np.column_stack([query + at, number + start, distance[query, number]]).astype(np.int32))
        if rows:
            together = np.concatenate(rows)
            found.append(together[np.lexsort((together[:, 1], together[:, 0]))])
    return np.concatenate(found)


def nearest(queries: Hashes, gallery: Hashes, count: int) -> Pairs:
    """Return the `count` nearest of the gallery for each query, nearest first; fewer where the gallery has fewer."""
    left, right = _words(queries), _words(gallery)
    count = min(count, len(right))
    found = [np.empty((0, 3), np.int32)]
    if not count:
        return found[0]
    for at in range(0, len(left), _BLOCK):
        block = left[at : at + _BLOCK]
        distance = np.concatenate(
            [_distances(block, right[start : start + _PIECE]) for start in range(0, len(right), _PIECE)], axis=1
        )
        number = np.argsort(distance, axis=1, kind="stable")[:, :count]
        query = np.repeat(np.arange(at, at + len(block)), count)
        found.append(
            np.column_stack([query, number.ravel(), np.take_along_axis(distance, number, 1).ravel()]).astype(np.int32)
        )
    return np.concatenate(found)


def _words(hashes: Hashes) -> npt.NDArray[np.uint64]:
    return np.ascontiguousarray(hashes).view(np.uint64).reshape(-1, 4)


def _distances(block: npt.NDArray[np.uint64], piece: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint16]:
    total = np.zeros((len(block), len(piece)), np.uint16)
    for word in range(4):
        total += np.bitwise_count(block[:, word, None] ^ piece[None, :, word])
    return total
