"""An SFTP server that is not honest: answers as the protocol says, but for what a test makes it say."""

import socket
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from phoneward.vault.storage.sftp.packets import (
    CLOSE,
    EOF,
    EXTENDED,
    FSETSTAT,
    LSTAT,
    MKDIR,
    NO_SUCH_FILE,
    OP_UNSUPPORTED,
    OPEN,
    OPENDIR,
    READ,
    READDIR,
    REMOVE,
    RENAME,
    WRITE,
    text,
)

STATUS, HANDLE, DATA, NAME, ATTRS, EXTENDED_REPLY = 101, 102, 103, 104, 105, 201
FILE_MODE, LINK_MODE, FOLDER_MODE, PIPE_MODE = 0o100600, 0o120777, 0o040700, 0o010600
Lie = Callable[[int, bytes], bytes]
"""From a request's number and body to the bytes that come back, packets with their lengths; none: silence."""


def packet(kind: int, number: int, body: bytes = b"") -> bytes:
    return struct.pack(">IBI", 5 + len(body), kind, number) + body


def status(number: int, code: int = 0, words: bytes = b"words") -> bytes:
    return packet(STATUS, number, code.to_bytes(4) + text(words) + text(b""))


def attributes(size: int = 0, mode: int = FILE_MODE, mtime: int = 0) -> bytes:
    return struct.pack(">IQIII", 0x01 | 0x04 | 0x08, size, mode, mtime, mtime)


def names(number: int, *items: tuple[bytes, bytes]) -> bytes:
    body = b"".join(text(name) + text(b"-rw------- " + name) + described for name, described in items)
    return packet(NAME, number, len(items).to_bytes(4) + body)


class LyingServer:
    """A link to a server in a thread of this process; see `phoneward.vault.storage.sftp.links.Link`.

    Every file that is asked for is there and holds `content`; every folder holds `listed` once.

    Args:
        lies: by the kind of request, what comes back instead.
        first_words: what it sends first of all.
        extensions: which it says it has.
        asked: gets the kind and body of each request.
    """

    def __init__(
        self,
        lies: Mapping[int, Lie] | None = None,
        *,
        content: bytes = b"content",
        listed: tuple[tuple[bytes, bytes], ...] = (),
        first_words: bytes | None = None,
        extensions: tuple[bytes, ...] = (),
        asked: list[tuple[int, bytes]] | None = None,
    ) -> None:
        self._lies = dict(lies or {})
        self._content = content
        self._listed = listed
        offered = b"".join(text(name) + text(b"1") for name in extensions)
        self._first_words = first_words if first_words is not None else packet(2, 3, offered)
        self._read_folders: set[bytes] = set()
        self._handles = 0
        self.asked: list[tuple[int, bytes]] = [] if asked is None else asked
        self._ours, self._theirs = socket.socketpair()
        self._stream = self._ours.makefile("rb")
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def read(self, size: int) -> bytes:
        return self._stream.read(size)

    def write(self, data: bytes) -> None:
        self._ours.sendall(data)

    def end(self) -> None:
        for side in (self._ours, self._theirs):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        self._stream.close()
        self._ours.close()

    def last_words(self) -> str:
        return ""

    def _serve(self) -> None:
        with suppress(OSError), self._theirs, self._theirs.makefile("rb") as stream:
            stream.read(9)
            self._theirs.sendall(self._first_words)
            while len(head := stream.read(9)) == 9:
                length, kind, number = struct.unpack(">IBI", head)
                body = stream.read(length - 5)
                self.asked.append((kind, body))
                self._theirs.sendall(self._lies.get(kind, lambda n, b, k=kind: self._honest(k, n, b))(number, body))

    def _honest(self, kind: int, number: int, body: bytes) -> bytes:
        answer = status(number, OP_UNSUPPORTED if kind == EXTENDED else NO_SUCH_FILE)
        if kind == LSTAT:
            answer = packet(ATTRS, number, attributes(len(self._content)))
        elif kind in {OPEN, OPENDIR}:
            self._handles += 1
            answer = packet(HANDLE, number, text(str(self._handles).encode()))
        elif kind == READ:
            length = int.from_bytes(body[:4])
            offset, size = struct.unpack(">QI", body[4 + length : 16 + length])
            data = self._content[offset : offset + size]
            answer = packet(DATA, number, text(data)) if data else status(number, EOF)
        elif kind == READDIR:
            first = body not in self._read_folders and bool(self._listed)
            self._read_folders.add(body)
            answer = names(number, *self._listed) if first else status(number, EOF)
        elif kind in {CLOSE, WRITE, REMOVE, RENAME, MKDIR, FSETSTAT}:
            answer = status(number)
        return answer
