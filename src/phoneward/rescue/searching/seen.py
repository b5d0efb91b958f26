"""Where a search looks: a snapshot, a folder of this computer, a phone. All are only read."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from phoneward.errors import readable
from phoneward.texts import Words


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file that a search came by.

    Attributes:
        storage: the storage's root, without a slash at its end.
        folder: below it, raw bytes, no slash at either end.
        name: raw bytes.
        size: bytes.
        mtime_ns: when it was last written, nanoseconds since 1970 UTC.
        content: names its content where that is known: equal for equal content. Empty where not.
        is_private: it lies on no storage, but in an app's private folder.
    """

    storage: bytes
    folder: bytes
    name: bytes
    size: int
    mtime_ns: int
    content: bytes = b""
    is_private: bool = False

    @property
    def above(self) -> bytes:
        """The folder it lies in, from the top."""
        return self.storage + (b"/" + self.folder if self.folder else b"")

    @property
    def path(self) -> bytes:
        """Where it lies, from the top."""
        return self.above + b"/" + self.name

    @property
    def shown(self) -> str:
        """Its path, readable."""
        return readable(self.path)


class SeenPlace(Protocol):
    """One place that is looked through, once, from end to end."""

    @property
    def snapshot(self) -> str:
        """Full ID where it is a snapshot; else empty."""

    def files(self) -> Iterator[SeenFile]:
        """Yield what lies there; what cannot be read is noted in `missed`."""

    def below(self, folder: bytes) -> Iterator[SeenFile]:
        """Yield what lies in one folder and below it, anew."""

    def open(self, file: SeenFile) -> AbstractContextManager[BinaryIO]:
        """Open a copy of a file's bytes."""

    def how(self) -> Words:
        """Say how a person gets something of it."""

    def command(self, path: bytes) -> str:
        """Return the command that gets a file or folder of it; empty where none does."""

    @property
    def missed(self) -> list[Words]:
        """What could not be looked at."""
