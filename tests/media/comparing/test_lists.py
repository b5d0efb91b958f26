"""Among many vectors those near a query are found, in bounded memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.media.comparing.lists import Lists, packed
from phoneward.media.comparing.windows import DIMENSIONS, Vectors


def vectors(count: int, seed: int) -> Vectors:
    """Vectors in clouds, each of length 1: pages of a few apps."""
    chance = np.random.default_rng(seed)
    clouds = chance.standard_normal((40, DIMENSIONS))
    made = clouds[chance.integers(0, 40, count)] + 0.4 * chance.standard_normal((count, DIMENSIONS))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


@pytest.mark.parametrize("count", [4_010, 12_000])
def test_what_is_nearly_the_same_is_found_among_many(count: int) -> None:
    many = vectors(count, 1)
    noise = 0.02 * np.random.default_rng(2).standard_normal((300, DIMENSIONS)).astype(np.float32)
    found = Lists(packed(many)).near(many[:300] + noise, 0.9)
    pairs = set(zip(found.queries.tolist(), found.vectors.tolist(), strict=True))
    assert sum((number, number) in pairs for number in range(300)) > 290
    # A byte a dimension: near the true cosine.
    exact = np.einsum("ij,ij->i", (many[:300] + noise)[found.queries], many[found.vectors])
    assert np.abs(found.alike - exact).max() < 0.03


def test_few_vectors_are_all_looked_at() -> None:
    few = vectors(50, 3)
    found = Lists(packed(few)).near(few, 0.999 - 0.03)
    assert {(number, number) for number in range(50)} <= set(
        zip(found.queries.tolist(), found.vectors.tolist(), strict=True)
    )


def test_what_shows_nothing_is_never_found_and_alike_ones_are_bounded() -> None:
    """A phone full of one page does not fill the computer's memory; an empty page is like nothing."""
    one = vectors(1, 4)
    same = np.repeat(one, 9_000, axis=0)
    same[::2] = 0
    found = Lists(packed(same)).near(np.repeat(one, 20, axis=0), 0.5)
    assert len(found.vectors)
    assert (found.vectors % 2 == 1).all()
    assert len(found.vectors) <= 20 * 4 * 6


def test_what_one_page_repeats_takes_nothing_from_another() -> None:
    """A list of rows that are all alike is looked for together with a photo: the photo's copy is found as if alone."""
    repeated, photo = vectors(1, 5), vectors(1, 6)
    many = np.concatenate([np.repeat(repeated, 3_000, axis=0), photo])
    beside = np.sqrt(1 - 0.8**2) * vectors(1, 7)
    near_photo = 0.8 * photo + beside - (beside @ photo.T) * photo
    found = Lists(packed(many)).near(np.concatenate([np.repeat(repeated, 200, axis=0), near_photo]), 0.5)
    assert 3_000 in found.vectors[found.queries == 200]


@given(count=st.integers(1, 400), few=st.integers(1, 400), seed=st.integers(0, 99), least=st.sampled_from([0.0, 0.6]))
def test_the_six_nearest_of_a_list_are_found(*, count: int, few: int, seed: int, least: float) -> None:
    """However many there are and however often one is there: none of the nearest is missed, and not many more come."""
    many = packed(vectors(min(few, count), seed)[np.arange(count) % min(few, count)])
    queries = vectors(5, seed)
    found = Lists(many).near(queries, least)
    exact = queries @ many.T.astype(np.float32) / 127
    for query in range(5):
        own = found.alike[found.queries == query]
        nearest = np.sort(exact[query])[::-1][:6]
        nearest = nearest[nearest >= least + 1e-4]
        assert np.allclose(np.sort(own)[::-1][: len(nearest)], nearest, atol=1e-4)
        assert len(own) <= 12
        assert len(set(found.vectors[found.queries == query].tolist())) == len(own)


def test_a_page_that_is_there_many_thousand_times_is_compared_piece_by_piece() -> None:
    same = packed(np.repeat(vectors(1, 8), 120_000, axis=0))
    asked = np.repeat(vectors(1, 8), 256, axis=0)
    lists = Lists(same)
    tracemalloc.start()
    found = lists.near(asked, 0.5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.vectors)
    # At once it would be 123 MB, and as much again for what is picked out.
    assert peak < 80 << 20
