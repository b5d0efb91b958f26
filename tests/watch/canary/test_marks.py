"""A canary is found again whatever an app does to it, and an ordinary picture is never taken for one."""

import zlib

import cv2
import numpy as np
import pytest

from phoneward.media import Format
from phoneward.watch import CanaryLooker, Screen, find_canary, make_canary
from phoneward.watch.canary.drawing import draw_canary

SCREENS = [Screen(720, 1280), Screen(1080, 2400), Screen(1440, 3200), Screen(1600, 2560), Screen(2208, 1840)]
_NUMBER = 654_321


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen.width}x{screen.height}")
@pytest.mark.parametrize("side", [512, 200, 96, 64])
def test_a_square_thumbnail_shows_which_canary_it_is(screen: Screen, side: int) -> None:
    """A gallery's square thumbnail, cut out of the middle and written as a poor JPEG, is enough on every screen."""
    gray = cv2.cvtColor(draw_canary(_NUMBER, screen), cv2.COLOR_RGB2GRAY)
    edge = min(gray.shape)
    top, left = ((length - edge) // 2 for length in gray.shape)
    small = cv2.resize(gray[top : top + edge, left : left + edge], (side, side), interpolation=cv2.INTER_AREA)
    read = cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_GRAYSCALE)
    assert read is not None
    seen = find_canary(np.asarray(read, dtype=np.uint8))
    assert seen is not None
    assert seen.number == _NUMBER


def test_half_of_the_picture_shows_which_canary_it_is() -> None:
    """Cut down the middle, or to its upper half: any two columns, and any three rows, tell it of all there are."""
    gray = cv2.cvtColor(draw_canary(_NUMBER, Screen()), cv2.COLOR_RGB2GRAY)
    for part in (gray[:, :540], gray[:, 540:], gray[:1_100], gray[1_200:2_100]):
        seen = find_canary(np.asarray(part, np.uint8))
        assert seen is not None
        assert seen.number == _NUMBER


def test_every_canary_is_another() -> None:
    """Two pictures made one after the other have other numbers, and those that are taken are not given again."""
    first = make_canary(Screen(480, 800))
    second = make_canary(Screen(480, 800), used={first.number})
    assert first.number != second.number
    assert first.data != second.data


@pytest.mark.parametrize("format_", [Format.PNG, Format.JPEG])
def test_the_file_is_a_picture_of_the_phones_size(format_: Format) -> None:
    """What is made is what a screenshot is: that format, that size."""
    canary = make_canary(Screen(720, 1600), format=format_)
    picture = cv2.imdecode(np.frombuffer(canary.data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (1600, 720, 3)
    assert canary.data.startswith({Format.PNG: b"\x89PNG", Format.JPEG: b"\xff\xd8"}[format_])


def test_a_canary_is_found_in_a_cache_without_a_name() -> None:
    """An app put the picture behind 93 bytes of its own: it is found, with where it lies."""
    canary = make_canary(Screen(720, 1280), format=Format.JPEG)
    with CanaryLooker({canary.number}) as looker:
        (seen,) = looker.look(b"\0" * 93 + canary.data).sightings
        nothing = looker.look(b"\0" * 1000)
    assert (seen.number, seen.offset, seen.width, seen.height) == (canary.number, 93, 720, 1280)
    assert not nothing.sightings
    assert nothing.pictures == 0


def test_a_bomb_is_counted_and_stops_nothing() -> None:
    """A picture that says it is 65,535 pixels wide and high is said to be unread, and the next file is looked at."""
    canary = make_canary(Screen(480, 800))
    size = b"IHDR" + (65_535).to_bytes(4) * 2 + canary.data[24:29]
    bomb = canary.data[:12] + size + zlib.crc32(size).to_bytes(4) + canary.data[33:]
    with CanaryLooker() as looker:
        broken = looker.look(bomb)
        assert (broken.pictures, broken.unread, broken.sightings) == (1, 1, ())
        assert looker.look(canary.data).sightings[0].number == canary.number
