"""A picture made ready is worked on once, and gone when nobody needs it."""

import gc
import weakref

import numpy as np

from phoneward.media.comparing.prepared import Prepared


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
