"""Nearest neighbours, against counting every pair."""

import numpy as np
import pytest

from phoneward.media.comparing import Hashes, near, nearest


def _hashes(count: int, seed: int) -> Hashes:
    return np.random.default_rng(seed).integers(0, 256, (count, 32), np.uint8)


def _family(count: int, seed: int) -> Hashes:
    """Hashes of one template: they differ from each other in few bits."""
    flips = np.random.default_rng(seed).random((count, 256)) < 0.05
    return np.packbits(flips, axis=1) ^ _hashes(1, 99)


def _distances(queries: Hashes, gallery: Hashes) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    left, right = (np.unpackbits(hashes, axis=1).astype(np.int64) for hashes in (queries, gallery))
    return left @ (1 - right.T) + (1 - left) @ right.T


@pytest.mark.parametrize("radius", [0, 20, 31, 120, 256])
def test_every_pair_is_found_and_no_other(radius: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.media.comparing.neighbours._GALLERY", 64)
    queries, gallery = np.vstack([_hashes(70, 1), _family(70, 2)]), np.vstack([_family(90, 3), _hashes(80, 1)])
    distances = _distances(queries, gallery)
    expected = [(q, g, distances[q, g]) for q, g in np.argwhere(distances <= radius)]
    assert [tuple(pair) for pair in near(queries, gallery, radius)] == expected


def test_where_all_are_alike_the_nearest_few_are_told() -> None:
    """A phone full of empty screens does not fill the computer's memory."""
    queries, gallery = _family(40, 2), _family(90, 3)
    pairs = near(queries, gallery, 60, most=7)
    distances = _distances(queries, gallery)
    for query in range(40):
        mine = pairs[pairs[:, 0] == query]
        within = np.sort(distances[query][distances[query] <= 60])
        assert sorted(mine[:, 2]) == list(within[:7])
        assert (distances[query, mine[:, 1]] == mine[:, 2]).all()
    assert len(near(queries, gallery, 60)) == (distances <= 60).sum()


@pytest.mark.parametrize("count", [1, 5, 500])
def test_the_nearest_come_first(count: int) -> None:
    queries, gallery = _family(70, 2), np.vstack([_family(90, 3), _hashes(80, 1)])
    found = nearest(queries, gallery, count).reshape(70, -1, 3)
    expected = np.sort(_distances(queries, gallery), axis=1)[:, :count]
    assert (found[:, :, 2] == expected).all()


def test_nothing_has_no_neighbours() -> None:
    nothing = np.empty((0, 32), np.uint8)
    assert near(nothing, _hashes(3, 1), 31).shape == (0, 3)
    assert near(_hashes(3, 1), nothing, 31).shape == (0, 3)
    assert nearest(_hashes(3, 1), nothing, 2).shape == (0, 3)
