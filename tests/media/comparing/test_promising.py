"""What apps held before a picture became the person's own: all of it is skimmed, and little looked at closely."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from phoneward.media import Kind, Region
from phoneward.media.comparing import Looker, Matcher, Prepared, Print, Promising, matching, promising, skimming
from phoneward.media.comparing.candidates import Candidate, Candidates
from phoneward.media.comparing.printing import print_of_gray
from phoneward.media.comparing.verifying import Effort, Outcome, outcome
from tests.media import corpus
from tests.media.corpus import transforms

CUT = ("half30", "cut10_top", "cut20_right", "cut_smaller", "square540", "dialog", "turned180")

PICTURES = {one.family: one for one in corpus.pictures()[::-4]}


def _print(data: bytes, key: str) -> Print:
    gray = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert gray is not None
    return print_of_gray(np.asarray(gray, np.uint8), gray.shape[1], gray.shape[0], key.encode().ljust(32)[:32])


@pytest.fixture(scope="module")
def held() -> dict[str, Print]:
    """Return what apps held: copies of all pictures, whole, cut, covered and turned."""
    return {
        f"{one.family}/{how}": _print(transforms.ALL[how].copy(one.pixels()), f"{one.family}/{how}")
        for one in PICTURES.values()
        for how in CUT
    }


def _matcher(originals: Sequence[tuple[str, Print]], looker: Looker) -> Matcher[str]:
    return Matcher(originals, lambda _key: b"", looker)


def _new(family: str) -> tuple[str, Print]:
    return "new", _print(PICTURES[family].data, "new")


def test_copies_of_a_new_picture_are_promising_among_all_that_apps_hold(
    held: dict[str, Print], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as a look at each of them finds, cut and covered ones too, though no more are looked at."""
    monkeypatch.setattr(promising, "_SKIMMED", 1)
    monkeypatch.setattr(promising, "_GLANCED", 1)
    families = sorted(PICTURES)[::3]
    looked, glanced = 0, 0
    with Looker() as looker:
        for family in families:
            own = {f"{family}/{how}" for how in CUT}
            with _matcher([_new(family)], looker) as matcher:
                glanced += len(own & {one.key for one in matcher.promising(held.items(), len(CUT))})
                every = matcher._proposed(list(held.values()))
                looked += sum(
                    bool(candidates) and candidates[0].likely >= matching._PROMISING
                    for key, candidates in zip(held, every, strict=True)
                    if key in own
                )
    assert looked > 0.8 * len(families) * len(CUT)
    assert glanced >= looked - 1


def test_each_step_looks_closer_at_fewer(held: dict[str, Print], monkeypatch: pytest.MonkeyPatch) -> None:
    """All that an app held before is skimmed; a glance, and the full search, are for a bounded number."""
    monkeypatch.setattr(promising, "_SKIMMED", 2)
    searched: list[int] = []
    skimmed: list[int] = []
    at_a_glance: list[int] = []
    parts, skim, glance = Candidates.parts, Candidates.skim, Candidates.glance

    def counted(self: Candidates, suspects: Sequence[Print], most: int) -> list[list[Candidate]]:
        searched.append(len(suspects))
        return parts(self, suspects, most)

    def skims(self: Candidates, suspects: Sequence[Print]) -> tuple[list[float], list[float]]:
        skimmed.append(len(suspects))
        return skim(self, suspects)

    def glances(self: Candidates, suspects: Sequence[Print]) -> list[float]:
        at_a_glance.append(len(suspects))
        return glance(self, suspects)

    for name, instead in (("parts", counted), ("skim", skims), ("glance", glances)):
        monkeypatch.setattr(Candidates, name, instead)
    family = next(iter(held)).rpartition("/")[0]
    with Looker() as looker, _matcher([_new(family)], looker) as matcher:
        assert matcher.promising(held.items(), 2)
    assert sum(skimmed) == len(held)
    assert 0 < sum(at_a_glance) <= 2 * max(2 * 2, len(held) // 8) < len(held) / 3
    assert 0 < sum(searched) <= max(8 * 2, len(held) // 16) < sum(at_a_glance)


@pytest.mark.parametrize("way", ["turned90", "turned180", "cut20_all", "square200"])
def test_either_way_of_skimming_is_enough(way: str, held: dict[str, Print], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is turned has no window where it was, what is cut is no whole picture: the best of each way are kept."""
    monkeypatch.setattr(promising, "_SKIMMED", 3)
    monkeypatch.setattr(promising, "_SKIMMED_OF", 1_000)
    family = next(one for one in PICTURES if not one.startswith("photo"))
    copy = _print(transforms.ALL[way].copy(PICTURES[family].pixels()), "copy")
    others = {key: one for key, one in held.items() if not key.startswith(f"{family}/")}
    found = promising.glanced(Candidates([_new(family)[1]]), [*others.items(), ("copy", copy)], 1)
    assert found[0][0] == "copy"


def test_of_many_new_originals_only_the_nearest_windows_are_compared(
    held: dict[str, Print], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many pictures become the person's own at once, it stays a first look: what it finds is the same."""
    some = [_new(family)[1] for family in sorted(PICTURES)[::3]]
    every = Candidates(some).skim(list(held.values()))
    monkeypatch.setattr(skimming, "_MANY", 100)
    few = Candidates(some)
    listed = few.skim(list(held.values()))
    assert few._skimming is not None
    assert few._skimming[0]._lists is not None
    assert listed[0] == every[0]
    assert np.corrcoef(listed[1], every[1])[0, 1] > 0.9


def test_no_more_than_the_allowance(held: dict[str, Print]) -> None:
    family = next(iter(held)).rpartition("/")[0]
    with Looker() as looker, _matcher([_new(family)], looker) as matcher:
        found = matcher.promising(held.items(), 3)
        assert len(found) == 3
        assert {one.key.rpartition("/")[0] for one in found} == {family}


def _counting_corners(monkeypatch: pytest.MonkeyPatch) -> list[Effort]:
    tried: list[Effort] = []

    def counted(
        one: Prepared, other: Prepared, near: Region | None, effort: Effort, *, least: Effort = Effort.NEAR
    ) -> Outcome:
        tried.extend([effort] if effort is Effort.CORNERS else [])
        return outcome(one, other, near, effort, least=least)

    monkeypatch.setattr(matching, "outcome", counted)
    return tried


def test_of_what_was_there_before_corners_are_looked_for_in_parts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a whole it was compared already, and corners cost more than all the rest."""
    tried = _counting_corners(monkeypatch)
    page, other = [PICTURES[one] for one in sorted(PICTURES) if not one.startswith("photo")][:2]
    files = {"page": page.data, "other": other.data}
    part, whole = Region(0.2, 0.2, 0.8, 0.8), Region(0.0, 0.0, 0.99, 1.0)
    with Looker() as looker, Matcher([("page", _print(page.data, "page"))], files.__getitem__, looker) as matcher:
        for near, was_there, times in ((whole, True, 0), (None, True, 0), (part, True, 1), (whole, False, 1)):
            tried.clear()
            candidates = [Candidate(0, near, 0.65)]
            asked = Promising("other", _print(other.data, "other"), candidates, was_there=was_there)
            assert not list(matcher.match_promising([asked]))
            assert len(tried) == times


@pytest.mark.parametrize("family", ["mail-13000", "settings-3000"])
def test_a_part_that_only_corners_find_is_found_in_what_was_there_before(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 1,161 copies of the corpus, whole, cut, covered and turned, these two need corners."""
    tried = _counting_corners(monkeypatch)
    page = next(one for one in corpus.pictures() if one.family == family)
    files = {"page": page.data, "part": transforms.ALL["cut20_all"].copy(page.pixels())}
    original, suspect = ((key, _print(files[key], key)) for key in files)
    with Looker() as looker, Matcher([original], files.__getitem__, looker) as matcher:
        (match,) = matcher.match_promising(matcher.promising([suspect], 1))
    assert (match.suspect, match.verdict.kind) == ("part", Kind.CROPPED)
    assert tried


def test_of_what_was_there_before_a_frame_is_taken_off_where_a_glance_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy with bars around it is found; a stranger in a frame is not searched for a second time."""
    searched: list[int] = []
    parts = Candidates.parts

    def counted(self: Candidates, suspects: Sequence[Print], most: int) -> list[list[Candidate]]:
        searched.append(len(suspects))
        return parts(self, suspects, most)

    monkeypatch.setattr(Candidates, "parts", counted)
    monkeypatch.setattr(matching, "_LEAST_FOR_CORNERS", 2.0)
    photo, other = (PICTURES[one] for one in ("photo-life_by_Aitzol_Berasategi", "photo-umang_by_Abhishek_Mudgal"))
    files = {
        "photo": photo.data,
        "copy": transforms.ALL["letterbox"].copy(photo.pixels()),
        "other": transforms.ALL["letterbox"].copy(other.pixels()),
    }
    prints = {key: _print(data, key) for key, data in files.items()}
    with Looker() as looker, Matcher([("photo", prints["photo"])], files.__getitem__, looker) as matcher:
        for key, was_there, times in (("copy", True, 1), ("other", True, 0), ("other", False, 1)):
            searched.clear()
            asked = Promising(key, prints[key], [Candidate(0, None, 0.6)], was_there=was_there)
            assert [one.suspect for one in matcher.match_promising([asked])] == ["copy"] * (key == "copy")
            assert len(searched) == times


def test_matrices_are_multiplied_by_one_thread(held: dict[str, Print]) -> None:
    """On a machine where others work, threads that wait for each other took ten times the processor time."""

    def threads() -> list[int]:
        return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]

    with threadpool_limits(limits=2, user_api="blas"), Looker() as looker:
        before = threads()
        with _matcher(list(held.items())[:2], looker):
            assert all(number == 1 for number in threads())
        assert threads() == before


def test_memory_that_pictures_took_goes_back_and_what_is_kept_of_them_is_bounded(
    held: dict[str, Print], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan of a phone stays small however many pictures it compares: what is kept, and what lies in gaps."""
    given_back: list[int] = []
    monkeypatch.setattr(matching, "give_back_memory", lambda: given_back.append(1))
    with Looker() as looker, _matcher(list(held.items())[:40], looker) as matcher:
        assert len(list(matcher.match(list(held.items())[:40]))) == 40
        assert len(given_back) == 40 // 8
        chance = np.random.default_rng(1)
        page = chance.integers(0, 255, (1600, 1000), np.uint8)
        monkeypatch.setattr(matcher._kept, "_gray", lambda key: page[len(key) :])
        for number in range(160):
            prepared = matcher._kept.of("x" * number)
            assert prepared is not None
            assert prepared.thumb.size
        kept = matcher._kept
        assert 16 << 20 < sum(map(kept._open._size, kept._open._kept.values())) <= 32 << 20
        assert 32 << 20 < sum(map(kept._packed._size, kept._packed._kept.values())) <= 64 << 20
