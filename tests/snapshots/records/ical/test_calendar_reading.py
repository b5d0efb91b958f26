"""Calendar files of other programs, and damaged ones.

Real exports are those that the library icalendar carries for its own tests (of Google, Apple, Outlook, Exchange,
Thunderbird and others): they are read where it is installed, and nothing of them is copied. The forms that are written
out here are made up by hand after such exports.
"""

import io
import tracemalloc
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.snapshots.records.ical import Calendar, CalendarFileError, Event, calendars_in, read_calendars
from tests.snapshots.records.ical.calendarrows import MAY, OWN, event, events_in, read, tables, written

REAL = Path(icalendar.__file__).parent / "tests" / "calendars"
WHOLE = written(
    tables(
        [OWN, {"_id": 2, "calendar_displayName": "Two"}],
        [event(), event(_id=8, dtstart=None), event(_id=9, calendar_id=2, rrule="FREQ=DAILY", duration="P60S")],
        [{"_id": 1, "event_id": 7, "attendeeEmail": "a@b.c"}],
        [{"_id": 1, "event_id": 7, "minutes": 5, "method": 1}],
    )
)


def lines(*some: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *some, "END:VCALENDAR", ""]).encode()


def one_event(*some: str, zone: str = "") -> Event:
    (found,) = events_in(lines(*(zone.split() if zone else ()), "BEGIN:VEVENT", "UID:1", *some, "END:VEVENT"))
    return found


def test_real_exports_are_understood_as_others_understand_them() -> None:
    """Whatever program a person's calendar was in, its events are the same ones that another reader finds."""
    read_events = refused = 0
    for place in sorted(REAL.glob("*.ics")):
        try:
            mine = events_in(place.read_bytes())
        except CalendarFileError:
            refused += 1
            continue
        try:
            theirs = [
                each
                for calendar in icalendar.Calendar.from_ical(place.read_bytes(), multiple=True)
                for each in calendar.walk("VEVENT")
            ]
        except ValueError:
            continue
        assert len(mine) == len(theirs), place.name
        for own, other in zip(mine, theirs, strict=True):
            start = getattr(other.get("DTSTART"), "dt", None) if "DTSTART" not in broken(other) else None
            if start is None or own.row["eventTimezone"] is None:
                continue
            assert own.row["dtstart"] == str(moment(start)), place.name
            if isinstance(other.get("SUMMARY"), str):
                assert own.row["title"] == str(other["SUMMARY"]), place.name
            read_events += 1
    assert (read_events, refused) > (60, 10)


def broken(component: icalendar.Component) -> set[str]:
    return {name for name, value in component.items() if type(value).__name__ == "vBroken"}


def moment(start: "datetime | date") -> int:
    if not isinstance(start, datetime):
        start = datetime(start.year, start.month, start.day, tzinfo=UTC)
    return int(start.timestamp()) * 1000


def test_an_export_of_google() -> None:
    """Line feeds, a birthday, a place with a comma, an exception, dates that are left out on lines of their own."""
    data = lines(
        *("PRODID:-//Google Inc//Google Calendar 70.9054//EN", "METHOD:PUBLISH", "X-WR-CALNAME:me\\, myself"),
        *("X-WR-TIMEZONE:Europe/Berlin", "BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:STANDARD"),
        *("TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET", "DTSTART:19701025T030000"),
        *("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT"),
        *("DTSTART;TZID=Europe/Berlin:20260508T100000", "DTEND;TZID=Europe/Berlin:20260508T113000"),
        *("RRULE:FREQ=WEEKLY;BYDAY=FR", "EXDATE;TZID=Europe/Berlin:20260515T100000"),
        *(
            "EXDATE;TZID=Europe/Berlin:20260522T100000",
            "UID:x@google.com",
            "LOCATION:Here\\, there",
            "STATUS:CONFIRMED",
        ),
        *("SUMMARY:Tea", "TRANSP:OPAQUE", "BEGIN:VALARM", "ACTION:EMAIL", "TRIGGER:-P0DT0H30M0S", "END:VALARM"),
        *("END:VEVENT", "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20260510", "DTEND;VALUE=DATE:20260511"),
        *("UID:x@google.com", "RECURRENCE-ID;TZID=Europe/Berlin:20260529T100000", "SUMMARY:Whole day", "END:VEVENT"),
    ).replace(b"\r\n", b"\n")
    calendar, tea, other = read(data)
    assert isinstance(calendar, Calendar)
    assert (calendar.row["calendar_displayName"], calendar.row["calendar_timezone"]) == ("me, myself", "Europe/Berlin")
    assert isinstance(tea, Event)
    assert isinstance(other, Event)
    assert (tea.row["dtstart"], tea.row["dtend"], tea.row["duration"]) == (str(MAY), None, "P5400S")
    assert (tea.row["rrule"], tea.row["exdate"]) == ("FREQ=WEEKLY;BYDAY=FR", "20260515T080000Z,20260522T080000Z")
    assert (tea.row["eventLocation"], tea.row["eventStatus"]) == ("Here, there", "1")
    assert tea.reminders == [{"minutes": "30", "method": "2"}]
    assert (other.row["allDay"], other.row["originalInstanceTime"]) == ("1", "1780041600000")


@pytest.mark.parametrize(
    "zone_id",
    [
        *("Europe/Berlin", "W. Europe Standard Time", "/freeassociation.sourceforge.net/Europe/Berlin"),
        '"/mozilla.org/20050126_1/Europe/Berlin"',
    ],
)
def test_zones_by_the_names_of_other_programs(zone_id: str) -> None:
    """Outlook's, Evolution's and Thunderbird's names of a zone."""
    found = one_event(f"DTSTART;TZID={zone_id}:20260508T100000", "DURATION:PT1H30M")
    assert (found.row["dtstart"], found.row["eventTimezone"]) == (str(MAY), "Europe/Berlin")
    assert found.row["dtend"] == str(MAY + 5_400_000)


def test_a_zone_that_only_the_file_describes() -> None:
    """Outlook's "Customized Time Zone": summer and winter as the file says."""
    described = (
        "BEGIN:VTIMEZONE TZID:Customized BEGIN:STANDARD DTSTART:16011028T030000 TZOFFSETFROM:+0200 TZOFFSETTO:+0100"
        " RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10 END:STANDARD BEGIN:DAYLIGHT DTSTART:16010325T020000"
        " TZOFFSETFROM:+0100 TZOFFSETTO:+0200 RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3 END:DAYLIGHT END:VTIMEZONE"
    )
    summer = one_event("DTSTART;TZID=Customized:20260508T100000", zone=described)
    winter = one_event("DTSTART;TZID=Customized:20261208T090000", zone=described)
    assert (summer.row["dtstart"], summer.row["eventTimezone"]) == (str(MAY), "Customized")
    assert winter.row["dtstart"] == "1796716800000"
    odd = one_event("DTSTART;TZID=Customized:20260508T100000", zone=described.replace("YEARLY", "DAILY"))
    assert (odd.row["dtstart"], odd.row["eventTimezone"]) == (str(MAY + 7_200_000), None)


def test_a_country_that_gave_up_summer_time() -> None:
    """The rules of a zone end where the file says so: an event of this summer is not an hour off."""
    described = (
        "BEGIN:VTIMEZONE TZID:Inland BEGIN:STANDARD DTSTART:19701025T030000 TZOFFSETFROM:+0300 TZOFFSETTO:+0200"
        " RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;UNTIL=19991031T000000Z END:STANDARD BEGIN:DAYLIGHT"
        " DTSTART:19700329T020000 TZOFFSETFROM:+0200 TZOFFSETTO:+0300"
        " RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3;UNTIL=20000101T000000Z END:DAYLIGHT END:VTIMEZONE"
    )
    now = one_event("DTSTART;TZID=Inland:20260508T100000", zone=described)
    then = one_event("DTSTART;TZID=Inland:19990508T100000", zone=described)
    assert now.row["dtstart"] == str(MAY)
    assert then.row["dtstart"] == str(int(datetime(1999, 5, 8, 7, tzinfo=UTC).timestamp()) * 1000)


def test_a_zone_of_another_name_that_says_where_it_is() -> None:
    """Programs built on libical say the place beside a name of their own: X-LIC-LOCATION."""
    described = "BEGIN:VTIMEZONE TZID:office X-LIC-LOCATION:Europe/Berlin END:VTIMEZONE"
    found = one_event("DTSTART;TZID=office:20260508T100000", zone=described)
    assert (found.row["dtstart"], found.row["eventTimezone"]) == (str(MAY), "Europe/Berlin")


def test_a_time_in_no_zone_is_said_to_be_in_none() -> None:
    """A floating time is not passed off as one of some place."""
    found = one_event("DTSTART:20260508T080000")
    assert (found.row["dtstart"], found.row["eventTimezone"]) == (str(MAY), None)


@pytest.mark.parametrize(
    ("trigger", "minutes"),
    [
        *[("TRIGGER:-PT15M", "15"), ("TRIGGER:-P1D", "1440"), ("TRIGGER:PT0S", "0"), ("TRIGGER:-P1W", "10080")],
        *[("TRIGGER;RELATED=START:-PT1H", "60"), ("TRIGGER;RELATED=END:-PT1H", None), ("TRIGGER:PT5M", None)],
        *[("TRIGGER;VALUE=DATE-TIME:20260508T080000Z", None), ("TRIGGER:", None), ("X:1", None)],
    ],
)
def test_when_it_rings(trigger: str, minutes: str | None) -> None:
    """Minutes before the start are what Android has; other reminders are left out and never guessed."""
    found = one_event("DTSTART:20260508T080000Z", "BEGIN:VALARM", "ACTION:DISPLAY", trigger, "END:VALARM")
    assert [row["minutes"] for row in found.reminders] == ([] if minutes is None else [minutes])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE) - 3))
def test_a_file_cut_short_anywhere_gives_one_sentence(end: int) -> None:
    """Half a download is refused, also between two calendars, and no half of it is taken in."""
    found = calendars_in(io.BytesIO(WHOLE[:end]))
    with pytest.raises(CalendarFileError) as refused:
        next(found)
    assert refused.value.sentence().endswith(".")
    assert "\n" not in refused.value.sentence()


HEAD = "X-PHONEWARD-CALENDAR:"


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"x", b"\xff\xfe", b"BEGIN:VCARD\nEND:VCARD\n", b"END:VCALENDAR\n", b"BEGIN:VEVENT\nEND:VEVENT\n"),
        *(lines("X"), lines("BEGIN:VEVENT"), lines("END:VEVENT"), lines() + b"X:1\n", lines() + b"BEGIN:VCALENDAR\n"),
        lines("VERSION:1.0").replace(b"VERSION:2.0\r\n", b""),
        lines(*["BEGIN:X"] * 9, *["END:X"] * 9),
        lines("S:\u00e9").replace(b"\xc3", b""),
        *(lines(HEAD), lines(HEAD + "{"), lines(HEAD + "[]"), lines(HEAD + "{}"), lines(HEAD + "[" * 100_000)),
        lines(HEAD + r'{"calendar":null\,"columns":{}\,"events":1\,"place":"1/1"}'),
        lines(HEAD + r'{"calendar":null\,"columns":{}\,"events":0\,"place":"1/2"}'),
        lines(HEAD + r'{"calendar":null\,"columns":{}\,"events":0\,"place":"2/2"}'),
        lines(HEAD + r'{"calendar":null\,"columns":{}\,"events":0\,"place":"2/1"}'),
        lines(HEAD + r'{"calendar":{"_id":1}\,"columns":{}\,"events":0\,"place":"1/1"}'),
        lines(HEAD + r'{"calendar":null\,"columns":{"events":[1]}\,"events":0\,"place":"1/1"}'),
        lines(HEAD + r'{"calendar":null\,"columns":{}\,"events":0\,"place":"1/' + "9" * 5000 + '"}'),
        WHOLE.replace(b"X-PHONEWARD-EXACT:{", b"X-PHONEWARD-EXACT:"),
        WHOLE.replace(b'"event":{', b'"event":5\\,"x":{'),
        WHOLE.replace(b"ATTENDEE;", b"X-ATTENDEE;"),
        WHOLE.replace(b"X-PHONEWARD-EVENT:{", b"X-PHONEWARD-EVENT:[]{"),
        WHOLE.replace(b"BEGIN:VEVENT", b"BEGIN:VTODO").replace(b"END:VEVENT", b"END:VTODO"),
    ],
)
def test_what_is_no_such_file_gives_one_sentence(data: bytes) -> None:
    """Anything else is refused with a sentence that says why, before a single event."""
    found = calendars_in(io.BytesIO(data))
    with pytest.raises(CalendarFileError) as refused:
        next(found)
    assert refused.value.sentence().startswith("This is no whole calendar file: ")


def test_a_file_from_the_disk(tmp_path: Path) -> None:
    place = tmp_path / "calendar.ics"
    place.write_bytes(WHOLE)
    assert [type(item) for item in read_calendars(place)] == [Calendar, Event, Event, Calendar, Event]


def test_tasks_and_other_parts_are_passed_over() -> None:
    """A file of events and tasks gives its events."""
    data = lines(
        "BEGIN:VTODO", "BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM", "END:VTODO", "BEGIN:VEVENT", "END:VEVENT"
    )
    (found,) = events_in(data)
    assert (found.row["dtstart"], found.reminders) == (None, [])


def peak_of(data: bytes) -> int:
    tracemalloc.start()
    try:
        for _item in calendars_in(io.BytesIO(data)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_bombs_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules without end are not followed; many dates cost what they are long; more is refused."""
    daily = ["BEGIN:VEVENT", "DTSTART:19700101T000000Z", "RRULE:FREQ=SECONDLY", "END:VEVENT"]
    assert peak_of(lines(*daily * 300)) < 3 << 20
    dates = ",".join(["20260508T080000Z"] * 9_000)
    assert peak_of(lines("BEGIN:VEVENT", "DTSTART:20260508T080000Z", "RDATE:" + dates, "END:VEVENT")) < 8 << 20
    with pytest.raises(CalendarFileError, match="longer than any can be"):
        read(lines("BEGIN:VEVENT", "DTSTART:20260508T080000Z", *["EXDATE:" + dates] * 4, "END:VEVENT"))
    monkeypatch.setattr("phoneward.snapshots.records.ical.reading._MAX_EVENT", 1 << 20)
    monkeypatch.setattr("phoneward.snapshots.records.ical.reading._MAX_LINE", 1 << 20)
    monkeypatch.setattr("phoneward.snapshots.records.ical.reading._MAX_LINES", 1_000)
    for bomb in (
        lines("BEGIN:VEVENT", "SUMMARY:" + "a" * (2 << 20), "END:VEVENT"),
        lines("BEGIN:VEVENT", *["SUMMARY:" + "a" * 4_000] * 500, "END:VEVENT"),
        lines("BEGIN:VEVENT", *["X:1"] * 2_000, "END:VEVENT"),
        lines("BEGIN:VEVENT", *["BEGIN:VALARM", "END:VALARM"] * 2_000, "END:VEVENT"),
        lines("BEGIN:VTIMEZONE", "TZID:x", *["BEGIN:STANDARD", "END:STANDARD"] * 2_000, "END:VTIMEZONE"),
        lines(*["X-HEAD:1"] * 2_000),
    ):
        with pytest.raises(CalendarFileError, match="longer than any can be"):
            read(bomb)


def test_a_zone_of_endless_rules_is_no_zone() -> None:
    """Many zones, many parts, many dates in them: nothing is followed beyond what a zone can have."""
    part = "BEGIN:STANDARD DTSTART:16010101T000000 TZOFFSETFROM:+0000 TZOFFSETTO:+0100"
    part += " RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=1"
    described = f"BEGIN:VTIMEZONE TZID:Odd {' '.join([part + ' END:STANDARD'] * 900)} END:VTIMEZONE"
    assert one_event("DTSTART;TZID=Odd:20260508T080000", zone=described).row["eventTimezone"] is None
    for offset in ("+9900", "x", "+00", ""):
        one_part = (part + " END:STANDARD").replace("+0100", offset)
        described = f"BEGIN:VTIMEZONE TZID:Odd {one_part} END:VTIMEZONE"
        assert one_event("DTSTART;TZID=Odd:20260508T080000", zone=described).row["eventTimezone"] is None


def test_a_file_of_endless_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that describes zones without end fills no memory: those beyond the first are unknown."""
    monkeypatch.setattr("phoneward.snapshots.records.ical.filezones._MAX_ZONES", 3)
    part = "BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETFROM:+0200 TZOFFSETTO:+0200 END:STANDARD"
    described = " ".join(f"BEGIN:VTIMEZONE TZID:Z{number} {part} END:VTIMEZONE" for number in range(5))
    known = [one_event(f"DTSTART;TZID=Z{n}:20260508T100000", zone=described).row["eventTimezone"] for n in range(5)]
    assert known == ["Z0", "Z1", "Z2", None, None]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "DTSTART:20260508T080000Z", "UID:1"),
                *("DTSTART;VALUE=DATE:20260508", "RRULE:FREQ=DAILY", "EXDATE:20260509", "ATTENDEE:mailto:a@b.c"),
                *("TRIGGER:-PT5M", "DURATION:P1D", "DTEND:00010101", "DTSTART:99991231T235959", "BEGIN:VTIMEZONE"),
                *("TZID:x", "END:VTIMEZONE", "BEGIN:STANDARD", "TZOFFSETTO:+0100", "END:STANDARD", "SUMMARY:x"),
                *("X-PHONEWARD-EXACT:{}", "X-PHONEWARD-EVENT:{}", "DTEND;TZID=x:20260508T080000"),
            ]
        ),
        max_size=14,
    )
)
def test_any_order_of_lines_is_read_or_refused(some: list[str]) -> None:
    """No order of known lines brings the reader to anything but events or its one sentence."""
    with suppress(CalendarFileError):
        read(lines(*some))
