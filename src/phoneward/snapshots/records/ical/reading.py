"""Reads calendar files: our own, to the last column, and other programs', as far as Android has columns for them.

A file is read twice: first to its end, to see that it is whole and which time zones it describes, then for its events.
So a file that was cut short gives one sentence and not a single event. One event is in memory at a time; no rule is
followed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from phoneward.errors import ExitCode, PhonewardError
from phoneward.snapshots.records.contentlines import ContentLine, ContentLineError, parse_line, unescaped, unfolded
from phoneward.snapshots.records.ical.columns import Row, attendee_columns, calendar_columns, reminder_columns
from phoneward.snapshots.records.ical.filezones import FileZones
from phoneward.snapshots.records.ical.lines import EXACT, Event, event_derived
from phoneward.snapshots.records.ical.rules import MAX_DATES
from phoneward.snapshots.records.ical.writing import ASIDE, HEAD
from phoneward.texts import N_, words

_MAX_LINE: Final = 64 << 20
"""Bytes of one line. More is no text of an event."""

_MAX_EVENT: Final = 64 << 20
_MAX_LINES: Final = 100_000
"""Lines of one event, or of what stands at a calendar's head: each takes memory."""

_MAX_DATES: Final = 3 * MAX_DATES
_MAX_DEPTH: Final = 8
_BETWEEN: Final = 1
_COMPONENT: Final = 2


class CalendarFileError(PhonewardError):
    """A calendar file is damaged, cut short, or something else."""

    message = N_("This is no whole calendar file: {detail}.")
    next_step = N_("Make the file again with the app it came from, or take an earlier one.")
    exit_code = ExitCode.FAILED


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar; the events that follow are in it.

    Attributes:
        row: its columns; `_id` only in our own files.
    """

    row: Row


def read_calendars(path: Path) -> Iterator[Calendar | Event]:
    """Yield each calendar of a file, followed by its events.

    Columns are as text, as `content query` told them; None is the database's NULL. Of other programs' files: a time in
    no zone, or in one that nobody knows, is taken as UTC, with no `eventTimezone`; `exdate` and `rdate` come in UTC.

    Args:
        path: the file; it must not change meanwhile.

    Raises:
        CalendarFileError: it is not whole, or no such file; before the first calendar.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        yield from calendars_in(stream)


def calendars_in(stream: IO[bytes]) -> Iterator[Calendar | Event]:
    """Yield what `read_calendars` yields, of an open file that can be read twice."""
    zones = FileZones()
    try:
        for _item in _Parsing(zones).items(stream):
            pass
        stream.seek(0)
        yield from _Parsing(zones).items(stream)
    except ContentLineError as error:
        raise CalendarFileError(detail=error.args[0]) from error


@dataclass(slots=True)
class _Noted:
    """What Phoneward noted of a calendar.

    Attributes:
        columns: of the rows of each table; empty in other programs' files.
        count: how many events there are; None where it is not said.
    """

    row: Row
    columns: dict[str, list[str]] = field(default_factory=dict)
    count: int | None = None
    place: str = ""


class _Parsing:
    """One pass over a file."""

    def __init__(self, zones: FileZones) -> None:
        self._zones = zones
        self._inside: list[str] = []
        self._lines: list[ContentLine] = []
        self._alarms: list[list[ContentLine]] = []
        self._bytes = 0
        self._noted: _Noted | None = None
        self._found = 0
        self._calendars = 0
        self._announced = 0

    def items(self, stream: IO[bytes]) -> Iterator[Calendar | Event]:
        for number, data in unfolded(stream, _MAX_LINE):
            line = parse_line(data, number)
            self._bytes += len(data)
            if self._bytes > _MAX_EVENT or len(self._lines) > _MAX_LINES or len(self._alarms) > _MAX_LINES:
                raise _too_long()
            if line.name == "BEGIN":
                yield from self._begin(line.value.strip().upper())
            elif line.name == "END":
                yield from self._end(line.value.strip().upper(), number)
            elif not self._inside:
                raise CalendarFileError(detail=words("line {line} stands outside of any calendar", line=number))
            else:
                yield from self._take(line)
        self._finish()

    def _finish(self) -> None:
        if not self._calendars and not self._inside:
            raise CalendarFileError(detail=words("there is no calendar in it"))
        if self._inside or self._announced > self._calendars:
            raise CalendarFileError(detail=words("it ends too early"))

    def _take(self, line: ContentLine) -> Iterator[Event | Calendar]:
        if len(self._inside) == _BETWEEN:
            if line.name == ASIDE:
                yield from self._head()
                if self._noted is not None and self._noted.columns:
                    self._found += 1
                    yield _aside(line)
            if self._noted is None:
                self._lines.append(line)
            else:
                self._start()
        elif len(self._inside) == _COMPONENT or self._inside[1] == "VTIMEZONE":
            self._lines.append(line)
        elif self._inside[1:] == ["VEVENT", "VALARM"]:
            self._alarms[-1].append(line)

    def _begin(self, name: str) -> Iterator[Calendar | Event]:
        if not self._inside and name != "VCALENDAR":
            raise CalendarFileError(detail=words("it holds something else than calendars"))
        self._inside.append(name)
        if len(self._inside) > _MAX_DEPTH:
            raise CalendarFileError(detail=words("its parts are nested too deep"))
        if len(self._inside) == _COMPONENT:
            yield from self._head()
        elif len(self._inside) > _COMPONENT:
            if self._inside[1:] == ["VEVENT", "VALARM"]:
                self._alarms.append([])
            elif self._inside[1] == "VTIMEZONE":
                self._lines.append(ContentLine("BEGIN", name))

    def _start(self) -> None:
        self._lines, self._alarms, self._bytes = [], [], 0

    def _end(self, name: str, number: int) -> Iterator[Calendar | Event]:
        if not self._inside or self._inside.pop() != name:
            raise CalendarFileError(detail=words("line {line} ends what did not begin", line=number))
        if not self._inside:
            yield from self._head()
            self._close()
        elif len(self._inside) == _BETWEEN:
            if name == "VEVENT" and self._noted is not None:
                self._found += 1
                yield self._event(self._noted)
            elif name == "VTIMEZONE":
                self._zones.add(self._lines)
            self._start()

    def _close(self) -> None:
        if self._noted is not None and self._noted.count not in {None, self._found}:
            count = self._noted.count or 0
            raise CalendarFileError(
                detail=words("it says that it holds {count}, and holds {found}", count=count, found=self._found)
            )
        self._calendars += 1
        self._found = 0
        self._noted = None
        self._start()

    # -- what it says ------------------------------------------------------------------------------------------------

    def _head(self) -> Iterator[Calendar | Event]:
        """Yield the calendar, once all that stands at its head is known."""
        if self._noted is not None:
            return
        if any(line.name == "VERSION" and line.value.strip() == "1.0" for line in self._lines):
            raise CalendarFileError(detail=words("it is a vCalendar of version 1.0, an older form"))
        noted = next((line for line in self._lines if line.name == HEAD), None)
        self._noted = _Noted(calendar_columns(self._lines)) if noted is None else _head_of(noted)
        place, _slash, last = self._noted.place.partition("/")
        if place and place != str(self._calendars + 1):
            raise CalendarFileError(detail=words("one of its calendars is missing"))
        self._announced = int(last) if last else 0
        self._start()
        yield Calendar(self._noted.row)

    def _event(self, noted: _Noted) -> Event:
        dates = sum(line.value.count(",") for line in self._lines if line.name in {"RDATE", "EXDATE"})
        if dates > _MAX_DATES:
            raise _too_long()
        derived = event_derived(self._lines, len(self._alarms), noted.row, self._zones.find)
        organizer = next((line for line in self._lines if line.name == "ORGANIZER"), None)
        address = None if organizer is None else derived["organizer"]
        attendees = [attendee_columns(line, address) for line in self._lines if line.name == "ATTENDEE"]
        reminders = [row for lines in self._alarms if (row := reminder_columns(lines))]
        exact = next((line for line in self._lines if line.name == EXACT), None)
        if exact is None or not noted.columns:
            return Event(derived, attendees, reminders)
        content = _object(exact)
        row = _exact_row(derived, content.get("event"), noted.columns.get("events", []))
        owner = {"event_id": row.get("_id")}
        return Event(
            row,
            _exact_rows(attendees, content.get("attendees", []), noted.columns.get("attendees", []), owner),
            _exact_rows(reminders, content.get("reminders", []), noted.columns.get("reminders", []), owner),
            [_row(extra) for extra in _list(content.get("extras", []))],
        )


# -- what Phoneward noted --------------------------------------------------------------------------------------------


def _too_long() -> CalendarFileError:
    return CalendarFileError(detail=words("one event is longer than any can be"))


def _unreadable() -> CalendarFileError:
    return CalendarFileError(detail=words("what Phoneward noted in it cannot be read"))


def _object(line: ContentLine) -> dict[str, object]:
    try:
        content = json.loads(unescaped(line.value))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise _unreadable()
    return content


def _row(content: object) -> Row:
    if not isinstance(content, dict) or not all(text is None or isinstance(text, str) for text in content.values()):
        raise _unreadable()
    return content


def _list(content: object) -> list[object]:
    if not isinstance(content, list):
        raise _unreadable()
    return content


def _head_of(line: ContentLine) -> _Noted:
    content = _object(line)
    columns, count, place = content.get("columns"), content.get("events"), content.get("place")
    row = content.get("calendar")
    parts = place.split("/") if isinstance(place, str) else []
    if (
        not isinstance(columns, dict)
        or not all(
            isinstance(names, list) and all(isinstance(name, str) for name in names) for names in columns.values()
        )
        or not isinstance(count, int)
        or not isinstance(place, str)
        or len(parts) != 2
        or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts)
    ):
        raise _unreadable()
    return _Noted({} if row is None else _row(row), columns, count, place)


def _aside(line: ContentLine) -> Event:
    content = _object(line)
    rows = [[_row(row) for row in _list(content.get(name))] for name in ("attendees", "reminders", "extras")]
    return Event(_row(content.get("event")), *rows)


def _exact_row(derived: Mapping[str, str | None], noted: object, columns: list[str]) -> Row:
    exact = _row(noted)
    return {column: exact[column] if column in exact else derived.get(column) for column in columns}


def _exact_rows(derived: list[Row], noted: object, columns: list[str], owner: Row) -> list[Row]:
    rows = []
    shown = iter(derived)
    for entry in _list(noted):
        parts = _list(entry)
        if len(parts) != 2 or parts[0] not in {0, 1}:
            raise _unreadable()
        if parts[0] == 0:
            rows.append(_row(parts[1]))
            continue
        own = next(shown, None)
        if own is None:
            raise _unreadable()
        rows.append(_exact_row(own | owner, parts[1], columns))
    return rows
