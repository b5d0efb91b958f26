"""The tables of one DEX file: texts, types, fields, methods, classes. Read where they lie, no object for each row.

Android refuses a file whose tables are not sorted (AOSP art `dex_file_verifier.cc`, `CheckInterStringIdItem` and so
on), so texts are found by halving.
"""

import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Container, Iterator
from functools import cached_property
from typing import Final

from phoneward.apk.dex.header import DexError, Header

_SHORTS: Final = struct.Struct("<HH")
_UINT32: Final = struct.Struct("<I")
_PROTO: Final = struct.Struct("<III")
NO_INDEX: Final = 0xFFFFFFFF
MAX_TEXT: Final = 1 << 16
"""Bytes of a name or text that are looked at."""
MAX_PARAMETERS: Final = 255


class Tables:
    """One DEX file's tables.

    Args:
        data: the file, or the container that it lies in.
        header: its head.

    Raises:
        DexError: a table does not lie in the file.
    """

    def __init__(self, data: bytes, header: Header) -> None:
        self.data = data
        self.header = header
        self.strings = _numbers(data, header.strings_at, header.strings)
        self.types = _numbers(data, header.types_at, header.types)
        self.classes = _numbers(data, header.classes_at, 8 * header.classes)
        fields = _numbers(data, header.fields_at, 2 * header.fields)
        methods = _numbers(data, header.methods_at, 2 * header.methods)
        self.field_owners, self.field_names = fields[::2], fields[1::2]
        self.method_owners, self.method_names = methods[::2], methods[1::2]
        if header.protos_at + 12 * header.protos > len(data):
            raise DexError("tables")
        if header.methods > 1 << 16 or header.fields > 1 << 16 or header.types > 1 << 16:
            raise DexError("tables")
        self._names: dict[int, str] = {}  # no cache of the standard library's: it would keep the file alive

    def raw(self, index: int) -> bytes:
        """Return a text as it is stored (MUTF-8), cut to `MAX_TEXT`; IndexError where there is none."""
        data, at = self.data, self.strings[index]
        while data[at] & 0x80:
            at += 1
        end = data.find(0, at + 1, at + 1 + MAX_TEXT)
        return data[at + 1 : end if end >= 0 else at + 1 + MAX_TEXT]

    def text(self, index: int) -> str:
        """Return a text; what is no MUTF-8 is replaced."""
        return mutf8(self.raw(index))

    def type_name(self, index: int) -> str:
        """Return a class's name; of what is no class its descriptor."""
        name = self._names.get(index)
        if name is None:
            name = self.text(self.types[index])
            if name[:1] == "L" and name[-1:] == ";":
                name = name[1:-1].replace("/", ".")
            self._names[index] = name
        return name

    def method(self, index: int) -> tuple[str, str, str]:
        """Return a method's class, name and prototype."""
        owner = self.method_owners[index]
        return self.type_name(owner & 0xFFFF), self.text(self.method_names[index]), self.prototype(owner >> 16)

    def prototype(self, index: int) -> str:
        """Return a prototype such as `(I)V`."""
        if index >= self.header.protos:
            raise DexError("tables")
        _shorty, result, parameters = _PROTO.unpack_from(self.data, self.header.protos_at + 12 * index)
        names = []
        if parameters:
            (count,) = _UINT32.unpack_from(self.data, parameters)
            if count > MAX_PARAMETERS:
                raise DexError("tables")
            names = [self._descriptor(one) for one in struct.unpack_from(f"<{count}H", self.data, parameters + 4)]
        return f"({''.join(names)}){self._descriptor(result)}"

    def _descriptor(self, index: int) -> str:
        return self.text(self.types[index])

    def find(self, text: str) -> int | None:
        """Return the number of a text; None where there is none."""
        at = self._first(text.encode())
        return at if at < len(self.strings) and self.raw(at) == text.encode() else None

    def _first(self, wanted: bytes) -> int:
        """Return the number of the first text that is not before this one, in the order of UTF-16 units."""
        low, high = 0, len(self.strings)
        while low < high:
            middle = (low + high) // 2
            if self.raw(middle).replace(b"\xc0\x80", b"\0") < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def find_type(self, class_name: str) -> int | None:
        """Return the number of a class's type; None where it is not spoken of."""
        text = self.find(f"L{class_name.replace('.', '/')};")
        if text is None:
            return None
        at = bisect_left(self.types, text)
        return at if at < len(self.types) and self.types[at] == text else None

    def defines(self, class_name: str) -> bool:
        """Tell whether the file brings a class along."""
        number = self.find_type(class_name)
        return number is not None and number in self._defined

    @cached_property
    def _defined(self) -> frozenset[int]:
        """Types that the file brings along."""
        return frozenset(self.classes[::8])

    def beginning(self, prefix: str) -> str | None:
        """Return a class that the file defines whose name begins so; None where there is none."""
        wanted = f"L{prefix.replace('.', '/')}".encode()
        first = self._first(wanted)
        if first >= len(self.strings) or not self.raw(first).startswith(wanted):
            return None
        begin, end = bisect_left(self.types, first), bisect_left(self.types, self._first(wanted + b"\xff"))
        number = next((number for number in range(begin, end) if number in self._defined), None)
        return None if number is None else self.type_name(number)


def having(names: "array[int]", wanted: Container[int]) -> Iterator[int]:
    """Yield the numbers of the methods or fields that have one of these names (see `Tables.method_names`)."""
    yield from (index for index, name in enumerate(names) if name in wanted)


def _numbers(data: bytes, at: int, count: int) -> "array[int]":
    if at + 4 * count > len(data):
        raise DexError("tables")
    numbers = array("I", data[at : at + 4 * count])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def mutf8(raw: bytes) -> str:
    """Decode modified UTF-8: no NUL byte, and pairs of surrogates of three bytes each."""
    if raw.isascii():
        return raw.decode()
    try:
        text = raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
