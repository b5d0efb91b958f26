"""Whatever an app does to a picture, a canary is found in it; and no ordinary picture is taken for one."""

import cv2
import numpy as np
import pytest

from phoneward.watch.canary.drawing import draw_canary
from phoneward.watch.canary.marks import find_canary
from phoneward.watch.canary.screen import Screen
from tests.media import corpus
from tests.media.corpus import transforms

_NUMBERS = (7, 123_456, 1_295_000)


@pytest.mark.parametrize("name", transforms.ALL)
def test_every_transform_leaves_enough_of_the_marks(name: str) -> None:
    """Written anew, smaller, cut, covered, dimmed, turned: it is found, and found to be this one of several."""
    transform = transforms.ALL[name]
    for number, screen in zip(_NUMBERS, (Screen(), Screen(720, 1_280), Screen(1_600, 2_560)), strict=True):
        picture = cv2.cvtColor(draw_canary(number, screen), cv2.COLOR_RGB2BGR)
        copy = cv2.imdecode(
            np.frombuffer(transform.copy(np.asarray(picture, np.uint8)), np.uint8), cv2.IMREAD_GRAYSCALE
        )
        assert copy is not None
        seen = find_canary(np.asarray(copy, np.uint8), _NUMBERS)
        assert seen is not None, screen
        assert seen.number == number


def test_no_ordinary_picture_is_a_canary() -> None:
    """Screens and photos, none of them a canary: none is taken for one, though some are known."""
    for picture in corpus.pictures()[::9]:  # all of them were looked at when the marks were chosen
        gray = np.asarray(cv2.cvtColor(picture.pixels(), cv2.COLOR_BGR2GRAY), np.uint8)
        assert find_canary(gray, range(100)) is None, picture.name
