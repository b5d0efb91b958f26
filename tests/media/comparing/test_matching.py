"""Copies of one's pictures are found among other pictures, and nothing else is."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from phoneward.media import Kind, Region
from phoneward.media.comparing import Looker, Match, Matcher, Prepared, Print, gray
from phoneward.media.comparing.candidates import Candidate, Candidates
from phoneward.media.comparing.rivals import Fit, settled
from phoneward.media.comparing.verifying import Effort, outcome
from tests.media import corpus
from tests.media.corpus import transforms


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    with Looker() as one:
        yield one


def prints(looker: Looker, data: dict[str, bytes]) -> list[tuple[str, Print]]:
    return [(key, seen) for key, seen in looker.prints(data.items()) if isinstance(seen, Print)]


def matches(looker: Looker, originals: dict[str, bytes], suspects: dict[str, bytes]) -> list[Match[str]]:
    everything = originals | suspects
    with Matcher(prints(looker, originals), everything.__getitem__, looker) as matcher:
        return list(matcher.match(prints(looker, suspects)))


def test_copies_are_found_and_strangers_are_not(looker: Looker) -> None:
    """Of five pictures, the copies an app keeps are found and named; the other pictures in its folder are not."""
    pictures = {one.name: one for one in corpus.pictures()}
    photos = [one.name for one in corpus.pictures() if not one.is_screen]
    mine = ["bank-0-first", *photos[:3]]
    originals = {f"mine/{name}": pictures[name].data for name in mine}
    suspects = {
        f"app/{how}/{name}": transforms.ALL[how].copy(pictures[name].pixels()) for name in mine for how in ("half",)
    }
    suspects |= {f"app/{name}": pictures[name].data for name in photos[3:8]}
    suspects["app/same"] = pictures[mine[0]].data
    found = {match.suspect: match.original for match in matches(looker, originals, suspects)}
    assert found == {f"app/half/{name}": f"mine/{name}" for name in mine} | {"app/same": f"mine/{mine[0]}"}


def _png(pixels: transforms.Pixels) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def _one(found: list[Match[str]]) -> Match[str]:
    assert len(found) == 1
    return found[0]


def test_where_two_pages_differ_only_in_what_was_cut_off_nobody_says_which(looker: Looker) -> None:
    """Two screenshots that differ in the clock: of the copy without the bar either is shown, and not as sure."""
    pictures = {one.name: one for one in corpus.pictures()}
    first, clock = pictures["bank-0-first"], pictures["bank-0-clock"]
    suspect = {"app/cut": transforms.ALL["cut5_top"].copy(first.pixels())}
    alone = _one(matches(looker, {"a": first.data}, suspect))
    both = _one(matches(looker, {"a": first.data, "b": clock.data}, suspect))
    assert alone.verdict.is_distinguishable
    assert not both.verdict.is_distinguishable
    assert both.verdict.confidence <= alone.verdict.confidence / 2
    whole = _one(
        matches(looker, {"b": clock.data, "a": first.data}, {"app/whole": transforms.ALL["half"].copy(first.pixels())})
    )
    assert whole.original == "a"
    assert whole.verdict.is_distinguishable


def test_where_a_dialog_lies_over_the_difference_nobody_says_which(looker: Looker) -> None:
    """What two pages differ in is under the dialog."""
    first = next(one for one in corpus.pictures() if one.name == "bank-0-first").pixels()
    other = first.copy()
    cv2.putText(other, "7 714.20", (300, 1170), cv2.FONT_HERSHEY_SIMPLEX, 2, (20, 20, 20), 5)
    suspect = {"app/covered": transforms.ALL["dialog"].copy(first)}
    alone = _one(matches(looker, {"a": _png(first)}, suspect)).verdict
    both = _one(matches(looker, {"a": _png(first), "b": _png(other)}, suspect)).verdict
    assert not both.is_distinguishable
    assert both.confidence == pytest.approx(alone.confidence / 2, abs=0.001)


def test_a_list_that_was_scrolled_shows_the_same_rows(looker: Looker) -> None:
    """A square cut from rows that two screenshots of one list show may be of either."""
    list_ = np.full((3600, 1080, 3), 250, np.uint8)
    chance = np.random.default_rng(3)
    for row in range(30):
        text = f"{chance.integers(1_000, 99_999)} row {chance.integers(100, 999)}"
        cv2.putText(list_, text, (60, 120 * row + 80), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (30, 30, 30), 4)
        cv2.putText(list_, "9.07", (880, 120 * row + 80), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (90, 90, 90), 3)
    one, scrolled = list_[:2400], list_[480:2880]
    suspect = {"app/square": transforms.ALL["square540"].copy(one)}
    assert _one(matches(looker, {"a": _png(one)}, suspect)).verdict.is_distinguishable
    assert not _one(matches(looker, {"a": _png(one), "b": _png(scrolled)}, suspect)).verdict.is_distinguishable


@pytest.mark.parametrize("above", [317, 318])
def test_what_is_cut_from_a_wide_phones_screen_is_sure(looker: Looker, above: int) -> None:
    """A phone whose screen is 1440 wide; an app cut the top off, at any row: lines a pixel high are the same lines."""
    chance = np.random.default_rng(1)
    page = np.full((3000, 1440, 3), 250, np.uint8)
    for row in range(150, 2950, 131):
        page[row] = 60
        what = f"Paid {chance.integers(10**6, 10**7)} of {chance.integers(10**9, 10**10)}"
        cv2.putText(page, what, (60, row - 40), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (20, 20, 20), 1)
    page[1200:1500:2, 200:1200] = 40
    copy = cv2.imencode(".jpg", page[above:], [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    found = _one(matches(looker, {"mine": _png(page)}, {"app": copy})).verdict
    assert (found.kind, found.is_distinguishable) == (Kind.CROPPED, True)


def test_the_same_picture_kept_twice_is_no_doubt(looker: Looker) -> None:
    """Whoever has a screenshot and a smaller copy of it still learns for sure that an app has it."""
    first = next(one for one in corpus.pictures() if one.name == "bank-0-first").pixels()
    mine = {"small": transforms.ALL["half"].copy(first), "a": _png(first)}
    assert _one(matches(looker, mine, {"app/cut": transforms.ALL["cut5_top"].copy(first)})).verdict.is_distinguishable


def test_a_photo_goes_before_a_screen_that_shows_it(looker: Looker) -> None:
    """Of a photo and a screenshot of a gallery that shows it, a copy of the photo is one of the photo."""
    photo = next(one for one in corpus.pictures() if not one.is_screen).pixels()
    screen = next(one for one in corpus.pictures() if one.name == "settings-3000-first").pixels()
    height, width = photo.shape[:2]
    tall = round(1080 * height / width)
    screen[400 : 400 + tall] = cv2.resize(photo, (1080, tall), interpolation=cv2.INTER_AREA)
    suspect = {"app/half": transforms.ALL["half"].copy(photo)}
    assert _one(matches(looker, {"screen": _png(screen), "photo": _png(photo)}, suspect)).original == "photo"
    seen, whole = (Prepared(gray(one, width=1080)) for one in (suspect["app/half"], _png(photo)))
    on_screen = Prepared(gray(_png(screen), width=1080))
    place = Region(0.0, 400 / 2400, 1.0, (400 + tall) / 2400)
    fits = []
    for original, near in ((on_screen, place), (whole, None)):
        found = outcome(original, seen, near, Effort.NEAR)
        assert found.verdict is not None
        fits.append(Fit(original, found, found.verdict))
    for some in (fits, fits[::-1]):
        best = settled(some, seen)
        assert best is not None
        assert some[best[0]].original is whole


@pytest.mark.parametrize("how", ["framed", "letterbox"])
def test_a_white_page_in_a_white_frame_and_a_dark_one_between_dark_bars(looker: Looker, how: str) -> None:
    """Where the frame ends nobody can tell, and the page is found among others, all the same."""
    pages = [one for one in corpus.pictures() if one.is_screen and one.name.endswith("-first")]
    # The frame is white, the bars are black.
    pages.sort(key=lambda one: abs(int(one.pixels()[: len(one.pixels()) // 50].mean()) - 255 * (how == "framed")))
    mine = {one.name: one.data for one in pages[:6]}
    suspects = {f"app/{one.name}": transforms.ALL[how].copy(one.pixels()) for one in pages[:2]}
    assert [match.original for match in matches(looker, mine, suspects)] == [one.name for one in pages[:2]]


def test_the_very_page_is_found_behind_its_twin_and_likelier_strangers(
    looker: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three other pages look likelier, and the twin comes first: its whole family is asked before it is given up."""
    pictures = {one.name: one for one in corpus.pictures()}
    strangers = [one.name for one in corpus.pictures() if not one.is_screen][:3]
    names = [*strangers[:1], "bank-0-digit", *strangers[1:], "bank-0-first"]
    proposed = [Candidate(number, likely=0.96 if name in strangers else 0.8) for number, name in enumerate(names)]
    monkeypatch.setattr(Candidates, "parts", lambda _self, suspects, _most: [proposed for _one in suspects])
    monkeypatch.setattr(
        Candidates, "covered", lambda _self, suspects, _most: [[Candidate(1, likely=0.8)] for _one in suspects]
    )
    monkeypatch.setattr(Candidates, "whole", lambda _self, suspects, _most: [[] for _one in suspects])
    suspect = {"app/half": transforms.ALL["half"].copy(pictures["bank-0-first"].pixels())}
    found = _one(matches(looker, {name: pictures[name].data for name in names}, suspect))
    assert found.original == "bank-0-first"
    assert found.verdict.is_distinguishable
