"""Strips laid over each other: the right place is the likeliest, and what is a little off finds it."""

import cv2
import numpy as np
import pytest

from phoneward.media.comparing.guesses import Guesses
from phoneward.media.comparing.overlaying import Overlay, Strips
from phoneward.media.comparing.prints import Gray


def strip(seed: int, length: int = 72) -> Gray:
    """A page with patches of several sizes."""
    chance = np.random.default_rng(seed)
    coarse, fine = (chance.integers(0, 256, (length // cell, 32 // cell), dtype=np.uint8) for cell in (8, 4))
    pages = [cv2.resize(one, (32, length), interpolation=cv2.INTER_LINEAR) for one in (coarse, fine)]
    return np.asarray(np.mean(pages, axis=0), np.uint8)


ORIGINALS = [strip(seed) for seed in range(4)]
LEFT, RIGHT, START = 0.1, 0.05, 0.4


def cut(page: Gray) -> Gray:
    """What is left of a page: LEFT and RIGHT of its width are gone, and what is above START."""
    wide = np.asarray(cv2.resize(page, None, fx=20, fy=20, interpolation=cv2.INTER_LINEAR), np.uint8)
    part = wide[round(START * 640) : round(START * 640) + 800, round(LEFT * 640) : round((1 - RIGHT) * 640)]
    return np.asarray(cv2.resize(part, (32, round(800 * 32 / part.shape[1])), interpolation=cv2.INTER_AREA), np.uint8)


def guesses(places: list[int], *, off: float = 0.0) -> Guesses:
    number = len(places)
    return Guesses(
        np.zeros(number, np.int32),
        np.array(places, np.int32),
        np.tile(np.array([LEFT + off, RIGHT - off], np.float32), (number, 1)),
        np.full(number, START + off, np.float32),
        np.zeros(number, np.float32),
    )


def overlay(suspect: Gray) -> Overlay:
    return Overlay(suspect[None], Strips(ORIGINALS))


def test_the_page_it_was_cut_from_is_the_likeliest() -> None:
    rated = overlay(cut(ORIGINALS[2])).rate(guesses([0, 1, 2, 3])).guesses
    assert rated.likely.argmax() == 2
    assert rated.likely[2] > 0.9
    assert np.delete(rated.likely, 2).max() < 0.6


def test_half_as_bright_is_the_same_and_what_is_covered_counts_once() -> None:
    suspect = cut(ORIGINALS[1])
    dimmed = (suspect * 0.5 + 20).astype(np.uint8)
    covered = suspect.copy()
    covered[-len(covered) // 3 :] = 255
    assert overlay(dimmed).rate(guesses([1])).guesses.likely[0] > 0.85
    assert 0.5 < overlay(covered).rate(guesses([1])).guesses.likely[0] < 0.8


@pytest.mark.parametrize("is_covered", [False, True])
def test_a_guess_that_is_a_little_off_is_moved_to_the_right_place(*, is_covered: bool) -> None:
    suspect = cut(ORIGINALS[0])
    if is_covered:
        suspect[-len(suspect) // 4 :] = 0
    laid = overlay(suspect)
    begun = laid.rate(guesses([0], off=0.02))
    settled = laid.settled(begun, (4, 4, 4))
    best = settled.of(settled.ranked(1))
    assert best.likely[0] > begun.guesses.likely[0] + 0.01
    assert np.allclose(best.cuts[0], (LEFT, RIGHT), atol=0.012)
    assert abs(best.starts[0] - START) < 0.012


def test_twins_are_tried_where_the_likeliest_fits() -> None:
    """Pages of one app: the one that was guessed wrongly is told by the place of another."""
    laid = overlay(cut(ORIGINALS[3]))
    wrong = guesses([3])._replace(starts=np.zeros(1, np.float32), likely=np.zeros(1, np.float32))
    right = guesses([0])._replace(likely=np.ones(1, np.float32))
    twins = laid.twins(right.and_(wrong))
    assert twins.places.tolist() == [3]
    assert twins.likely[0] > 0.9


def test_strips_at_half_the_size_are_still_found() -> None:
    small = Strips([strip(9, 71), strip(8, 33)]).halved()
    assert small.lengths.tolist() == [36, 17]
    assert small.rows.shape == (53, 16)
