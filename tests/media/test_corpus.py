"""The pictures that everything about pictures is tested on are what they say."""

from collections import Counter

import cv2
import numpy as np

from tests.media import corpus
from tests.media.corpus import transforms


def test_a_screen_has_twins_that_differ_in_one_place() -> None:
    """Screens of one family are the same but for a small spot."""
    pictures = corpus.pictures()
    first = {one.family: one.pixels() for one in pictures if one.name.endswith("-first")}
    twins = [one for one in pictures if one.is_screen and not one.name.endswith("-first")]
    assert len(first) == 18
    assert Counter(one.family for one in twins) == dict.fromkeys(first, 2)
    for twin in twins:
        changed = cv2.absdiff(first[twin.family], twin.pixels()).max(axis=2) > 24
        rows, columns = np.nonzero(changed)
        assert len(rows) > 20, twin.name
        if twin.name.endswith("-digit"):
            assert max(np.ptp(rows), np.ptp(columns)) < 120, twin.name


def test_copies_are_made_of_every_picture() -> None:
    """Whatever the picture's size, each transform makes a file of it; what it cuts off cannot be told apart."""
    for picture in corpus.pictures()[:54:17]:
        pixels = picture.pixels()
        for name, transform in transforms.ALL.items():
            copy = cv2.imdecode(np.frombuffer(transform.copy(pixels), np.uint8), cv2.IMREAD_COLOR)
            assert copy is not None, name
            changed = pixels.copy()
            changed[:10] = 255 - changed[:10]
            assert transform.shows_the_same(pixels, pixels)
            assert transform.shows_the_same(pixels, changed) == (name in _CUTS_THE_TOP), name


_CUTS_THE_TOP = {
    "bar_cut", "cut5_top", "cut10_top", "cut20_top", "cut5_all", "cut20_all", "cut_smaller", "bar_blanked", "square200",
    "square540",
}  # fmt: skip
