"""Calendars as a file: what other programs see of it. Judges: the libraries icalendar and recurring-ical-events."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events

from phoneward.snapshots.records.ical import zones
from tests.snapshots.records.ical.calendarrows import (
    DAY,
    HOUR,
    MAY,
    OWN,
    event,
    events_in,
    judged,
    read,
    tables,
    vevents,
    written,
)

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_an_ordinary_event() -> None:
    """Title, place, times in the phone's zone, who comes, when it rings: what a person sees on the phone."""
    found = tables(
        [OWN | {"calendar_color": -14069085, "calendar_timezone": "Asia/Shanghai", "ownerAccount": "me@example.com"}],
        [
            event(
                title="Tea; 茶, \\n 😀",
                eventLocation="Room 4\r\n2nd floor",
                description="a\nb",
                eventStatus=0,
                accessLevel=2,
                availability=1,
                hasAlarm=1,
                organizer="me@example.com",
                uid2445="abc@example.com",
            )
        ],
        [
            {"_id": 1, "event_id": 7, "attendeeName": 'Ann "A" Lee: 李', "attendeeEmail": "ann@example.com"}
            | {"attendeeStatus": 1, "attendeeRelationship": 1, "attendeeType": 2},
            {"_id": 2, "event_id": 7, "attendeeEmail": "me@example.com", "attendeeStatus": 3, "attendeeType": 1}
            | {"attendeeRelationship": 2},
            {"_id": 3, "event_id": 7, "attendeeName": "Nobody", "attendeeEmail": ""},
        ],
        [{"_id": 1, "event_id": 7, "minutes": 15, "method": 1}, {"_id": 2, "event_id": 7, "minutes": -1, "method": 0}],
    )
    data = written(found)
    (calendar,) = judged(data)
    assert (calendar["X-WR-CALNAME"], calendar["X-APPLE-CALENDAR-COLOR"]) == ("Mine", "#2952A3")
    (tea,) = calendar.events
    assert (str(tea["SUMMARY"]), str(tea["DESCRIPTION"])) == ("Tea; 茶, \\n 😀", "a\nb")
    assert str(tea["LOCATION"]) == "Room 4\n2nd floor"
    assert (tea.start, tea.end) == (
        datetime(2026, 5, 8, 16, tzinfo=SHANGHAI),
        datetime(2026, 5, 8, 17, tzinfo=SHANGHAI),
    )
    assert (tea["UID"], tea["STATUS"], tea["CLASS"], tea["TRANSP"]) == (
        *("abc@example.com", "TENTATIVE", "PRIVATE", "TRANSPARENT"),
    )
    assert tea["ORGANIZER"] == "mailto:me@example.com"
    first, second = tea["ATTENDEE"]
    assert (first, first.params["PARTSTAT"], first.params["ROLE"]) == (
        *("mailto:ann@example.com", "ACCEPTED", "OPT-PARTICIPANT"),
    )
    assert second.params["PARTSTAT"] == "NEEDS-ACTION"
    assert b"CN=\"Ann ^'A^' Lee: \xe6\x9d\x8e\"" in data.replace(b"\r\n ", b"")
    (alarm,) = tea.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(minutes=-15)
    (back,) = events_in(data)
    assert [row["attendeeName"] for row in back.attendees] == ['Ann "A" Lee: 李', None, "Nobody"]
    assert [row["minutes"] for row in back.reminders] == ["15", "-1"]


def test_an_event_of_whole_days() -> None:
    """A holiday is on its days everywhere, whatever the zone of the computer."""
    start = 1_767_225_600_000  # 2026-01-01
    data = written(tables([OWN], [event(dtstart=start, dtend=start + 2 * DAY, allDay=1, eventTimezone="UTC")]))
    (found,) = vevents(data)
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (date(2026, 1, 1), date(2026, 1, 3))
    assert b"VTIMEZONE" not in data


# AOSP frameworks/opt/calendar, RecurrenceProcessorTest.java: start in Los Angeles, columns of the event, occurrences.
ANDROID = [
    ("20060205T100000", {"rrule": "FREQ=MONTHLY;COUNT=3"}, "20060205 20060305 20060405"),
    ("20060205T100000", {"rrule": "FREQ=MONTHLY;INTERVAL=5;COUNT=5"}, "20060205 20060705 20061205 20070505 20071005"),
    (
        "20060104T123456",
        {"rrule": "FREQ=MONTHLY;UNTIL=20060201T200000Z;BYDAY=TU,WE"},
        "20060104 20060110 20060111 20060117 20060118 20060124 20060125 20060131",
    ),
    (
        "20060201T123456",
        {"rrule": "FREQ=MONTHLY;UNTIL=20060301T200000Z;BYMONTHDAY=-1,-5,-27,-28,-31"},
        "20060201 20060202 20060224 20060228",
    ),
    (
        "20060205T100000",
        {"rdate": "America/Los_Angeles;20060207T140000,20060307T160000,20060407T180000"},
        "20060207T14 20060307T16 20060407T18",
    ),
    (
        "20060205T100000",
        {
            "rrule": "FREQ=MONTHLY;COUNT=3",
            "rdate": "America/Los_Angeles;20060207T140000,20060307T160000,20060407T180000",
        },
        "20060205T10 20060207T14 20060305T10 20060307T16 20060405T10 20060407T18",
    ),
    (
        "20060205T100000",
        {"rrule": "FREQ=MONTHLY;COUNT=3\nFREQ=WEEKLY;COUNT=2", "exdate": "20060212T180000Z,20060405T170000Z"},
        "20060205 20060305",
    ),
    (
        "20110103T100000",
        {"rrule": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;UNTIL=20110401T000000Z"},
        "20110103 20110131 20110201 20110228 20110301 20110331",
    ),
    ("20060215T100000", {"rrule": "FREQ=WEEKLY;UNTIL=20060301T100000Z"}, "20060215 20060222"),
    ("20060215T100000", {"rrule": "FREQ=WEEKLY;UNTIL=20060301T090000Z"}, "20060215 20060222"),
]


@pytest.mark.parametrize(("start", "columns", "expected_days"), ANDROID)
def test_repeated_events_are_on_the_days_that_android_shows(
    start: str, columns: dict[str, str], expected_days: str
) -> None:
    """An independent program expands what we wrote; the days are those of Android's own tests."""
    clock = datetime.strptime(start, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    row = event(dtstart=int(clock.timestamp()) * 1000, dtend=None, duration="P3600S") | columns
    data = written(tables([OWN], [row | {"eventTimezone": "America/Los_Angeles"}]))
    wanted = expected_days.split()
    assert [f"{moment:%Y%m%dT%H}"[: len(wanted[0])] for moment in occurrences(data)] == wanted


def occurrences(data: bytes) -> list[datetime | date]:
    """All starts until 2028, as the library recurring-ical-events expands them."""
    (calendar,) = judged(data)
    found = recurring_ical_events.of(calendar).between(
        datetime(1990, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    )
    return sorted((each["DTSTART"].dt for each in found), key=str)


def test_a_series_with_a_moved_and_a_cancelled_day() -> None:
    """One of five days was moved, one cancelled: other programs show four, one of them at its new time."""
    series = event(
        dtend=None, duration="P3600S", rrule="FREQ=DAILY;COUNT=5", eventTimezone="Europe/Berlin", _sync_id="s"
    )
    moved = event(_id=8, title="Late tea", dtstart=MAY + DAY + 3 * HOUR, dtend=MAY + DAY + 4 * HOUR) | {
        "original_id": 7,
        "originalInstanceTime": MAY + DAY,
        "originalAllDay": 0,
        "original_sync_id": "s",
        "eventTimezone": "Europe/Berlin",
    }
    cancelled = event(_id=9, eventStatus=2, dtstart=MAY + 2 * DAY, dtend=MAY + 2 * DAY + HOUR) | {
        "original_sync_id": "s",
        "originalInstanceTime": MAY + 2 * DAY,
        "eventTimezone": "Europe/Berlin",
    }
    data = written(tables([OWN], [series, moved, cancelled]))
    assert occurrences(data) == [
        datetime(2026, 5, 8, 10, tzinfo=BERLIN),
        datetime(2026, 5, 9, 13, tzinfo=BERLIN),
        datetime(2026, 5, 11, 10, tzinfo=BERLIN),
        datetime(2026, 5, 12, 10, tzinfo=BERLIN),
    ]
    first, second = vevents(data)
    assert first["UID"] == second["UID"]
    assert second["RECURRENCE-ID"].dt == datetime(2026, 5, 9, 10, tzinfo=BERLIN)
    assert sorted(item.row["_id"] or "" for item in events_in(data)) == ["7", "8", "9"]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"rrule": "FREQ=DAILY;UNTIL=20260510T080000"}, "FREQ=DAILY;UNTIL=20260510T080000Z"),
        ({"rrule": "FREQ=DAILY;UNTIL=20260510"}, "FREQ=DAILY;UNTIL=20260510T000000Z"),
        ({"rrule": "FREQ=DAILY;UNTIL=20260510T235959Z", "allDay": 1}, "FREQ=DAILY;UNTIL=20260510"),
        ({"rrule": "RRULE:FREQ=DAILY;WKST=SU;"}, "FREQ=DAILY;WKST=SU"),
    ],
)
def test_an_end_is_written_in_the_form_that_the_start_asks_for(columns: dict[str, object], rule: str) -> None:
    """RFC 5545, 3.3.10: a moment in UTC for a start with a time, a date for a whole day."""
    data = written(tables([OWN], [event(dtend=None, duration="P1D") | columns]))
    assert f"\r\nRRULE:{rule}\r\n".encode() in data
    assert events_in(data)[0].row["rrule"] == columns["rrule"]
    assert vevents(data)


@pytest.mark.parametrize(
    "rule",
    [
        *(
            "FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z",
            "INTERVAL=2",
            "FREQ=DAILY;BYDAY=XX",
            "FREQ=DAILY;BYDAY=0MO",
            "x",
        ),
        *("FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYSETPOS=0", "FREQ=WEEKLY;BYWEEKNO=1", "FREQ="),
        *(
            "FREQ=DAILY;UNTIL=20261301",
            "FREQ=DAILY;COUNT=-1",
            "FREQ=DAILY\nFREQ=",
            "FREQ=DAILY;BYMONTHDAY=" + "1," * 999,
        ),
    ],
)
def test_a_damaged_rule_spoils_nothing(rule: str) -> None:
    """Other programs show the event once and say why; the phone's own text is kept."""
    data = written(tables([OWN], [event(rrule=rule), event(_id=8, title="Other")]))
    first, second = vevents(data)
    assert "RRULE" not in first
    assert str(first["COMMENT"]).startswith(
        "On the phone this event repeats by a rule that no calendar program can read: "
    )
    assert "COMMENT" not in second
    assert [item.row["rrule"] for item in events_in(data)] == [rule, None]


def test_more_dates_than_any_event_lists() -> None:
    """Two million dates from a phone are kept and not gone through; a series with all days cancelled is read again."""
    many = ",".join(["20260508T080000Z"] * 20_000)
    data = written(tables([OWN], [event(rdate=many)]))
    assert events_in(data)[0].row["rdate"] == many
    assert "RDATE" not in vevents(data)[0]
    cancelled = [
        event(_id=10 + day, original_id=7, eventStatus=2, originalInstanceTime=MAY + day * DAY) for day in range(10_050)
    ]
    data = written(tables([OWN], [event(dtend=None, duration="P60S", rrule="FREQ=DAILY"), *cancelled]))
    assert len(events_in(data)) == 10_051
    assert data.count(b"\r\nBEGIN:VEVENT") == 51


def test_events_of_several_calendars() -> None:
    """Each calendar keeps its name, also one without events, and the same invitation may be in two of them."""
    found = tables(
        [OWN, {"_id": 2, "name": "Holidays", "calendar_access_level": 200}, {"_id": 5, "calendar_displayName": "空"}],
        [
            event(uid2445="same"),
            event(_id=8, calendar_id=2, uid2445="same"),
            event(_id=9, uid2445="same", title="Twin"),
        ],
    )
    data = written(found)
    first, second, third = judged(data)
    assert [calendar.get("X-WR-CALNAME") for calendar in (first, second, third)] == ["Mine", "Holidays", "空"]
    assert [str(each["UID"]) for each in second.events] == ["same"]
    own, twin = (str(each["UID"]) for each in first.events)
    assert own == "same"
    assert twin != own, "importers keep only one event of a UID"
    assert third.events == []
    order = [item.row.get("_id") for item in read(data)]
    assert order == ["1", "7", "9", "2", "8", "5"]


def test_an_event_that_no_program_could_show_is_kept_all_the_same() -> None:
    """An event without a start, or one in the year 30000, is no event for other programs, and comes back to us."""
    found = tables([OWN], [event(dtstart=None), event(_id=8, dtstart=10**15), event(_id=9)], [], [], [])
    data = written(found)
    assert len(vevents(data)) == 1
    assert [item.row["dtstart"] for item in events_in(data)] == [None, "1000000000000000", str(MAY)]


def test_an_event_without_a_length_has_no_end() -> None:
    """Other programs refuse an end that is not after the start; the phone's own is kept all the same."""
    ends = (MAY, MAY - HOUR, MAY + 999)
    day = MAY - MAY % DAY
    rows = [event(_id=7 + number, dtend=end) for number, end in enumerate(ends)]
    data = written(tables([OWN], [*rows, event(_id=20, allDay=1, dtstart=day, dtend=day, eventTimezone="UTC")]))
    assert all("DTEND" not in each and "DURATION" not in each for each in vevents(data))
    assert [item.row["dtend"] for item in events_in(data)] == [*map(str, ends), str(day)]


def test_a_moved_day_of_a_series_is_one_day_with_its_own_end() -> None:
    """Some phones copy the rule and the length of the series into the day that was moved."""
    series = event(dtend=None, duration="P60S", rrule="FREQ=DAILY")
    moved = event(
        _id=8,
        original_id=7,
        originalInstanceTime=MAY + DAY,
        rrule="FREQ=DAILY",
        duration="P60S",
        dtstart=MAY + DAY + HOUR,
        dtend=MAY + DAY + 3 * HOUR,
    )
    data = written(tables([OWN], [series, moved]))
    _first, second = vevents(data)
    assert ("RRULE" in second, "DURATION" in second) == (False, False)
    assert second["DTEND"].dt - second["DTSTART"].dt == timedelta(hours=2)
    assert events_in(data)[1].row["rrule"] == "FREQ=DAILY"


def test_a_day_moved_abroad_is_found_in_its_series() -> None:
    """The day that was moved is named in the series' own zone, as its other days are."""
    series = event(dtend=None, duration="P60S", rrule="FREQ=DAILY")
    moved = event(_id=8, original_id=7, originalInstanceTime=MAY + DAY, eventTimezone="Europe/Berlin")
    _first, second = vevents(written(tables([OWN], [series, moved])))
    assert second["RECURRENCE-ID"].params["TZID"] == "Asia/Shanghai"
    assert second["DTSTART"].params["TZID"] == "Europe/Berlin"


def test_a_name_longer_than_any_is_not_given_to_other_programs() -> None:
    """A phone's event with a UID of a thousand and more characters has another one in the file, and keeps its own."""
    for length, is_own in ((1_000, True), (1_001, False)):
        data = written(tables([OWN], [event(uid2445="u" * length)]))
        (shown,) = vevents(data)
        assert (str(shown["UID"]) == "u" * length) is is_own
        assert events_in(data)[0].row["uid2445"] == "u" * length


def test_zones_other_than_countries() -> None:
    """A fixed distance from UTC has a VTIMEZONE too; a zone that nobody knows counts as UTC, as on Android."""
    data = written(
        tables(
            [OWN],
            [event(eventTimezone="GMT+08:00"), event(_id=8, eventTimezone="Mars"), event(_id=9, eventTimezone=None)],
        )
    )
    fixed, unknown, none = vevents(data)
    assert fixed.start.utcoffset() == timedelta(hours=8)
    assert fixed.start.astimezone(UTC) == unknown.start == none.start == datetime(2026, 5, 8, 8, tzinfo=UTC)


def test_a_change_of_a_countrys_clocks_moves_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is read years later, with other rules for the zone: the phone's moments come back all the same."""
    columns = {"dtend": None, "duration": "P3600S", "rrule": "FREQ=DAILY", "exdate": "20260510T080000Z"}
    data = written(tables([OWN], [event(**columns), event(_id=8)]))
    utc = zones.zone("UTC")
    monkeypatch.setattr("phoneward.snapshots.records.ical.filezones.zone", lambda _name: utc)
    first, second = events_in(data)
    assert (first.row["dtstart"], first.row["exdate"]) == (str(MAY), "20260510T080000Z")
    assert (second.row["dtstart"], second.row["dtend"]) == (str(MAY), str(MAY + HOUR))
