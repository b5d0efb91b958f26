"""What lies over a screenshot is told from another content: a message, a sticker, a mark in the page's own colour."""

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phoneward.media import Kind
from phoneward.media.comparing import Gray, verify
from phoneward.media.comparing.replaced import replaced
from tests.media.corpus import stuck

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_ROWS = 17


def _encoded(page: Gray) -> Gray:
    data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 75])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _account(*, ground: int = 250, ink: int = 30, balance: str = "48 210.66", amount: str = "-1 380.52") -> Gray:
    """Return a page of an account: what is left, and a list of what was paid."""
    page = np.full((2400, 1080), ground, np.uint8)
    chance = np.random.default_rng(8)
    cv2.putText(page, "9:41", (50, 60), _FONT, 1.4, ink, 3)
    cv2.putText(page, balance, (60, 260), _FONT, 3.2, ink, 7)
    for row in range(_ROWS):
        paid = amount if row == 9 else f"-{chance.integers(1, 9)} {chance.integers(100, 999)}.{chance.integers(10, 99)}"
        cv2.putText(page, f"{chance.integers(1, 29)} May, shop {row}", (60, 420 + 110 * row), _FONT, 1.5, ink, 3)
        cv2.putText(page, paid, (760, 420 + 110 * row), _FONT, 1.5, ink, 3)
    return page


def _with_pictures(page: Gray) -> Gray:
    """Put a row of pictures below the balance."""
    shown = page.copy()
    for left in (0, 365, 730):
        shade = np.linspace(60 + left // 12, 200, 350).astype(np.uint8)
        shown[270:500, left : left + 350] = shade
    return shown


def _with_message(page: Gray) -> Gray:
    """Lay a message over the upper end, in the page's colour: above the pictures its rim is seen nowhere."""
    covered = page.copy()
    ground, ink = int(page[0, 0]), int(page.min() if page[0, 0] > 128 else page.max())
    cv2.rectangle(covered, (30, 40), (1050, 310), ground, -1)
    cv2.circle(covered, (130, 175), 62, 120, -1)
    cv2.putText(covered, "Mum: call me", (240, 150), _FONT, 1.6, ink, 4)
    cv2.putText(covered, "now, 1 message", (240, 240), _FONT, 1.1, ink, 3)
    return _encoded(covered)


@pytest.mark.parametrize(("ground", "ink"), [(250, 30), (25, 220)])
def test_a_message_in_the_pages_own_colour_covers_it_and_nothing_is_sure(ground: int, ink: int) -> None:
    """Over a white page a white message is seen only where letters were, or are."""
    page = _with_pictures(_account(ground=ground, ink=ink))
    found = verify(page, _with_message(page))
    assert found is not None
    assert (found.kind, found.is_distinguishable) == (Kind.COVERED, False)
    other = _with_pictures(_account(ground=ground, ink=ink, amount="-1 330.52"))
    assert verify(page, _with_message(other)) is None


def test_another_balance_is_no_message() -> None:
    """One line of large digits that are others: another page, and nothing lies over it."""
    for balance in ("48 216.66", "92 733.41"):
        assert verify(_account(), _encoded(_account(balance=balance))) is None


@pytest.mark.parametrize("radius", [95, 125])
def test_a_sticker_covers_and_nothing_is_sure(radius: int) -> None:
    """A round face stuck over three rows hides what they say; the other rows are compared digit by digit."""

    def stuck(page: Gray) -> Gray:
        covered = page.copy()
        cv2.circle(covered, (300, 700), radius, 170, -1)
        cv2.circle(covered, (300 - radius // 3, 680), radius // 8, 20, -1)
        cv2.circle(covered, (300 + radius // 3, 680), radius // 8, 20, -1)
        return _encoded(covered)

    found = verify(_account(), stuck(_account()))
    assert found is not None
    assert (found.kind, found.is_distinguishable) == (Kind.COVERED, False)
    assert verify(_account(), stuck(_account(amount="-1 330.52"))) is None


@pytest.mark.parametrize(("shape", "share"), [("star", 0.1), ("star", 0.3), ("heart", 0.23), ("rounded", 0.35)])
def test_a_sticker_of_any_outline_covers_and_nothing_is_sure(shape: str, share: float) -> None:
    """A star hides what is within its outline, not all of the box around it; a digit beside it is seen."""

    def stuck_on(page: Gray) -> Gray:
        coloured = np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), np.uint8)
        covered = stuck.stuck(coloured, shape, share, 5)
        return _encoded(np.asarray(cv2.cvtColor(covered, cv2.COLOR_BGR2GRAY), np.uint8))

    found = verify(_account(), stuck_on(_account()))
    assert found is not None
    assert (found.kind, found.is_distinguishable) == (Kind.COVERED, False)
    assert found.covered == pytest.approx(share, abs=0.12)
    assert verify(_account(), stuck_on(_account(balance="48 216.66"))) is None


@pytest.mark.parametrize(("bottom", "is_sure"), [(1331, True), (1382, False), (1394, False), (1404, False)])
def test_a_dialog_that_ends_within_digits_is_not_sure(bottom: int, is_sure: bool) -> None:
    """Half of a 3 is half of an 8: between two rows the page is sure, through the digits of one it is not."""

    def covered(page: Gray) -> Gray:
        shown = page.copy()
        shown[900:bottom] = 90
        for row, text in enumerate(("Low battery", "Close")):
            cv2.putText(shown, text, (300, 1000 + 120 * row), _FONT, 1.6, 250, 4)
        return _encoded(shown)

    found = verify(_account(), covered(_account()))
    assert found is not None
    assert (found.kind, found.is_distinguishable) == (Kind.COVERED, is_sure)
    if not is_sure:
        other = verify(_account(), covered(_account(amount="-1 330.52")))
        assert other is None or not other.is_distinguishable


@pytest.mark.parametrize(("top", "share"), [(1035, 0.35), (1060, 0.45)])
def test_a_white_mark_on_a_white_page_is_seen_on_letters_only(top: int, share: float) -> None:
    """One large word across the middle makes a few strokes fainter; on the ground it cannot be seen."""

    def marked(page: Gray) -> Gray:
        word = np.zeros(page.shape, np.float32)
        cv2.putText(word, "SAMPLE", (150, top), _FONT, 3.0, 1.0, 16)
        return _encoded(np.asarray(page + share * word * (255.0 - page), np.uint8))

    found = verify(_account(), marked(_account()))
    assert found is not None
    assert not found.is_distinguishable
    assert verify(_account(), marked(_account(amount="-1 330.52"))) is None


def test_a_stroke_that_went_is_no_mark() -> None:
    """From an 8 to a 3: half of it became ground, wholly."""
    eight = _account(amount="-1 888.88")
    three = eight.copy()
    left, top = 760, 420 + 110 * 9
    (width, _height), _base = cv2.getTextSize("-1 88", _FONT, 1.5, 3)
    three[top - 36 : top - 2, left + width - 26 : left + width - 16] = 250
    assert np.any(three != eight)
    for side in (1080, 540):
        small = cv2.resize(three, (side, round(side * 2400 / 1080)), interpolation=cv2.INTER_AREA)
        assert verify(eight, _encoded(np.asarray(small, np.uint8))) is None


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(16, 90), st.integers(16, 90)),
    boxes=st.lists(st.tuples(*[st.integers(0, 89)] * 4), min_size=1, max_size=6),
    unit=st.integers(3, 16),
)
@example(shape=(40, 40), boxes=[(5, 39, 3, 1), (30, 39, 3, 1)], unit=4)
def test_spots_may_lie_anywhere(shape: tuple[int, int], boxes: list[tuple[int, int, int, int]], unit: int) -> None:
    """Up to the very corner of a picture; what is said to be replaced holds spots."""
    wrong = np.zeros(shape, bool)
    for left, top, width, height in boxes:
        wrong[top : top + height, left : left + width] = True
    found = replaced(wrong, ~wrong, np.ones(shape, bool), unit)
    assert found.shape == shape
    assert not found.any() or (found & wrong).any()
