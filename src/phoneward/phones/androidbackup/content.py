"""The content of a backup file: deciphered and inflated from any place on, with bounded memory."""

import hashlib
import os
import stat
import threading
import zlib
from bisect import bisect_right
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from phoneward.errors import readable
from phoneward.phones.androidbackup.errors import (
    AndroidBackupChangedError,
    AndroidBackupCutOffError,
    AndroidBackupDamagedError,
    AndroidBackupMissingError,
    AndroidBackupTooLargeError,
)
from phoneward.phones.androidbackup.header import BLOCK, Header, MasterKey, unpadded
from phoneward.phones.words import NOT_A_FILE
from phoneward.texts import _

READ_BYTES: Final = 64 << 10
"""Read from the disk at once; a multiple of a cipher block."""

INFLATED_BYTES: Final = 256 << 10
"""Inflated at once."""

PIECE_BYTES: Final = 1 << 20

MAX_UNQUESTIONED: Final = 16 << 30
MAX_RATIO: Final = 500
"""Deflate unfolds at most 1,032 times. Beyond 16 GiB a backup that unfolds more than 500 times is a bomb."""

PLACES: Final = 1024
FIRST_SPACING: Final = 1 << 20
"""Places to begin at are remembered each MiB of content; where there are more than 1,024 every other one is dropped."""


class BackupBytes(Protocol):
    """A backup's bytes, wherever they are; several threads may read them."""

    @property
    def name(self) -> str:
        """What it is called in errors."""

    @property
    def size(self) -> int:
        """Bytes."""

    def read_at(self, offset: int, length: int) -> bytes:
        """Return bytes; fewer only at the end. Raises AndroidBackupChangedError."""

    def digest(self) -> bytes:
        """Return the SHA-256 of all of it."""

    def close(self) -> None:
        """Give it back."""


class BackupFile:
    """The file on the disk; several threads may read it. The SHA-256 of what is read from its beginning on is kept.

    Raises:
        AndroidBackupMissingError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.name = readable(os.fsencode(path))
        self._guard = threading.Lock()
        self._digest = hashlib.sha256()
        self._digested = 0
        try:
            if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
                raise AndroidBackupMissingError(path=self.name, detail=NOT_A_FILE)
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise AndroidBackupMissingError(path=self.name, detail=readable(error.strerror or str(error))) from error
        self._status = os.fstat(self._file.fileno())
        self.size = self._status.st_size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return bytes of the file; fewer only at its end.

        Raises:
            AndroidBackupChangedError: it is not the file any more that was opened, or cannot be read.
        """
        with self._guard:
            try:
                self._file.seek(offset)
                data = self._file.read(length) or b""
                while len(data) < length and (more := self._file.read(length - len(data))):
                    data += more
                now = os.fstat(self._file.fileno())
            except OSError as error:
                detail = readable(error.strerror or str(error))
                raise AndroidBackupChangedError(path=self.name, detail=detail) from error
            if (now.st_size, now.st_mtime_ns) != (self._status.st_size, self._status.st_mtime_ns):
                raise AndroidBackupChangedError(path=self.name, detail=_("it was written to"))
            if offset <= self._digested < offset + len(data):
                self._digest.update(data[self._digested - offset :])
                self._digested = offset + len(data)
        return data

    def digest(self) -> bytes:
        """Return the SHA-256 of the whole file; what was not read yet is read now."""
        while self._digested < self.size:
            self.read_at(self._digested, PIECE_BYTES)
        return self._digest.digest()

    def close(self) -> None:
        """Close it."""
        self._file.close()


class _Plain:
    """The bytes behind the header, deciphered, from one place on.

    Args:
        position: of the first byte wanted.
    """

    def __init__(self, content: "Content", position: int) -> None:
        self._file, self._start, key = content.file, content.header.start, content.key
        self._end = self._file.size - self._start
        self._at = position
        self._skip = 0
        self._decryptor = None
        self.position = position
        if key is not None:
            block = position // BLOCK * BLOCK
            iv = key.iv if block == 0 else self._file.read_at(self._start + block - BLOCK, BLOCK)
            self._decryptor = Cipher(AES(key.key), CBC(iv)).decryptor()
            self._at, self._skip = block, position - block

    def read(self) -> bytes:
        """Return some bytes, none at the end."""
        while self._at < self._end:
            data = self._file.read_at(self._start + self._at, min(READ_BYTES, self._end - self._at))
            self._at += len(data)
            if self._decryptor is not None:
                data = self._decryptor.update(data)
                if self._at >= self._end:
                    whole = unpadded(data)
                    if whole is None:  # cut off between two blocks, most likely
                        raise AndroidBackupCutOffError(path=self._file.name)
                    data = whole
                data, self._skip = data[self._skip :], 0
            self.position += len(data)
            if data:
                return data
        return b""


class _Place:
    """A place of the content from which it can be inflated."""

    def __init__(self, position: int, source: int, inflater: "zlib._Decompress") -> None:
        self.position = position
        self.source = source
        self.inflater = inflater


class Content:
    """A backup's content: the tar stream in it.

    Args:
        file: open.
        header: of the file.
        key: where it is encrypted.

    Raises:
        AndroidBackupCutOffError: an encrypted file that ends within a cipher block.
    """

    def __init__(self, file: BackupBytes, header: Header, key: MasterKey | None) -> None:
        self.file, self.header, self.key = file, header, key
        length = file.size - header.start
        if key is not None and (length < BLOCK or length % BLOCK):
            raise AndroidBackupCutOffError(path=file.name)
        self._guard = threading.Lock()
        self._places: list[_Place] = []
        self._spacing = FIRST_SPACING

    def begin(self) -> "Stream":
        """Return the content from its beginning; reading it remembers places to begin at later."""
        return Stream(self, 0, 0, zlib.decompressobj() if self.header.compressed else None, noting=True)

    def stream(self, position: int) -> "Stream":
        """Return the content from a place on, or from before it as near as it can be had."""
        if not self.header.compressed:
            return Stream(self, position, position, None)
        place = self._before(position)
        if place is None:
            return Stream(self, 0, 0, zlib.decompressobj())
        return Stream(self, place.position, place.source, place.inflater.copy())

    def nearest(self, position: int) -> int:
        """Return from where `stream` would begin."""
        if not self.header.compressed:
            return position
        place = self._before(position)
        return 0 if place is None else place.position

    def _before(self, position: int) -> _Place | None:
        with self._guard:
            number = bisect_right(self._places, position, key=lambda place: place.position)
            return self._places[number - 1] if number else None

    def note(self, position: int, source: int, inflater: "zlib._Decompress") -> None:
        """Remember a place where the inflater has no input left; called in ascending order."""
        with self._guard:
            if position < (self._places[-1].position if self._places else 0) + self._spacing:
                return
            self._places.append(_Place(position, source, inflater.copy()))
            if len(self._places) > PLACES:
                del self._places[::2]
                self._spacing *= 2


class Stream:
    """The content, read forward.

    Attributes:
        position: of the next byte.
    """

    def __init__(
        self,
        content: Content,
        position: int,
        source: int,
        inflater: "zlib._Decompress | None",
        *,
        noting: bool = False,
    ) -> None:
        self._content = content
        self._plain = _Plain(content, source)
        self._inflater = inflater
        self._noting = noting
        self._waiting = b""
        self._ready = memoryview(b"")
        self.position = position

    @property
    def name(self) -> str:
        """The file, readable."""
        return self._content.file.name

    @property
    def is_proven(self) -> bool:
        """Whether the end that was read is the content's own: a compressed one says so, and holds a checksum."""
        return self._inflater is not None and self._inflater.eof

    def some(self, limit: int) -> bytes:
        """Return up to `limit` bytes (more than none); none at the end.

        Raises:
            AndroidBackupCutOffError: the file ends before its content.
            AndroidBackupDamagedError: it cannot be inflated.
            AndroidBackupTooLargeError: it is a bomb.
        """
        if not self._ready:
            self._fill()
        data = bytes(self._ready[:limit])
        self._pass(len(data))
        return data

    def _pass(self, length: int) -> None:
        self._ready = self._ready[length:]
        self.position += length

    def _fill(self) -> None:
        """Get the next bytes ready; none at the end."""
        inflater = self._inflater
        self._ready = memoryview(self._plain.read() if inflater is None else self._inflated(inflater))

    def _inflated(self, inflater: "zlib._Decompress") -> bytes:
        while not inflater.eof:
            if not self._waiting:
                if self._noting:
                    self._content.note(self.position, self._plain.position, inflater)
                self._waiting = self._plain.read()
            at_end = not self._waiting
            try:
                data = inflater.decompress(self._waiting, INFLATED_BYTES)
            except zlib.error as error:
                raise AndroidBackupDamagedError(path=self.name) from error
            self._waiting = inflater.unconsumed_tail
            if data:
                self._look_for_bomb(len(data))
                return data
            if at_end and not inflater.eof:
                raise AndroidBackupCutOffError(path=self.name)
        return b""

    def _look_for_bomb(self, more: int) -> None:
        unfolded = self.position + more
        if unfolded > MAX_UNQUESTIONED and unfolded > MAX_RATIO * self._plain.position:
            raise AndroidBackupTooLargeError(path=self.name)

    def exactly(self, length: int) -> bytes:
        """Return that many bytes, fewer only where the content ends. For small lengths."""
        pieces = []
        while length and (piece := self.some(length)):
            pieces.append(piece)
            length -= len(piece)
        return b"".join(pieces)

    def skip(self, length: int) -> None:
        """Read over bytes.

        Raises:
            AndroidBackupCutOffError: there are not so many.
        """
        while length:
            if not self._ready:
                self._fill()
            if not self._ready:
                raise AndroidBackupCutOffError(path=self.name)
            step = min(length, len(self._ready))
            self._pass(step)
            length -= step


class Reader:
    """The content by places, for one thread: goes on where it is, or begins again nearer to the place asked for."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._stream: Stream | None = None

    def read_at(self, position: int, limit: int) -> bytes:
        """Return up to `limit` bytes from a place on, at least one.

        Raises:
            AndroidBackupError: the file is not as it was when it was looked through.
        """
        stream = self._stream
        if stream is None or not self._content.nearest(position) <= stream.position <= position:
            stream = self._stream = self._content.stream(position)
        stream.skip(position - stream.position)
        data = stream.some(min(limit, PIECE_BYTES))
        if not data:
            raise AndroidBackupCutOffError(path=stream.name)
        return data
