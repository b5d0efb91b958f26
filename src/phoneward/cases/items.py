"""Files of a case: those that are in it, and those that should come."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from phoneward.cases.change import PIECE
from phoneward.cases.custody import Filed, Line, Source
from phoneward.cases.errors import EvidenceUnreadableError
from phoneward.errors import readable

ORIGINALS: Final = "originals"
RENDERINGS: Final = "renderings"
REDACTED: Final = "redacted"
"""Folder among the renderings: copies in which something was hidden."""


class Readable(Protocol):
    """What bytes can be read from: a file, a stream, a file of a snapshot."""

    def read(self, size: int, /) -> bytes | None:
        """Return at most `size` bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Item:
    """A file of a case.

    Attributes:
        path: in the bag, such as `data/originals/chat.db`.
        sha256: hexadecimal.
        size: in bytes.
        line: of the custody log that brought it.
        time: when, with its offset (ISO 8601).
        note: what was said about it.
        source: where it comes from; None for what was made here.
        of: paths in the bag of the originals that it is a readable rendering of.
    """

    path: str
    sha256: str
    size: int
    line: int
    time: str
    note: str
    source: Source | None
    of: tuple[str, ...]

    @property
    def is_original(self) -> bool:
        """Whether it is untouched evidence, not a rendering of it."""
        return self.path.startswith(f"data/{ORIGINALS}/")

    @property
    def is_redacted(self) -> bool:
        """Whether it is a copy in which something was hidden."""
        return self.path.startswith(f"data/{RENDERINGS}/{REDACTED}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file that should be put into a case.

    Attributes:
        name: as it should be called; made safe for every system.
        open: opens its bytes for reading.
        source: where it comes from; None where it was made here.
        modified_ns: its time, nanoseconds since 1970; None for now.
        folder: below `originals` or `renderings`, such as `letters`; empty for none.
        is_rendering: a readable rendering, or a document that was made here; otherwise an original.
        of: paths in the bag that it was made from.
        note: what is to be said about it.
    """

    name: str
    open: Callable[[], AbstractContextManager[Readable]]
    source: Source | None = None
    modified_ns: int | None = None
    folder: str = ""
    is_rendering: bool = False
    of: tuple[str, ...] = ()
    note: str = ""

    def pieces(self) -> Iterator[bytes]:
        """Yield its bytes.

        Raises:
            EvidenceUnreadableError: they cannot be read.
        """
        try:
            with self.open() as stream:
                while piece := stream.read(PIECE):
                    yield piece
        except OSError as error:
            detail = readable(error.strerror or str(error))
            raise EvidenceUnreadableError(path=readable(self.name), detail=detail) from error


def item_of(filed: Filed, line: Line) -> Item:
    """Return a file as the line that brought it tells of it."""
    return Item(filed.path, filed.sha256, filed.size, line.seq, line.time, line.note, line.source, line.of)
