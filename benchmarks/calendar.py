"""Fifty thousand events: what reading, storing and reading back takes in time and memory.

    .venv/bin/python -m benchmarks.calendar [--events 50000]

One event in ten repeats and has an exception, every event has a reminder, one in three has two guests. The phone is a
list of rows; what `content query` takes besides is measured by `benchmarks/records.py`. Each step is a process of its
own; its peak is the kernel's figure (ru_maxrss), its time that of the processor.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

from phoneward.phones import Identity, Phone, Record, RecordKind
from phoneward.phones.adb.content_tables import TABLES
from phoneward.snapshots.gaps import Gaps
from phoneward.snapshots.records.ical import Event, read_calendars
from phoneward.snapshots.records.taking import take_records

MAY = 1_778_227_200_000
HOUR = 3_600_000
CALENDARS = 5
TEXT = "面条 at seven? 😀 Bring, if you can, wine = two bottles.\nSee you & take care"


class _Sealer:
    """Seals nothing: what is on the disk is not measured."""

    def seal(self, plaintext: bytes) -> bytes:
        return plaintext

    def open_sealed(self, sealed: bytes) -> bytes:
        return sealed


def rows(kind: RecordKind, events: int) -> Iterator[dict[str, object]]:
    """Yield the rows of a table."""
    if kind is RecordKind.CALENDARS:
        for number in range(CALENDARS):
            yield {"_id": number, "calendar_displayName": f"Calendar {number}"}
    elif kind is RecordKind.EVENTS:
        yield from (_event(number, events) for number in range(1, events + 1))
    elif kind is RecordKind.REMINDERS:
        for n in range(1, events + 1):
            yield {"_id": n, "event_id": n, "minutes": 15, "method": 1}
    elif kind is RecordKind.ATTENDEES:
        for n in range(3, events + 1, 3):
            yield {"_id": 2 * n, "event_id": n, "attendeeName": "Ann", "attendeeEmail": "ann@example.com"}
            yield {"_id": 2 * n + 1, "event_id": n, "attendeeName": "妈妈", "attendeeEmail": "ma@example.com"}


def _event(number: int, events: int) -> dict[str, object]:
    start = MAY + number % 5_000 * HOUR
    row: dict[str, object] = {
        "_id": number,
        "calendar_id": number % CALENDARS,
        "dtstart": start,
        "allDay": 0,
        "hasAlarm": 1,
        "eventTimezone": "Europe/Berlin" if number % 2 else "Asia/Shanghai",
        "title": f"Event {number} of {events}",
        "description": TEXT,
        "eventLocation": "Room 4",
        "eventStatus": 1,
        "accessLevel": 0,
        "availability": 0,
    }
    if number % 10 == 1:
        return row | {"rrule": "FREQ=WEEKLY;BYDAY=MO,FR", "duration": "P3600S"}
    if number % 10 == 6:
        exception = {"original_id": number - 5, "originalInstanceTime": start, "originalAllDay": 0}
        return row | exception | {"dtend": start + HOUR}
    return row | {"dtend": start + HOUR}


class _Listed:
    """A table of the phone; see `phones.records.Records`."""

    obstacle = None
    detail = ""
    unclear = gone = 0

    def __init__(self, kind: RecordKind, events: int) -> None:
        self.columns = (*TABLES[kind].numbers, *TABLES[kind].texts) if kind in TABLES else ()
        self._kind, self._events = kind, events
        self.listed = events

    def __iter__(self) -> Iterator[Record]:
        for row in rows(self._kind, self._events):
            values = (row.get(name) for name in self.columns)
            told = tuple(None if value is None else str(value).encode() for value in values)
            yield Record(cast("int", row["_id"]), told)


def take(events: int, target: Path) -> str:
    """Take all rows in and write the file."""

    class Asked:
        identity = Identity("0" * 16, "phone", "adb")

        def records(self, kind: RecordKind) -> _Listed:
            return _Listed(kind, events)

    with ExitStack() as stack, target.open("wb") as stream:
        found = take_records(cast("Phone", Asked()), _Sealer(), Gaps(), lambda _event: None, stack)
        (taken,) = [one for one in found if one.file.name == b"calendar.ics"]
        stream.writelines(taken.text())
    return f"{taken.coverage[0].kept:,} kept, {target.stat().st_size:,} bytes"


def read(_events: int, target: Path) -> str:
    """Read the file back, both times."""
    return f"{sum(isinstance(item, Event) for item in read_calendars(target)):,} read"


def _measured(queue: "multiprocessing.Queue[str]", work: Callable[[int, Path], str], events: int, target: Path) -> None:
    start = time.process_time()
    said = work(events, target)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    queue.put(f"{work.__name__}: {said}; {time.process_time() - start:.1f} s, peak {peak:.0f} MB")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=50_000)
    events: int = parser.parse_args().events
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "calendar.ics")
        for work in (take, read):
            queue = spawn.Queue()
            process = spawn.Process(target=_measured, args=(queue, work, events, target))
            process.start()
            process.join()
            if process.exitcode:
                parser.exit(1)
            print(queue.get(), flush=True)


if __name__ == "__main__":
    main()
