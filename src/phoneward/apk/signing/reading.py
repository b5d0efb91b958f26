"""Little-endian numbers and length-prefixed parts, as the signing block and its signatures are made of.

AOSP `ApkSigningBlockUtils.getLengthPrefixedSlice`, `readLengthPrefixedByteArray`: lengths are signed 32-bit numbers.
"""

from collections.abc import Iterator
from typing import Final

_MAX_PARTS: Final = 1000
"""Signatures, digests, certificates or attributes of one signer. Real ones have up to four; Android reads all."""


class MalformedError(Exception):
    """Bytes are not in the form that they should have. Never leaves this room: it becomes a problem."""


class Reader:
    """Takes one thing after another from bytes; `MalformedError` where they end too early."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self._data = data
        self._at = at
        self._end = len(data) if end is None else end

    def __bool__(self) -> bool:
        """Whether something is left."""
        return self._at < self._end

    def uint32(self) -> int:
        """Return the next number, 0 to 2**32-1."""
        return int.from_bytes(self._take(4), "little")

    def int32(self) -> int:
        """Return the next number, as Java's `ByteBuffer.getInt` gives it."""
        return int.from_bytes(self._take(4), "little", signed=True)

    def int64(self) -> int:
        """Return the next number, as Java's `ByteBuffer.getLong` gives it."""
        return int.from_bytes(self._take(8), "little", signed=True)

    def byte(self) -> int:
        """Return the next number, 0 to 255."""
        return self._take(1)[0]

    def value(self) -> bytes:
        """Return the next length-prefixed bytes."""
        return self._take(self._length())

    def part(self) -> "Reader":
        """Return the next length-prefixed bytes to be taken apart, without a copy."""
        length = self._length()
        start = self._at
        self._at += length
        return Reader(self._data, start, self._at)

    def parts(self) -> Iterator["Reader"]:
        """Yield the length-prefixed parts that are left, each when it is asked for; MalformedError at very many."""
        for _number in range(_MAX_PARTS):
            if not self:
                return
            yield self.part()
        if self:
            raise MalformedError

    def rest(self) -> bytes:
        """Return what is left."""
        return self._take(self._end - self._at)

    def _length(self) -> int:
        length = self.int32()
        if not 0 <= length <= self._end - self._at:
            raise MalformedError
        return length

    def _take(self, length: int) -> bytes:
        start = self._at
        if length > self._end - start:
            raise MalformedError
        self._at = start + length
        return self._data[start : self._at]
