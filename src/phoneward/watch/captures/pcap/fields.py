"""What HPACK and QPACK share (RFC 7541, RFC 9204): integers with a prefix, strings, Huffman's code, a dynamic table."""

from collections import deque
from dataclasses import dataclass

from phoneward.watch.captures.pcap.fieldtables import CODE_LENGTHS

MAX_BLOCK = 256 << 10
"""Bytes of one block of fields as sent."""
MAX_FIELDS = 1 << 20
"""Bytes of its fields when unpacked: a few bytes may name a long entry of the table again and again."""
MAX_TABLE = 1 << 20
_OVERHEAD = 32
"""What an entry costs beyond its bytes (RFC 7541, section 4.1)."""
_END = 256

Field = tuple[bytes, bytes]


class FieldError(Exception):
    """The block says what no encoder says."""


@dataclass(slots=True)
class Cursor:
    """A place in bytes that are read from front to back.

    Attributes:
        data: all of them.
        at: the next.
    """

    data: bytes
    at: int = 0

    @property
    def has_more(self) -> bool:
        """There are bytes left."""
        return self.at < len(self.data)

    def peek(self) -> int:
        """Return the next byte without taking it.

        Raises:
            FieldError: there is none.
        """
        if self.at >= len(self.data):
            raise FieldError
        return self.data[self.at]

    def integer(self, bits: int) -> int:
        """Return an integer whose first byte has it in its low `bits` (RFC 7541, section 5.1).

        Raises:
            FieldError: it does not end, or is beyond all use.
        """
        most = (1 << bits) - 1
        value = self.peek() & most
        self.at += 1
        if value < most:
            return value
        for shift in range(0, 63, 7):
            byte = self.peek()
            self.at += 1
            value += (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise FieldError

    def string(self, bits: int = 7) -> bytes:
        """Return a string, whose length is an integer of so many bits; the bit above says that it is in Huffman's code.

        Raises:
            FieldError: it is longer than what is left.
        """
        is_coded = bool(self.peek() >> bits & 1)
        size = self.integer(bits)
        if size > len(self.data) - self.at:
            raise FieldError
        raw = self.data[self.at : self.at + size]
        self.at += size
        return decode_huffman(raw) if is_coded else raw


class Table:
    """The dynamic table; entries are numbered from the first that was ever added.

    Args:
        capacity: bytes, with 32 more an entry.

    Attributes:
        added: how many entries there ever were.
    """

    def __init__(self, capacity: int) -> None:
        self._entries: deque[Field] = deque()
        self._size = 0
        self.capacity = capacity
        self.added = 0

    def add(self, name: bytes, value: bytes) -> None:
        """Add an entry; the oldest go."""
        self._entries.append((name, value))
        self.added += 1
        self._size += len(name) + len(value) + _OVERHEAD
        self._shrink()

    def resize(self, capacity: int) -> None:
        """Change how much it may hold.

        Raises:
            FieldError: beyond all use.
        """
        if capacity > MAX_TABLE:
            raise FieldError
        self.capacity = capacity
        self._shrink()

    def entry(self, number: int) -> Field:
        """Return an entry by its number from the beginning of all.

        Raises:
            FieldError: it is gone, or not there yet.
        """
        at = number - (self.added - len(self._entries))
        if not 0 <= at < len(self._entries):
            raise FieldError
        return self._entries[at]

    def _shrink(self) -> None:
        while self._size > self.capacity:
            name, value = self._entries.popleft()
            self._size -= len(name) + len(value) + _OVERHEAD


def _canonical() -> list[tuple[int, int, tuple[int, ...]]]:
    """Return for each length of codes: the length, the first code, and the symbols in order."""
    levels, code, last = [], 0, 0
    for length in sorted(set(CODE_LENGTHS)):
        symbols = tuple(symbol for symbol, bits in enumerate(CODE_LENGTHS) if bits == length)
        code <<= length - last
        levels.append((length, code, symbols))
        code, last = code + len(symbols), length
    return levels


_LEVELS = _canonical()


def decode_huffman(coded: bytes) -> bytes:
    """Return what is in Huffman's code (RFC 7541, section 5.2).

    Raises:
        FieldError: it holds the code's end, or more than its padding behind the last symbol.
    """
    out = bytearray()
    window = bits = 0
    for byte in coded:
        window, bits = window << 8 | byte, bits + 8
        while bits >= _LEVELS[0][0]:
            symbol, length = _symbol(window, bits)
            if length == 0:
                break
            if symbol == _END:
                raise FieldError
            out.append(symbol)
            bits -= length
            window &= (1 << bits) - 1
    if bits > 7 or window != (1 << bits) - 1:
        raise FieldError
    return bytes(out)


def _symbol(window: int, bits: int) -> tuple[int, int]:
    """Return the symbol at the window's front and how many bits it takes; 0 where more are wanted."""
    for length, first, symbols in _LEVELS:
        if length > bits:
            break
        offset = (window >> (bits - length)) - first
        if offset < len(symbols):
            return symbols[offset], length
    return 0, 0
