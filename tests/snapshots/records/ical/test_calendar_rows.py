"""Calendars as a file: whatever rows a phone has are read back exactly, and the file is one that others can read."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.snapshots.records.ical import Calendar, CalendarTables, Event
from tests.snapshots.records.ical.calendarrows import DAY, HOUR, MAY, ListedRows, Row, judged, read, tables, written
from tests.snapshots.records.test_xml import whole

texts = st.one_of(
    st.none(),
    st.text(st.characters(), max_size=20),
    st.text(st.sampled_from("\0\1\t\n\r\x1f\x7f\x85\u2028\ud83d\ude00\ufffe^'\"\\;:,=nN<>😀信 "), max_size=12),
    st.sampled_from(
        ["", "NULL", "BEGIN:VEVENT", "END:VCALENDAR\r\nBEGIN:VCALENDAR", "\\n", "me@example.com", "a;b,c:d"]
    ),
)
numbers = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-3, 5),
    st.sampled_from(
        [MAY, MAY + 1, MAY + HOUR, MAY // DAY * DAY, -DAY, 253402300799999, 253402300800000, -62135596800000]
    ),
)
zones = st.sampled_from(
    [
        None,
        "",
        "UTC",
        "GMT",
        "Etc/UTC",
        "Europe/Berlin",
        "Asia/Shanghai",
        "America/New_York",
        "GMT+08:00",
        "GMT-3",
        "Mars",
    ]
)
rules = st.sampled_from(
    [
        *(None, "", "FREQ=DAILY;COUNT=5", "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270101T000000Z;WKST=SU", "FREQ=YEARLY"),
        *(
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=NEVER",
            "FREQ=DAILY;UNTIL=20270101",
            "freq=daily\nFREQ=WEEKLY",
            "FREQ=DAILY;",
        ),
        *("RRULE:FREQ=DAILY", "FREQ=DAILY\r\nEND:VEVENT", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;X=1"),
    ]
)
dates = st.sampled_from(
    [
        *(None, "", "20260510T080000Z", "20260510T080000Z,20260511T080000Z", "Asia/Shanghai;20260510T160000"),
        *("20260510", "20260510T000000Z\nEurope/Berlin;20260511T090000", "2026", "Mars;20260510T080000", ",", "\n"),
    ]
)
durations = st.sampled_from([None, "", "P3600S", "PT1H", "P1D", "P1W", "P90S", "-P1D", "P", "P1DT1H", "P99999999999S"])
EVENTS = tables().events.columns
SPECIAL = {"rrule": rules, "exrule": rules, "rdate": dates, "exdate": dates, "duration": durations} | dict.fromkeys(
    ("eventTimezone", "eventEndTimezone"), zones
)
NUMBERS = (
    *("dtstart", "dtend", "allDay", "eventStatus", "accessLevel", "availability", "hasAlarm", "original_id"),
    *("originalInstanceTime", "originalAllDay", "lastDate", "eventColor", "hasAttendeeData"),
)


@st.composite
def phones(draw: st.DrawFn) -> CalendarTables:
    """Any rows that a phone's calendars can hold."""
    calendars = [
        {
            "_id": number,
            "calendar_displayName": draw(texts),
            "calendar_color": draw(numbers),
            "ownerAccount": draw(texts),
        }
        for number in draw(st.sampled_from([(), (1,), (1, 2), (3, 8)]))
    ]
    events: list[dict[str, object]] = []
    for number in range(1, draw(st.integers(0 if calendars else 1, 4)) + 1):
        columns: dict[str, object] = {
            name: draw(SPECIAL.get(name, numbers if name in NUMBERS else texts))
            for name in EVENTS
            if draw(st.booleans())
        }
        events.append(columns | {"_id": number, "calendar_id": draw(st.sampled_from([1, 1, 1, 2, 3, -1]))})
    owners = st.integers(1, 4)
    attendees = [
        {"_id": number, "event_id": draw(owners)} | {name: draw(texts) for name in ("attendeeName", "attendeeEmail")}
        for number in range(draw(st.integers(0, 3)))
    ]
    reminders = [
        {"_id": number, "event_id": draw(owners), "minutes": draw(numbers), "method": draw(st.integers(0, 4))}
        for number in range(draw(st.integers(0, 3)))
    ]
    extras = [{"_id": 1, "event_id": draw(owners), "name": draw(texts), "value": draw(texts)}]
    return tables(calendars, events, attendees, reminders, extras)


def expected(rows: "ListedRows", numbers: Sequence[str | None], owner: str = "event_id") -> list[Row]:
    return sorted(
        ({name: whole(text) for name, text in row.items()} for row in rows.records() if row[owner] in numbers),
        key=lambda row: int(row["_id"] or 0),
    )


@settings(max_examples=250, deadline=None)
@given(phones())
def test_any_rows_come_back_exactly(found: CalendarTables) -> None:
    """Control characters, halves of characters, milliseconds, rules that are none, Android's own columns: all stays."""
    data = written(found)
    assert data == written(found)
    items = read(data)
    calendars = [item.row for item in items if isinstance(item, Calendar) and item.row]
    assert calendars == [{name: whole(text) for name, text in row.items()} for row in found.calendars.records()]
    events = [item for item in items if isinstance(item, Event)]
    all_events = list(found.events.records())
    there = [row["_id"] for row in all_events]
    assert isinstance(found.events, ListedRows)
    assert sorted((item.row for item in events), key=lambda row: int(row["_id"] or 0)) == expected(
        found.events, there, "_id"
    )
    for name in ("attendees", "reminders", "extras"):
        rows = getattr(found, name)
        got = sorted((row for item in events for row in getattr(item, name)), key=lambda row: int(row["_id"]))
        assert got == expected(rows, there)


@settings(max_examples=150, deadline=None)
@given(phones())
def test_other_programs_can_always_read_the_file(found: CalendarTables) -> None:
    """Whatever stands in a title or a rule, the library icalendar reads the whole file, and finds each event once."""
    data = written(found)
    assert all(len(row) <= 75 for row in data.split(b"\r\n"))
    seen = set()
    for number, calendar in enumerate(judged(data)):
        for component in calendar.events:
            assert component.DTSTART
            instance = component.get("RECURRENCE-ID")
            key = number, str(component["UID"]), instance and instance.dt
            assert key not in seen
            seen.add(key)
    assert data.count(b"\r\nBEGIN:VEVENT\r\n") == len(seen)
