"""Writes DEX files for tests, by the format's description and without the program's own tables.

https://source.android.com/docs/core/runtime/dex-format. Classes are given as data; a method's instructions are a list
of 16-bit units in which a text, a method or a field stands for its number.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

HEAD: Final = 112
HEAD_41: Final = 120


@dataclass(frozen=True)
class Ref:
    """A method or a field: class, name, and prototype such as `(I)V` or the field's type, all as descriptors."""

    owner: str
    name: str
    prototype: str


@dataclass(frozen=True)
class Text:
    """A text constant; `shift` 16 for the higher half of its number (`const-string/jumbo`)."""

    text: str
    shift: int = 0


Unit = int | Ref | Text


@dataclass(frozen=True)
class Method:
    """A method of a class; without code where `units` is None."""

    name: str
    prototype: str = "()V"
    units: Sequence[Unit] | None = (0x000E,)


@dataclass(frozen=True)
class Class:
    """A class by its descriptor, such as `Lorg/example/A;`."""

    name: str
    above: str = "Ljava/lang/Object;"
    methods: tuple[Method, ...] = ()


def call(ref: Ref, opcode: int = 0x6E, count: int = 1) -> list[Unit]:
    """Return the units of a call (format 35c or 3rc)."""
    return [opcode | (count << 12 if opcode < 0x74 else count << 8), ref, 0]


def load(text: str) -> list[Unit]:
    """Return the units of `const-string v0`."""
    return [0x001A, Text(text)]


def split(prototype: str) -> tuple[str, list[str]]:
    """Return result and parameters of a prototype."""
    inside, _, result = prototype[1:].rpartition(")")
    parameters, at = [], 0
    while at < len(inside):
        end = at
        while inside[end] == "[":
            end += 1
        end = inside.index(";", end) + 1 if inside[end] == "L" else end + 1
        parameters.append(inside[at:end])
        at = end
    return result, parameters


@dataclass
class _Pool:
    """Everything that is spoken of, with its number."""

    texts: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    protos: list[str] = field(default_factory=list)
    fields: list[Ref] = field(default_factory=list)
    methods: list[Ref] = field(default_factory=list)


def _order(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _pool(classes: Iterable[Class], extra: Iterable[str]) -> _Pool:
    texts, types, protos = set(extra), set[str](), set[str]()
    fields: set[Ref] = set()
    methods: set[Ref] = set()
    for one in classes:
        types |= {one.name, one.above}
        for method in one.methods:
            methods.add(Ref(one.name, method.name, method.prototype))
            for unit in method.units or ():
                if isinstance(unit, Text):
                    texts.add(unit.text)
                elif isinstance(unit, Ref):
                    (methods if unit.prototype.startswith("(") else fields).add(unit)
    for ref in methods | fields:
        texts.add(ref.name)
        types.add(ref.owner)
    types |= {ref.prototype for ref in fields}
    for ref in methods:
        protos.add(ref.prototype)
        result, parameters = split(ref.prototype)
        types |= {result, *parameters}
        texts.add(_shorty(ref.prototype))
    texts |= types
    pool = _Pool(sorted(texts, key=_order), sorted(types, key=_order))
    types_of = {name: number for number, name in enumerate(pool.types)}
    texts_of = {text: number for number, text in enumerate(pool.texts)}
    parts = {prototype: split(prototype) for prototype in protos}
    pool.protos = sorted(protos, key=lambda one: (types_of[parts[one][0]], [types_of[name] for name in parts[one][1]]))
    pool.fields = sorted(fields, key=lambda ref: (types_of[ref.owner], texts_of[ref.name], types_of[ref.prototype]))
    protos_of = {prototype: number for number, prototype in enumerate(pool.protos)}
    pool.methods = sorted(methods, key=lambda ref: (types_of[ref.owner], texts_of[ref.name], protos_of[ref.prototype]))
    return pool


def _shorty(prototype: str) -> str:
    result, parameters = split(prototype)
    return "".join("L" if one[0] in "L[" else one[0] for one in (result, *parameters))


def uleb(number: int) -> bytes:
    """Return a number in LEB128."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def mutf8(text: str) -> bytes:
    """Return a text as DEX stores it."""
    units = struct.unpack(f">{len(_order(text)) // 2}H", _order(text))
    return b"".join(b"\xc0\x80" if not u else chr(u).encode("utf-8", "surrogatepass") for u in units)


def dex(
    classes: Sequence[Class], version: int = 35, extra: Iterable[str] = (), at: int = 0, *, backwards: bool = False
) -> bytes:
    """Return a DEX file.

    Args:
        classes: that it defines, superclasses first.
        version: 35 to 41.
        extra: texts that it has beside those that are needed.
        at: where it will lie in a container.
        backwards: what the texts are lies in the other order than their numbers.
    """
    pool = _pool(classes, extra)
    head = HEAD_41 if version >= 41 else HEAD
    counts = [len(pool.texts), len(pool.types), len(pool.protos), len(pool.fields), len(pool.methods), len(classes)]
    places, place = [], head
    for count, size in zip(counts, (4, 4, 12, 8, 8, 32), strict=True):
        places.append(at + place)
        place += count * size
    data = _Data(at + place)
    tables = b"".join([*_texts(pool, data, backwards=backwards), *_ids(pool, data), *_classes(classes, pool, data)])
    total = place + len(data.written)
    numbers = [number for pair in zip(counts, places, strict=True) for number in pair]
    fixed = struct.pack("<III", total, head, 0x12345678) + bytes(12) + struct.pack("<12I", *numbers)
    fixed += struct.pack("<II", len(data.written), data.start)
    if version >= 41:
        fixed += struct.pack("<II", total, at)
    return sealed(b"dex\n%03d\0" % version + bytes(24) + fixed + tables + bytes(data.written))


class _Data:
    """What lies behind the tables."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.written = bytearray()

    def put(self, piece: bytes, align: int = 1) -> int:
        """Add a piece, and return where it lies in the file."""
        self.written += bytes(-(self.start + len(self.written)) % align) + piece
        return self.start + len(self.written) - len(piece)


def _texts(pool: _Pool, data: _Data, *, backwards: bool) -> Iterator[bytes]:
    """Yield the rows of the table of texts."""
    order = reversed(pool.texts) if backwards else pool.texts
    places = {text: data.put(uleb(len(_order(text)) // 2) + mutf8(text) + b"\0") for text in order}
    for text in pool.texts:
        yield struct.pack("<I", places[text])


def _ids(pool: _Pool, data: _Data) -> Iterator[bytes]:
    """Yield the rows of all tables but those of texts and classes."""
    numbers = {text: number for number, text in enumerate(pool.texts)}
    for name in pool.types:
        yield struct.pack("<I", numbers[name])
    for prototype in pool.protos:
        result, parameters = split(prototype)
        packed = struct.pack(f"<I{len(parameters)}H", len(parameters), *map(pool.types.index, parameters))
        place = data.put(packed, 4) if parameters else 0
        yield struct.pack("<III", numbers[_shorty(prototype)], pool.types.index(result), place)
    for refs, known in ((pool.fields, pool.types), (pool.methods, pool.protos)):
        for ref in refs:
            yield struct.pack("<HHI", pool.types.index(ref.owner), known.index(ref.prototype), numbers[ref.name])


def _classes(classes: Sequence[Class], pool: _Pool, data: _Data) -> Iterator[bytes]:
    codes = {}
    for one in classes:
        for method in one.methods:
            if method.units is not None:
                units = [_resolved(unit, pool) for unit in method.units]
                code = struct.pack(f"<HHHHII{len(units)}H", 8, 1, 5, 0, 0, len(units), *units)
                codes[one.name, method.name, method.prototype] = data.put(code, 4)
    for one in classes:
        body = data.put(_class_data(one, pool, codes)) if one.methods else 0
        own, above = pool.types.index(one.name), pool.types.index(one.above)
        yield struct.pack("<IIIIIIII", own, 1, above, 0, 0xFFFFFFFF, 0, body, 0)


def container(*files: Sequence[Class]) -> bytes:
    """Return a container (version 41) of several DEX files."""
    parts: list[bytes] = []
    for classes in files:
        parts.append(dex(classes, 41, at=sum(map(len, parts))))
    whole = bytearray(b"".join(parts))
    at = 0
    for part in parts:
        struct.pack_into("<I", whole, at + HEAD, len(whole))
        at += len(part)
    return bytes(whole)


def sealed(whole: bytes) -> bytes:
    """Return a file with its signature and checksum set."""
    whole = whole[:12] + hashlib.sha1(whole[32:]).digest() + whole[32:]  # noqa: S324 - the format's own
    return whole[:8] + struct.pack("<I", zlib.adler32(whole[12:])) + whole[12:]


def _resolved(unit: Unit, pool: _Pool) -> int:
    if isinstance(unit, Text):
        return pool.texts.index(unit.text) >> unit.shift & 0xFFFF
    if isinstance(unit, Ref):
        return (pool.methods if unit.prototype.startswith("(") else pool.fields).index(unit)
    return unit


def _class_data(one: Class, pool: _Pool, codes: dict[tuple[str, str, str], int]) -> bytes:
    numbers = sorted((pool.methods.index(Ref(one.name, m.name, m.prototype)), m) for m in one.methods)
    out, last = uleb(0) + uleb(0) + uleb(0) + uleb(len(numbers)), 0
    for number, method in numbers:
        out += uleb(number - last) + uleb(1) + uleb(codes.get((one.name, method.name, method.prototype), 0))
        last = number
    return out
