"""Files of records are read through before they are given out: what is told of them, and what is refused."""

import contextlib
import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.errors import PhonewardError
from phoneward.snapshots.placing import moment_of
from phoneward.snapshots.placing.telling import (
    Reader,
    Told,
    tell_calendar,
    tell_calls,
    tell_contacts,
    tell_messages,
)

CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:a\r\nBEGIN:VALARM\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    b"BEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
MESSAGES = (
    b"<smses count='3'>\n<sms date='1600000000000' body='a'/>\n<sms date='x'/>\n"
    b"<mms date='1700000000000'><parts><part ct='text/plain' text='b'/></parts></mms>\n</smses>\n"
)
CARDS = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\nEND:VCARD\r\n" * 3
CALLS = b"<calls count='1'><call date='1500000000000'/></calls>"
READERS: dict[str, Reader] = {
    "sms": tell_messages,
    "calls": tell_calls,
    "contacts": tell_contacts,
    "calendar": tell_calendar,
}
WHOLE = {"sms": MESSAGES, "calls": CALLS, "contacts": CARDS, "calendar": CALENDAR}


def tell(kind: str, data: bytes) -> Told:
    return READERS[kind](io.BytesIO(data), lambda _count: None)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("sms", Told(3, 1, 1_600_000_000_000, 1_700_000_000_000)),
        ("calls", Told(1, 0, 1_500_000_000_000, 1_500_000_000_000)),
        ("contacts", Told(3)),
        ("calendar", Told(2)),
    ],
)
def test_how_many_and_of_which_days(kind: str, told: Told) -> None:
    assert tell(kind, WHOLE[kind]) == told


@pytest.mark.parametrize("date", ["253402300800000", "999999999999999", "9" * 5000, "-1", "1e9", "\u0663"])
def test_a_time_that_no_calendar_has_is_none(date: str) -> None:
    """A phone's mistake or somebody's joke: the message counts, and its day is not told."""
    data = f"<calls count='2'><call date='{date}'/><call date='253402300799999'/></calls>".encode()
    told = tell("calls", data)
    assert told == Told(2, 0, 253_402_300_799_999, 253_402_300_799_999)
    last = moment_of(told.last_ms)
    assert last is not None
    assert last.year == 9999


@pytest.mark.parametrize("kind", list(WHOLE))
def test_a_file_that_was_cut_anywhere_is_not_taken_for_whole(kind: str) -> None:
    """A full disk, a pulled cable: never half of somebody's messages as though they were all."""
    whole = WHOLE[kind].rstrip()
    for end in range(len(whole)):
        if kind == "contacts" and whole[:end].rstrip().endswith(b"END:VCARD"):
            continue  # a file of contacts has no end of its own
        with pytest.raises(PhonewardError):
            tell(kind, whole[:end])


@pytest.mark.parametrize("kind", list(WHOLE))
@given(data=st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_anything_at_all_is_one_clear_error(kind: str, data: bytes) -> None:
    with contextlib.suppress(PhonewardError):
        tell(kind, data)


@pytest.mark.parametrize("kind", list(WHOLE))
@given(place=st.integers(0, 2000), byte=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_one_changed_byte_never_breaks_the_program(kind: str, place: int, byte: int) -> None:
    data = bytearray(WHOLE[kind])
    data[place % len(data)] = byte
    with contextlib.suppress(PhonewardError):
        assert tell(kind, bytes(data)).count <= 3


BOMBS = {
    "an endless line": b"BEGIN:VCALENDAR\r\nSUMMARY:" + b"a" * (20 << 20),
    "endless folds": b"BEGIN:VCALENDAR\r\nSUMMARY:" + (b"a" * 1000 + b"\r\n ") * 10_000,
    "nested": b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 1_000,
    "outside": CALENDAR + b"SUMMARY:a\r\n",
    "crossed": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\nEND:VEVENT\r\n",
    "empty": b"",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_calendar_that_is_none(bomb: str) -> None:
    """Refused in little more memory than one line may have."""
    tracemalloc.start()
    try:
        with pytest.raises(PhonewardError):
            tell("calendar", BOMBS[bomb])
        assert tracemalloc.get_traced_memory()[1] < 150 << 20
    finally:
        tracemalloc.stop()
