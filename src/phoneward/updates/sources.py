"""APKs where they lie on a phone: read at random, or copied from it."""

import contextlib
import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import IO, Final

from phoneward.apk.errors import ApkChangedError, ApkUnreadableError
from phoneward.apk.source import within
from phoneward.errors import readable
from phoneward.phones import FileReadError, FileStream, Phone
from phoneward.texts import words

_BLOCK: Final = 256 << 10
_BLOCKS: Final = 64
"""Blocks of a phone's file that are kept: what is read of one without reading all of it lies close together."""


class PhoneSource:
    """An APK on a phone, for looking at its beginning and its end; each read is a connection of its own.

    Args:
        phone: open.
        path: of the file.
        size: bytes, as the phone says; a file that is shorter ends the reading.
        name: what to call it.
    """

    def __init__(self, phone: Phone, path: bytes, size: int, name: str) -> None:
        self._phone = phone
        self._path = path
        self._guard = threading.Lock()
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self.name = readable(name)
        self.size = size

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes; see `apk.source.Source`."""
        within(self, offset, length)
        if not length:
            return b""
        first, last = offset // _BLOCK, (offset + length - 1) // _BLOCK
        with self._guard:
            data = b"".join(self._block(number) for number in range(first, last + 1))
        return data[offset - first * _BLOCK :][:length]

    def _block(self, number: int) -> bytes:
        kept = self._kept.get(number)
        if kept is None:
            start = number * _BLOCK
            kept = self._read(start, min(_BLOCK, self.size - start))
            self._kept[number] = kept
            if len(self._kept) > _BLOCKS:
                self._kept.popitem(last=False)
        return kept

    def _read(self, offset: int, length: int) -> bytes:
        data = bytearray()
        try:
            with contextlib.closing(iter(self._phone.read_from(self._path, offset))) as pieces:  # type: ignore[type-var]
                for piece in pieces:
                    data += piece
                    if len(data) >= length:
                        return bytes(data[:length])
        except FileReadError as error:
            raise ApkUnreadableError(file=self.name, problem=words("the phone does not give it out")) from error
        raise ApkChangedError(file=self.name)


def save_stream(stream: FileStream, size: int, target: Path, name: str) -> None:
    """Copy a file of a phone into a new file of this computer, only for its owner to read.

    Args:
        stream: from the phone.
        size: bytes, as the phone said.
        target: the new file.
        name: what to call it in errors.

    Raises:
        ApkUnreadableError: the phone does not give it out.
        ApkChangedError: it has another size than the phone said.
        PhoneGoneError: the connection was lost.
    """
    left = size
    try:
        with _new_file(target) as file:
            for piece in stream:
                left -= len(piece)
                if left < 0:
                    raise ApkChangedError(file=readable(name))
                file.write(piece)
    except FileReadError as error:
        raise ApkUnreadableError(file=readable(name), problem=words("the phone does not give it out")) from error
    if left:
        raise ApkChangedError(file=readable(name))


def _new_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")
