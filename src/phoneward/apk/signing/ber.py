"""ASN.1 values in BER, as leniently as AOSP reads them in a signature (apksig `ByteBufferBerDataValueReader`).

Lengths need not be the shortest, and may be indefinite; nothing is read of a value's content unless it is asked for.
Positions are kept, so that a certificate can be had byte for byte as it is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

UNIVERSAL: Final = 0
CONTEXT: Final = 2

INTEGER: Final = 2
BIT_STRING: Final = 3
OCTET_STRING: Final = 4
OBJECT_IDENTIFIER: Final = 6
SEQUENCE: Final = 16
SET: Final = 17

_JAVA_INT_MAX: Final = 2**31 - 1
_JAVA_LONG_MAX: Final = 2**63 - 1


class MalformedBerError(Exception):
    """Bytes are no BER, or not the value that must stand there. Never leaves this room: it becomes a problem."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value.

    Attributes:
        kind: class and number of its tag, such as `(UNIVERSAL, SEQUENCE)`.
        encoded: all its bytes, as stored.
        content: those of its content.
    """

    kind: tuple[int, int]
    encoded: bytes
    content: bytes

    def parts(self) -> Iterator["Value"]:
        """Yield the values in its content, each read when it is asked for; MalformedBerError where that is none."""
        return values(self.content)

    def oid(self) -> str:
        """Return its content as an object identifier, dotted; MalformedBerError where it is none."""
        return _oid(self.content)

    def integer(self) -> int:
        """Return its content as a signed number; empty is 0, as in apksig."""
        return int.from_bytes(self.content, "big", signed=True)


def values(data: bytes) -> Iterator[Value]:
    """Yield the values that stand one after another; MalformedBerError where something else stands there."""
    at = 0
    while at < len(data):
        value, at = _read(data, at)
        yield value


def value(data: bytes) -> Value:
    """Return the first value; what follows it is not looked at. MalformedBerError where there is none."""
    if not data:
        raise MalformedBerError
    return _read(data, 0)[0]


def expect(found: Value | None, number: int, kind: int = UNIVERSAL) -> Value:
    """Return a value that must be there and be of this kind; MalformedError otherwise."""
    if found is None or found.kind != (kind, number):
        raise MalformedBerError
    return found


def explicit(found: Value) -> Value:
    """Return the value within one with an explicit tag; MalformedBerError where there is none."""
    return value(found.content)


def _read(data: bytes, start: int) -> tuple[Value, int]:
    kind, is_constructed, at = _tag(data, start)
    length, at = _length(data, at)
    content = at
    if length is None:
        end = _end_of_constructed(data, at) if is_constructed else _end_of_primitive(data, at)
        after = end + 2
    else:
        end = after = at + length
        if end > len(data):
            raise MalformedBerError
    return Value(kind, data[start:after], data[content:end]), after


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise MalformedBerError
    return data[at]


def _tag(data: bytes, at: int) -> tuple[tuple[int, int], bool, int]:
    first = _byte(data, at)
    at += 1
    number = first & 0x1F
    if number == 0x1F:
        number = 0
        while True:
            byte = _byte(data, at)
            at += 1
            if number > _JAVA_INT_MAX >> 7:
                raise MalformedBerError
            number = number << 7 | byte & 0x7F
            if not byte & 0x80:
                break
    return (first >> 6, number), bool(first & 0x20), at


def _length(data: bytes, at: int) -> tuple[int | None, int]:
    """Return the length, None for indefinite, and where the content begins."""
    first = _byte(data, at)
    at += 1
    if first < 0x80:
        return first, at
    if first == 0x80:
        return None, at
    count = first & 0x7F
    if count > 4 or at + count > len(data):
        raise MalformedBerError
    length = int.from_bytes(data[at : at + count], "big")
    if length > _JAVA_INT_MAX:
        raise MalformedBerError
    return length, at + count


def _end_of_primitive(data: bytes, at: int) -> int:
    end = data.find(b"\0\0", at)
    if end < 0:
        raise MalformedBerError
    return end


def _end_of_constructed(data: bytes, at: int) -> int:
    """Return where the two zeros that end it stand. However deep it goes, there is no recursion."""
    depth = 1
    while True:
        if data[at : at + 2] == b"\0\0":
            depth -= 1
            if not depth:
                return at
            at += 2
            continue
        _kind, is_constructed, at = _tag(data, at)
        length, at = _length(data, at)
        if length is not None:
            at += length
            if at > len(data):
                raise MalformedBerError
        elif is_constructed:
            depth += 1
        else:
            at = _end_of_primitive(data, at) + 2


def _oid(content: bytes) -> str:
    if not content or content[-1] & 0x80:
        raise MalformedBerError
    nodes = []
    node = 0
    for byte in content:
        if node > _JAVA_LONG_MAX >> 7:
            raise MalformedBerError
        node = node << 7 | byte & 0x7F
        if not byte & 0x80:
            nodes.append(node)
            node = 0
    top = min(nodes[0] // 40, 2)
    return ".".join(map(str, (top, nodes[0] - top * 40, *nodes[1:])))
