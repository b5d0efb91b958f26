"""The storage protocol: the few operations a repository needs of the place where its files lie."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, Protocol, runtime_checkable

from phoneward.vault.blobs import BytesLike, FileId, FileType

_NAME = re.compile(r"[0-9a-f]{64}")


class ListedFile(NamedTuple):
    """One file as a listing shows it; `size` in bytes."""

    name: FileId
    size: int


class FreeSpace(NamedTuple):
    """The room that is left.

    Attributes:
        free: bytes this program may still write.
        block: a file takes a multiple of this many bytes.
    """

    free: int
    block: int


def parse_name(text: str) -> FileId | None:
    """Return the name if it is one a repository gives (64 lower-case hex digits), else None."""
    return FileId(text) if _NAME.fullmatch(text) else None


class Storage(Protocol):
    """Where the files of one repository lie.

    Every implementation MUST:
    - name files by FileType and FileId only, and refuse (ValueError) any name that is not 64 lower-case hex digits,
      before anything is touched. `FileType.CONFIG` stands alone: its name is ignored;
    - make a file appear under its name whole or not at all, whatever happens meanwhile (kill, power cut, full disk);
    - have a file durable when `save` returns: neither its content nor its name is lost by a power cut after that;
    - never change a file that exists: `save` onto a taken name raises NameTakenError and leaves the old bytes;
    - return exactly the bytes asked for, or raise: never fewer;
    - keep names it did not give (temporary files, `.DS_Store`) out of listings, and list every file it gave;
    - raise only the errors named below, with the place made readable, and clean up what a failed call left;
    - allow calls from several threads at once.
    """

    @property
    def location(self) -> str:
        """The place in words a person knows (a path), readable."""

    def create(self) -> None:
        """Make the place ready for a new repository. What is there already stays.

        Raises:
            StorageError: not allowed, full, failed.
        """

    def exists(self, file_type: FileType, name: FileId) -> bool:
        """Tell whether the file is there.

        Raises:
            StorageError: the place cannot be asked (a missing place is False).
        """

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        """Store the pieces, one after the other, as one new file. They may be used anew once it returns.

        Raises:
            NameTakenError: there is such a file.
            StorageFullError, StorageDeniedError, StorageError: it was not stored; nothing of it is left.
        """

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from `offset`, or all from there to the end.

        Raises:
            FileMissingError: there is no such file.
            DamagedError: the file is shorter than asked for.
            StorageError: it cannot be read.
        """

    def holds(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        """Tell whether the file is exactly these pieces, read again from where it lies.

        Where the place can be asked for that, no cache of this computer answers.

        Raises:
            FileMissingError, StorageError: as `load`.
        """

    def size(self, file_type: FileType, name: FileId) -> int:
        """Return the file's size in bytes.

        Raises:
            FileMissingError, StorageError: as `load`.
        """

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        """Yield the files of this type, in any order. A place that is missing holds none.

        Raises:
            StorageError: it cannot be listed.
        """

    def remove(self, file_type: FileType, name: FileId) -> None:
        """Remove the file; durable when it returns.

        Raises:
            FileMissingError, StorageError: as `load`.
        """

    def free_space(self) -> FreeSpace | None:
        """Return how much room is left, None where the place has no bound or does not tell."""

    def remove_leftovers(self, older_than_s: float) -> int:
        """Remove what interrupted saves left (older than this many seconds) and return how many there were."""


@runtime_checkable
class Distant(Protocol):
    """What a storage has besides that is asked over a network, where each answer takes its time."""

    @property
    def requests_at_once(self) -> int:
        """How many requests the place bears at once; 1 for a place that is near after all."""


MOST_REQUESTS: Final = 32
"""No place is asked for more at once, whatever it says of itself: each takes a thread and a connection."""


def requests_at_once(storage: Storage) -> int:
    """Return how many requests to have on the way at once: 1 for a disk of this computer, more for what is far away."""
    return max(1, min(storage.requests_at_once, MOST_REQUESTS)) if isinstance(storage, Distant) else 1


NO_NAME = FileId("")
"""The name given with `FileType.CONFIG`, which has none."""
