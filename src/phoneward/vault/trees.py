"""Tree blobs: a folder's list of nodes, bit for bit as restic writes it, so that equal folders are stored once.

Sources: restic internal/data/{node,tree}.go (key order, `omitempty`, the closing newline, nodes ascending by raw name),
Go encoding/json (`<`, `>`, `&`, U+2028 and U+2029 are escaped; byte slices are base64).

A tree cannot contain itself: a subtree is named by the SHA-256 of its content. It can be listed twice, though, and a
small chain of such trees unfolds into billions of paths: `measure_tree` counts them without walking them.
"""

import base64
import binascii
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Protocol

import msgspec

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import PathNotFoundError, TreeDamagedError
from phoneward.vault.go_text import format_time, parse_time, quote_name, unquote_name
from phoneward.vault.nodes import MAX_SIZE, ExtendedAttribute, Node, NodeType, is_safe_name

MAX_TREE_BYTES: Final = 256 << 20
"""A larger tree is refused. A node takes about 400 bytes: this is 600,000 names in one folder."""
MAX_DEPTH: Final = 2048
"""Folders within folders. Linux refuses paths over 4,096 bytes, that is 2,048 one-letter folders."""

_Uint32 = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
_Uint64 = Annotated[int, msgspec.Meta(ge=0)]  # msgspec bounds end at int64; decode_tree looks at the rest
_NOTHING: Final = msgspec.Raw()


class BlobSource(Protocol):
    """What reading trees needs of a repository."""

    def load_blob(self, blob_type: BlobType, blob_id: BlobId) -> bytes:
        """Return a blob's plaintext, its hash verified."""


class _Attribute(msgspec.Struct, gc=False):
    name: str
    value: str | None


class _WireNode(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A node as JSON, in restic's key order. A field without a default is always written."""

    name: str
    type: str
    mode: _Uint32 = 0
    mtime: str
    atime: str
    ctime: str
    uid: _Uint32
    gid: _Uint32
    user: str = ""
    group: str = ""
    inode: _Uint64 = 0
    device_id: _Uint64 = 0
    size: _Uint64 = 0
    links: _Uint64 = 0
    linktarget: str | msgspec.Raw = ""  # Raw: escapes made by hand, see _go_string
    linktarget_raw: str = ""
    extended_attributes: list[_Attribute] = []
    generic_attributes: msgspec.Raw = _NOTHING
    device: _Uint64 = 0
    content: list[str] | msgspec.UnsetType | None = msgspec.UNSET  # None is written, as Go does
    subtree: str | None = None
    error: str = ""


class _WireTree(msgspec.Struct, gc=False):
    nodes: list[_WireNode] | None


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(_WireTree)


def encode_tree(nodes: Iterable[Node]) -> bytes:
    """Return the tree blob of a folder, nodes in any order.

    Raises:
        ValueError: two nodes of one name, a name that is no path component, or a number out of range.
    """
    ordered = sorted(nodes, key=_raw_name)
    last = b""
    for node in ordered:
        if node.name == last or not is_safe_name(node.name):
            raise ValueError("tree nodes need distinct names of one path component each")
        last = node.name
    built = io.BytesIO()  # which gives out its content without a copy: of 50,000 names the text takes 20 MB
    built.write(b'{"nodes":[')
    for start in range(0, len(ordered), _SLICE):
        some = _encoder.encode([_to_wire(node) for node in ordered[start : start + _SLICE]])
        built.write(b"," if start else b"")
        built.write(memoryview(some)[1:-1])
    built.write(b"]}\n")
    text = built.getvalue()
    del built
    # Only strings hold these characters, so they may be replaced in the finished text.
    for character, escape in _HTML_ESCAPES:
        if character in text:
            text = text.replace(character, escape)
    return text


_SLICE: Final = 512
_HTML_ESCAPES: Final = (
    (b"<", rb"\u003c"),
    (b">", rb"\u003e"),
    (b"&", rb"\u0026"),
    ("\u2028".encode(), rb"\u2028"),
    ("\u2029".encode(), rb"\u2029"),
)


def _raw_name(node: Node) -> bytes:
    return node.name


def _to_wire(node: Node) -> _WireNode:
    mtime_zone, atime_zone, ctime_zone = node.utc_offsets
    mtime = format_time(node.mtime_ns, mtime_zone)
    same_access = node.atime_ns == node.mtime_ns and atime_zone == mtime_zone
    same_change = node.ctime_ns == node.mtime_ns and ctime_zone == mtime_zone
    wire = _WireNode(
        name=quote_name(node.name),
        type=str(node.type),
        mode=node.mode,
        mtime=mtime,
        atime=mtime if same_access else format_time(node.atime_ns, atime_zone),
        ctime=mtime if same_change else format_time(node.ctime_ns, ctime_zone),
        uid=node.uid,
        gid=node.gid,
        user=node.user,
        group=node.group,
        inode=node.inode,
        device_id=node.device_id,
        size=node.size,
        links=node.links,
        device=node.device,
        content=None if node.content is None else [blob_id.hex() for blob_id in node.content],
        subtree=None if node.subtree is None else node.subtree.hex(),
        error=node.error,
    )
    if node.linktarget:
        _put_link_target(wire, node.linktarget)
    if node.extended_attributes:
        wire.extended_attributes = [
            _Attribute(a.name, None if a.value is None else base64.b64encode(a.value).decode())
            for a in node.extended_attributes
        ]
    if node.generic_attributes:
        wire.generic_attributes = msgspec.Raw(node.generic_attributes)
    return wire


def _put_link_target(wire: _WireNode, target: bytes) -> None:
    try:
        wire.linktarget = target.decode()
    except UnicodeDecodeError:
        wire.linktarget_raw = base64.b64encode(target).decode()
        # Go writes the *escape* for a byte that is no UTF-8, and the raw character for a real U+FFFD.
        pieces = []
        for character in target.decode("utf-8", "surrogateescape"):
            lost = 0xDC80 <= ord(character) <= 0xDCFF
            pieces.append(rb"\ufffd" if lost else _encoder.encode(character)[1:-1])
        wire.linktarget = msgspec.Raw(b'"' + b"".join(pieces) + b'"')


def decode_tree(data: bytes, *, keep_unsafe_names: bool = False) -> list[Node]:
    """Return the nodes of a tree blob, ascending by raw name.

    Args:
        data: the blob's plaintext. The text may come from an attacker who has the key.
        keep_unsafe_names: return nodes whose name is no path component (`..`, `a/b`) instead of refusing the tree.
            For code that looks at `Node.has_safe_name` itself, such as check and restore.

    Raises:
        TreeDamagedError: no JSON, fields missing or out of range, names empty, unordered or twice (restic's
            `ErrTreeNotOrdered`), larger than `MAX_TREE_BYTES`.
    """
    if len(data) > MAX_TREE_BYTES:
        raise TreeDamagedError(reason=_("it is larger than any folder can be"))
    try:
        wire = _decoder.decode(data)
        nodes = [_from_wire(node) for node in wire.nodes or ()]
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:  # ValueError: UTF-8, base64, times, names
        raise TreeDamagedError(reason=readable(str(error))) from error
    last = b""
    for node in nodes:
        if node.name <= last:
            raise TreeDamagedError(reason=_("its names are not in order, or one stands there twice"))
        last = node.name
        if not keep_unsafe_names and not is_safe_name(last):
            raise TreeDamagedError(
                reason=_("it holds the name {name}, which no file can have").format(name=readable(last))
            )
    return nodes


def _from_wire(wire: _WireNode) -> Node:
    mtime, mtime_zone = parse_time(wire.mtime)
    atime, atime_zone = (mtime, mtime_zone) if wire.atime == wire.mtime else parse_time(wire.atime)
    ctime, ctime_zone = (mtime, mtime_zone) if wire.ctime == wire.mtime else parse_time(wire.ctime)
    if max(wire.inode, wire.device_id, wire.size, wire.links, wire.device) > MAX_SIZE:
        raise ValueError("a number is larger than 64 bits")
    content = wire.content
    return Node(
        name=unquote_name(wire.name),
        type=wire.type,
        mode=wire.mode,
        mtime_ns=mtime,
        atime_ns=atime,
        ctime_ns=ctime,
        uid=wire.uid,
        gid=wire.gid,
        user=wire.user,
        group=wire.group,
        inode=wire.inode,
        device_id=wire.device_id,
        size=wire.size,
        links=wire.links,
        linktarget=_link_target(wire) if wire.linktarget or wire.linktarget_raw else b"",
        extended_attributes=_attributes(wire.extended_attributes) if wire.extended_attributes else (),
        generic_attributes=bytes(wire.generic_attributes),
        device=wire.device,
        content=tuple(map(_blob_id, content)) if isinstance(content, list) else None,
        subtree=None if wire.subtree is None else _blob_id(wire.subtree),
        error=wire.error,
        utc_offsets=(mtime_zone, atime_zone, ctime_zone) if mtime_zone or atime_zone or ctime_zone else _UTC,
    )


_UTC: Final = (0, 0, 0)


def _link_target(wire: _WireNode) -> bytes:
    if wire.linktarget_raw:
        return _base64(wire.linktarget_raw)
    return str(wire.linktarget).encode()


def _attributes(attributes: list[_Attribute]) -> tuple[ExtendedAttribute, ...]:
    return tuple(ExtendedAttribute(a.name, None if a.value is None else _base64(a.value)) for a in attributes)


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _blob_id(text: str) -> BlobId:
    blob_id = bytes.fromhex(text)
    if len(blob_id) != 32 or len(text) != 64:  # fromhex passes over white space
        raise ValueError("not the ID of a blob")
    return BlobId(blob_id)


def load_tree(repo: BlobSource, tree_id: BlobId, *, keep_unsafe_names: bool = False) -> list[Node]:
    """Return the nodes of one folder. See `decode_tree`; errors of the repository pass through."""
    return decode_tree(repo.load_blob(BlobType.TREE, tree_id), keep_unsafe_names=keep_unsafe_names)


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A node and where it stands. `path` starts with `/`, raw bytes."""

    path: bytes
    node: Node


def iter_tree(repo: BlobSource, tree_id: BlobId, root: bytes = b"") -> Iterator[TreeEntry]:
    """Walk a folder and all below it: parents before children, names ascending by raw bytes within a folder.

    Memory holds the folders on the way down, not the whole. Ask `measure_tree` first where a hostile repository
    must not keep this busy for ever.

    Args:
        repo: where the trees are read from.
        tree_id: the folder to start in.
        root: path of that folder, without a slash at its end; the paths yielded start with it.

    Raises:
        TreeDamagedError: a folder cannot be read as one, or lies deeper than `MAX_DEPTH`.
    """
    stack = [(root, iter(load_tree(repo, tree_id)))]
    while stack:
        folder, nodes = stack[-1]
        node = next(nodes, None)
        if node is None:
            stack.pop()
            continue
        path = folder + b"/" + node.name
        yield TreeEntry(path, node)
        if node.type == NodeType.DIR and node.subtree is not None:
            if len(stack) >= MAX_DEPTH:
                raise TreeDamagedError(reason=_("its folders lie deeper within each other than any path can"))
            stack.append((path, iter(load_tree(repo, node.subtree))))


def split_path(path: bytes) -> list[bytes]:
    """Return the components of a path in a snapshot; empty ones and `.` are left out.

    Raises:
        PathNotFoundError: a component is `..` or holds NUL.
    """
    components = [component for component in path.split(b"/") if component not in {b"", b"."}]
    if not all(map(is_safe_name, components)):
        raise PathNotFoundError(path=readable(path))
    return components


def find_node(repo: BlobSource, tree_id: BlobId, path: bytes) -> Node:
    """Return the node at a path below a tree, following folders only (never a symbolic link).

    Raises:
        PathNotFoundError: nothing is there, or the path is empty.
        TreeDamagedError: a folder on the way cannot be read as one.
    """
    node: Node | None = None
    subtree: BlobId | None = tree_id
    for component in split_path(path):
        nodes = load_tree(repo, subtree) if subtree is not None else []
        node = next((n for n in nodes if n.name == component), None)
        if node is None:
            raise PathNotFoundError(path=readable(path))
        subtree = node.subtree if node.type == NodeType.DIR else None
    if node is None:
        raise PathNotFoundError(path=readable(path))
    return node
