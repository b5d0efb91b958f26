"""A file of a snapshot as a stream, a blob at a time."""

import io
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from phoneward.vault import BlobId, BlobType

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Blobs(Protocol):
    """What this needs of a repository."""

    def load_blob(self, blob_type: BlobType, blob_id: BlobId) -> bytes:
        """Return a blob's plaintext, its SHA-256 verified."""


class StoredFile(io.RawIOBase):
    """Reads a stored file from its beginning to its end. Raises PhonewardError where a blob cannot be had."""

    def __init__(self, repo: Blobs, content: Iterable[BlobId]) -> None:
        super().__init__()
        self._repo = repo
        self._left = deque(content)
        self._piece = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill the buffer with what is there; 0 at the end."""
        target = memoryview(buffer).cast("B")
        while not self._piece and self._left:
            self._piece = memoryview(self._repo.load_blob(BlobType.DATA, self._left.popleft()))
        count = min(len(target), len(self._piece))
        target[:count] = self._piece[:count]
        self._piece = self._piece[count:]
        return count
