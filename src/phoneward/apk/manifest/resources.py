"""Values that a manifest takes from resources.arsc, such as the app's name (AOSP `ResourceTypes.h`, `LoadedArsc.cpp`).

Where an app gives a value for several languages, screens or Android versions, the one without a condition counts, or
that of the reader's language. What cannot be read stays unresolved: it is no reason to refuse an app.
"""

import struct
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final

from phoneward.apk.manifest.strings import PoolError, StringPool
from phoneward.apk.manifest.values import Type, Value

MAX_CHUNKS: Final = 1 << 16
MAX_LOOKS: Final = 20_000
"""Types that are looked into for all values of one app; an app in a hundred languages needs some thousand."""
MAX_STEPS: Final = 20
"""References that are followed from one to the next (`AssetManager2::ResolveReference`)."""

_TABLE: Final = 0x0002
_POOL: Final = 0x0001
_PACKAGE: Final = 0x0200
_TYPE: Final = 0x0201
_CHUNK: Final = struct.Struct("<HHI")
_UINT16: Final = struct.Struct("<H")
_UINT32: Final = struct.Struct("<I")
_TYPE_HEAD: Final = struct.Struct("<9xBxxIII")
"""Of a type: flags; count of entries, where they start; size of the configuration."""
_CONFIG_AT: Final = 20
_ENTRY: Final = struct.Struct("<HHI")
_VALUE: Final = struct.Struct("<HxBI")
_IS_SPARSE, _HAS_SHORT_OFFSETS = 1, 2
_IS_COMPLEX, _IS_COMPACT = 1, 8
_SCRIPTS: Final = {"CN": b"Hans", "SG": b"Hans", "TW": b"Hant", "HK": b"Hant", "MO": b"Hant"}
"""How Chinese is written, by country."""


class Resources:
    """The table of an APK, read when the first value is asked for.

    Args:
        load: returns resources.arsc; None where there is none that is worth reading.
        language: of the reader, such as `zh_CN`.
    """

    def __init__(self, load: Callable[[], bytes | None], language: str = "") -> None:
        self._load = load
        self._language, _, country = language.partition("_")
        self._country = country[:2]
        self._looks = MAX_LOOKS

    @cached_property
    def _table(self) -> "_Table | None":
        data = self._load()
        try:
            return _Table(data) if data else None
        except (PoolError, struct.error, IndexError):
            return None

    def find(self, resource: int) -> tuple[Value, StringPool] | None:
        """Return what a resource is, and the texts that it is to be read with; None where it cannot be told."""
        table = self._table
        if table is None:
            return None
        for _step in range(MAX_STEPS):
            self._looks -= table.looks(resource)
            if self._looks < 0:
                return None
            try:
                values = list(table.values(resource))
            except (struct.error, IndexError):
                return None
            _config, value = max(values, key=lambda found: self._fitness(found[0]), default=(b"", None))
            if value is None or not value.is_reference:
                return (value, table.pool) if value else None
            resource = value.data
        return None

    def _fitness(self, config: bytes) -> int:
        """Rank a configuration: without a condition, or with the reader's language alone; all others last."""
        locale, script = config[4:8], config[32:36]
        if any(config[:4] + config[8:32] + config[36:]):
            return 0
        if not any(locale):
            return 2
        language, country = (part.rstrip(b"\0").decode("ascii", "replace") for part in (locale[:2], locale[2:]))
        if language != self._language or script.rstrip(b"\0") not in {b"", _SCRIPTS.get(self._country, b"")}:
            return 1
        return 4 if country == self._country else 3 if not country else 1


class _Table:
    """Where a table's types are.

    Raises:
        PoolError, struct.error: it is not one.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        kind, header_size, size = _CHUNK.unpack_from(data)
        if kind != _TABLE or size > len(data):
            raise PoolError
        self._types: dict[int, list[tuple[int, int]]] = {}
        pool: StringPool | None = None
        for kind, at, chunk_size, inner in _chunks(data, header_size, size):
            if kind == _POOL and pool is None:
                pool = StringPool(data, at, chunk_size)
            elif kind == _PACKAGE:
                (package,) = _UINT32.unpack_from(data, at + _CHUNK.size)
                for inner_kind, type_at, type_size, _inner in _chunks(data, at + inner, at + chunk_size):
                    if inner_kind == _TYPE:
                        places = self._types.setdefault(package << 8 | data[type_at + _CHUNK.size], [])
                        places.append((type_at, type_at + type_size))
        if pool is None:
            raise PoolError
        self.pool = pool

    def looks(self, resource: int) -> int:
        """Return in how many types a resource may be."""
        return 1 + len(self._types.get(resource >> 16, ()))

    def values(self, resource: int) -> Iterator[tuple[bytes, Value]]:
        """Yield a resource's simple values, each with its `ResTable_config` but for the size before it."""
        for at, end in self._types.get(resource >> 16, ()):
            flags, count, start, config_size = _TYPE_HEAD.unpack_from(self._data, at)
            (header_size,) = _UINT16.unpack_from(self._data, at + 2)
            place = self._entry(at + header_size, end, flags, min(count, 1 << 16), resource & 0xFFFF)
            if place is None:
                continue
            value = self._value(at + start + place)
            if value is not None:
                config = self._data[at + _CONFIG_AT + 4 : at + _CONFIG_AT + min(config_size, 64)]
                yield config, value

    def _entry(self, offsets: int, end: int, flags: int, count: int, index: int) -> int | None:
        data = self._data
        if flags & _IS_SPARSE:
            pairs = data[offsets : min(offsets + 4 * count, end)]
            wanted = _UINT16.pack(index)
            at = pairs.find(wanted)
            while at >= 0 and at % 4:
                at = pairs.find(wanted, at + 1)
            return None if at < 0 else int(_UINT16.unpack_from(pairs, at + 2)[0]) * 4
        if index >= count:
            return None
        if flags & _HAS_SHORT_OFFSETS:
            (short,) = _UINT16.unpack_from(data, offsets + 2 * index)
            return None if short == 0xFFFF else int(short) * 4
        (offset,) = _UINT32.unpack_from(data, offsets + 4 * index)
        return None if offset == 0xFFFFFFFF else int(offset)

    def _value(self, at: int) -> Value | None:
        size, flags, number = _ENTRY.unpack_from(self._data, at)
        if flags & _IS_COMPACT:
            return Value(flags >> 8, number)
        if flags & _IS_COMPLEX:
            return None
        _size, kind, data = _VALUE.unpack_from(self._data, at + size)
        return None if kind == Type.NULL else Value(kind, data)


def _chunks(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield type, place, size and header size of chunks that follow one another."""
    for _number in range(MAX_CHUNKS):
        if at + _CHUNK.size > end:
            return
        kind, header_size, size = _CHUNK.unpack_from(data, at)
        if header_size < _CHUNK.size or size < header_size or size > end - at:
            return
        yield kind, at, size, header_size
        at += size
