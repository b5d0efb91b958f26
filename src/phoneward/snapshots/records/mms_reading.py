"""Reads multimedia messages from XML: our own files, and real exports of SMS Backup & Restore.

What is found is given out one after the other, each part by itself: a message with many pictures is never in memory
as a whole. An attribute is, since expat gives it out in one piece: `reading.py` bounds it.
"""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias

from phoneward.snapshots.records.forms import ADDRESS, BYTES, DATA, MISSING, MMS, NO_TEXT, PART
from phoneward.snapshots.records.reading import Parsing, RecordsFileError, columns_of, parsed
from phoneward.texts import words


@dataclass(frozen=True, slots=True)
class Message:
    """The beginning of a message; what it holds follows.

    Attributes:
        columns: as in the file (`date` in milliseconds); None is nothing.
    """

    columns: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Part:
    """What a message holds: a text, a picture.

    Attributes:
        data: its bytes; None where it has none, or the phone did not give them.
    """

    columns: dict[str, str | None]
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Address:
    """From whom or to whom it is."""

    columns: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class MessageEnd:
    """The end of a message: all that it holds came before.

    Attributes:
        has_addresses: whether there was a list of addresses, and nothing is noted that it lacks.
    """

    has_addresses: bool


Found: TypeAlias = Message | Part | Address | MessageEnd


def read_mms(path: Path) -> Iterator[Found]:
    """Yield the multimedia messages of a file, in its order.

    Args:
        path: the file; it must not change meanwhile.

    Raises:
        RecordsFileError: the file is not whole, or not of this kind; before the first message.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        yield from mms_in(stream)


def mms_in(stream: IO[bytes]) -> Iterator[Found]:
    """Yield what `read_mms` yields, of an open file that can be read twice."""
    for _found in mms_at_once(stream):
        pass
    stream.seek(0)
    yield from mms_at_once(stream)


def mms_at_once(stream: IO[bytes]) -> Iterator[Found]:
    """Yield what a file holds that is known to be whole; RecordsFileError after the first message otherwise."""
    return parsed(stream, MmsParsing(MMS))


class MmsParsing(Parsing[Found]):
    """One pass over the multimedia messages of a file."""

    _in_message = False
    _has_addresses = False
    _list = ""

    def opened(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        """Take an element."""
        if depth == 2:
            self._in_message = name == MMS.item
            self._has_addresses = False
            if self._in_message:
                self.ready.append(Message(columns_of(MMS, attributes)))
        elif not self._in_message:
            return
        elif depth == 3:
            self._list = name
            if name == ADDRESS.top:
                self._has_addresses = MISSING not in attributes
        elif depth == 4 and (self._list, name) == (PART.top, PART.item):
            self.ready.append(_part(attributes))
        elif depth == 4 and (self._list, name) == (ADDRESS.top, ADDRESS.item):
            self.ready.append(Address(columns_of(ADDRESS, attributes)))

    def closed(self, depth: int, name: str) -> None:
        """Take an element's end."""
        if depth == 2 and name == MMS.item:
            self.ready.append(MessageEnd(self._has_addresses))


def _part(attributes: dict[str, str]) -> Part:
    text = attributes.pop(DATA, None)
    marked = attributes.pop(BYTES, None)
    attributes.pop(MISSING, None)
    columns = columns_of(PART, attributes)
    if text is None or (text == NO_TEXT and marked is None):
        return Part(columns, None)
    if not text.isascii():
        raise RecordsFileError(detail=words("a picture in it is damaged"))
    try:
        # Apps break the lines; binascii is strict about everything else.
        return Part(columns, binascii.a2b_base64("".join(text.split()), strict_mode=True))
    except binascii.Error as error:
        raise RecordsFileError(detail=words("a picture in it is damaged")) from error
