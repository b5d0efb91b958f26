"""The sync service: folders, descriptions and contents of files, asked for in a row and answered in that order.

Source: AOSP packages/modules/adb file_sync_protocol.h, daemon/file_sync_service.cpp, docs/dev/sync.md. A request is a
word of four letters, the path's length and the path. Errors are Linux's numbers (sysdeps/errno.cpp).

Two habits of adbd matter here: it closes the connection after any FAIL (Android 8 and later), and a folder that it may
not open is answered as if it were empty, without even `.` and `..`.
"""

import errno
import stat
import struct
from dataclasses import dataclass

from phoneward.errors import readable
from phoneward.phones.adb.wire import Channel
from phoneward.phones.base import Entry, FileKind, Obstacle, Unreadable
from phoneward.phones.errors import PhoneAnswerError
from phoneward.phones.numbers import MAX_SIZE, within_reach
from phoneward.texts import _

MAX_PATH = 1024
"""Longest path that adbd takes in a request."""

MAX_DATA = 64 * 1024
"""SYNC_DATA_MAX: no DATA is longer."""

MAX_NAME = 4096
_MAX_REASON = 4096

LIST_V1, LIST_V2 = b"LIST", b"LIS2"
LSTAT_V1, LSTAT_V2 = b"STAT", b"LST2"
RECV = b"RECV"
DATA, DONE, FAIL = b"DATA", b"DONE", b"FAIL"
DENT_V1, DENT_V2 = b"DENT", b"DNT2"

HEAD = struct.Struct("<4sI")
_STAT_V1 = struct.Struct("<4sIII")
_STAT_V2 = struct.Struct("<4sIQQIIIIQqqq")
_DENTRY_V1 = struct.Struct("<4sIIII")
_DENTRY_V2 = struct.Struct("<4sIQQIIIIQqqqI")

_OBSTACLES = {
    errno.EPERM: Obstacle.DENIED,
    errno.ENOENT: Obstacle.VANISHED,
    13: Obstacle.DENIED,
    20: Obstacle.VANISHED,
    36: Obstacle.TOO_LONG,
    40: Obstacle.SPECIAL,
}

_WORDS = (
    ("permission denied", Obstacle.DENIED),
    ("not permitted", Obstacle.DENIED),
    ("no such file", Obstacle.VANISHED),
    ("not a directory", Obstacle.VANISHED),
    ("name too long", Obstacle.TOO_LONG),
    ("path too long", Obstacle.TOO_LONG),
    ("is a directory", Obstacle.SPECIAL),
    ("no such device or address", Obstacle.SPECIAL),
    ("required key not available", Obstacle.LOCKED),
)


def obstacle_of_number(number: int) -> Obstacle:
    """Return what a Linux error number means here."""
    return _OBSTACLES.get(number, Obstacle.READ_ERROR)


def obstacle_of_words(words: str) -> Obstacle:
    """Return what the phone's own words (strerror) mean here."""
    lower = words.lower()
    return next((obstacle for part, obstacle in _WORDS if part in lower), Obstacle.READ_ERROR)


@dataclass(frozen=True, slots=True)
class Described:
    """A file's description by the sync service: whole seconds, and in version 1 only the lower 32 bits of the size."""

    mode: int
    size: int
    mtime: int
    ctime: int | None

    @property
    def kind(self) -> FileKind:
        """What the name is."""
        return kind_of(self.mode)


def kind_of(mode: int) -> FileKind:
    """Return the kind that Linux's mode bits say."""
    if stat.S_ISREG(mode):
        return FileKind.FILE
    if stat.S_ISDIR(mode):
        return FileKind.DIRECTORY
    return FileKind.SYMLINK if stat.S_ISLNK(mode) else FileKind.OTHER


def item_of(path: bytes, told: Described | int) -> Entry | Unreadable:
    """Return what was told of a path, or why nothing was (Linux's error number)."""
    if isinstance(told, int):
        return Unreadable(path, obstacle_of_number(told), f"error {told}")
    kind = told.kind
    if kind is FileKind.FILE and told.size > MAX_SIZE:
        return Unreadable(path, Obstacle.READ_ERROR, f"a size of {told.size} bytes")
    return Entry(
        path,
        kind,
        told.size if kind is FileKind.FILE else 0,
        told.mode & 0o7777,
        within_reach(told.mtime * 10**9),
        None if told.ctime is None else within_reach(told.ctime * 10**9),
    )


def request(word: bytes, path: bytes) -> bytes:
    """Return a request; the path must be at most MAX_PATH bytes long."""
    if len(path) > MAX_PATH:
        raise ValueError("path too long for the sync service")
    return HEAD.pack(word, len(path)) + path


def read_stat(channel: Channel, word: bytes) -> Described | int:
    """Return the answer to an lstat request: the description, or Linux's error number.

    Version 1 tells errors by a mode of zero; they come back as ENOENT.
    """
    answered = channel.peek_id()
    if answered != word:
        raise PhoneAnswerError(
            detail=_("{answered} in answer to {word}").format(answered=readable(answered), word=readable(word))
        )
    if word == LSTAT_V2:
        _dev, error, _dev, _ino, mode, _nlink, _uid, _gid, size, _atime, mtime, ctime = channel.unpack(_STAT_V2)
        return error or Described(mode, size, mtime, ctime)
    _id, mode, size, mtime = channel.unpack(_STAT_V1)
    return Described(mode, size, mtime, None) if mode else errno.ENOENT


def read_name(channel: Channel, word: bytes) -> tuple[bytes, Described | int] | None:
    """Return the next name of a folder with its description (or Linux's error number); None at the folder's end.

    Args:
        channel: the sync service.
        word: LIST_V1 or LIST_V2, as asked.
    """
    if word == LIST_V2:
        kind, error, _dev, _ino, mode, _nlink, _uid, _gid, size, _atime, mtime, ctime, length = channel.unpack(
            _DENTRY_V2
        )
        expected = DENT_V2
    else:
        kind, mode, size, mtime, length = channel.unpack(_DENTRY_V1)
        error, ctime, expected = 0, None, DENT_V1
    if kind == DONE:
        return None
    if kind != expected or not 0 < length <= MAX_NAME:
        raise PhoneAnswerError(
            detail=_("{word} with a name of {length} bytes in a folder").format(word=readable(kind), length=length)
        )
    name = channel.take(length)
    return name, error or Described(mode, size, mtime, ctime)


def read_reason(channel: Channel, length: int) -> str:
    """Return the words after a FAIL, readable; they must be short."""
    if length > _MAX_REASON:
        raise PhoneAnswerError(detail=_("a reason of {length} bytes").format(length=length))
    return readable(channel.take(length))
