"""Fuzz target: calendar files, and the rows of a phone's calendar.

The first byte chooses. Seeds in `fuzz/seeds/calendar/`: files in the forms of Google, Outlook and Phoneward, made up by
hand, and texts that a phone can have as rules, dates and durations.
"""

import io
import sys
from collections.abc import Iterator

import atheris

with atheris.instrument_imports(
    include=["phoneward.snapshots.records.contentlines", "phoneward.snapshots.records.ical"]
):
    from phoneward.snapshots.records.ical import (
        Calendar,
        CalendarFileError,
        CalendarTables,
        Event,
        calendars_in,
        write_calendars,
    )

Row = dict[str, str | None]
TEXTS = ("rrule", "rdate", "exdate", "exrule", "duration", "title", "eventTimezone", "eventEndTimezone", "uid2445")
NUMBERS = ("dtstart", "dtend", "allDay", "eventStatus", "originalInstanceTime", "original_id")


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


class _Rows:
    def __init__(self, rows: list[Row], owner: str = "") -> None:
        self._rows = rows
        self._owner = owner
        self.columns = tuple(name for name in rows[0] if name != "_id") if rows else ()

    def records(self) -> Iterator[Row]:
        yield from self._rows

    def groups(self) -> Iterator[int | None]:
        yield from (1,) if self._rows else ()

    def group(self, owner: int | None) -> Iterator[Row]:
        yield from (row for row in self._rows if row[self._owner] == str(owner))


def write_rows(data: bytes) -> None:
    """Whatever a phone has, the file gives it back, and is one that can be read."""
    parts = data.decode("utf-8", "surrogateescape").split("|")
    row: Row = {"_id": "7", "calendar_id": "1", **dict.fromkeys((*NUMBERS, *TEXTS))}
    for name, text in zip((*NUMBERS, *TEXTS), parts, strict=False):
        row[name] = text or None
    other = {**row, "_id": "8", "original_id": "7", "rrule": None}
    empty = _Rows([], "event_id")
    tables = CalendarTables(
        _Rows([{"_id": "1", "name": parts[0]}]), _Rows([row, other], "calendar_id"), empty, empty, empty
    )
    file = b"".join(write_calendars(tables))
    _demand(all(len(line) <= 75 for line in file.split(b"\r\n")), "a line is too long")
    found = [item.row for item in calendars_in(io.BytesIO(file)) if isinstance(item, Event)]
    whole = [
        {
            name: value and value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
            for name, value in one.items()
        }
        for one in (row, other)
    ]
    _demand(sorted(found, key=lambda one: one["_id"] or "") == whole, "written and read, it is another")


def read_file(data: bytes) -> None:
    """A file is refused as a whole, or read; twice the same."""
    try:
        found = list(calendars_in(io.BytesIO(data)))
    except CalendarFileError as error:
        _demand("\n" not in error.sentence(), "more than a sentence")
        return
    _demand(isinstance(found[0], Calendar), "an event without a calendar")
    _demand(list(calendars_in(io.BytesIO(data))) == found, "read again, it is another")


def one_input(data: bytes) -> None:
    """Choose by the first byte."""
    (write_rows if data[:1] < b"\x80" else read_file)(data[1:])


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
