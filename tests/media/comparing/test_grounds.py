"""A changed digit of print on a gradient or a photo is seen, or nobody says that it is the same."""

import cv2
import numpy as np
import pytest

from phoneward.media.comparing import Gray, Prepared, verify
from phoneward.media.comparing.distinguishing import would_show
from phoneward.media.comparing.grounds import textured
from phoneward.media.comparing.pale import pale_lines
from tests.media import corpus
from tests.media.corpus import CorpusPicture, grounds, pale, transforms

_PHONE = pale.SIZES[2]
_PAGES = tuple(
    grounds.GroundPage(ground, contrast, _PHONE, font, all_pale, seed)
    for ground, contrast, font, all_pale, seed in (
        ("card", 16, pale.FONTS[2], False, 11),
        ("dark", 16, pale.FONTS[0], True, 12),
        ("aslant", 24, pale.FONTS[1], False, 13),
        ("photo", 24, pale.FONTS[2], True, 919),
        ("photo", 16, pale.FONTS[2], False, 93),
        ("veiled", 24, pale.FONTS[2], False, 5425),
    )
)
_HOW = ("jpeg30", "jpeg70", "half", "wide720", "cut5_all", "dimmed")


def _gray(data: bytes) -> Gray:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _copied(picture: CorpusPicture, transform: str) -> Gray:
    return _gray(transforms.ALL[transform].copy(picture.pixels()))


@pytest.mark.parametrize("number", range(len(_PAGES)))
def test_another_digit_on_any_ground_is_never_called_the_same(number: int) -> None:
    """However pale it is, and whatever it stands on; and the copy of the very page is found."""
    first, twin = grounds.pages(_PAGES)[2 * number : 2 * number + 2]
    original = Prepared(_gray(first.data))
    for how in _HOW:
        assert verify(original, _copied(first, how)) is not None, how
        found = verify(original, _copied(twin, how))
        assert found is None or not found.is_distinguishable, how


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_copy_of_print_on_a_gradient_is_sure_and_another_digit_another_page(number: int) -> None:
    """Where an app hardly lost anything of it."""
    first, twin = grounds.pages(_PAGES)[2 * number : 2 * number + 2]
    original = Prepared(_gray(first.data))
    found = verify(original, _copied(first, "jpeg90"))
    assert found is not None
    assert found.is_distinguishable
    assert verify(original, _copied(twin, "jpeg90")) is None


def test_lines_on_a_gradient_are_found_and_drawn() -> None:
    """Whichever way it runs: the row of the digit that differs is one of them."""
    for number in (0, 1, 2):
        first, twin = (_gray(one.data) for one in grounds.pages(_PAGES)[2 * number : 2 * number + 2])
        changed = np.flatnonzero(cv2.absdiff(first, twin).any(axis=1))
        lines = [one for one in pale_lines(first) if one.top <= changed[0] and changed[-1] < one.bottom]
        assert lines
        assert all(one.is_drawn for one in lines)


def test_photos_are_textured_and_drawn_pages_are_not() -> None:
    """Of a page with a photo in it, the photo."""
    pictures = {one.name: _gray(one.data) for one in corpus.pictures()}
    photo = textured(pictures["analogpattern_by_Peter_Nerlich"])
    assert photo is not None
    assert photo.mean() > 0.9
    assert textured(pictures["table-12000-first"]) is None
    assert textured(pictures["bank-0-first"]) is None
    page = pictures["table-12000-first"].copy()
    height, width = page.shape
    page[: height // 2] = cv2.resize(pictures["analogpattern_by_Peter_Nerlich"], (width, height // 2))
    blocks = textured(page)
    assert blocks is not None
    assert blocks[: len(blocks) // 2 - 1].mean() > 0.9
    assert not blocks[len(blocks) // 2 + 1 :].any()


def test_beside_texture_letters_that_are_large_enough_prove_nothing_at_a_small_size() -> None:
    """The letters that were found may not be those that stand on the photo."""
    assert would_show(12.0, 360.0)
    assert not would_show(12.0, 360.0, is_textured=True)
    assert would_show(12.0, 540.0, is_textured=True)
    assert not would_show(8.0, 1080.0, is_textured=True)
