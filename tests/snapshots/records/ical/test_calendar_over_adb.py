"""The calendar of the test phone in the snapshot: restic gives it out, the library icalendar reads it.

The real adb client, adbd, mksh and SQLite between; the tables, and how they are joined, are AOSP's (providers.py).
"""

import dataclasses
from pathlib import Path

import pytest

from phoneward.phones import RecordKind
from phoneward.phones.adb.content_tables import TABLES
from phoneward.snapshots import BackupResult, RecordCoverage, State, coverage_sentences
from phoneward.snapshots.records.contentlines import unescaped
from tests.phone import profiles, providers, state
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle
from tests.snapshots.records.ical.calendarrows import DAY, MAY, event, events_in, judged

FORGED = f"\nRow: 1 _id=8, calendar_id=1, dtstart={MAY}, dtend=NULL, title=forged"
CALENDARS = (
    {"_id": 1, "account_name": "me@example.com", "account_type": "com.google", "calendar_displayName": "Mine, name=x"},
    {"_id": 2, "account_name": "me@example.com", "name": "Holidays", "calendar_access_level": 200, "sync_events": 1},
    {"_id": 3, "account_name": "gone", "name": "Gone", "deleted": 1},
)
EVENTS = (
    event(title="Tea" + FORGED, description="NULL", dtend=None, duration="P3600S", rrule="FREQ=DAILY", hasAlarm=1),
    event(_id=8, original_id=7, originalInstanceTime=MAY + DAY, originalAllDay=0, dtstart=MAY + DAY + 1, title="茶 😀"),
    event(_id=9, original_id=7, originalInstanceTime=MAY + 2 * DAY, eventStatus=2),
    event(_id=10, calendar_id=2, dtstart=-30 * 365 * DAY, dtend=-30 * 365 * DAY + DAY, allDay=1, title="Long ago"),
    event(_id=11, deleted=1, title="Deleted"),
)
ATTENDEES = (
    {"_id": 4, "event_id": 7, "attendeeName": "Ann, attendeeEmail=x", "attendeeEmail": "ann@example.com"},
    {"_id": 6, "event_id": 7, "attendeeName": None, "attendeeEmail": "NULL"},
    {"_id": 9, "event_id": 11, "attendeeName": "Of a deleted event"},
)
REMINDERS = (
    {"_id": 1, "event_id": 7, "minutes": 15, "method": 1},
    {"_id": 2, "event_id": 11, "minutes": 3, "method": 1},
)
EXTRAS = ({"_id": 1, "event_id": 8, "name": "hangoutLink", "value": "https://example.com/\n, name=x"},)
ROWS = {"calendars": CALENDARS, "events": EVENTS, "attendees": ATTENDEES, "reminders": REMINDERS}
TABLES_OF = {f"com.android.calendar/{name}": rows for name, rows in (ROWS | {"extendedproperties": EXTRAS}).items()}
PHONE = state.SMALL.but(tables=TABLES_OF)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def dumped(vault: Vault) -> bytes:
    done = vault.restic().attempt("dump", "latest", "/records/calendar.ics")
    assert done.returncode == 0, done.stderr
    return done.stdout


def calendar_of(result: BackupResult) -> RecordCoverage:
    assert result.coverage is not None
    (found,) = [record for record in result.coverage.records or () if record.kind == "calendar"]
    return found


def judge(data: bytes) -> None:
    """The rows that the test put into the phone, and what another program shows of them."""
    found = {item.row["_id"]: item for item in events_in(data)}
    assert sorted(found, key=lambda number: int(number or 0)) == ["7", "8", "9", "10"]
    for row in EVENTS[:-1]:
        own = found[str(row["_id"])].row
        assert {name: own[name] for name in row} == {
            name: None if value is None else str(value) for name, value in row.items()
        }
    assert [(row["_id"], row["attendeeName"], row["attendeeEmail"]) for row in found["7"].attendees] == [
        ("4", "Ann, attendeeEmail=x", "ann@example.com"),
        ("6", None, "NULL"),
    ]
    assert [row["minutes"] for row in found["7"].reminders] == ["15"]
    assert [row["value"] for row in found["8"].extras] == [EXTRAS[0]["value"]]
    mine, holidays = judged(data)
    assert (unescaped(str(mine["NAME"])), str(holidays["NAME"])) == ("Mine, name=x", "Holidays")
    assert [str(each["SUMMARY"]) for each in mine.events] == ["Tea" + FORGED, "茶 😀"]
    assert f"{holidays.events[0].start}" == "1940-01-09"  # eight leap days later than 1940-01-01


def test_the_calendar_is_in_every_snapshot(vault: Vault, phone: TestPhone) -> None:
    """A person gets back every event of every calendar, with `restic` alone, in a form that other programs read."""
    (phone.storage / "a.txt").write_bytes(b"a")
    phone.answer_with(PHONE)
    settle()
    first = vault.backup(adb_phone(phone))
    assert first.complete, first.coverage and first.coverage.gaps
    judge(dumped(vault))
    found = calendar_of(first)
    assert (found.state, found.kept, found.missing, found.path) == (State.KEPT, 4, 0, "/records/calendar.ics")
    assert first.coverage is not None
    assert "Calendar events kept: 4." in coverage_sentences(first.coverage)
    second = vault.backup(adb_phone(phone))
    assert vault.subtree(second.snapshot_id or "", b"/records") == vault.subtree(first.snapshot_id or "", b"/records")
    vault.check()


def test_a_phone_that_cuts_numbers_off(vault: Vault, phone: TestPhone) -> None:
    """Builds that print 32 bits lose no millisecond, also of events before 1970; older ones have fewer columns."""
    phone.answer_with(PHONE.but(truncates=True, missing_columns=("uid2445", "isOrganizer")))
    result = vault.backup(adb_phone(phone))
    assert calendar_of(result).state is State.KEPT
    judge(dumped(vault))
    assert "uid2445" not in events_in(dumped(vault))[0].row


def test_an_android_of_2015_shows_its_calendar(vault: Vault, phone_factory: PhoneFactory) -> None:
    """Where messages are refused the calendar is not: Android has let a computer read it since 4.4."""
    result = vault.backup(adb_phone(phone_factory(profile=profiles.ANDROID_5, state=PHONE)))
    assert (calendar_of(result).kept, calendar_of(result).reason) == (4, "")
    judge(dumped(vault))


def test_a_refusal_is_named(vault: Vault, phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """A maker's phone refuses: the person is told so, and what helps, and never that the calendar was empty."""
    changed = tuple(
        replaced(provider, 99) if provider.uri.startswith("com.android.calendar") else provider
        for provider in providers.PROVIDERS
    )
    monkeypatch.setattr(state, "PROVIDERS", changed)
    phone.answer_with(PHONE)
    result = vault.backup(adb_phone(phone))
    found = calendar_of(result)
    assert (found.state, found.reason, found.kept) == (State.OUT_OF_REACH, "records-refused", 0)
    assert "SecurityException" in found.detail
    assert result.coverage is not None
    said = " ".join(coverage_sentences(result.coverage))
    assert "The calendar is not kept. The phone refused" in said
    assert ".ics file" in said
    assert "Calendar events: the phone showed none" not in said


def replaced(provider: providers.Provider, first_sdk: int) -> providers.Provider:
    return dataclasses.replace(provider, first_sdk=first_sdk)


def test_what_only_some_of_it_is_refused(vault: Vault, phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """The phone gives the events and not who was invited: they are kept, and it is said that something is missing."""
    changed = tuple(
        replaced(provider, 99) if provider.uri.endswith("/attendees") else provider for provider in providers.PROVIDERS
    )
    monkeypatch.setattr(state, "PROVIDERS", changed)
    phone.answer_with(PHONE)
    result = vault.backup(adb_phone(phone))
    found = calendar_of(result)
    assert (found.state, found.reason, found.kept) == (State.PART, "records-part-refused", 4)
    assert [item.attendees for item in events_in(dumped(vault))] == [[], [], [], []]


CALENDAR_KINDS = ("calendars", "events", "attendees", "reminders", "event-extras")


@pytest.mark.parametrize("kind", CALENDAR_KINDS)
def test_what_is_asked_is_what_the_provider_has(kind: str) -> None:
    """Each column that a phone is asked for stands in AOSP's CREATE TABLE; `_id` names its table where it must."""
    asked = TABLES[RecordKind(kind)]
    (provider,) = [one for one in providers.PROVIDERS if one.uri == asked.uri.decode().removeprefix("content://")]
    known = {part.split()[0] for part in provider.columns.split(",") if part[:1].isalpha() or part[:1] == "_"}
    assert {*asked.numbers, *asked.texts} <= known
    assert (asked.row == b"_id") == (not provider.source)
