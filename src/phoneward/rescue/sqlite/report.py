"""What was read of a database and what could not be."""

import enum
from collections import Counter
from dataclasses import dataclass, field


class Trouble(enum.StrEnum):
    """Something that could not be read, or had to be guessed."""

    HEADER = "damaged-header"
    SCHEMA = "no-schema"
    TREE = "damaged-tree"
    CUT = "cut-file"
    WAL = "damaged-wal"
    JOURNAL = "damaged-journal"
    HOT_JOURNAL = "hot-journal"
    TOO_MANY_TABLES = "too-many-tables"


@dataclass(slots=True)
class Report:
    """What a search through a database was like; filled while rows are taken.

    Attributes:
        pages: how many pages the database has.
        page_size: in bytes.
        encoding: of text.
        tables: names of the tables there are.
        dropped: names of tables that were dropped and whose definition was found.
        wal_frames: how many frames of a write-ahead log were read.
        journal_pages: how many pages of a rollback journal were read.
        troubles: what could not be read, and how often.
        columns: (table, how many columns it has) → their names.
        doubtful: rows held back because they are too unsure.
        same: copies of living rows in the WAL and the journal, which are not listed.
    """

    pages: int = 0
    page_size: int = 0
    encoding: str = ""
    tables: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    wal_frames: int = 0
    journal_pages: int = 0
    troubles: "Counter[Trouble]" = field(default_factory=Counter)
    columns: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    doubtful: int = 0
    same: int = 0
