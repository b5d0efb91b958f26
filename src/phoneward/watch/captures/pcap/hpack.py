"""HPACK: the header fields of HTTP/2 (RFC 7541)."""

from phoneward.watch.captures.pcap.fields import MAX_FIELDS, Cursor, Field, FieldError, Table
from phoneward.watch.captures.pcap.fieldtables import HPACK

_CAPACITY = 4096


class Hpack:
    """Unpacks blocks of one connection, one after the other: each may name what an earlier one said."""

    def __init__(self) -> None:
        self._table = Table(_CAPACITY)

    def decode(self, block: bytes) -> list[Field]:
        """Return the fields of a block.

        Raises:
            FieldError: it is broken; what follows on this connection cannot be unpacked either.
        """
        cursor, fields, size = Cursor(block), [], 0
        while cursor.has_more:
            field = self._next(cursor)
            if field is not None:
                size += len(field[0]) + len(field[1]) + 1
                if size > MAX_FIELDS:
                    raise FieldError
                fields.append(field)
        return fields

    def _next(self, cursor: Cursor) -> Field | None:
        first = cursor.peek()
        if first & 0x80:
            return self._entry(cursor.integer(7))
        if first & 0xE0 == 0x20:
            # What the server allows is not looked at: the encoder keeps to it.
            self._table.resize(cursor.integer(5))
            return None
        is_kept = bool(first & 0x40)
        number = cursor.integer(6 if is_kept else 4)
        name = self._entry(number)[0] if number else cursor.string()
        value = cursor.string()
        if is_kept:
            self._table.add(name, value)
        return name, value

    def _entry(self, number: int) -> Field:
        if not number:
            raise FieldError
        if number <= len(HPACK):
            return HPACK[number - 1]
        return self._table.entry(self._table.added - (number - len(HPACK)))
