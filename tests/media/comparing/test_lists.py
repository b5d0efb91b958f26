"""Among many vectors those near a query are found, in bounded memory."""

import numpy as np
import pytest

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
