"""Compiled XML (AOSP `ResourceTypes.cpp`, `ResXMLTree`), walked once, without a tree of objects.

What Android refuses while it walks is refused at the same place; what it does not come to is not looked at.
"""

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from phoneward.apk.manifest.strings import PoolError, StringPool
from phoneward.apk.manifest.values import Type, Value

ANDROID: Final = "http://schemas.android.com/apk/res/android"

_STRING_POOL: Final = 0x0001
_XML: Final = 0x0003
_RESOURCE_MAP: Final = 0x0180
_FIRST_NODE: Final = 0x0100
_LAST_NODE: Final = 0x017F
_START: Final = 0x0102
_END: Final = 0x0103
_LEAST: Final = {0x0100: 8, 0x0101: 8, _START: 20, _END: 8, 0x0104: 12}
"""Bytes that must follow a node's header, by its type; nodes of other types are passed over."""

_CHUNK: Final = struct.Struct("<HHI")
_NODE_SIZE: Final = 16
_ELEMENT: Final = struct.Struct("<4xIHHH")
"""Of an element: index of its name; where its attributes start, how large each is, how many they are."""
_NO_TEXT: Final = 1 << 31
"""Numbers of texts from here on are negative to Android: none."""
_ATTRIBUTE: Final = struct.Struct("<III3xBI")
"""Namespace, name, raw value; type and data of the value."""


class TreeError(ValueError):
    """It is not compiled XML that Android reads."""


Key = int | str
"""An attribute: its resource id; `android:NAME` or `NAME` where it has none."""


class Element(NamedTuple):
    """The start of an element that was asked for."""

    parent: str
    tag: str
    attributes: dict[Key, Value]


class Tree:
    """A document of compiled XML.

    Attributes:
        pool: its texts.

    Raises:
        TreeError: `ResXMLTree::setTo` would refuse it.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        if len(data) < _CHUNK.size:
            raise TreeError
        kind, header_size, size = _CHUNK.unpack_from(data)
        if kind != _XML or header_size > size or size > len(data):
            raise TreeError
        self._end = size
        self._ids: array[int] = array("I")
        pool: StringPool | None = None
        at = header_size
        while at < size - _CHUNK.size:
            kind, header_size, chunk_size = _CHUNK.unpack_from(data, at)
            if at >= size - chunk_size:
                break
            self._check(at, header_size, chunk_size, _CHUNK.size)
            if kind == _STRING_POOL:
                try:
                    pool = StringPool(data, at, chunk_size)
                except PoolError as error:
                    raise TreeError from error
            elif kind == _RESOURCE_MAP:
                self._ids = _numbers(data[at + header_size : at + chunk_size])
            elif _FIRST_NODE <= kind <= _LAST_NODE:
                break
            at += chunk_size
        else:
            raise TreeError
        if pool is None or not _FIRST_NODE <= kind <= _LAST_NODE:
            raise TreeError
        self.pool = pool
        self._root = at

    def _check(self, at: int, header_size: int, size: int, least: int) -> None:
        """As `validate_chunk`."""
        if header_size < least or header_size > size or (header_size | size) & 3 or size > self._end - at:
            raise TreeError

    def walk(self, wanted: Mapping[str, frozenset[str]]) -> Iterator[Element]:
        """Yield the elements that are asked for, up to the end of the first.

        Args:
            wanted: tags of children, by the tag of their parent ("" for the document). What is below an element that
                was not asked for is passed over.

        Raises:
            TreeError: a damaged node.
            PoolError: see `StringPool.text`.
        """
        data, end = self._data, self._end
        chunk, element = _CHUNK.unpack_from, _ELEMENT.unpack_from
        path = [""]
        depth = 0
        at = self._root
        while at < end:
            if at + _CHUNK.size > end:
                raise TreeError
            kind, header_size, size = chunk(data, at)
            if header_size < _NODE_SIZE or header_size > size or (header_size | size) & 3 or size > end - at:
                raise TreeError
            if size - header_size < _LEAST.get(kind, 0):
                raise TreeError
            if kind == _START:
                name, start, each, count = element(data, at + header_size)
                if start + each * count > size - header_size:
                    raise TreeError
                depth += 1
                if depth == len(path):
                    parent = path[-1]
                    tag = self.pool.text(name) or ""
                    if tag in wanted.get(parent, ()):
                        path.append(tag)
                        yield Element(parent, tag, self._attributes(at + header_size + start, each, count))
            elif kind == _END:
                depth -= 1
                if depth < len(path) - 1:
                    path.pop()
                if depth <= 0:
                    return
            at += size

    def _attributes(self, at: int, each: int, count: int) -> dict[Key, Value]:
        """Return an element's attributes; of two with one key the first.

        By its id an attribute is only found behind those of lower ids (AOSP `AttributeResolution.cpp`,
        `RetrieveAttributes`); by its name wherever it stands, whatever its id (`ResXMLParser::indexOfAttribute`).
        """
        ids, pool, data = self._ids, self.pool, self._data
        values: dict[Key, Value] = {}
        places = range(at, at + each * count, each) if each else range(at, at + min(count, 1))
        highest = 0
        for place in places:
            if place + _ATTRIBUTE.size > self._end:
                raise TreeError
            space, name, raw, kind, number = _ATTRIBUTE.unpack_from(data, place)
            value = Value(kind, number, raw)
            identifier = ids[name] if name < len(ids) else 0
            if identifier > highest:
                highest = identifier
                if kind != Type.NULL:
                    values[identifier] = value
                if space < _NO_TEXT:
                    continue
            text = pool.text(name)
            if text is None or kind == Type.NULL:
                continue
            of = pool.text(space) if space < _NO_TEXT else None
            if of is None:
                values.setdefault(text, value)
            elif of == ANDROID:
                values.setdefault(f"android:{text}", value)
        return values


def _numbers(stored: bytes) -> "array[int]":
    """Return 32-bit numbers."""
    numbers = array("I", stored[: len(stored) & ~3])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
