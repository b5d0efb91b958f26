"""What goes over the wire of SFTP, version 3, with four of OpenSSH's extensions. A server's answers are hostile input.

https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02 and the file `PROTOCOL` of OpenSSH.
"""

import struct
import threading
from typing import Final, NamedTuple

from phoneward.errors import readable
from phoneward.texts import _

_MOST_EXTENSIONS: Final = 100
_LONGEST_HANDLE: Final = 256
"""Bytes (draft, section 6.3)."""

INIT, VERSION, OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT, SETSTAT, FSETSTAT = range(1, 11)
OPENDIR, READDIR, REMOVE, MKDIR, RMDIR, REALPATH, STAT, RENAME = range(11, 19)
EXTENDED: Final = 200
_STATUS, _HANDLE, _DATA, _NAME, _ATTRS = range(101, 106)
_EXTENDED_REPLY: Final = 201

EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE, BAD_MESSAGE, NO_CONNECTION, CONNECTION_LOST, OP_UNSUPPORTED = range(1, 9)

FLAG_READ, FLAG_WRITE, FLAG_CREATE, FLAG_EXCLUSIVE = 0x01, 0x02, 0x08, 0x20
_HAS_SIZE, _HAS_OWNER, _HAS_MODE, _HAS_TIMES, _HAS_EXTENDED = 0x01, 0x02, 0x04, 0x08, 0x80000000

FSYNC, HARDLINK, STATVFS, LIMITS = (
    b"fsync@openssh.com",
    b"hardlink@openssh.com",
    b"statvfs@openssh.com",
    b"limits@openssh.com",
)


class SessionLostError(Exception):
    """The connection ended, or the server fell silent; what was asked may have been done or not."""


class WrongPacketError(Exception):
    """The server sent what the protocol does not allow."""


class StatusError(Exception):
    """The server says no: `code` of the protocol and its own words, readable."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{words} ({code})")
        self.code = code
        self.words = words


class Attributes(NamedTuple):
    """What a server says of a file; None where it says nothing. `size` in bytes, `mtime` in seconds since 1970."""

    size: int | None
    mode: int | None
    mtime: int | None


class FolderItem(NamedTuple):
    """One name in a folder, as bytes, and what the server says of it (links are not followed)."""

    name: bytes
    attributes: Attributes


class FileSystem(NamedTuple):
    """Room on the server's disk: bytes free for this user, and the size of a block."""

    free: int
    block: int


class Answer:
    """What will come back for one request."""

    __slots__ = ("_body", "_done", "_failure", "_kind")

    def __init__(self) -> None:
        self._done = threading.Lock()
        self._done.acquire()
        self._kind = 0
        self._body = b""
        self._failure: Exception | None = None

    def settle(self, kind: int, body: bytes, failure: Exception | None = None) -> None:
        """Hand over what came."""
        self._kind, self._body, self._failure = kind, body, failure
        self._done.release()

    def status(self) -> None:
        """Wait for a status.

        Raises:
            StatusError: it is not OK.
            SessionLostError, WrongPacketError: the session ended.
        """
        self._expect(_STATUS)

    def succeeded(self) -> bool:
        """Wait for a status and tell whether it is OK. Raises as `status`, but no `StatusError`."""
        try:
            self.status()
        except StatusError:
            return False
        return True

    def handle(self) -> bytes:
        """Wait for a handle. Raises as `status`."""
        handle = _Reader(self._expect(_HANDLE)).text()
        if len(handle) > _LONGEST_HANDLE:
            raise WrongPacketError(_("a handle is too long"))
        return handle

    def data(self) -> memoryview:
        """Wait for bytes of a file. Raises as `status`; `StatusError` with `EOF` at its end."""
        body = self._expect(_DATA)
        if len(body) < 4 or int.from_bytes(body[:4]) != len(body) - 4:
            raise _cut()
        return memoryview(body)[4:]

    def version(self) -> dict[bytes, bytes]:
        """Wait for the server's first word and return its extensions. Raises as `status`."""
        reader = _Reader(self._expect(VERSION))
        extensions: dict[bytes, bytes] = {}
        while reader.left and len(extensions) < _MOST_EXTENSIONS:
            name = reader.text()
            extensions[name] = reader.text()
        return extensions

    def attributes(self) -> Attributes:
        """Wait for what the server says of a file. Raises as `status`."""
        return _Reader(self._expect(_ATTRS)).attributes()

    def names(self) -> list[FolderItem]:
        """Wait for names in a folder. Raises as `status`; `StatusError` with `EOF` after the last."""
        reader = _Reader(self._expect(_NAME))
        items = []
        for _number in range(reader.number()):
            name = reader.text()
            reader.text()  # the line that `ls -l` would show
            items.append(FolderItem(name, reader.attributes()))
        return items

    def file_system(self) -> FileSystem:
        """Wait for the answer to statvfs@openssh.com. Raises as `status`."""
        body = self._expect(_EXTENDED_REPLY)
        if len(body) < 88:
            raise _cut()
        block, fragment, _blocks, _free, available = struct.unpack_from(">5Q", body)
        return FileSystem(available * fragment, max(block, fragment))

    def numbers(self, count: int) -> tuple[int, ...]:
        """Wait for an extended reply of 64-bit numbers. Raises as `status`."""
        body = self._expect(_EXTENDED_REPLY)
        if len(body) < 8 * count:
            raise _cut()
        return struct.unpack_from(f">{count}Q", body)

    def _expect(self, kind: int) -> bytes:
        while not self._done.acquire(timeout=1):  # so that Ctrl-C is heard on Windows; the session's watch ends silence
            pass
        self._done.release()
        if self._failure is not None:
            raise type(self._failure)(*self._failure.args) from self._failure
        if self._kind == kind and kind != _STATUS:
            return self._body
        if self._kind != _STATUS:
            raise WrongPacketError(_("an answer is of a kind that was not asked for"))
        reader = _Reader(self._body)
        code = reader.number()
        if code or kind != _STATUS:
            words = reader.text() if reader.left else b""  # some servers leave them out
            raise StatusError(code, readable(words[:300].decode(errors="replace")))
        return b""


class _Reader:
    """Takes a packet apart; what is cut is an error."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._body) - self._at

    def number(self, size: int = 4) -> int:
        if self.left < size:
            raise _cut()
        self._at += size
        return int.from_bytes(self._body[self._at - size : self._at])

    def text(self) -> bytes:
        length = self.number()
        if self.left < length:
            raise _cut()
        self._at += length
        return self._body[self._at - length : self._at]

    def attributes(self) -> Attributes:
        flags = self.number()
        size = self.number(8) if flags & _HAS_SIZE else None
        if flags & _HAS_OWNER:
            self.number(8)
        mode = self.number() if flags & _HAS_MODE else None
        mtime = None
        if flags & _HAS_TIMES:
            self.number()
            mtime = self.number()
        if flags & _HAS_EXTENDED:
            for _pair in range(self.number()):
                self.text()
                self.text()
        return Attributes(size, mode, mtime)


def text(data: bytes) -> bytes:
    """Return a string as the protocol writes it."""
    return len(data).to_bytes(4) + data


def mode_attributes(mode: int) -> bytes:
    """Return attributes that give only the permissions."""
    return struct.pack(">II", _HAS_MODE, mode)


def _cut() -> WrongPacketError:
    return WrongPacketError(_("a packet is cut"))
