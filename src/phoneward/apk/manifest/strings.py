"""The string pool of a compiled resource file (AOSP `ResourceTypes.cpp`, `ResStringPool`)."""

import struct
from typing import Final

_HEADER: Final = struct.Struct("<HHIIIIII")
"""Type, header size, size; counts of strings and styles; flags; where strings and styles start."""
_UINT32: Final = struct.Struct("<I")
_UINT16: Final = struct.Struct("<H")
_UTF8: Final = 1 << 8

MAX_DECODED: Final = 16 << 20
"""Bytes of texts that are decoded from one pool. Each is decoded once, but many may lie in the same bytes."""


class PoolError(ValueError):
    """The pool is not one that Android reads, or asks for more memory than any app's."""


class StringPool:
    """Texts by number, decoded when they are asked for.

    Raises:
        PoolError: `setTo` would refuse it.
    """

    def __init__(self, data: bytes, start: int, size: int) -> None:
        if size < _HEADER.size:
            raise PoolError
        _type, header_size, total, count, styles, flags, strings, styles_start = _HEADER.unpack_from(data, start)
        if header_size < _HEADER.size or header_size > total or total > size or (header_size | total) & 3:
            raise PoolError
        self._data = data
        self._count = count
        self._offsets = start + header_size
        self._is_utf8 = bool(flags & _UTF8)
        self._strings = start + strings
        self._end = start + (styles_start if styles else total)
        self._decoded: dict[int, str | None] = {}
        self._budget = MAX_DECODED
        self._find = self._in_utf8 if self._is_utf8 else self._in_utf16
        if count:
            self._check(header_size, total, styles, strings, styles_start)

    def _check(self, header_size: int, total: int, styles: int, strings: int, styles_start: int) -> None:
        width = 1 if self._is_utf8 else 2
        if header_size + 4 * self._count > total or strings >= total - 2:
            raise PoolError
        if styles and not strings < styles_start < total - 2:
            raise PoolError
        self._end -= (self._end - self._strings) % width
        if self._end <= self._strings or any(self._data[self._end - width : self._end]):
            raise PoolError

    def text(self, index: int) -> str | None:
        """Return the text of this number; None where there is none, or it is damaged.

        Raises:
            PoolError: more was asked for than `MAX_DECODED`.
        """
        if index >= self._count:
            return None
        try:
            return self._decoded[index]
        except KeyError:
            text = self._decoded[index] = self._decode(index)
            return text

    def _decode(self, index: int) -> str | None:
        (offset,) = _UINT32.unpack_from(self._data, self._offsets + 4 * index)
        place = self._find(self._strings + (offset if self._is_utf8 else offset & ~1))
        if place is None:
            return None
        start, end = place
        self._budget -= end - start + 64
        if self._budget < 0:
            raise PoolError
        stored = self._data[start:end]
        if not self._is_utf8:
            return stored.decode("utf-16-le", "replace")
        try:
            return stored.decode()
        except UnicodeDecodeError:  # aapt2 writes what needs two UTF-16 units as two sequences
            paired = stored.decode("utf-8", "surrogatepass" if _has_only_surrogates(stored) else "replace")
            return paired.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _in_utf8(self, at: int) -> tuple[int, int] | None:
        """Return where a text lies; its length was cut to 15 bits where it is longer (`stringDecodeAt`)."""
        data, pool_end = self._data, self._end
        if at >= pool_end - 1:
            return None
        at += 2 if data[at] & 0x80 else 1
        if at >= pool_end - 1:
            return (at, at) if at < pool_end and not data[at] else None
        length = data[at]
        at += 1
        if length & 0x80:
            length = (length & 0x7F) << 8 | data[at]
            at += 1
        end = at + length
        while end < pool_end:
            if not data[end]:
                return at, end
            end += 1 << 15
        return None

    def _in_utf16(self, at: int) -> tuple[int, int] | None:
        data, pool_end = self._data, self._end
        if at + 4 > pool_end:
            return None
        (length,) = _UINT16.unpack_from(data, at)
        at += 2
        if length & 0x8000:
            length = (length & 0x7FFF) << 16 | _UINT16.unpack_from(data, at)[0]
            at += 2
        end = at + 2 * length
        if end + 2 > pool_end or data[end] or data[end + 1]:
            return None
        return at, end


def _has_only_surrogates(stored: bytes) -> bool:
    """Tell whether a text is UTF-8 but for surrogates."""
    try:
        stored.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
