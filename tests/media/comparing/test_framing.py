"""What was put around a picture goes; a picture without anything around it stays as it is."""

import numpy as np
import pytest

from phoneward.media.comparing.framing import unframed
from phoneward.media.comparing.prints import Gray


def noise(height: int, width: int) -> Gray:
    return np.random.default_rng(7).integers(0, 256, (height, width), dtype=np.uint8)


@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize(("top", "side"), [(40, 40), (0, 60), (60, 0)])
def test_bars_and_frames_go_whatever_their_gray(ground: int, top: int, side: int) -> None:
    """And a line more, in which an encoder leaves something of them."""
    picture = noise(300, 200)
    framed = np.pad(picture, ((top, top), (side, side)), constant_values=ground)
    (found,) = unframed(framed)
    expected = picture[(top > 0) : 300 - (top > 0), (side > 0) : 200 - (side > 0)]
    assert np.array_equal(found, expected)


def test_a_bar_on_one_side_is_no_frame() -> None:
    """A phone's status bar is a part of the screen."""
    assert unframed(np.pad(noise(300, 200), ((30, 0), (0, 0)), constant_values=255)) == []
    assert unframed(np.pad(noise(300, 200), ((0, 0), (30, 0)), constant_values=255)) == []


def test_even_rows_of_another_gray_belong_to_the_picture() -> None:
    """A sunset in stripes: no row of it has anything in it, and none is of the bars' gray."""
    stripes = np.repeat(np.arange(50, 250, dtype=np.uint8)[:, None], 120, axis=1)
    (found,) = unframed(np.pad(stripes, ((40, 40), (0, 0)), constant_values=0))
    assert np.array_equal(found, stripes[1:-1])


def test_nothing_is_taken_from_a_picture_without_a_frame() -> None:
    assert unframed(noise(300, 200)) == []


def test_an_even_picture_and_a_spot_on_a_large_ground_have_no_frame() -> None:
    assert unframed(np.full((300, 200), 90, np.uint8)) == []
    assert unframed(np.pad(noise(30, 20), ((200, 200), (200, 200)), constant_values=255)) == []


def test_a_phones_screen_in_the_middle_of_a_wide_video_is_taken_out_of_it() -> None:
    """The screen takes a quarter of the width between the bars."""
    found = unframed(np.pad(noise(1080, 486), ((0, 0), (717, 717)), constant_values=0))
    assert [one.shape for one in found] == [(1080, 478)]


def test_a_page_on_ground_of_the_frames_own_colour_may_end_in_two_places() -> None:
    """A white frame around a white page that is empty below: all of the ground may go, or as much as above."""
    page = np.pad(noise(300, 200), ((10, 200), (5, 5)), constant_values=255)
    inner, even = unframed(np.pad(page, 20, constant_values=255))
    assert np.array_equal(inner, noise(300, 200)[1:-1, 1:-1])
    assert even.shape == (488, 198)
