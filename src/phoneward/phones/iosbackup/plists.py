"""Property lists of somebody else's, read with bounded memory and time.

`plistlib` reads binary lists whose containers lie over each other: a file of one megabyte can then unfold to hundreds
of gigabytes. In an honest file each object has bytes of its own, so here all that is read together is no more than the
file is long. XML lists go through `plistlib`, which refuses entities; their length and elements are counted first.

Source of the binary format: Apple's CoreFoundation, `CFBinaryPList.c` (header, trailer and markers are told there).
"""

import datetime as dt
import plistlib
import struct
from typing import Final, TypeAlias

MAGIC: Final = b"bplist00"
MAX_PLIST: Final = 64 << 20
"""Bytes of a whole list. An `Info.plist` has a picture and a licence for each app: some megabytes."""

_MAX_XML_ELEMENTS: Final = 2_000_000
_MAX_DEPTH: Final = 64
_TRAILER: Final = 32
_APPLE_EPOCH: Final = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)

Value: TypeAlias = object
"""None, bool, int, float, str, bytes, an aware moment, `Uid`, a list of values, or a dict of them by text."""


class PlistError(ValueError):
    """No property list, or one that contradicts itself. Never shown to a person as it is."""


class Uid(int):
    """A reference within an archive of NSKeyedArchiver: the number of one of its `$objects`."""


class BinaryPlist:
    """A binary property list; its objects are read when they are asked for.

    Args:
        data: all of it.

    Attributes:
        top: the number of the object that holds all others.

    Raises:
        PlistError: it is none.
    """

    def __init__(self, data: bytes) -> None:
        if not data.startswith(MAGIC) or len(data) < len(MAGIC) + _TRAILER:
            raise PlistError("no binary property list")
        self._data = data
        self._offset_size, self._ref_size, self._count, self.top, self._table = struct.unpack_from(
            ">6xBBQQQ", data, len(data) - _TRAILER
        )
        sizes_fit = 0 < self._offset_size <= 8 and 0 < self._ref_size <= 8
        if not sizes_fit or self._table + self._count * self._offset_size > len(data) - _TRAILER:
            raise PlistError("a table beyond the end")
        self._left = len(data)
        self._names: dict[int, str] = {}

    def shallow(self, ref: int) -> Value:
        """Return one object; of a list or dict only the numbers of what is in it.

        Raises:
            PlistError: it is not there, or more was read than the file holds.
        """
        if not 0 <= ref < self._count:
            raise PlistError("an object that is not there")
        at = self._table + ref * self._offset_size
        offset = int.from_bytes(self._data[at : at + self._offset_size], "big")
        if offset >= self._table:
            raise PlistError("an object beyond the end")
        marker = self._data[offset]
        high, low = marker >> 4, marker & 15
        if high <= 3 or high == 8:
            return self._scalar(offset + 1, high, low)
        count, begin = self._length(offset + 1, low)
        if high in {10, 12}:
            return self._refs(begin, count)
        if high == 13:
            keys = self._refs(begin, count)
            values = self._refs(begin + count * self._ref_size, count)
            return {self._name(key): value for key, value in zip(keys, values, strict=True)}
        return self._text(begin, high, count)

    def _scalar(self, begin: int, high: int, low: int) -> Value:
        if high == 0:
            if low in {0, 8, 9}:
                return {0: None, 8: False, 9: True}[low]
            raise PlistError("an unknown marker")
        size = low + 1 if high == 8 else 1 << low
        if size > 16:
            raise PlistError("a number too long")
        data = self._take(begin, size)
        if high == 8:
            return Uid(int.from_bytes(data, "big"))
        if high == 1:
            return int.from_bytes(data, "big", signed=size >= 8)
        if size not in {4, 8}:
            raise PlistError("a number of odd length")
        number: float = struct.unpack(">f" if size == 4 else ">d", data)[0]
        return moment(number) if high == 3 else number

    def _length(self, begin: int, low: int) -> tuple[int, int]:
        if low != 15:
            return low, begin
        marker = self._take(begin, 1)[0]
        if marker >> 4 != 1 or marker & 15 > 3:
            raise PlistError("a length that is none")
        size = 1 << (marker & 15)
        return int.from_bytes(self._take(begin + 1, size), "big"), begin + 1 + size

    def _text(self, begin: int, high: int, count: int) -> Value:
        if high == 4:
            return self._take(begin, count)
        if high == 6:
            return self._take(begin, 2 * count).decode("utf-16-be", "replace")
        if high in {5, 7}:
            return self._take(begin, count).decode("ascii" if high == 5 else "utf-8", "replace")
        raise PlistError("an unknown marker")

    def _refs(self, begin: int, count: int) -> list[int]:
        size = self._ref_size
        data = self._take(begin, count * size)
        if size == 1:
            return list(data)
        return [int.from_bytes(data[at : at + size], "big") for at in range(0, len(data), size)]

    def _name(self, ref: int) -> str:
        if ref not in self._names:
            self._names[ref] = self._read_name(ref)
        return self._names[ref]

    def _read_name(self, ref: int) -> str:
        at = self._table + ref * self._offset_size
        if not 0 <= ref < self._count:
            raise PlistError("a key that is not there")
        offset = int.from_bytes(self._data[at : at + self._offset_size], "big")
        if offset >= self._table or self._data[offset] >> 4 not in {5, 6, 7}:
            raise PlistError("a key that is no text")
        return str(self.shallow(ref))

    def _take(self, begin: int, size: int) -> bytes:
        if size < 0 or begin + size > self._table:
            raise PlistError("beyond the end")
        self._left -= size
        if self._left < 0:
            raise PlistError("objects that lie over each other")
        return self._data[begin : begin + size]

    def whole(self) -> Value:
        """Return all of it.

        Raises:
            PlistError: it contradicts itself, or is nested too deep.
        """
        return self._whole(self.top, {}, 0)

    def _whole(self, ref: int, known: dict[int, Value], depth: int) -> Value:
        if ref in known:
            if known[ref] is _BEING_READ:
                raise PlistError("an object within itself")
            return known[ref]
        if depth > _MAX_DEPTH:
            raise PlistError("nested too deep")
        known[ref] = _BEING_READ
        found = self.shallow(ref)
        if isinstance(found, list):
            found = [self._whole(one, known, depth + 1) for one in found]
        elif isinstance(found, dict):
            found = {name: self._whole(one, known, depth + 1) for name, one in found.items()}
        known[ref] = found
        return found


_BEING_READ: Final = object()


def moment(seconds: float) -> dt.datetime | None:
    """Return Apple's time, seconds since 2001 UTC; None where no calendar has it."""
    try:
        return _APPLE_EPOCH + dt.timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None


def read_plist(data: bytes) -> dict[str, Value]:
    """Return a property list whose top is a dict, binary or XML.

    Raises:
        PlistError: it is none, or beyond the bounds.
    """
    if len(data) > MAX_PLIST:
        raise PlistError("too long")
    if data.startswith(MAGIC):
        found = BinaryPlist(data).whole()
    else:
        if data.count(b"<") > _MAX_XML_ELEMENTS:
            raise PlistError("too many elements")
        try:
            found = plistlib.loads(data, fmt=plistlib.FMT_XML)
        except Exception as error:  # hostile XML makes plistlib raise nearly anything
            raise PlistError(str(error)) from error
    if not isinstance(found, dict):
        raise PlistError("no dict")
    return found
