"""What was blurred or pixelated is told from what was changed, wiped out or laid over."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.media import Kind, Verdict
from phoneward.media.comparing import Gray, verify
from phoneward.media.comparing.covering import CHANGED
from phoneward.media.comparing.covers import Mask
from phoneward.media.comparing.residual import residual
from phoneward.media.comparing.softened import softened
from tests.media import corpus
from tests.media.corpus import transforms

_FONT = cv2.FONT_HERSHEY_SIMPLEX


def _gray(data: bytes) -> Gray:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _found(how: str, *, is_screen: bool) -> list[Verdict]:
    pictures = [
        one for one in corpus.pictures() if one.is_screen == is_screen and one.name.endswith("first") == is_screen
    ]
    seen = [verify(_gray(one.data), _gray(transforms.ALL[how].copy(one.pixels()))) for one in pictures]
    assert len(seen) >= 15
    return [one for one in seen if one is not None]


@pytest.mark.parametrize(
    ("how", "is_screen", "least"),
    [("blurred", True, 17), ("pixelated", True, 14), ("blurred", False, 13), ("pixelated", False, 10)],
)
def test_bars_that_were_made_unreadable_cover_a_picture_and_nothing_is_sure(
    how: str, *, is_screen: bool, least: int
) -> None:
    """Three bars over each of 18 screens and 15 photos; grains over what was soft before are not told from a change."""
    found = _found(how, is_screen=is_screen)
    assert len(found) >= least
    assert {one.kind for one in found} == {Kind.COVERED}
    assert not any(one.is_distinguishable for one in found)


def _page(paid: str = "-1 380.52", name: str = "Corner shop, Ealing") -> Gray:
    page = np.full((1600, 720), 248, np.uint8)
    for row in range(13):
        cv2.putText(
            page, name if row == 4 else f"Shop {row * 37 % 11} of {row}", (30, 180 + 100 * row), _FONT, 1.1, 30, 2
        )
        sum_ = paid if row == 9 else f"-{row * 71 % 9} {row * 37 % 900}.{row * 13 % 90}"
        cv2.putText(page, sum_, (480, 180 + 100 * row), _FONT, 1.1, 30, 2)
    return page


def _blurred(page: Gray) -> Gray:
    done = page.copy()
    done[540:610, 20:420] = cv2.GaussianBlur(done[540:610, 20:420], (0, 0), 8)
    return done


def _soft(one: Gray, other: Gray) -> Mask:
    left = residual(one, other)
    assert left is not None
    return softened(left.score > CHANGED, (one, other), left, 16)


def test_beside_a_blurred_name_a_changed_digit_is_still_seen() -> None:
    found = verify(_page(), _blurred(_page()))
    assert found is not None
    assert (found.kind, found.is_distinguishable) == (Kind.COVERED, False)
    assert verify(_page(), _blurred(_page("-1 330.52"))) is None


def test_a_mosaic_is_softer_than_what_was_there() -> None:
    page = _page()
    part = page[540:610, 20:420]
    small = cv2.resize(part, (27, 5), interpolation=cv2.INTER_AREA)
    page[540:610, 20:420] = cv2.resize(small, (400, 70), interpolation=cv2.INTER_NEAREST)
    assert _soft(_page(), page)[545:590, 40:400].mean() > 0.6


def test_another_name_is_as_sharp_as_the_one_before() -> None:
    assert not _soft(_page(), _page(name="Garden tools, Bow W")).any()


def test_what_was_wiped_out_is_not_soft() -> None:
    """The light of its letters is gone, too: a payment that is not there is another page."""
    wiped = _page()
    wiped[540:610, 20:420] = 248
    assert not _soft(_page(), wiped).any()


@given(
    seed=st.integers(0, 10_000),
    height=st.integers(16, 90),
    width=st.integers(16, 90),
    unit=st.integers(3, 20),
    share=st.floats(0, 1),
)
def test_any_two_pictures(*, seed: int, height: int, width: int, unit: int, share: float) -> None:
    """Nothing breaks, and where nothing differs nothing is soft."""
    chance = np.random.default_rng(seed)
    one, other = (np.asarray(chance.integers(0, 256, (height, width)), np.uint8) for _picture in range(2))
    wrong = np.asarray(chance.random((height, width)) < share)
    left = residual(one, other)
    if left is not None:
        found = softened(wrong, (one, other), left, unit)
        assert found.shape == wrong.shape
        near = cv2.dilate(wrong.astype(np.uint8), np.ones((4 * unit + 3, 4 * unit + 3), np.uint8)) > 0
        assert not (found & ~near).any()


def test_another_code_is_no_mosaic() -> None:
    """A QR code is made of grains, too; but as dark and as light as those of the one before."""
    chance = np.random.default_rng(4)
    page, other = _page(), _page()
    for shown in (page, other):
        code = chance.integers(0, 2, (25, 25)).astype(np.uint8) * 230 + 10
        shown[600:900, 200:500] = cv2.resize(code, (300, 300), interpolation=cv2.INTER_NEAREST)
    assert not _soft(page, other).any()
