"""What apps held before a picture became the person's own: a glance at all of it, a closer look at little."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from phoneward.media.comparing import Looker, Matcher, Print, matching
from phoneward.media.comparing.candidates import Candidate, Candidates
from phoneward.media.comparing.printing import print_of_gray
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
    monkeypatch.setattr(matching, "_GLANCED", 1)
    families = sorted(PICTURES)[::3]
    looked, glanced = 0, 0
    with Looker() as looker:
        for family in families:
            own = {f"{family}/{how}" for how in CUT}
            with _matcher([_new(family)], looker) as matcher:
                glanced += len(own & set(matcher.promising(held.items(), len(CUT))))
                every = matcher._proposed(list(held.values()))
                looked += sum(
                    bool(candidates) and candidates[0].likely >= matching._PROMISING
                    for key, candidates in zip(held, every, strict=True)
                    if key in own
                )
    assert looked > 0.8 * len(families) * len(CUT)
    assert glanced >= looked - 1


def test_only_the_best_of_a_glance_are_looked_at(held: dict[str, Print], monkeypatch: pytest.MonkeyPatch) -> None:
    """What an app held before costs a glance each; the full search is for a bounded number of them."""
    searched: list[int] = []
    parts = Candidates.parts

    def counted(self: Candidates, suspects: Sequence[Print], most: int) -> list[list[Candidate]]:
        searched.append(len(suspects))
        return parts(self, suspects, most)

    monkeypatch.setattr(Candidates, "parts", counted)
    family = next(iter(held)).rpartition("/")[0]
    with Looker() as looker, _matcher([_new(family)], looker) as matcher:
        assert matcher.promising(held.items(), 2)
        assert 0 < sum(searched) <= max(8 * 2, len(held) // 16)
    assert len(held) > 4 * sum(searched)


def test_no_more_than_the_allowance(held: dict[str, Print]) -> None:
    family = next(iter(held)).rpartition("/")[0]
    with Looker() as looker, _matcher([_new(family)], looker) as matcher:
        found = matcher.promising(held.items(), 3)
        assert len(found) == 3
        assert {key.rpartition("/")[0] for key in found} == {family}


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
