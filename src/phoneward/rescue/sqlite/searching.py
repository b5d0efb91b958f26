"""The whole search: every page, every version of it, and each row that is found said once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phoneward.rescue.sqlite import journal as journals
from phoneward.rescue.sqlite import wal as logs
from phoneward.rescue.sqlite.carving import Found, Reader
from phoneward.rescue.sqlite.freelist import LEAF, TRUNK
from phoneward.rescue.sqlite.judging import confidence
from phoneward.rescue.sqlite.living import alive
from phoneward.rescue.sqlite.opening import MAP, Database, opened, schema_rows
from phoneward.rescue.sqlite.overflow import chained
from phoneward.rescue.sqlite.pages import Image
from phoneward.rescue.sqlite.recovered import RecoveredRow
from phoneward.rescue.sqlite.report import Report
from phoneward.rescue.sqlite.schema import SCHEMA, Table, read_table
from phoneward.rescue.sqlite.shapes import Shape, shape_of

SURE: Final = 0.5
"""Rows less sure than that are held back unless they are asked for."""
_BATCH_ROWS: Final = 150_000
_BATCH_BYTES: Final = 48 << 20
"""Rows that are kept until the living ones are looked through once for all of them."""
_REMEMBERED: Final = 500_000
"""Rows that are remembered so that each is said once."""


def recover(path: Path, *, report: Report | None = None, at_least: float = SURE) -> Iterator[RecoveredRow]:
    """Yield the deleted, overwritten and superseded rows of a database, its `-wal` and its `-journal`.

    Nothing is written, and nothing beside the database is made. Rows come in the order they are found in.

    Args:
        path: of the database; what lies beside it under its name is read too.
        report: filled with what was read and what could not be.
        at_least: confidence, 0 to 1; rows less sure are counted in the report only.

    Raises:
        UnreadableDatabaseError: a file cannot be opened or read.
        NotADatabaseError: nothing in it looks like a page of a database.
        EncryptedDatabaseError: it looks like random bytes.
    """
    report = report if report is not None else Report()
    with opened(path, report) as database:
        search = _Search(database)
        for batch in _batches(search.once()):
            living = alive(batch, database.pages, database.owned, search.marks)
            for place, found in enumerate(batch):
                row = search.row(found, is_living=place in living)
                if row.live_duplicate and row.file != "db":
                    report.same += 1
                elif row.confidence < at_least:
                    report.doubtful += 1
                else:
                    yield row


def _batches(found: Iterator[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for one in found:
        batch.append(one)
        size += len(one.record)
        if len(batch) >= _BATCH_ROWS or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    yield batch


class _Search:
    """A search through one database.

    Attributes:
        marks: identity of a shape → mark of its table's tree.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        header = database.pages.header
        self._old_format = header.format < 4
        size = header.page_size
        schema = shape_of(SCHEMA, None, size, old_format=self._old_format)
        own = {mark: shape_of(table, database.profiles[mark], size, old_format=self._old_format)
               for mark, table in database.tables.items()}  # fmt: skip
        self.marks = {id(shape): mark for mark, shape in own.items()}
        self._own: dict[int, Shape] = {1: schema, **own}
        dropped = [shape_of(table, None, size, old_format=self._old_format) for table in self._dropped(schema)]
        self._roots = {shape.table.root: shape for shape in dropped if shape.table.root > 1}
        database.report.dropped += [shape.table.name for shape in dropped]
        self._shapes = (*dropped, *own.values(), schema)
        for shape in self._shapes[:-1]:
            names = tuple(column.name for column in shape.table.columns)
            database.report.columns[shape.table.name, len(names)] = names

    def _reader(self, shapes: tuple[Shape, ...], *, current: bool = True) -> Reader:
        pages, owned = self._database.pages, self._database.owned
        free = {LEAF}

        def rest(first: int, size: int) -> bytes:
            def page(number: int) -> bytes:
                is_free = number < len(owned) and owned[number] in free
                return pages.data(number) if is_free or not current else b""

            return chained(page, first, size, pages.header.usable)

        return Reader(pages.header.usable, pages.header.encoding, self._old_format, rest, shapes)

    def _dropped(self, schema: Shape) -> list[Table]:
        """Return the tables that were dropped, or looked otherwise once, and whose definition is still there."""
        known = {sql for _kind, _name, _root, sql in schema_rows(self._database)}
        tables: dict[str, Table] = {}
        for found in self._everywhere(self._reader((schema,)), only=schema):
            values, _gone = found.values(self._database.pages.header.encoding)
            match values:
                case ("table", str(name), str(), int(root), str(sql)) if sql not in known and found.is_whole:
                    table = read_table(sql, name, root=root, dropped=True)
                    if table is not None and len(tables) < 1_000:
                        tables.setdefault(sql, table)
        return list(tables.values())

    def once(self) -> Iterator[Found]:
        """Yield each row that is found once."""
        seen: set[int] = set()
        reader = self._reader(self._shapes)
        for found in self._everywhere(reader):
            if found.table is not None and found.table.startswith("sqlite_"):
                continue
            key = hash((found.table, found.rowid, found.record))
            if key in seen:
                continue
            if len(seen) >= _REMEMBERED:
                seen.clear()
            seen.add(key)
            yield found

    def _everywhere(self, reader: Reader, only: Shape | None = None) -> Iterator[Found]:
        database = self._database
        for number in range(1, database.pages.count + 1):
            if not self._is_looked_at(number, only):
                continue
            image = database.pages.image(number)
            if image is not None:
                yield from self._in_current(reader, image, only)
            if number in database.pages.newest:
                older = database.pages.in_file(number)
                if older is not None:
                    yield from self._in_older(reader, older, only)
        if database.log is not None and database.pages.wal is not None:
            for image in logs.versions(database.pages.wal, database.log):
                if only is not None and not self._is_looked_at(image.number, only):
                    continue
                yield from self._in_older(reader, image, only)
        if database.journal is not None and database.journal_file is not None:
            for image in journals.images(database.journal_file, database.journal):
                database.report.journal_pages += only is None
                yield from self._in_older(reader, image, only)

    def _is_looked_at(self, number: int, only: Shape | None) -> bool:
        owned = self._database.owned
        mark = owned[number] if number < len(owned) else 0
        # Nothing in an index is a row.
        return mark in {0, 1, LEAF, TRUNK} or (only is None and mark in self._own)

    def _in_current(self, reader: Reader, image: Image, only: Shape | None) -> Iterator[Found]:
        mark = self._database.owned[image.number]
        if mark == TRUNK:
            start = 8 + 4 * self._database.trunks[image.number]
            yield from reader.in_raw(image, start, only or self._roots.get(image.number), "freelist")
        elif mark in {0, LEAF}:
            if mark == 0 and image.data[0] == 0:
                return  # an overflow page of a living row
            own = only or self._roots.get(image.number)
            yield from reader.whole_page(image, own, "freelist" if mark else "orphan")
        else:
            yield from reader.in_gaps(image, only or self._own.get(mark))

    def _in_older(self, reader: Reader, image: Image, only: Shape | None) -> Iterator[Found]:
        owned = self._database.owned
        mark = owned[image.number] if image.number < len(owned) else 0
        if mark == MAP or (only is not None and mark not in {0, 1, LEAF, TRUNK}):
            return
        method = "journal" if image.file == "journal" else "wal"
        yield from reader.whole_page(image, only or self._own.get(mark), method)

    def row(self, found: Found, *, is_living: bool) -> RecoveredRow:
        """Return a row as it is said."""
        values, gone = found.values(self._database.pages.header.encoding)
        sure = confidence(found.bits)
        return RecoveredRow(
            table=found.table,
            rowid=found.rowid,
            values=values,
            method=found.method,
            page=found.page,
            offset=found.offset,
            confidence=sure if found.is_whole else min(sure, 0.4),
            live_duplicate=is_living,
            destroyed=gone,
            file=found.file,
            version=found.version,
        )
