"""One thing that is left of what was lost: a row of the table that a search ends with."""

import enum
from collections.abc import Callable
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
        how: how to get it, one sentence.
        snapshot: full ID where it lies in one.
        path: in the snapshot or on this computer, for programs.
        open: opens a copy of its bytes for reading, never the original for writing; None where it cannot be collected
            from here (a cloud, another device).
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
    snapshot: str = ""
    path: str = ""
    open: Callable[[], AbstractContextManager[BinaryIO]] | None = None
