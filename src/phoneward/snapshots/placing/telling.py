"""What a file of records says of itself: read from its beginning to its end, in bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final, TypeAlias

from phoneward.snapshots.records import CALLS, SMS, Form
from phoneward.snapshots.records.ical import Event, calendars_in
from phoneward.snapshots.records.mms_reading import Message, mms_at_once
from phoneward.snapshots.records.reading import Parsing, columns_of, parsed
from phoneward.snapshots.records.vcard import cards_in

_TOLD_EVERY: Final = 5_000


@dataclass(slots=True)
class Told:
    """What a file of records says of itself.

    Attributes:
        count: how many records it holds.
        pictured: how many of them are multimedia messages.
        first_ms, last_ms: the times of the earliest and the latest, milliseconds since 1970 UTC; else None.
    """

    count: int = 0
    pictured: int = 0
    first_ms: int | None = None
    last_ms: int | None = None

    def add(self, time_ms: int | None = None) -> None:
        """Count a record."""
        self.count += 1
        if time_ms is not None:
            self.first_ms = time_ms if self.first_ms is None else min(self.first_ms, time_ms)
            self.last_ms = time_ms if self.last_ms is None else max(self.last_ms, time_ms)


Heard: TypeAlias = Callable[[int], None]
"""Hears how many records were read."""

Reader: TypeAlias = Callable[[IO[bytes], Heard], Told]
"""Reads a whole file and tells what it holds. Raises PhonewardError where it is damaged."""


def tell_calls(stream: IO[bytes], heard: Heard) -> Told:
    """Read a list of calls."""
    told, _others = _listed(CALLS, stream, heard)
    return told


def tell_messages(stream: IO[bytes], heard: Heard) -> Told:
    """Read a list of messages; where there are some with pictures, once more for those."""
    told, pictured = _listed(SMS, stream, heard)
    if pictured:
        stream.seek(0)
        for found in mms_at_once(stream):
            if isinstance(found, Message):
                told.add(_milliseconds(found.columns.get("date")))
                told.pictured += 1
    return told


class _Elements(Parsing[str | None]):
    """One pass that tells the date of each record.

    Attributes:
        others: how many further elements are counted with them.
    """

    others = 0

    def opened(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        if depth == 2 and name == self.form.item:
            self.ready.append(columns_of(self.form, attributes).get("date"))
        elif depth == 2 and name in self.form.also:
            self.others += 1


def _listed(form: Form, stream: IO[bytes], heard: Heard) -> tuple[Told, int]:
    """Read a list to its end, once: nothing is given out before that."""
    told, elements = Told(), _Elements(form)
    for date in parsed(stream, elements):
        told.add(_milliseconds(date))
        if told.count % _TOLD_EVERY == 0:
            heard(told.count)
    return told, elements.others


def _milliseconds(text: str | None) -> int | None:
    """Return a time between 1970 and 9999, None for anything else."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    return int(text) if int(text) < 253_402_300_800_000 else None


def tell_contacts(stream: IO[bytes], heard: Heard) -> Told:
    """Read a file of contacts, of any version."""
    told = Told()
    for _card in cards_in(stream):
        told.add()
        if told.count % _TOLD_EVERY == 0:
            heard(told.count)
    return told


def tell_calendar(stream: IO[bytes], heard: Heard) -> Told:
    """Read a calendar file; the times are those at which events begin."""
    told = Told()
    for found in calendars_in(stream):
        if isinstance(found, Event):
            told.add(_milliseconds(found.row.get("dtstart")))
            if told.count % _TOLD_EVERY == 0:
                heard(told.count)
    return told
