"""Pictures nobody can trust: a worker looks at them, and the worst one costs is itself."""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.confined import Limits, launch, run_confined
from phoneward.media import Format, Reason, Skipped
from phoneward.media.comparing import Looker, Print, gray, looking, print_of
from tests.media.comparing import hostile
from tests.media.comparing.pictures import encoded, scene
from tests.media.comparing.png import chunk

GOOD = {format_: encoded(scene(150, 210), format_) for format_ in Format}
PNG, JPEG = GOOD[Format.PNG], GOOD[Format.JPEG]


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    """Return workers that serve all tests of this file, whatever happened to them."""
    with Looker() as made:
        yield made


@pytest.fixture
def hostile_looker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Looker]:
    """Return workers that turn against us where a picture says so, and have two seconds and 200 MB."""
    monkeypatch.setattr(looking, "look", hostile.look)
    monkeypatch.setattr(looking, "_LIMITS", Limits(seconds=2, memory_bytes=200 << 20, output_bytes=1 << 20))
    with Looker() as made:
        yield made


def test_workers_say_what_the_functions_say_in_order(looker: Looker) -> None:
    pictures = [encoded(scene(seed=seed), Format.JPEG) for seed in range(40)]
    seen = list(looker.prints(enumerate(pictures)))
    assert seen == [(number, print_of(data)) for number, data in enumerate(pictures)]
    for number, pixels in looker.grays(enumerate(pictures), width=120):
        assert isinstance(pixels, np.ndarray)
        assert (pixels == gray(pictures[number], width=120)).all()
    shown = looker.shown(pictures[0], width=120)
    assert isinstance(shown, bytes)
    assert shown.startswith(b"\xff\xd8")


def test_pictures_are_taken_as_they_are_needed(looker: Looker) -> None:
    """A phone's pictures never lie in memory together."""
    taken = []

    def items() -> Iterator[tuple[int, bytes]]:
        for number in range(400):
            taken.append(number)
            yield number, JPEG

    results = looker.prints(items())
    next(results)
    assert len(taken) < 120
    assert len(list(results)) == 399


def test_one_worker_is_started_for_few_pictures_and_none_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[launch.Running] = []

    class Counted(launch.Running):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr(launch, "Running", Counted)
    with Looker() as few:
        assert len(list(few.prints([(1, b"no picture"), (2, b"")]))) == 2
        assert not started
        for _turn in range(3):
            assert len(list(few.prints([(1, JPEG), (2, PNG)]))) == 2
    assert len(started) == 1


def test_threads_that_ask_at_once_share_one_worker_until_there_is_much_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan with little new starts one: each costs as much processor time as twenty pictures, and memory."""
    started: list[launch.Running] = []

    class Counted(launch.Running):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr(launch, "Running", Counted)

    def ask(looker: Looker, times: int) -> None:
        with ThreadPoolExecutor(4) as threads:
            for seen in threads.map(lambda _number: list(looker.grays([(1, JPEG)], width=100)), range(times)):
                assert len(seen) == 1

    with Looker() as looker:
        ask(looker, 16)
        assert len(started) == 1
        ask(looker, 64)
        assert len(started) == 2


def test_a_worker_loads_what_it_needs_and_starts_no_thread() -> None:
    """What only the parent needs, and a second thread of OpenBLAS, are a fifth of what starting one costs."""
    modules, threads = run_confined(hostile.loaded)
    assert "phoneward.media.comparing.printing" in modules
    assert not {one for one in modules if one.startswith(("phoneward.confined.parent", "concurrent.", "logging"))}
    assert threads == 1


def test_a_broken_picture_among_others_is_named(looker: Looker) -> None:
    items = {"good": PNG, "text": b"no picture", "nothing": b"", "cut": PNG[:40], "last": PNG}
    seen = dict(looker.prints(items.items()))
    assert seen == {
        "good": print_of(PNG),
        "text": Skipped(Reason.NOT_A_PICTURE),
        "nothing": Skipped(Reason.NOT_A_PICTURE),
        "cut": Skipped(Reason.BROKEN),
        "last": print_of(PNG),
    }
    assert looker.shown(b"no picture", width=100) == Skipped(Reason.NOT_A_PICTURE)


def _sized(format_: Format, side: int) -> bytes:
    """Return a picture that says it is so many pixels wide and high, and is not."""
    data = bytearray(GOOD[format_])
    place, form = {
        Format.PNG: (16, ">II"),
        Format.JPEG: (JPEG.index(b"\xff\xc0") + 5, ">HH"),
        Format.GIF: (6, "<HH"),
        Format.BMP: (18, "<ii"),
        Format.AVIF: (GOOD[Format.AVIF].index(b"ispe") + 8, ">II"),
        Format.HEIF: (GOOD[Format.HEIF].index(b"ispe") + 8, ">II"),
        Format.WEBP: (26, "<HH"),
    }[format_]
    struct.pack_into(form, data, place, side, side)
    if format_ is Format.PNG:
        struct.pack_into(">I", data, 29, zlib.crc32(data[12:29]))
    return bytes(data)


@pytest.mark.parametrize("format_", [one for one in Format if one is not Format.WEBP])
def test_a_picture_that_says_it_is_huge_is_not_decoded(looker: Looker, format_: Format) -> None:
    assert list(looker.prints([(1, _sized(format_, 65_535))])) == [(1, Skipped(Reason.TOO_LARGE))]


@pytest.mark.parametrize("format_", list(Format))
def test_a_picture_that_says_it_is_larger_than_it_is_does_no_harm(looker: Looker, format_: Format) -> None:
    """Up to what is decoded, a liar costs a moment."""
    ((_key, seen),) = looker.prints([(1, _sized(format_, 3_000))])
    assert isinstance(seen, Print | Skipped)
    assert list(looker.prints([(1, JPEG)])) == [(1, print_of(JPEG))]


def test_compressed_nothing_is_bounded(looker: Looker) -> None:
    """A file of 60 kB that unfolds to 60 megabytes, and one whose colour profile unfolds to 300."""
    rows = zlib.compress(bytes(7_701 * 7_700), 9)
    flat = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 7_700, 7_700, 8, 0, 0, 0, 0))
    flat += chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    profile = zlib.compressobj(9)
    unfolding = b"".join(profile.compress(bytes(1 << 20)) for _megabyte in range(300)) + profile.flush()
    profiled = PNG[:33] + chunk(b"iCCP", b"x\0\0" + unfolding) + PNG[33:]
    seen = dict(looker.prints({"flat": flat, "profiled": profiled, "good": PNG}.items()))
    assert isinstance(seen["flat"], Print)
    assert seen["flat"].quality == 0
    assert isinstance(seen["profiled"], Print | Skipped)
    assert seen["good"] == print_of(PNG)


def test_a_file_that_is_several_things_is_what_it_begins_with(looker: Looker) -> None:
    """A picture with a program, an archive or another picture behind it."""
    for first, second in (
        (PNG, JPEG),
        (JPEG, PNG),
        (GOOD[Format.GIF], b"/*<script>*/=1;"),
        (GOOD[Format.WEBP], b"PK\x03\x04"),
    ):
        ((_key, seen),) = looker.prints([(1, first + second)])
        assert isinstance(seen, Print)
        assert (seen.pdq, seen.sha256) == (print_of(first).pdq, hashlib.sha256(first + second).digest())


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (b"kill", Reason.CRASHED),
        (b"wait", Reason.TOO_SLOW),
        (b"hungry", Reason.TOO_MUCH_MEMORY),
        (b"silent", Reason.CRASHED),
        (b"talkative", Reason.CRASHED),
    ],
)
def test_a_worker_that_is_lost_takes_no_other_picture_with_it(
    hostile_looker: Looker, ending: bytes, reason: Reason
) -> None:
    """Whatever a picture does to the decoder: it alone is left out, by name, and the next worker goes on."""
    items = {"before": JPEG, "hostile": JPEG + ending, "after": PNG}
    seen = dict(hostile_looker.prints(items.items()))
    assert seen == {"before": print_of(JPEG), "hostile": Skipped(reason), "after": print_of(PNG)}


def test_what_a_lost_worker_says_is_checked(hostile_looker: Looker) -> None:
    assert list(hostile_looker.grays([(1, JPEG + b"crooked")], width=50)) == [(1, Skipped(Reason.BROKEN))]
    assert list(hostile_looker.prints([(1, JPEG + b"crooked")])) == [(1, Skipped(Reason.BROKEN))]


def test_more_pixels_than_are_taken_back_are_too_large(hostile_looker: Looker) -> None:
    data = encoded(scene(1200, 1200), Format.JPEG)
    assert list(hostile_looker.grays([(1, data)], width=1200)) == [(1, Skipped(Reason.TOO_LARGE))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_brings_a_worker_down(looker: Looker, data: st.DataObject) -> None:
    """Pictures with bytes changed, left out and put in: an answer for each, and the workers live."""
    damaged = []
    for whole in GOOD.values():
        body = bytearray(whole)
        for place in data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=8)):
            body[place % len(body) : place % len(body) + data.draw(st.integers(0, 3))] = data.draw(
                st.binary(max_size=4)
            )
        damaged.append(bytes(body))
    seen = [result for _key, result in looker.prints(enumerate(damaged))]
    assert len(seen) == len(damaged)
    assert all(
        isinstance(one, Print)
        or one.reason in {Reason.BROKEN, Reason.NOT_A_PICTURE, Reason.TOO_LARGE, Reason.TOO_MUCH_MEMORY}
        for one in seen
    )
