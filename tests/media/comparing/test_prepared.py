"""A picture made ready is worked on once, and gone when nobody needs it."""

import gc
import weakref

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.media.comparing import Gray
from phoneward.media.comparing.prepared import Prepared
from tests.media import corpus


def test_a_picture_nobody_needs_is_gone_at_once() -> None:
    """Thousands are compared: waiting for the collector, they took ten gigabytes."""
    gc.collect()
    gc.disable()
    try:
        seen = Prepared(np.random.default_rng(1).integers(0, 255, (640, 400), np.uint8))
        assert seen.turned(0) is seen
        assert seen.turned(1).gray.shape == (400, 640)
        _used = (seen.thumb, seen.features, seen.spots(270), seen.letter_height)
        there = weakref.ref(seen)
        del seen
        assert there() is None
    finally:
        gc.enable()


def _screen(number: int = 0) -> Gray:
    pixels = [one for one in corpus.pictures() if one.is_screen][number].pixels()
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def test_a_packed_picture_is_the_same_again() -> None:
    """A screenshot that was decoded is kept in a twentieth of its memory, and nothing of it is lost."""
    seen = Prepared(_screen())
    height, (points, whats), thumb = seen.letter_height, seen.features, seen.thumb
    packed = seen.packed()
    # None of it is worked out again.
    assert set(packed.known) == {"letter_height", "features", "thumb"}
    assert len(packed.pixels) < seen.gray.nbytes / 20
    again = packed.opened()
    assert (again.gray == seen.gray).all()
    assert (again.letter_height, again.thumb.shape) == (height, thumb.shape)
    assert (again.features[0] == points).all()
    assert whats is not None


def test_a_picture_says_how_much_memory_it_holds() -> None:
    """What is kept is bounded by what it really holds: its smaller versions and parts count, too."""
    seen = Prepared(_screen())
    bare = seen.held
    assert bare == seen.gray.nbytes
    _used = (seen.thumb, seen.part((0, 0, 800, 800), (700, 700)), seen.spots(360), seen.turned(1))
    assert seen.held > bare * 2 + 700 * 700 + seen.thumb.nbytes


@given(st.integers(0, 300), st.integers(0, 300), st.integers(500, 780), st.floats(0.1, 0.9))
@settings(max_examples=10, deadline=None)
def test_a_rough_part_is_about_the_part(left: int, top: int, side: int, scale: float) -> None:
    """The first look at two pictures is quick, and at the right place."""
    seen = Prepared(np.asarray(cv2.GaussianBlur(_screen(), (0, 0), 6), np.uint8))
    box, size = (left, top, left + side, top + side), (round(side * scale), round(side * scale))
    rough, exact = seen.rough(box, size), seen.part(box, size)
    assert rough.shape == exact.shape
    assert np.abs(rough.astype(int) - exact).mean() < 3


def test_parts_of_a_suspect_are_kept_but_few() -> None:
    """With each original it is compared at the same sizes; memory does not grow with their number."""
    seen = Prepared(_screen())
    parts = [seen.part((0, 0, 600 + side, 600), (300, 300)) for side in range(9)]
    assert seen.part((0, 0, 608, 600), (300, 300)) is parts[-1]
    assert seen.held <= seen.gray.nbytes + 3 * 300 * 300
