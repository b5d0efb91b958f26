"""What an archive holds, and of what it was made."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from phoneward.rescue.archive.message import Kind
from phoneward.rescue.archive.problem import Problem
from phoneward.texts import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that was read.

    Attributes:
        path: where it lay.
        size: bytes.
        sha256: in hexadecimal, of the file as it was when reading began.
    """

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """One source, read.

    Attributes:
        kind: which it is.
        files: what was read of it, beside attached files.
        messages: how many it gave that are in the archive.
        again: how many it gave that an earlier source had given already.
        problems: what could not be read, how often.
        sentences: the same, for people.
        details: the machine's own words for damage.
    """

    kind: Kind
    files: tuple[SourceFile, ...]
    messages: int
    again: int
    problems: dict[Problem, int]
    sentences: tuple[Words, ...]
    details: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Conversation:
    """One conversation of the archive.

    Attributes:
        number: in the archive, from 1.
        title: with whom, or the group's name; readable.
        is_group: more than two people are in it.
        kind: of the source that it was first seen in.
        count: messages.
        first_ms, last_ms: of those with a time; None where none has one.
    """

    number: int
    title: str
    kind: Kind
    is_group: bool = False
    count: int = 0
    first_ms: int | None = None
    last_ms: int | None = None

    @property
    def folder(self) -> str:
        """Where its pages lie."""
        return f"c{self.number:04d}"

    def saw(self, time_ms: int | None) -> None:
        """Count a message."""
        self.count += 1
        if time_ms is not None:
            self.first_ms = time_ms if self.first_ms is None else min(self.first_ms, time_ms)
            self.last_ms = time_ms if self.last_ms is None else max(self.last_ms, time_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An archive that was made, or would be (`folder` is None).

    Attributes:
        folder: where it lies.
        title: its heading.
        made: when.
        sources: in the order they were given.
        conversations: the latest first.
        media: different attached files that were kept, and their bytes.
        missing: how many attached files the sources do not hold.
        missing_names: of them, not all where they are many.
    """

    folder: Path | None
    title: str
    made: dt.datetime
    sources: tuple[SourceResult, ...]
    conversations: tuple[Conversation, ...]
    media: tuple[int, int] = (0, 0)
    missing: int = 0
    missing_names: tuple[str, ...] = field(default=())

    @property
    def messages(self) -> int:
        """How many messages in all."""
        return sum(one.count for one in self.conversations)

    @property
    def is_whole(self) -> bool:
        """Whether everything in the sources could be read; attached files that are not there do not count."""
        return not any(source.problems for source in self.sources)
