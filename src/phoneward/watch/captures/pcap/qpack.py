"""QPACK: the header fields of HTTP/3 (RFC 9204), as the phone's side sends them.

How much the server's table may hold stands in the server's SETTINGS, which are not read: it is taken to be what the
phone makes of it ("Set Dynamic Table Capacity"), as clients do. Where one makes less of it, blocks after the first
hundreds of entries cannot be unpacked; their bodies are read all the same.
"""

from phoneward.watch.captures.pcap.fields import MAX_FIELDS, Cursor, Field, FieldError, Table
from phoneward.watch.captures.pcap.fieldtables import QPACK

_MAX_INSTRUCTION = 64 << 10
"""Bytes of one entry for the table; those who serve HTTP/3 allow some kilobytes."""


class BlockedError(Exception):
    """The block names entries that have not come yet."""


class Qpack:
    """Unpacks blocks of one connection.

    Attributes:
        is_broken: the encoder's stream said what no encoder says: only the fixed table is left.
    """

    def __init__(self) -> None:
        self._table = Table(0)
        self._pending = b""
        self.is_broken = False

    @property
    def added(self) -> int:
        """How many entries the table ever had."""
        return self._table.added

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the encoder's stream."""
        if self.is_broken:
            return
        cursor = Cursor(self._pending + data)
        done = 0
        try:
            while cursor.has_more:
                self._instruction(cursor)
                done = cursor.at
        except FieldError:
            # It may go on with the next bytes; an entry that goes on for ever is none.
            self.is_broken = len(cursor.data) - done > _MAX_INSTRUCTION
        self._pending = cursor.data[done:]

    def _instruction(self, cursor: Cursor) -> None:
        first, table = cursor.peek(), self._table
        if first & 0x80:
            number = cursor.integer(6)
            name = _fixed(number)[0] if first & 0x40 else table.entry(table.added - 1 - number)[0]
            table.add(name, cursor.string())
        elif first & 0x40:
            name = cursor.string(5)
            table.add(name, cursor.string())
        elif first & 0x20:
            table.resize(cursor.integer(5))
        else:
            table.add(*table.entry(table.added - 1 - cursor.integer(5)))

    def decode(self, block: bytes) -> list[Field]:
        """Return the fields of a block.

        Raises:
            BlockedError: try again when more of the encoder's stream has come.
            FieldError: it is broken.
        """
        cursor = Cursor(block)
        wanted = self._insert_count(cursor.integer(8))
        is_below = bool(cursor.peek() & 0x80)
        delta = cursor.integer(7)
        base = wanted - delta - 1 if is_below else wanted + delta
        if wanted > self._table.added:
            raise BlockedError
        fields, size = [], 0
        while cursor.has_more:
            field = self._field(cursor, base)
            size += len(field[0]) + len(field[1]) + 1
            if size > MAX_FIELDS:
                raise FieldError
            fields.append(field)
        return fields

    def _insert_count(self, encoded: int) -> int:
        """Undo how the count of needed entries is shortened (section 4.5.1.1)."""
        if not encoded:
            return 0
        most = self._table.capacity // 32
        if not most:
            raise BlockedError
        full = 2 * most
        if encoded > full:
            raise FieldError
        highest = self._table.added + most
        wanted = highest // full * full + encoded - 1
        if wanted > highest:
            wanted -= full
        if wanted <= 0:
            raise FieldError
        return wanted

    def _field(self, cursor: Cursor, base: int) -> Field:
        first, table = cursor.peek(), self._table
        if first & 0x80:
            number = cursor.integer(6)
            return _fixed(number) if first & 0x40 else table.entry(base - 1 - number)
        if first & 0x40:
            number = cursor.integer(4)
            name = _fixed(number)[0] if first & 0x10 else table.entry(base - 1 - number)[0]
            return name, cursor.string()
        if first & 0x20:
            name = cursor.string(3)
            return name, cursor.string()
        if first & 0x10:
            return table.entry(base + cursor.integer(4))
        name = table.entry(base + cursor.integer(3))[0]
        return name, cursor.string()


def _fixed(number: int) -> Field:
    if number >= len(QPACK):
        raise FieldError
    return QPACK[number]
