"""One thing that is left of what was lost: a row of the table that a search ends with."""

import enum
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from phoneward.texts import Words


class Source(enum.StrEnum):
    """Where something can be left, best first."""

    SNAPSHOT = "snapshot"
    MAKER_BACKUP = "maker-backup"
    APP_BACKUP = "app-backup"
    TRASH = "trash"
    PENDING = "pending"
    PUBLIC_MEDIA = "public-media"
    LEFTOVER = "leftover"
    OTHER_APP = "other-app"
    THUMBNAIL = "thumbnail"
    DATABASE = "database"
    CLOUD = "cloud"
    OTHER_DEVICE = "other-device"


class Completeness(enum.StrEnum):
    """How much of the original it is."""

    EXACT = "exact"
    PARTIAL = "partial"
    SMALLER = "smaller"
    UNKNOWN = "unknown"


Opener = Callable[[], AbstractContextManager[BinaryIO]]
"""Opens a copy of something's bytes for reading, never the original for writing."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a remnant that is several.

    Attributes:
        name: where it lay, readable.
        open: as `Remnant.open`.
        size: in bytes, as its source says; None where nobody can tell.
        modified_ns: when it was last written, nanoseconds since 1970 UTC; None where nobody can tell.
    """

    name: str
    open: Opener
    size: int | None = None
    modified_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remnant:
    """What is left of something.

    Attributes:
        source: where it was found.
        what: what it is, one sentence.
        where: path, folder, service: readable, for looking it up.
        made: from when the content is; None where nobody can tell.
        expires: when it will be gone by itself (trash); None where it will not, or nobody can tell.
        completeness: how much of the original it is.
        size: in bytes; None where nobody can tell.
        count: of how many files or rows it stands for.
        how: how to get it, one or two sentences.
        command: what gets it, as it is typed; empty where no command does.
        snapshot: full ID where it lies in one.
        path: in the snapshot or on this computer, for programs.
        open: opens a copy of its bytes for reading, never the original for writing; None where it cannot be collected
            from here (a cloud, another device), or where it is several files.
        parts: the files that it is, where it is several; listed anew each time. None where it is one, or none.
        is_confirmed: whether the maker or the app's own source says so; else other people's descriptions.
    """

    source: Source
    what: Words
    where: str
    made: datetime | None = None
    expires: datetime | None = None
    completeness: Completeness = Completeness.UNKNOWN
    size: int | None = None
    count: int = 1
    how: Words
    command: str = ""
    snapshot: str = ""
    path: str = ""
    open: Opener | None = None
    parts: Callable[[], Iterator[Part]] | None = None
    is_confirmed: bool = True

    @property
    def can_be_collected(self) -> bool:
        """Whether its bytes can be had from here."""
        return self.open is not None or self.parts is not None

    def files(self) -> Iterator[Part]:
        """Yield the files that it is: one, several, or none that can be had from here."""
        if self.parts is not None:
            yield from self.parts()
        elif self.open is not None:
            modified = None if self.made is None else round(self.made.timestamp()) * 10**9
            yield Part(self.path or self.where, self.open, self.size, modified)
