"""Tree nodes: one name in a folder of a snapshot. Source: restic internal/data/node.go, Go io/fs `FileMode`."""

import enum
from typing import Final

import msgspec

from phoneward.vault.blobs import BlobId

MAX_SIZE: Final = 2**64 - 1
"""The largest size, inode or device number a node can hold (Go uint64)."""


class NodeType(enum.StrEnum):
    """What a node is. A document may name a type that is none of these; such a node keeps its text in `Node.type`."""

    FILE = "file"
    DIR = "dir"
    SYMLINK = "symlink"
    DEVICE = "dev"
    CHARACTER_DEVICE = "chardev"
    FIFO = "fifo"
    SOCKET = "socket"


SPECIAL_TYPES: Final = frozenset({NodeType.DEVICE, NodeType.CHARACTER_DEVICE, NodeType.FIFO, NodeType.SOCKET})
"""Types that hold no content and are never created by a restore."""

_TYPE_BITS: Final[dict[str, int]] = {
    NodeType.DIR: 1 << 31,
    NodeType.SYMLINK: 1 << 27,
    NodeType.DEVICE: 1 << 26,
    NodeType.CHARACTER_DEVICE: 1 << 26 | 1 << 21,
    NodeType.FIFO: 1 << 25,
    NodeType.SOCKET: 1 << 24,
}
_SETUID, _SETGID, _STICKY = 1 << 23, 1 << 22, 1 << 20


def go_mode(node_type: str, permissions: int) -> int:
    """Return Go's `fs.FileMode` for a type and POSIX permission bits 0…0o7777."""
    mode = _TYPE_BITS.get(node_type, 0) | permissions & 0o777
    if permissions & 0o4000:
        mode |= _SETUID
    if permissions & 0o2000:
        mode |= _SETGID
    return mode | _STICKY if permissions & 0o1000 else mode


def posix_permissions(mode: int) -> int:
    """Return the POSIX permission bits 0…0o7777 of Go's `fs.FileMode`."""
    permissions = mode & 0o777
    if mode & _SETUID:
        permissions |= 0o4000
    if mode & _SETGID:
        permissions |= 0o2000
    return permissions | 0o1000 if mode & _STICKY else permissions


class ExtendedAttribute(msgspec.Struct, frozen=True, gc=False):
    """A named value beside a file's content. `value` is None where the document says `null`."""

    name: str
    value: bytes | None


class Node(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One name in a folder.

    Attributes:
        name: raw bytes as the phone has them. May be hostile in a document from elsewhere: see `has_safe_name`.
        type: a `NodeType` value, or the text of a type unknown here.
        mode: Go `fs.FileMode` (see `go_mode`, `permissions`).
        mtime_ns, atime_ns, ctime_ns: nanoseconds since 1970 UTC.
        size: bytes; 0 for anything but a file. Claimed by the document: `opened.open_file` compares it with the blobs.
        linktarget: a symbolic link's text, never followed.
        generic_attributes: restic's `generic_attributes` (Windows) as JSON text, empty where there are none.
        content: ids of the data blobs of a file in order; None where the document says `null`.
        subtree: id of the tree blob of a folder.
        utc_offsets: minutes east of UTC in which mtime, atime and ctime are written; the instants do not depend on it.
    """

    name: bytes
    type: str
    mode: int = 0
    mtime_ns: int = 0
    atime_ns: int = 0
    ctime_ns: int = 0
    uid: int = 0
    gid: int = 0
    user: str = ""
    group: str = ""
    inode: int = 0
    device_id: int = 0
    size: int = 0
    links: int = 0
    linktarget: bytes = b""
    extended_attributes: tuple[ExtendedAttribute, ...] = ()
    generic_attributes: bytes = b""
    device: int = 0
    content: tuple[BlobId, ...] | None = None
    subtree: BlobId | None = None
    error: str = ""
    utc_offsets: tuple[int, int, int] = (0, 0, 0)

    @property
    def permissions(self) -> int:
        """POSIX permission bits 0…0o7777."""
        return posix_permissions(self.mode)

    @property
    def has_safe_name(self) -> bool:
        """Whether the name is one path component: not empty, not `.` or `..`, without `/` and NUL."""
        return is_safe_name(self.name)


def is_safe_name(name: bytes) -> bool:
    """Return whether a name is one path component: not empty, not `.` or `..`, without `/` and NUL."""
    return name not in {b"", b".", b".."} and b"/" not in name and b"\0" not in name
