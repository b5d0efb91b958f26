"""Compiled XML written field by field, so that each field can lie. Independent of aapt and of what is tested."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

ANDROID = "http://schemas.android.com/apk/res/android"
NONE = 0xFFFFFFFF
STRING, INTEGER, HEXADECIMAL, BOOLEAN, REFERENCE = 0x03, 0x10, 0x11, 0x12, 0x01


@dataclass(frozen=True)
class Attribute:
    """One attribute; `id` 0 is one that has no resource id."""

    name: str
    value: str | int
    id: int = 0
    kind: int | None = None
    space: str | None = ANDROID
    raw: str | None = None


@dataclass(frozen=True)
class Node:
    """One element; what is None follows from the rest."""

    tag: str
    attributes: Sequence[Attribute] = ()
    children: "Sequence[Node]" = ()
    attribute_count: int | None = None
    attribute_size: int = 20
    attribute_start: int = 20


@dataclass
class Pool:
    """The texts of a document; those with resource ids come first."""

    texts: list[str] = field(default_factory=list)
    utf8: bool = True

    def index(self, text: str, after: int = 0) -> int:
        """A text's number; those before `after` are not taken (the map gives them resource ids)."""
        if text not in self.texts[after:]:
            self.texts.append(text)
        return self.texts.index(text, after)

    def chunk(self) -> bytes:
        offsets, stored = [], b""
        for text in self.texts:
            offsets.append(len(stored))
            stored += self._encoded(text)
        stored += bytes(-len(stored) % 4)
        start = 28 + 4 * len(offsets)
        return pool_chunk(offsets, stored, utf8=self.utf8, start=start)

    def _encoded(self, text: str) -> bytes:
        if not self.utf8:
            units = text.encode("utf-16-le", "surrogatepass")
            length = len(units) // 2
            head = (
                struct.pack("<H", length)
                if length < 0x8000
                else struct.pack("<HH", 0x8000 | length >> 16, length & 0xFFFF)
            )
            return head + units + b"\0\0"
        encoded = text.encode("utf-8", "surrogatepass")
        return _length8(len(text)) + _length8(len(encoded)) + encoded + b"\0"


def _length8(length: int) -> bytes:
    return bytes([length]) if length < 0x80 else bytes([0x80 | length >> 8 & 0x7F, length & 0xFF])


def pool_chunk(
    offsets: Sequence[int], stored: bytes, *, utf8: bool = True, start: int | None = None, count: int | None = None
) -> bytes:
    at = 28 + 4 * len(offsets) if start is None else start
    size = 28 + 4 * len(offsets) + len(stored)
    number = len(offsets) if count is None else count
    head = struct.pack("<HHIIIIII", 1, 28, size, number, 0, 256 if utf8 else 0, at, 0)
    return head + struct.pack(f"<{len(offsets)}I", *offsets) + stored


def document(root: Node | Sequence[Node], *, utf8: bool = True, more_texts: Sequence[str] = ()) -> bytes:
    """Return a whole document; several roots stand one after another."""
    roots = [root] if isinstance(root, Node) else list(root)
    ids = _ids(roots)
    # One text for each id, even where two ids have one name: the map goes by the index of the text.
    pool = Pool([name for name, _id in ids], utf8)
    pool.texts += list(more_texts)
    nodes = b"".join(_node(node, pool, ids) for node in roots)
    resource_map = struct.pack(f"<HHI{len(ids)}I", 0x180, 8, 8 + 4 * len(ids), *(number for _name, number in ids))
    return whole(pool.chunk() + resource_map + nodes)


def whole(chunks: bytes) -> bytes:
    return struct.pack("<HHI", 3, 8, 8 + len(chunks)) + chunks


def _ids(nodes: Sequence[Node]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for node in nodes:
        for attribute in node.attributes:
            if attribute.id and (attribute.name, attribute.id) not in found:
                found.append((attribute.name, attribute.id))
        found += [one for one in _ids(node.children) if one not in found]
    return found


def _node(node: Node, pool: Pool, ids: list[tuple[str, int]]) -> bytes:
    stored = b"".join(_attribute(attribute, pool, ids) for attribute in node.attributes)
    count = len(node.attributes) if node.attribute_count is None else node.attribute_count
    shape = (node.attribute_start, node.attribute_size, count, 0, 0, 0)
    extension = struct.pack("<IIHHHHHH", NONE, pool.index(node.tag), *shape)
    start = node_chunk(0x102, extension + stored)
    end = node_chunk(0x103, struct.pack("<II", NONE, pool.index(node.tag)))
    return start + b"".join(_node(child, pool, ids) for child in node.children) + end


def node_chunk(kind: int, rest: bytes) -> bytes:
    return struct.pack("<HHIII", kind, 16, 16 + len(rest), 1, NONE) + rest


def _attribute(attribute: Attribute, pool: Pool, ids: list[tuple[str, int]]) -> bytes:
    name = ids.index((attribute.name, attribute.id)) if attribute.id else pool.index(attribute.name, after=len(ids))
    space = NONE if attribute.space is None else pool.index(attribute.space)
    if isinstance(attribute.value, str):
        kind, data = STRING if attribute.kind is None else attribute.kind, pool.index(attribute.value)
        raw = data if attribute.raw is None else pool.index(attribute.raw)
    else:
        kind, data = INTEGER if attribute.kind is None else attribute.kind, attribute.value & 0xFFFFFFFF
        raw = NONE if attribute.raw is None else pool.index(attribute.raw)
    return struct.pack("<IIIHBBI", space, name, raw, 8, 0, kind, data)
