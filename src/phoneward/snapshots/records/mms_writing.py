"""Writes multimedia messages as XML, a part's bytes in base64 as they come. The same messages make the same bytes."""

import binascii
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from phoneward.phones import ADDRESS_COLUMNS, Record, RecordObstacle
from phoneward.snapshots.records.attached import Attached
from phoneward.snapshots.records.forms import ADDRESS, BYTES, DATA, ID, MISSING, MMS, NO_TEXT, PART
from phoneward.snapshots.records.writing import attributes, element

FROM: Final = "137"
TO: Final = frozenset({"151", "130", "129"})
INBOX: Final = "1"
NOBODY: Final = "insert-address-token"
"""What stands for the phone's own number where it did not know it (PduHeaders.FROM_INSERT_ADDRESS_TOKEN_STR)."""

_AS_NOTHING: Final = binascii.a2b_base64(NO_TEXT)
_NOTED: Final = f' {BYTES}="{len(_AS_NOTHING)}"'.encode()


def write_messages(messages: Iterable[Mapping[str, str | None]], attached: Attached) -> Iterator[bytes]:
    """Yield the messages' elements in pieces.

    Args:
        messages: by column, `_id` among them.
        attached: their parts and addresses.
    """
    for message in messages:
        number = int(message[ID] or 0)
        addresses = [texts(ADDRESS_COLUMNS, address) for address in attached.addresses(number)]
        head = attributes(MMS, shown(message) | {"address": participants(message, addresses)})
        yield f"  <{MMS.item}{head}>\n    <{PART.top}{_missing(attached.missing_parts)}>\n".encode()
        for part in in_order(attached.parts(number), attached.part_columns):
            yield from _part(part, attached)
        missing = _missing(attached.missing_addresses.get(number))
        yield f"    </{PART.top}>\n    <{ADDRESS.top}{missing}>\n".encode()
        yield from (b"    " + element(ADDRESS, address) for address in addresses)
        yield f"    </{ADDRESS.top}>\n  </{MMS.item}>\n".encode()


def texts(columns: Iterable[str], row: Record) -> dict[str, str | None]:
    """Return a row by column. Bytes that are no UTF-8 come as surrogates."""
    values = (None if value is None else value.decode("utf-8", "surrogateescape") for value in row.values)
    return dict(zip(columns, values, strict=True))


def in_order(parts: Iterable[Record], columns: tuple[str, ...]) -> list[dict[str, str | None]]:
    """Return parts by column, `_id` among them, in the order in which they are shown."""
    rows = [texts(columns, part) | {ID: str(part.id)} for part in parts]
    return sorted(rows, key=lambda row: (int(row["seq"] or 0), int(row[ID] or 0)))


def shown(message: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return a message's columns as they stand in the file: its date in milliseconds."""
    date = message["date"]
    return dict(message) | {"date": None if date is None else str(int(date) * 1000)}


def participants(message: Mapping[str, str | None], addresses: Iterable[Mapping[str, str | None]]) -> str:
    """Return who takes part, parted by `~`; the phone itself only in a conversation of more than two."""
    sender = [text for one in addresses if one["type"] == FROM and (text := one["address"]) and text != NOBODY]
    to = [text for one in addresses if one["type"] in TO and (text := one["address"])]
    if message.get("msg_box") != INBOX:
        return "~".join(to)
    return "~".join(sender + to if len(to) > 1 else sender)


def _missing(obstacle: RecordObstacle | None) -> str:
    return "" if obstacle is None else f' {MISSING}="{obstacle.value}"'


def _part(part: Mapping[str, str | None], attached: Attached) -> Iterator[bytes]:
    number = int(part[ID] or 0)
    yield f"      <{PART.item}{attributes(PART, part)}".encode()
    pieces = attached.bytes_of(number)
    if pieces is None:
        yield _missing(attached.missing_bytes.get(number)).encode()
    else:
        first = next(pieces, b"")
        yield f' {DATA}="'.encode()
        for piece in chain((first,), pieces):
            yield binascii.b2a_base64(piece, newline=False)
        yield b'"' + (_NOTED if first == _AS_NOTHING else b"")
    yield b" />\n"
