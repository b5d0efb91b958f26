"""Opening a database with what lies beside it, and learning which page belongs to what. Nothing is ever written."""

import contextlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.rescue.sqlite.btree import cells_of, layout_of, pages_of_tree
from phoneward.rescue.sqlite.freelist import LEAF, TRUNK, mark_free
from phoneward.rescue.sqlite.header import Header, read_header
from phoneward.rescue.sqlite.journal import Journal, read_journal
from phoneward.rescue.sqlite.overflow import chained
from phoneward.rescue.sqlite.pages import Bytes, Pages
from phoneward.rescue.sqlite.records import DamagedError, read_types, size_of, value_of, varint
from phoneward.rescue.sqlite.report import Report, Trouble
from phoneward.rescue.sqlite.schema import SCHEMA, Table, read_table
from phoneward.rescue.sqlite.shapes import Profile
from phoneward.rescue.sqlite.wal import Log, read_log

MAP: Final = 65_533
"""Mark of pointer-map pages and of the page that locks lie in."""
_SCHEMA: Final = 1
"""Mark of the tree of the schema; the trees after it are numbered on."""
_MOST_TREES: Final = 60_000
_PENDING: Final = 1 << 30
"""Where locks lie; that page holds nothing (fileformat2.html, 1.4)."""


@dataclass(slots=True)
class Database:
    """A database that was opened.

    Attributes:
        pages: its pages.
        log: its write-ahead log; None where there is none.
        journal_file: its rollback journal; None where there is none.
        journal: how that is laid out.
        owned: page number → mark of what it belongs to; 0 for nobody.
        trunks: pages of the freelist that list others, and how many.
        tables: mark → table, for trees whose rows are wanted.
        profiles: mark → what living rows hold.
        report: what could not be read.
    """

    pages: Pages
    report: Report
    log: Log | None = None
    journal_file: Bytes | None = None
    journal: Journal | None = None
    owned: "array[int]" = field(default_factory=lambda: array("H"))
    trunks: dict[int, int] = field(default_factory=dict)
    tables: dict[int, Table] = field(default_factory=dict)
    profiles: dict[int, Profile] = field(default_factory=dict)


@contextlib.contextmanager
def opened(path: Path, report: Report) -> Iterator[Database]:
    """Open a database, its `-wal` and its `-journal`, for reading.

    Raises:
        UnreadableDatabaseError: a file cannot be opened or read.
        NotADatabaseError: nothing in it looks like a page.
        EncryptedDatabaseError: it looks like random bytes.
    """
    with contextlib.ExitStack() as stack:

        def bytes_of(place: Path) -> Bytes:
            file = Bytes(place)
            stack.callback(file.close)
            return file

        file = bytes_of(path)
        beside = path.with_name(path.name + "-wal")
        wal = bytes_of(beside) if beside.is_file() and beside.stat().st_size else None
        log = read_log(wal) if wal is not None else None
        header = _header(file, wal, log)
        pages = Pages(file, header, count=-(-file.size // header.page_size))
        database = Database(pages, report)
        if header.damaged:
            report.troubles[Trouble.HEADER] += 1
        if wal is not None:
            _take_log(database, wal, log)
        beside = path.with_name(path.name + "-journal")
        if beside.is_file() and beside.stat().st_size:
            _take_journal(database, bytes_of(beside))
        if header.pages * header.page_size > file.size and database.log is None:
            report.troubles[Trouble.CUT] += 1
        report.pages, report.page_size, report.encoding = pages.count, header.page_size, header.encoding
        _learn_owners(database)
        yield database


def _header(file: Bytes, wal: Bytes | None, log: Log | None) -> Header:
    """Return the header as a query would see it: a committed first page in the log is newer than the file's.

    Raises:
        NotADatabaseError, EncryptedDatabaseError: as `read_header`.
    """
    if wal is not None and log is not None and 1 in log.newest:
        first = wal.at(log.newest[1][0], log.page_size)
        header = read_header(lambda at, length: first[at : at + length], len(first))
        if not header.damaged:
            return header
    return read_header(file.at, file.size)


def _take_log(database: Database, file: Bytes, log: Log | None) -> None:
    pages = database.pages
    if log is None or log.page_size != pages.header.page_size:
        database.report.troubles[Trouble.WAL] += 1
        return
    database.log = log
    pages.wal, pages.newest = file, log.newest
    pages.count = max(pages.count, log.size)
    database.report.wal_frames = log.frames


def _take_journal(database: Database, file: Bytes) -> None:
    journal = read_journal(file, database.pages.header.page_size)
    if journal is None:
        database.report.troubles[Trouble.JOURNAL] += 1
        return
    database.journal_file, database.journal = file, journal
    if journal.hot:
        database.report.troubles[Trouble.HOT_JOURNAL] += 1


def _learn_owners(database: Database) -> None:
    """Learn from the schema which trees there are, and from the trees which page belongs to which."""
    pages, report, header = database.pages, database.report, database.pages.header
    database.owned = owned = array("H", bytes(2 * (pages.count + 1)))
    if header.auto_vacuum:
        step = header.usable // 5 + 1
        for number in range(2, pages.count + 1, step):
            owned[number] = MAP
    lock = _PENDING // header.page_size + 1
    if lock <= pages.count:
        owned[lock] = MAP
    tree = pages_of_tree(pages, 1, owned, _SCHEMA)
    report.troubles[Trouble.TREE] += tree.damaged
    mark, unknown = _SCHEMA, 0
    for kind, name, root, sql in schema_rows(database):
        if mark >= _MOST_TREES:
            report.troubles[Trouble.TOO_MANY_TABLES] += 1
            break
        table = read_table(sql, name, root=root) if kind == "table" else None
        if root < 1:
            continue
        mark += 1
        tree = pages_of_tree(pages, root, owned, mark)
        report.troubles[Trouble.TREE] += tree.damaged
        if table is None:
            unknown += kind == "table"
            continue
        database.tables[mark] = table
        database.profiles[mark] = _profile(pages, table, tree.leaves)
        report.tables.append(name)
    if mark == _SCHEMA and header.damaged:
        report.troubles[Trouble.SCHEMA] += 1
    database.trunks = mark_free(pages, owned)
    report.troubles = +report.troubles


def schema_rows(database: Database) -> Iterator[tuple[str, str, int, str]]:
    """Yield kind, name, root page and statement of what the schema lists."""
    pages = database.pages
    for number, mark in enumerate(database.owned):
        image = pages.image(number) if mark == _SCHEMA else None
        layout = layout_of(image, pages.header.usable) if image is not None else None
        if image is None or layout is None:
            continue
        for cell in cells_of(image.data, layout, pages.header.usable):
            payload = image.data[cell.payload : cell.payload + cell.local]
            if cell.local < cell.size:
                payload += chained(pages.data, cell.overflow, cell.size - cell.local, pages.header.usable)
            values = values_of(payload, pages.header.encoding)
            match values[:5]:
                case [str(kind), str(name), str(), int(root), str(sql)]:
                    yield kind, name, root, sql
                case [str(kind), str(name), str(), int(root), None]:  # an index that SQLite made itself
                    yield kind, name, root, ""


def values_of(record: bytes, encoding: str) -> list[object]:
    """Return the values of a record; none where it is damaged."""
    try:
        length, at = varint(record, 0)
    except DamagedError:
        return []
    kinds = read_types(record, at, length)
    if kinds is None:
        return []
    values: list[object] = []
    at = length
    for kind in kinds:
        size = size_of(kind)
        if at + size > len(record):
            break
        values.append(value_of(kind, record[at : at + size], encoding))
        at += size
    return values


def _profile(pages: Pages, table: Table, leaves: tuple[int, ...]) -> Profile:
    profile = Profile(0, [0] * len(table.stored))
    for number in leaves:
        image = pages.image(number)
        layout = layout_of(image, pages.header.usable) if image is not None else None
        if image is None or layout is None:
            continue
        for cell in cells_of(image.data, layout, pages.header.usable):
            try:
                length, at = varint(image.data, cell.payload)
            except DamagedError:
                continue
            kinds = read_types(image.data, at, cell.payload + length) if length <= cell.local else None
            if kinds is not None:
                profile.add(kinds)
    return profile


__all__ = ["LEAF", "MAP", "SCHEMA", "TRUNK", "Database", "opened", "schema_rows", "values_of"]
