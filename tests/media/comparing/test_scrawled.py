"""What is scrawled over a picture, or hidden of it in small parts, hides those; another content is not taken for it."""

import random

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.media import Kind
from phoneward.media.comparing import Gray, Prepared, verify
from phoneward.media.comparing.residual import residual
from phoneward.media.comparing.scrawled import scrawled
from tests.media import corpus
from tests.media.corpus import CorpusPicture, scrawls, stuck
from tests.media.corpus.transforms import Pixels

_FONT = cv2.FONT_HERSHEY_SIMPLEX


def _gray(pixels: Pixels) -> Gray:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def _sent(pixels: Pixels, quality: int = 80) -> Gray:
    data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _pictures() -> list[CorpusPicture]:
    """Return some kinds of screens and some photos."""
    everything = corpus.pictures()
    names = ("bank-0", "chat-2000", "mail-13000", "receipt-1000", "table-12000")
    screens = [one for one in everything if one.name.endswith("-first") and one.name[:-6] in names]
    return screens + [one for one in everything if not one.is_screen][2:6:2]


@pytest.mark.parametrize("how", scrawls.ALL)
def test_a_scrawled_copy_is_found_and_never_sure(how: str) -> None:
    """Whatever was scrawled where: of 21 copies three may be missed, where a dense page was hit in many places."""
    missed: list[str] = []
    hidden: list[bool] = []
    for picture in _pictures():
        original, pixels = Prepared(_gray(picture.pixels())), picture.pixels()
        for seed in range(3):
            changed = scrawls.ALL[how](pixels, seed)
            if (cv2.absdiff(changed, pixels).max(axis=2) > 30).mean() < 0.003:
                continue  # On empty ground there is nothing to hide.
            found = verify(original, _sent(changed))
            if found is None:
                missed.append(f"{picture.name}-{seed}")
                continue
            assert found.kind in (Kind.COVERED, Kind.SAME_SCREEN), (picture.name, seed)
            hidden.append(found.is_distinguishable)
    assert len(missed) <= 3, missed
    assert len(hidden) >= 6
    # Two bars are blanks, as before, and what they leave is seen.
    assert how == "bars" or not any(hidden)


@pytest.mark.parametrize("how", scrawls.ALL)
def test_a_digit_that_changed_is_seen_beside_what_is_scrawled(how: str) -> None:
    """Far from a pen's stroke another digit is another page, but for pens as pale as a watermark; nothing is sure."""
    seen = far = 0
    for name in ("bank-0", "receipt-1000", "table-12000", "mail-13000"):
        first, twin = (
            next(one for one in corpus.pictures() if one.name == f"{name}-{which}") for which in ("first", "digit")
        )
        original = Prepared(_gray(first.pixels()))
        left, top, right, bottom = stuck.differing(first.pixels(), twin.pixels())
        for seed in range(3):
            changed = scrawls.ALL[how](twin.pixels(), seed)
            found = verify(original, _sent(changed))
            assert found is None or not found.is_distinguishable
            around = (slice(max(0, top - 90), bottom + 90), slice(max(0, left - 90), right + 90))
            if np.array_equal(changed[around], twin.pixels()[around]):
                far += 1
                seen += found is None
    assert seen >= 0.75 * far > 0


def _page() -> Gray:
    page = np.full((2400, 1080), 250, np.uint8)
    chance = np.random.default_rng(6)
    for row in range(16):
        text = f"{chance.integers(1_000, 99_999)} row {chance.integers(100, 999)}"
        cv2.putText(page, text, (60, 140 * row + 130), _FONT, 1.6, 30, 4)
    return page


def test_what_was_wiped_out_is_neither_soft_nor_scrawled() -> None:
    """A number that is gone, and a line between rows that is gone, are another content."""
    page = _page()
    original = page.copy()
    cv2.putText(original, "48", (800, 690), _FONT, 1.6, 30, 4)
    assert verify(original, _sent(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR))) is None  # type: ignore[arg-type]


def test_another_number_is_not_a_soft_one() -> None:
    """About as bright as the one that was there, but what it shows is no less sharp."""
    pages = []
    for number in ("68 209 36", "83 596 02"):
        page = _page()
        cv2.putText(page, number, (600, 690), _FONT, 1.6, 30, 4)
        pages.append(page)
    assert verify(pages[0], _sent(cv2.cvtColor(pages[1], cv2.COLOR_GRAY2BGR))) is None  # type: ignore[arg-type]


def test_another_curve_is_no_pen() -> None:
    """A chart of another day: one curve came and the other went."""
    one, other = _page(), _page()
    for page, seed in ((one, 1), (other, 2)):
        chance = random.Random(seed)
        page[700:1400] = 250
        points = np.array([(60 + 24 * at, 1050 + chance.randrange(-250, 250)) for at in range(40)], np.int32)
        cv2.polylines(page, [points[:, None]], isClosed=False, color=60, thickness=6, lineType=cv2.LINE_AA)
    left = residual(one, _sent(cv2.cvtColor(other, cv2.COLOR_GRAY2BGR)))  # type: ignore[arg-type]
    assert left is not None
    wrong = left.score > 8
    found = scrawled(wrong, np.zeros_like(wrong), (one, left.suspect), left, 24)
    assert (found & wrong).sum() < 0.6 * wrong.sum()


def test_another_code_is_no_pen() -> None:
    """The squares of another ticket's code are black and white, and right beside one of them others differ."""
    pages = []
    for seed in (1, 2):
        page = _page()
        squares = np.random.default_rng(seed).integers(0, 2, (29, 29)).astype(np.uint8) * 255
        page[800:1525, 150:875] = np.kron(squares, np.ones((25, 25), np.uint8))
        pages.append(page)
    left = residual(pages[0], _sent(cv2.cvtColor(pages[1], cv2.COLOR_GRAY2BGR)))  # type: ignore[arg-type]
    assert left is not None
    wrong = left.score > 8
    found = scrawled(wrong, np.zeros_like(wrong), (pages[0], left.suspect), left, 24)
    assert (found & wrong).sum() < 0.5 * wrong.sum()


@settings(max_examples=40, deadline=None)
@given(
    shape=st.tuples(st.integers(40, 120), st.integers(40, 120)),
    boxes=st.lists(st.tuples(*[st.integers(0, 119)] * 4, st.integers(0, 255)), max_size=8),
    unit=st.integers(3, 12),
)
def test_spots_may_lie_anywhere(shape: tuple[int, int], boxes: list[tuple[int, int, int, int, int]], unit: int) -> None:
    """Up to the very corner of a picture; what is scrawled holds spots."""
    one = np.random.default_rng(1).integers(0, 255, shape, np.uint8)
    other = one.copy()
    for left, top, width, height, level in boxes:
        other[top : top + height, left : left + width] = level
    left_over = residual(one, other)
    if left_over is None:
        return
    wrong = left_over.score > 8
    found = scrawled(wrong, np.zeros(shape, bool), (one, other), left_over, unit)
    assert found.shape == shape
    assert not found.any() or (found & wrong).any()


def test_large_letters_that_changed_are_no_stickers() -> None:
    """A sum in large, fat letters: close as they are, between their strokes it is as it was."""
    one, other = _page(), _page()
    for page, text in ((one, "$ 313"), (other, "$ 842")):
        page[1000:1200] = 250
        cv2.putText(page, text, (60, 1160), cv2.FONT_HERSHEY_DUPLEX, 4.5, 20, 22)
    sent = _sent(cv2.cvtColor(other, cv2.COLOR_GRAY2BGR))  # type: ignore[arg-type]
    left = residual(one, sent)
    assert left is not None
    wrong = left.score > 8
    assert not scrawled(wrong, np.zeros_like(wrong), (one, sent), left, 24).any()
    assert verify(one, sent) is None
