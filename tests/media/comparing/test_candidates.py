"""Among many pictures, the one that a crop was cut from is proposed; turned pictures are proposed too."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.media.comparing import Gray, Print, pdq
from phoneward.media.comparing.candidates import Candidate, Candidates, strip_of
from phoneward.media.comparing.parts import Laid, Parts
from phoneward.media.comparing.printing import strip_from
from tests.media import corpus
from tests.media.corpus import invented

SEEN = [cv2.cvtColor(one.pixels(), cv2.COLOR_BGR2GRAY) for one in corpus.pictures()[::2]]


def fingerprint(gray: Gray) -> Print:
    hashed, quality = pdq(gray)
    return Print(
        sha256=bytes(32), width=gray.shape[1], height=gray.shape[0], pdq=hashed, quality=quality, strip=strip_from(gray)
    )


@functools.cache
def candidates() -> Candidates:
    return Candidates([fingerprint(np.asarray(gray, np.uint8)) for gray in SEEN])


def shares_the_screen(one: Candidate, number: int) -> bool:
    """Families differ in one digit: which of them it was is for a closer look."""
    pictures = corpus.pictures()[::2]
    return pictures[one.number].family == pictures[number].family


CUT = st.floats(0.0, 0.2)


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, len(SEEN) - 1), left=CUT, top=CUT, right=CUT, bottom=CUT, width=st.integers(200, 1080))
def test_what_a_crop_was_cut_from_is_proposed(
    *, number: int, left: float, top: float, right: float, bottom: float, width: int
) -> None:
    """However a person or an app cuts up to a fifth off each edge and scales the rest, the picture is proposed."""
    gray = SEEN[number]
    height, wide = gray.shape
    part = gray[round(top * height) : height - round(bottom * height), round(left * wide) : wide - round(right * wide)]
    small = cv2.resize(part, (width, round(part.shape[0] * width / part.shape[1])), interpolation=cv2.INTER_AREA)
    (found,) = candidates().parts([fingerprint(np.asarray(small, np.uint8))], 8)
    assert any(shares_the_screen(one, number) for one in found)


def test_about_where_a_crop_lies_is_said() -> None:
    """The part that is proposed overlaps the part that was cut, so that a closer look begins in the right place."""
    gray = SEEN[-1]
    height, width = gray.shape
    part = gray[round(0.1 * height) : round(0.9 * height), round(0.1 * width) : round(0.95 * width)]
    (found,) = candidates().parts([fingerprint(np.asarray(part, np.uint8))], 4)
    near = next(one.near for one in found if one.number == len(SEEN) - 1)
    assert near is not None
    assert np.allclose((near.left, near.top, near.right, near.bottom), (0.1, 0.1, 0.95, 0.9), atol=0.05)


def test_a_page_that_is_all_but_empty_proposes_nothing() -> None:
    (whole,), (parts,) = (
        candidates().whole([fingerprint(np.full((2400, 1080), 250, np.uint8))], 6),
        candidates().parts([fingerprint(np.full((2400, 1080), 250, np.uint8))], 6),
    )
    assert (whole, parts) == ([], [])


@settings(max_examples=20, deadline=None)
@given(number=st.integers(0, len(SEEN) - 1), quarters=st.integers(1, 3))
def test_a_turned_picture_is_proposed(number: int, quarters: int) -> None:
    turned = np.ascontiguousarray(np.rot90(SEEN[number], quarters))
    (found,) = candidates().covered([fingerprint(np.asarray(turned, np.uint8))], 6)
    assert any(shares_the_screen(one, number) for one in found)


@settings(max_examples=25, deadline=None)
@given(
    shapes=st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), min_size=1, max_size=6),
    longer=st.integers(1, 40),
    seed=st.integers(0, 99),
)
def test_any_shapes_of_pictures_are_searched(*, shapes: list[tuple[int, int]], longer: int, seed: int) -> None:
    """Thin lines, dots, scrolls of many screens: nothing breaks, and what is proposed lies within an original."""
    chance = np.random.default_rng(seed)
    pictures = [
        fingerprint(np.asarray(chance.integers(0, 256, (height * longer, width), dtype=np.uint8), np.uint8))
        for height, width in shapes
    ]
    search = Candidates(pictures)
    for found in (search.parts(pictures, 4), search.covered(pictures, 4), search.whole(pictures, 4)):
        assert len(found) == len(pictures)
        for one in (one for candidates in found for one in candidates):
            assert 0 <= one.number < len(pictures)
            assert one.near is None or 0 <= one.near.left <= one.near.right <= 1
    assert Candidates([]).parts(pictures, 4) == [[] for _one in pictures]
    assert search.parts([], 4) == []


def test_where_all_originals_stand_nothing_is_laid_on_its_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of a suspect laid on its side are worked out only where there is something to lay it over."""
    standing = [fingerprint(np.asarray(gray, np.uint8)) for gray in SEEN[:6]]
    lying = fingerprint(np.ascontiguousarray(np.asarray(SEEN[0], np.uint8).T))
    laid: list[int] = []
    way = Parts.laid

    def counted(
        self: Parts, suspects: Sequence[Gray], sides: npt.NDArray[np.float64], groups: Sequence[Sequence[int]]
    ) -> Iterator[Laid]:
        laid.append(len(self.numbers))
        return way(self, suspects, sides, groups)

    monkeypatch.setattr(Parts, "laid", counted)
    for search in (Candidates(standing).parts(standing, 2), Candidates([]).parts(standing, 2)):
        assert len(search) == len(standing)
    Candidates(standing).glance(standing)
    assert laid == [6, 6]
    (found,) = Candidates([*standing, lying]).parts([lying], 2)
    assert found[0].number == 6
    assert laid == [6, 6, 6, 1]


def _fine_print(seed: int) -> Gray:
    """A console: its lines lie nearer to each other than a strip's pixels are large."""
    chance = np.random.default_rng(seed)
    page = np.full((1200, 1920), 18, np.uint8)
    for top in range(40, 1190, 26):
        words = " ".join(f"{chance.integers(10, 10 ** int(chance.integers(2, 9)))}" for _word in range(40))
        cv2.putText(page, words[:164], (20, top), cv2.FONT_HERSHEY_PLAIN, 1.3, int(chance.integers(120, 230)), 2)
    return page


def test_where_a_crop_of_fine_print_lies_is_said() -> None:
    """Of small print a small version is a pattern that changes with its size: the pictures' pixels tell the size."""
    pages = [_fine_print(seed) for seed in range(16)]
    among = Candidates([fingerprint(page) for page in pages])
    told = 0
    for left, top, right, bottom in ((0.0, 0.0, 1.0, 0.84), (0.05, 0.05, 0.95, 0.95), (0.08, 0.12, 0.85, 0.94)):
        rows, columns = slice(round(1200 * top), round(1200 * bottom)), slice(round(1920 * left), round(1920 * right))
        for number in range(0, 16, 2):
            (found,) = among.parts([fingerprint(np.ascontiguousarray(pages[number][rows, columns]))], 4)
            near = next((one.near for one in found if one.number == number), None)
            edges = () if near is None else (near.left, near.top, near.right, near.bottom)
            told += near is not None and np.allclose(edges, (left, top, right, bottom), atol=0.02)
    assert told >= 23


def test_a_crop_is_told_from_hundreds_that_share_half_of_it() -> None:
    """The likeliest window is in many of them: where it was found, the other windows of the suspect must be, too."""
    chance = np.random.default_rng(5)
    originals = invented.fingerprints(3_000, chance)
    numbers = chance.integers(0, len(originals), 192).tolist()
    cut = [invented.cut_from(originals[number], chance) for number in numbers]
    found = Candidates(originals).parts(cut, 4)
    told = sum(any(one.number == number for one in some) for number, some in zip(numbers, found, strict=True))
    assert told >= 172


def test_a_page_under_whose_top_something_lies_is_told_too() -> None:
    """Two windows are left to agree: what lies over the third does not count."""
    chance = np.random.default_rng(6)
    originals = invented.fingerprints(3_000, chance)
    suspects = []
    for number in range(192):
        strip = strip_of(originals[number]).copy()
        strip[: len(strip) // 3] = chance.integers(0, 256, (len(strip) // 3, 32), np.uint8)
        suspects.append(replace(originals[number], strip=strip.tobytes()))
    found = Candidates(originals).parts(suspects, 4)
    assert sum(any(one.number == number for one in some) for number, some in enumerate(found)) >= 124
