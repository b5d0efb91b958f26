"""SHA-256 of files by reading them again, for phones that compute nothing themselves."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from phoneward.phones.base import FileStream, Hashed
from phoneward.phones.errors import FileReadError, PhoneGoneError
from phoneward.texts import _


class Readable(Protocol):
    """What this needs of a phone."""

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """See `Phone.read`."""


class RereadHashes:
    """Files of a phone, read again; see `Phone.hash`."""

    def __init__(self, phone: Readable, files: Iterable[tuple[bytes, int]]) -> None:
        self._phone = phone
        self._files = files
        self._stopped = False

    def stop(self) -> None:
        """End it from another thread; see `Hashes.stop`."""
        self._stopped = True

    def __iter__(self) -> Iterator[Hashed]:
        for stream in self._phone.read(path for path, _size in self._files):
            digest = hashlib.sha256()
            try:
                for piece in stream:
                    if self._stopped:
                        raise PhoneGoneError(detail=_("stopped"))
                    digest.update(piece)
            except FileReadError:
                yield Hashed(stream.path, None)
            else:
                yield Hashed(stream.path, digest.digest())
