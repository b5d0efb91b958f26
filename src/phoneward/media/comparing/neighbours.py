"""Which hashes are near which: exact, in blocks of bounded memory."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint8]
"""uint8 of shape (count, 32): PDQ hashes."""
Pairs = npt.NDArray[np.int32]
"""int32 of shape (count, 3): number of the query, number in the gallery, bits they differ in."""

_QUERIES: Final = 16
_GALLERY: Final = 4096
"""Queries by hashes of the gallery that are compared at once: what one step writes stays in a processor's cache."""


def near(queries: Hashes, gallery: Hashes, radius: int, *, most: int | None = None) -> Pairs:
    """Return the pairs that differ in at most `radius` bits, by query, then by number in the gallery.

    Args:
        queries: any number of hashes.
        gallery: as many.
        radius: bits; PDQ's own threshold for "the same picture" is 31.
        most: so many of the nearest for each query; else every pair, and were they all alike, there would be as many
            as queries times gallery.
    """
    left, right = _words(queries), np.ascontiguousarray(_words(gallery).T)
    found = [np.empty((0, 3), np.int32)]
    for at in range(0, len(left), _QUERIES):
        pairs = _near(left[at : at + _QUERIES], right, radius)
        if len(pairs):
            pairs[:, 0] += at
            found.append(pairs if most is None else _nearest_of_each(pairs, most))
    return np.concatenate(found)


def _near(block: npt.NDArray[np.uint64], gallery: npt.NDArray[np.uint64], radius: int) -> Pairs:
    """Compare half of the bits of every pair, and the rest where these allow it."""
    found = [np.empty((0, 3), np.int32)]
    shape = len(block), min(_GALLERY, gallery.shape[1])
    # Written anew for each piece: memory asked for each time would cost as much again.
    differing, first, second = np.empty(shape, np.uint64), np.empty(shape, np.uint8), np.empty(shape, np.uint8)
    for start in range(0, gallery.shape[1], _GALLERY):
        piece = gallery[:, start : start + _GALLERY]
        part = np.s_[:, : piece.shape[1]]
        np.bitwise_count(np.bitwise_xor(block[:, 0, None], piece[None, 0], out=differing[part]), out=first[part])
        np.bitwise_count(np.bitwise_xor(block[:, 1, None], piece[None, 1], out=differing[part]), out=second[part])
        half = np.add(first[part], second[part], out=first[part])
        might = half <= radius
        # Nearly always nothing, and counting is many times faster than listing.
        if not np.count_nonzero(might):
            continue
        query, number = np.nonzero(might)
        distance = half[query, number].astype(np.int32)
        for word in (2, 3):
            distance += np.bitwise_count(block[query, word] ^ piece[word, number])
        kept = distance <= radius
        found.append(np.column_stack([query[kept], number[kept] + start, distance[kept]]).astype(np.int32))
    pairs = np.concatenate(found)
    return pairs[np.argsort(pairs[:, 0], kind="stable")]


def _nearest_of_each(pairs: Pairs, most: int) -> Pairs:
    order = np.lexsort((pairs[:, 2], pairs[:, 0]))
    query = pairs[order, 0]
    first = np.searchsorted(query, query)
    kept: Pairs = pairs[np.sort(order[np.arange(len(order)) - first < most])]
    return kept


def nearest(queries: Hashes, gallery: Hashes, count: int) -> Pairs:
    """Return the `count` nearest of the gallery for each query, nearest first; fewer where the gallery has fewer."""
    count = min(count, len(gallery))
    if not count or not len(queries):
        return np.empty((0, 3), np.int32)
    distance, number = cv2.batchDistance(queries, gallery, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=count)
    query = np.repeat(np.arange(len(queries), dtype=np.int32), count)
    return np.column_stack([query, number.ravel(), distance.ravel()])


def _words(hashes: Hashes) -> npt.NDArray[np.uint64]:
    return np.ascontiguousarray(hashes).view(np.uint64).reshape(-1, 4)
