"""A changed digit of pale print is seen, or nobody says that it is the same. At large: benchmarks/pictures_faint."""

import random
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from phoneward.media.comparing import Gray, Looker, Match, Matcher, Prepared, Print, verify
from phoneward.media.comparing.pale import pale_lines
from tests.media import corpus
from tests.media.corpus import CorpusPicture, pale, transforms

_PHONE = pale.SIZES[2]
_PAGES = tuple(
    pale.PalePage(kind, contrast, _PHONE, font, dark, seed)
    for seed, (kind, contrast, font, dark) in enumerate(
        (
            ("line", 10, pale.FONTS[0], False),
            ("all", 16, pale.FONTS[1], True),
            ("line", 22, pale.FONTS[2], False),
            ("large", 30, pale.FONTS[0], True),
        ),
        start=40,
    )
)
_BY_CONTRAST = {one.contrast: number for number, one in enumerate(_PAGES)}


def _gray(data: bytes) -> Gray:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _copied(picture: CorpusPicture, transform: str) -> Gray:
    return _gray(transforms.ALL[transform].copy(picture.pixels()))


def _family(contrast: int) -> tuple[CorpusPicture, ...]:
    at = 3 * _BY_CONTRAST[contrast]
    return pale.pages(_PAGES)[at : at + 3]


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    with Looker() as one:
        yield one


def _match(looker: Looker, originals: dict[str, bytes], suspect: bytes) -> Match[str] | None:
    everything = originals | {"app": suspect}
    prints = {key: seen for key, seen in looker.prints(everything.items()) if isinstance(seen, Print)}
    with Matcher([(key, prints[key]) for key in originals], everything.__getitem__, looker) as matcher:
        return next(matcher.match([("app", prints["app"])]), None)


@pytest.mark.parametrize("contrast", _BY_CONTRAST)
@pytest.mark.parametrize("how", ["jpeg70", "half", "cut5_all"])
def test_a_copy_is_sure_and_another_digit_is_seen(contrast: int, how: str) -> None:
    """However pale, where an app hardly lost anything: one digit is another, and it is another page."""
    first, twin, _other = _family(contrast)
    original = Prepared(_gray(first.data))
    found = verify(original, _copied(first, how))
    assert found is not None
    assert found.is_distinguishable
    assert verify(original, _copied(twin, how)) is None


@pytest.mark.parametrize("how", ["webp50", "wide720", "quarter"])
def test_where_an_app_lost_it_the_page_is_found_and_not_sure(how: str) -> None:
    """Of print ten levels off white little is left by WebP at quality 50: the same screen, and nobody says more."""
    first, twin, _other = _family(10)
    original = Prepared(_gray(first.data))
    found = verify(original, _copied(first, how))
    assert found is not None
    assert not found.is_distinguishable
    other = verify(original, _copied(twin, how))
    assert other is None or not other.is_distinguishable


@pytest.mark.parametrize("contrast", [10, 22])
def test_of_pages_that_differ_in_a_pale_digit_the_very_one_is_named(looker: Looker, contrast: int) -> None:
    """Whichever comes first; and where it is missing, none of its siblings is taken for it."""
    first, twin, other = _family(contrast)
    suspect = transforms.ALL["wide540"].copy(first.pixels())
    for order in ((first, twin, other), (other, twin, first)):
        found = _match(looker, {one.name: one.data for one in order}, suspect)
        assert found is not None
        assert (found.original, found.verdict.is_distinguishable) == (first.name, True)
    found = _match(looker, {one.name: one.data for one in (twin, other)}, suspect)
    assert found is None or not found.verdict.is_distinguishable


def test_the_likelier_of_two_is_named_where_neither_is_sure(looker: Looker) -> None:
    """What is left of a digit after quality 50 is no proof, but it speaks for the one."""
    first, twin, other = _family(16)
    suspect = transforms.ALL["webp50"].copy(cv2.resize(first.pixels(), None, fx=0.4, fy=0.4))  # type: ignore[arg-type]
    found = _match(looker, {one.name: one.data for one in (twin, other, first)}, suspect)
    assert found is not None
    assert found.original == first.name


def test_a_watermark_over_pale_print_is_no_other_digit() -> None:
    """A thin word across a page with pale lines stands out from them as a digit would."""
    first, twin, _other = _family(16)
    original = Prepared(_gray(first.data))
    found = verify(original, _copied(first, "watermark"))
    assert found is not None
    assert not found.is_distinguishable
    other = verify(original, _copied(twin, "watermark"))
    assert other is None or not other.is_distinguishable


def test_what_lies_over_pale_print_is_no_other_digit() -> None:
    """Under a floating video the pale names of a map are not seen; beside it they are the same."""
    first = next(one for one in corpus.pictures() if one.name == "map_view-9000-first")
    assert verify(_gray(first.data), _copied(first, "floating")) is not None


def test_a_mark_that_fades_out_over_pale_print_is_no_other_digit() -> None:
    """Where a mark is thinnest, it is seen on no more than the pale row."""
    first, twin, _other = _family(22)
    pixels = _gray(first.data)
    changed = np.flatnonzero(cv2.absdiff(pixels, _gray(twin.data)).any(axis=1))
    share = np.zeros(pixels.shape)
    for by in (-200, 0, 200):
        middle = int(changed.mean()) + by
        share[middle - 3 : middle + 3, 60:1040] = np.linspace(0.6, 0.0, 980)
    marked = np.asarray(pixels * (1 - share) + 128 * share, np.uint8)
    found = verify(pixels, _gray(cv2.imencode(".jpg", marked, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()))
    assert found is not None
    assert not found.is_distinguishable


def test_a_pale_digit_that_changed_is_seen_beside_a_bar_that_was_blanked() -> None:
    """That the clock was wiped out makes the rest of the page no less telling."""
    first, twin, _other = _family(22)
    original = Prepared(_gray(first.data))
    assert verify(original, _copied(first, "bar_blanked")) is not None
    assert verify(original, _copied(twin, "bar_blanked")) is None


def test_lines_are_found_where_they_are_and_none_is_drawn_on_photos() -> None:
    """The only pale row of a page, label and number; not black letters, not noise; and a twig on a sky is not drawn."""
    first, twin, _other = _family(22)
    changed = np.flatnonzero(cv2.absdiff(_gray(first.data), _gray(twin.data)).any(axis=1))
    lines = pale_lines(_gray(first.data))
    assert 1 <= len(lines) <= 3
    assert all(line.top <= changed[0] and changed[-1] < line.bottom for line in lines)
    assert all(line.is_drawn for line in lines)
    photos = [one for one in corpus.pictures() if one.name[:5] in ("green", "Drago", "free_")]
    for photo in map(_gray, (one.data for one in photos)):
        scale = 1440 / min(photo.shape)
        seen = pale_lines(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))  # type: ignore[arg-type]
        assert not any(line.is_drawn for line in seen)
    assert not pale_lines(np.random.default_rng(1).integers(0, 255, (900, 500), np.uint8))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_picture_may_have_pale_print(data: st.DataObject) -> None:
    """Whatever stands on a flat ground, what is said of it lies within the picture, and comparing goes on."""
    chance = random.Random(data.draw(st.integers(0, 1 << 30)))
    shape = data.draw(st.tuples(st.integers(16, 160), st.integers(16, 160)))
    page = np.full(shape, data.draw(st.integers(0, 255)), np.uint8)
    for _spot in range(data.draw(st.integers(0, 12))):
        top, left = chance.randrange(shape[0]), chance.randrange(shape[1])
        page[top : top + chance.randrange(1, 20), left : left + chance.randrange(1, 30)] = chance.randrange(256)
    speck = data.draw(arrays(np.uint8, (5, 5)))
    page[:5, :5] = speck
    for line in pale_lines(page):
        assert 0 <= line.left < line.right <= shape[1]
        assert 0 <= line.top < line.bottom <= shape[0]
    verify(page, page[:, ::-1].copy())
    verify(page, page.copy())
