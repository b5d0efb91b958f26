"""A copy is told from another picture, and one changed digit is seen. At large: benchmarks/pictures_accuracy."""

import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from phoneward.media import Kind, Region, Verdict
from phoneward.media.comparing import Gray, Prepared, aligning, verify, verifying
from phoneward.media.comparing.covering import Judgement
from phoneward.media.comparing.residual import Residual, residual
from phoneward.media.comparing.verifying import compared
from tests.media import corpus
from tests.media.corpus import CorpusPicture, transforms

_SMALL = {"quarter", "wide200", "square200"}
"""Transforms that leave too little of a phone's screen to tell one digit from another."""


def _gray(data: bytes) -> Gray:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _copied(picture: CorpusPicture, transform: str) -> Gray:
    return _gray(transforms.ALL[transform].copy(picture.pixels()))


def _family(number: int) -> list[CorpusPicture]:
    """Return a screen and its twins: another digit, another clock or name."""
    screens = [one for one in corpus.pictures() if one.is_screen]
    first = screens[3 * number % len(screens)]
    return [one for one in screens if one.family == first.family]


def _photo(number: int) -> CorpusPicture:
    return [one for one in corpus.pictures() if not one.is_screen][number]


@pytest.mark.parametrize(("number", "name"), list(enumerate(transforms.ALL)))
def test_a_copy_is_found_and_a_copy_of_a_twin_is_not(number: int, name: str) -> None:
    """Whatever an app did to a screenshot, it is found again; one where a digit is another is never taken for it."""
    first, twin, *_ = _family(number)
    original = Prepared(_gray(first.data))
    found = verify(original, _copied(first, name))
    assert found is not None
    assert name not in _SMALL or not found.is_distinguishable
    if not transforms.ALL[name].shows_the_same(first.pixels(), twin.pixels()):
        other = verify(original, _copied(twin, name))
        assert other is None or (name in _SMALL and not other.is_distinguishable)


@pytest.mark.parametrize("number", range(0, 18, 2))
def test_a_changed_digit_is_seen_at_half_a_phones_width(number: int) -> None:
    """On every kind of screen, one digit that became one that looks much like it, written at quality 30."""
    first, twin, *_ = _family(number)
    assert verify(_gray(first.data), _copied(twin, "half30")) is None


@pytest.mark.parametrize(("name", "kind"), [("jpeg30", Kind.RE_ENCODED), ("half", Kind.SMALLER),
                                            ("cut_smaller", Kind.CROPPED), ("floating", Kind.COVERED)])  # fmt: skip
def test_a_copy_is_called_what_it_is(name: str, kind: Kind) -> None:
    """The finding says whether the copy was written anew, made smaller, cut or covered."""
    found = verify(_gray(_family(0)[0].data), _copied(_family(0)[0], name))
    assert found is not None
    assert (found.kind, found.is_distinguishable) == (kind, True)
    assert found.width >= 540
    assert found.confidence > 0.9


def test_a_crop_says_which_part_it_shows() -> None:
    """Both pictures can be shown side by side, the part framed."""
    found = verify(_gray(_family(2)[0].data), _copied(_family(2)[0], "cut_smaller"))
    assert found is not None
    expected = Region(0.05, 0.1, 0.95, 0.95)
    assert dataclasses.astuple(found.region) == pytest.approx(dataclasses.astuple(expected), abs=0.003)


def test_a_covered_copy_says_how_much_is_covered() -> None:
    """A sheet over the lower quarter of a photo covers a quarter."""
    found = verify(_gray(_photo(3).data), _copied(_photo(3), "sheet25"))
    assert found is not None
    assert found.kind is Kind.COVERED
    assert found.covered == pytest.approx(0.25, abs=0.02)


def _stamped(pixels: transforms.Pixels, *, across: float) -> Gray:
    """Write a thin word all over a picture, dark or light, as sites do that show pictures."""
    gray = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    height, width = gray.shape
    written = np.zeros_like(gray)
    for row, top in enumerate(range(int(width * 0.1), height, int(width * 0.2))):
        for left in range(-(row % 3) * width // 6, width, int(width * 0.5)):
            cv2.putText(written, "DO NOT COPY", (left, top), cv2.FONT_HERSHEY_DUPLEX, width / 600, 255, 1)
    share = written / 255 * across
    stamped = np.asarray(gray * (1 - share) + 235 * share, np.uint8)
    return _gray(cv2.imencode(".jpg", stamped, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes())


@pytest.mark.parametrize("number", [0, 4, 9])
def test_a_small_photo_under_a_thin_word_all_over_is_found_and_is_not_sure(number: int) -> None:
    """A site that writes its name over a small picture has the picture; what is below the letters, nobody sees."""
    pixels = transforms.ALL["quarter"].change(_photo(number).pixels())
    found = verify(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8), _stamped(pixels, across=0.3))
    assert found is not None
    assert not found.is_distinguishable


def test_a_changed_digit_is_seen_between_the_letters_of_a_watermark() -> None:
    """A thin word over a page hides nothing of another balance."""
    first, twin, *_ = _family(0)
    original = _gray(first.data)
    assert verify(original, _stamped(first.pixels(), across=0.25)) is not None
    assert verify(original, _stamped(twin.pixels(), across=0.25)) is None


def test_half_a_pixel_off_is_no_other_content() -> None:
    """Fine lines of a calendar that came to lie half a pixel further are the same lines."""
    chance = np.random.default_rng(5)
    lines = np.full((700, 500), 250, np.uint8)
    for at in range(10, 690, 9):
        lines[at : at + 1, 10 : int(chance.integers(200, 490))] = 40
        lines[10 : int(chance.integers(200, 690)), min(489, at)] = 90
    shift = np.array([[1, 0, 0.5], [0, 1, 0.5]], np.float32)
    moved = np.asarray(cv2.warpAffine(lines, shift, (500, 700), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    left = residual(lines, moved)
    assert left is not None
    assert left.score.max() < 8
    other = moved.copy()
    other[300:312, 100:106] = 40
    left = residual(lines, other)
    assert left is not None
    assert left.score.max() > 20


def _cut_and_sharpened(picture: CorpusPicture) -> Gray:
    """Return what an app makes that cuts a screen, makes it smaller and weighs pixels so that letters stay crisp."""
    seen = _gray(picture.data)
    height, width = seen.shape
    part = seen[height // 9 + 1 : -height // 8, width // 11 + 1 : -width // 13]
    small = cv2.resize(part, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_LANCZOS4)
    return _gray(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes())


@pytest.mark.parametrize("number", [4, 6])
def test_a_cut_copy_made_smaller_with_crisp_letters_is_found_and_not_sure(number: int) -> None:
    """Apps make pictures smaller in many ways: what a way leaves at letters is no other content, a digit is."""
    first, twin, *_ = _family(number)
    original = Prepared(_gray(first.data))
    found = verify(original, _cut_and_sharpened(first))
    assert found is not None
    assert not found.is_distinguishable
    assert verify(original, _cut_and_sharpened(twin)) is None


def test_the_rim_of_a_crop_made_smaller_does_not_count() -> None:
    """Cut through letters and made smaller, its first row is of rows that the original does not show at one place."""
    page = _gray(_family(0)[0].data)
    top = 300 + int(np.abs(np.diff(page[300:600, 40:1000].astype(int), axis=0)).mean(axis=1).argmax())
    copy = cv2.resize(page[top : top + 1700, 40:1000], (576, 1020), interpolation=cv2.INTER_AREA)
    copy[0] = cv2.resize(page[top - 2 : top, 40:1000], (576, 1), interpolation=cv2.INTER_AREA)
    found = verify(page, np.asarray(copy, np.uint8))
    assert found is not None
    assert found.kind is Kind.CROPPED


def test_a_crop_of_the_whole_width_is_as_large_as_its_pixels_say() -> None:
    """An app cut the bars off and made it smaller: how much, its width tells more exactly than any patch."""
    original = _gray(_family(0)[0].data)
    small = cv2.resize(original[207:2163], (508, round(1956 * 508 / 1080)), interpolation=cv2.INTER_AREA)
    part = np.asarray(small, np.uint8)
    about = Region(0.004, 0.084, 1.003, 0.9)
    exact = aligning.refined(Prepared(original), Prepared(part), aligning.by_region(about, original, part), 14)
    assert exact is not None
    assert (exact.scale_x, exact.scale_y, exact.left) == (508 / 1080, 508 / 1080, 0.0)


def test_a_tenth_of_a_pixel_is_no_other_content() -> None:
    """The bars of a ticket's code are so fine that a crop which is placed a little off looks like another ticket."""
    chance = np.random.default_rng(3)
    ticket = np.full((2401, 1081), 250, np.uint8)
    for column in range(12, 1070):
        if chance.random() < 0.45:
            ticket[1500:1700, column] = 0
    for row in range(11):
        text = f"{chance.integers(1_000, 99_999)} row {chance.integers(100, 999)}"
        cv2.putText(ticket, text, (60, 90 + 125 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 40, 3)
    ticket[1000:1002, 20:1060] = 90
    small = cv2.resize(ticket[253:2196, 186:995], (449, 1078), interpolation=cv2.INTER_AREA)
    suspect = _gray(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes())
    scale_x, scale_y = 449 / 809, 1078 / 1943
    for off in (0.0, 0.6):
        placement = aligning.Placement(scale_x, scale_y, (off - 186) * scale_x, -253 * scale_y)
        found = compared(Prepared(ticket), Prepared(suspect), placement)
        assert found.verdict is not None


def test_a_search_may_say_where_to_look() -> None:
    """A part at an odd size is found where a search says it may be, even if what it says is a little wrong."""
    original = _gray(_family(0)[0].data)
    part = cv2.resize(original[300:1300, 100:980], None, fx=0.61, fy=0.61, interpolation=cv2.INTER_AREA)
    about = Region(0.1, 0.12, 0.9, 0.55)
    found = verify(original, np.asarray(part, np.uint8), near=about)
    assert found is not None
    assert found.region.top == pytest.approx(300 / 2400, abs=0.003)


def test_a_photo_taken_a_moment_later_is_another_photo() -> None:
    """The camera moved a little between two photos of one thing: neither is a copy of the other."""
    chance = np.random.default_rng(1)
    for number in (0, 2, 4):
        first = cv2.resize(_gray(_photo(number).data), (1200, 900), interpolation=cv2.INTER_AREA)
        bend = cv2.resize(chance.normal(0, 3, (6, 6, 2)).astype(np.float32), (1200, 900), interpolation=cv2.INTER_CUBIC)
        rows, columns = np.mgrid[0:900, 0:1200].astype(np.float32)
        moved = cv2.remap(first, columns + bend[..., 0] + 4, rows + bend[..., 1] - 3, cv2.INTER_LINEAR)
        assert verify(np.asarray(first, np.uint8), np.asarray(moved, np.uint8)) is None


def _page(clock: str = "") -> Gray:
    page = np.full((2400, 1080), 250, np.uint8)
    if clock:
        cv2.putText(page, clock, (60, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 20, 3)
    return page


def test_what_shows_more_than_a_frame_around_it_is_not_sure() -> None:
    """A list scrolled further shows the same rows and others: the person's picture is not all that it is made of."""
    list_ = np.full((3600, 1080), 250, np.uint8)
    chance = np.random.default_rng(3)
    for row in range(30):
        text = f"{chance.integers(1_000, 99_999)} row {chance.integers(100, 999)}"
        cv2.putText(list_, text, (60, 120 * row + 80), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 30, 4)
    original, scrolled = list_[:2400], list_[720:3120]
    found = verify(original, scrolled, near=Region(0.0, 0.3, 1.0, 1.3))
    assert found is None or not found.is_distinguishable
    framed = np.pad(original[720:], ((0, 700), (0, 0)), constant_values=0)
    found = verify(original, framed)
    assert found is not None
    assert found.is_distinguishable


def test_a_digit_that_hangs_on_to_a_preview_is_not_sure() -> None:
    """A changed digit right beside a floating video looks like its edge."""
    page = np.full((2160, 1080), 20, np.uint8)
    chance = np.random.default_rng(4)
    for row in range(14):
        # The video's sides lie between letters: it would not be sure otherwise.
        for left, text in ((20, f"{chance.integers(10, 99)}"), (720, f"{chance.integers(100, 999)} st")):
            cv2.putText(page, text, (left, 150 * row + 120), cv2.FONT_HERSHEY_SIMPLEX, 2.4, 230, 6)
    video = cv2.resize(chance.integers(0, 255, (6, 9), np.uint8), (420, 560), interpolation=cv2.INTER_CUBIC)
    sure = []
    for digit in ("", "8"):
        covered = page.copy()
        cv2.putText(covered, digit, (180, 430), cv2.FONT_HERSHEY_SIMPLEX, 3.6, 230, 14)
        covered[200:760, 255:675] = video
        found = verify(page, covered)
        sure.append(found is not None and found.is_distinguishable)
    assert sure == [True, False]


def test_an_empty_page_is_never_a_copy() -> None:
    """One colour, or a page that is still loading under the phone's bar, looks like any other such page."""
    for page in (_page(), _page("12:48"), np.zeros((600, 300), np.uint8)):
        assert verify(page, page.copy()) is None
        assert verify(page, page[::2, ::2].copy()) is None
        assert verify(_gray(_family(1)[0].data), page) is None
        assert verify(page, _gray(_family(1)[0].data)) is None


def test_a_page_with_a_line_or_a_word_is_never_a_copy() -> None:
    """A page that says "Loading", or has a scroll bar and nothing else, is one of many."""
    word, line = _page(), _page()
    cv2.putText(word, "Loading", (400, 1200), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 20, 3)
    line[:, 1072:1074] = 120
    for page in (word, line):
        assert verify(page, page.copy()) is None


def test_a_bar_wiped_out_in_its_own_colour_covers_it() -> None:
    """An app that blanks the clock and the battery on a dark page kept the rest of the person's picture."""
    first = next(one for one in corpus.pictures() if one.name == "settings-3000-first")
    pixels = first.pixels()
    pixels[:90] = pixels[88]
    found = verify(_gray(first.data), np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8))
    assert found is not None
    assert found.kind is Kind.COVERED


def test_nothing_explains_an_empty_suspect() -> None:
    """That all of a blank page can be explained by no contrast at all does not make it a copy."""
    original = np.asarray(cv2.resize(_gray(_family(1)[0].data), (360, 800)), np.uint8)
    assert residual(original, np.full_like(original, 250)) is None


def test_what_a_search_says_is_made_exact() -> None:
    """A part that is said to lie a little off is put in its place, to less than a pixel of the suspect."""
    original = _gray(_family(0)[0].data)
    part = np.asarray(cv2.resize(original[300:1300, 100:980], (537, 610), interpolation=cv2.INTER_AREA), np.uint8)
    guess = aligning.by_region(Region(0.1, 0.12, 0.9, 0.55), original, part)
    exact = aligning.refined(Prepared(original), Prepared(part), guess, 14)
    assert exact is not None
    assert exact.left == pytest.approx(-61, abs=0.7)
    assert exact.top == pytest.approx(-183, abs=0.7)
    assert exact.scale_x == pytest.approx(0.61, abs=0.002)


def test_a_negative_and_a_mirrored_picture_are_no_copies() -> None:
    """Nothing an app keeps as a cache."""
    original = _gray(_family(4)[0].data)
    assert verify(original, 255 - original) is None
    assert verify(original, np.ascontiguousarray(original[:, ::-1])) is None


_SIDES = st.integers(1, 90)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_two_pictures_can_be_compared(data: st.DataObject) -> None:
    """Whatever the shapes, and whatever stands in them, there is an answer; noise is no copy of other noise."""
    shapes = st.tuples(_SIDES, _SIDES)
    fill = st.sampled_from([0, 255, 128])
    one = data.draw(arrays(np.uint8, shapes, fill=fill))
    other = data.draw(arrays(np.uint8, shapes, fill=fill))
    assert isinstance(verify(one, other), Verdict | None)


def test_long_and_narrow_pictures_are_compared_in_bounded_time() -> None:
    """A strip of 60,000 by 16 pixels is a picture, too."""
    chance = np.random.default_rng(0)
    strip = chance.integers(0, 255, (16, 60_000), np.uint8)
    for other in (strip, strip.T.copy(), _gray(_family(1)[0].data)):
        verify(strip, other)
        verify(other, strip)


def test_the_largest_pictures_are_compared_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes up to 150 MB for a moment; two threads are one too many."""
    page = np.full((2000, 1440), 250, np.uint8)
    for row in range(90):
        text = " ".join(f"{row * word * 7919 % 99991}" for word in range(1, 40))
        cv2.putText(page, text, (20, 20 + 22 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.25, 120, 1)
    inside: list[int] = []
    most: list[int] = []
    way = verifying._judged

    def judged(first: Gray, second: Gray, left: Residual) -> tuple[Residual, Judgement]:
        if first.size > 100_000:
            inside.append(1)
            time.sleep(0.2)
            most.append(len(inside))
            inside.pop()
        return way(first, second, left)

    monkeypatch.setattr(verifying, "_LARGE", 100_000)
    monkeypatch.setattr(verifying, "_judged", judged)
    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(lambda _number: verify(page, page.copy()), range(2)))
    assert len(most) >= 2
    assert set(most) == {1}
