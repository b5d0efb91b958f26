"""Asks a phone for what belongs to its multimedia messages: addresses, and the bytes of pictures.

Each costs a question of half a second, so what the snapshot before holds is not asked again. It is taken to be the
same only where the message has the same number, date, kind and ids, and a part the very same row in every column: in
it stands the name of its file, which the phone makes anew with the time in milliseconds and writes once
(MmsProvider.insert()).
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import IO, Final

from phoneward.errors import PhonewardError
from phoneward.phones import ADDRESS_COLUMNS, Record, RecordBytesError, RecordKind, RecordsPhone
from phoneward.snapshots.records.asking import ask_all
from phoneward.snapshots.records.attached import Attached
from phoneward.snapshots.records.forms import ID, PART
from phoneward.snapshots.records.mms_reading import Address, Found, Message, Part, mms_at_once
from phoneward.snapshots.records.mms_writing import in_order, shown
from phoneward.snapshots.records.tables import Table
from phoneward.snapshots.records.writing import joined

MAX_PART: Final = 32 << 20
"""Bytes of one part. Operators take messages of about one megabyte."""

SAME_MESSAGE: Final = ("date", "msg_box", "m_type", "m_id", "tr_id", "ct_t")
"""Columns that never change in a message that stays itself; `read` and the like do."""

PATH: Final = "_data"


def gather(asked: RecordsPhone, messages: Table, attached: Attached, earlier: IO[bytes] | None) -> Iterator[int]:
    """Put all addresses and bytes into `attached`; yields how many questions were asked.

    Args:
        asked: the phone.
        messages: all of them.
        attached: has the parts' rows.
        earlier: the file of the snapshot before, known to be whole.

    Raises:
        PhoneGoneError: the connection is lost.
    """
    if earlier is not None:
        with suppress(PhonewardError):  # a damaged vault: the phone is asked for the rest
            _Earlier(messages, attached).take(mms_at_once(earlier))
    yield from ask_all(_questions(messages, attached), lambda question: _ask(asked, attached, *question))


def _questions(messages: Table, attached: Attached) -> Iterator[tuple[int, int | None]]:
    """Yield message and part; no part where the addresses are asked for."""
    path = attached.part_columns.index(PATH) if PATH in attached.part_columns else None
    for message in messages.records():
        number = int(message[ID] or 0)
        if not attached.has_addresses(number):
            yield number, None
        for part in attached.parts(number):
            if path is not None and part.values[path] is not None and not attached.has_bytes(part.id):
                yield number, part.id


def _ask(asked: RecordsPhone, attached: Attached, message: int, part: int | None) -> None:
    try:
        if part is None:
            attached.set_addresses(message, asked.message_addresses(message))
        else:
            attached.set_bytes(part, asked.record_bytes(RecordKind.MMS_PARTS, part, limit=MAX_PART))
    except RecordBytesError as error:
        missing = attached.missing_addresses if part is None else attached.missing_bytes
        missing[message if part is None else part] = error.obstacle


class _Earlier:
    """Goes through the messages of the snapshot before and those of the phone side by side: both ascend by number."""

    def __init__(self, messages: Table, attached: Attached) -> None:
        self._messages = messages.records()
        self._attached = attached
        self._current: Mapping[str, str | None] | None = next(self._messages, None)
        self._number: int | None = None
        self._parts: dict[str, dict[str, str | None]] = {}
        self._addresses: list[Record] = []

    def take(self, found: Iterator[Found]) -> None:
        """Keep what is the same."""
        for one in found:
            if isinstance(one, Message):
                self._begin(one.columns)
            elif self._number is None:
                continue
            elif isinstance(one, Part):
                self._part(one)
            elif isinstance(one, Address):
                values = (one.columns.get(name) for name in ADDRESS_COLUMNS)
                encoded = (None if value is None else value.encode("utf-8", "surrogateescape") for value in values)
                self._addresses.append(Record(len(self._addresses), tuple(encoded)))
            elif one.has_addresses:
                self._attached.set_addresses(self._number, self._addresses)

    def _begin(self, earlier: Mapping[str, str | None]) -> None:
        self._number, self._parts, self._addresses = None, {}, []
        wanted = earlier.get(ID) or ""
        if not wanted.isdecimal():
            return
        while self._current is not None and int(self._current[ID] or 0) < int(wanted):
            self._current = next(self._messages, None)
        if self._current is None or self._current[ID] != wanted:
            return
        now = shown(self._current)
        if all(joined(now.get(name)) == earlier.get(name) for name in SAME_MESSAGE):
            self._number = int(wanted)
            rows = in_order(self._attached.parts(self._number), self._attached.part_columns)
            self._parts = {row[ID] or "": row for row in rows}

    def _part(self, earlier: Part) -> None:
        row = self._parts.get(earlier.columns.get(ID) or "")
        if row is None or earlier.data is None or row.get(PATH) is None:
            return
        names = [name for name, _column in PART.attributes]
        if all(joined(row.get(name)) == earlier.columns.get(name) for name in names):
            self._attached.set_bytes(int(row[ID] or 0), [earlier.data])
