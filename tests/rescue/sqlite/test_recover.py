"""A person deleted messages, dropped a table, updated an app: what SQLite left in the file is found again."""

import hashlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from phoneward.rescue.sqlite import (
    EncryptedDatabaseError,
    NotADatabaseError,
    Report,
    Trouble,
    UnreadableDatabaseError,
    recover,
)
from tests.rescue.sqlite.databases import made, recovered, values

CHATS = "CREATE TABLE chats (id INTEGER PRIMARY KEY, who TEXT NOT NULL, said TEXT, at INTEGER)"
FILL = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO chats SELECT i, 'person ' || (i % 7), 'message number ' || i, 1700000000 + i * 61 FROM n"""


def said(number: int) -> tuple[object, ...]:
    return f"person {number % 7}", f"message number {number}", 1700000000 + number * 61


@pytest.mark.parametrize("encoding", ["'UTF-8'", "'UTF-16le'", "'UTF-16be'"])
@pytest.mark.parametrize("page_size", [512, 1024, 4096, 65536])
def test_deleted_messages_come_back(tmp_path: Path, encoding: str, page_size: int) -> None:
    """Every deleted message, at every page size and in every encoding; living ones are not shown as lost."""
    path = made(
        tmp_path / "a.db", CHATS, FILL.format(count=300), "DELETE FROM chats WHERE id IN (3, 90, 91, 92, 250)",
        encoding=encoding, page_size=page_size,
    )  # fmt: skip
    rows = recovered(path)
    assert {row.values[1:] for row in rows} == {said(n) for n in (3, 90, 91, 92, 250)}
    assert {row.table for row in rows} == {"chats"}
    assert all(row.confidence >= 0.5 for row in rows)
    # A rowid is told where its bytes are left, and is never wrong.
    assert all(row.rowid is None or row.values[1:] == said(row.rowid) for row in rows)


def test_nothing_is_found_where_nothing_was_deleted(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", CHATS, "CREATE INDEX by_who ON chats (who, at)", FILL.format(count=3000))
    assert recovered(path) == []


def test_secure_delete_leaves_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", CHATS, FILL.format(count=300), "DELETE FROM chats WHERE id % 3 = 0", secure_delete=1)
    assert recovered(path) == []


def test_a_dropped_table_comes_back_with_its_name(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", CHATS, "CREATE TABLE other (x)", FILL.format(count=200), "DROP TABLE chats")
    report = Report()
    rows = recovered(path, report)
    assert {row.values[1:] for row in rows} >= {said(n) for n in range(20, 200)}
    assert all(row.values[1:] == said(row.rowid) for row in rows if row.rowid is not None)
    assert report.dropped == ["chats"]
    assert {row.table for row in rows} == {"chats"}
    assert {row.method for row in rows} == {"dropped-table"}


def test_every_version_of_a_row_in_the_log_comes_back(tmp_path: Path) -> None:
    """A message that was edited three times in WAL mode: each earlier wording, with the frame it stands in."""
    path = tmp_path / "a.db"
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(
        f"PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = 0; {CHATS}"
    )
    for text in ("first words", "second, longer words", "third"):
        database.execute("INSERT OR REPLACE INTO chats VALUES (1, 'Mum', ?, 5)", (text,))
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    shutil.copy(f"{path}-wal", f"{copy}-wal")
    database.close()
    rows = recovered(copy)
    assert {row.values[2] for row in rows} == {"first words", "second, longer words"}
    assert {row.file for row in rows} == {"wal"}
    assert all(row.version is not None for row in rows)


def test_a_change_that_was_undone_or_cut_short_is_in_the_journal(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", CHATS, FILL.format(count=30))
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode = PERSIST; PRAGMA secure_delete = 1; DELETE FROM chats WHERE id > 20")
    database.close()
    rows = recovered(path)
    assert {row.values[1:] for row in rows} == {said(n) for n in range(21, 31)}
    assert {row.method for row in rows} == {"journal"}


def test_long_messages_are_followed_into_their_chain(tmp_path: Path) -> None:
    long = "All of it, word for word. " * 2_000
    path = made(tmp_path / "a.db", CHATS, "CREATE TABLE z (x)", "INSERT INTO z VALUES (zeroblob(90000))")
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA secure_delete = 0; DELETE FROM z")
    database.executemany("INSERT INTO chats VALUES (?, 'Mum', ?, 1)", [(1, "short"), (2, long), (3, "x")])
    database.execute("DELETE FROM chats WHERE id = 2")
    database.close()
    assert [row.values[1:] for row in recovered(path) if row.table == "chats"] == [("Mum", long, 1)]


def test_rows_of_a_table_without_rowid_come_back(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.db",
        "CREATE TABLE s (said TEXT, who TEXT, at INTEGER, PRIMARY KEY (at, who)) WITHOUT ROWID",
        "INSERT INTO s VALUES ('one of many', 'Mum', 1700000001), ('and another one', 'Mum', 1700000002),"
        "('a third', 'Dad', 1700000003)",
        "DELETE FROM s WHERE at = 1700000002",
    )
    assert values(recovered(path)) == [("and another one", "Mum", 1700000002)]


def test_a_database_with_another_head_is_still_read(tmp_path: Path) -> None:
    """The head was overwritten: what stands in the pages is told all the same, and so is that it was guessed."""
    path = made(tmp_path / "a.db", CHATS, FILL.format(count=100))
    with path.open("r+b") as file:
        file.write(b"\xff" * 100)
    report = Report()
    rows = list(recover(path, report=report))
    assert report.troubles[Trouble.HEADER] == 1
    assert {row.values[1:] for row in rows} >= {said(n) for n in range(1, 101)} or report.tables == ["chats"]


def test_what_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("Dear all, this is a letter. " * 500)
    with pytest.raises(NotADatabaseError):
        list(recover(tmp_path / "text"))
    (tmp_path / "empty").touch()
    with pytest.raises(NotADatabaseError):
        list(recover(tmp_path / "empty"))
    with pytest.raises(UnreadableDatabaseError):
        list(recover(tmp_path / "missing"))


@pytest.mark.parametrize("size", [4096, 40_960])
def test_an_encrypted_database_is_said_to_be_encrypted(tmp_path: Path, size: int) -> None:
    (tmp_path / "sqlcipher.db").write_bytes(os.urandom(size))
    with pytest.raises(EncryptedDatabaseError):
        list(recover(tmp_path / "sqlcipher.db"))


def state(folder: Path) -> dict[str, tuple[str, int, int, int]]:
    """Return each file of a folder: content, size, times."""
    found = {}
    for path in sorted(folder.iterdir()):
        facts = path.stat()
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        found[path.name] = content, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns
    return found


def test_originals_and_what_lies_beside_them_stay_as_they_are(tmp_path: Path) -> None:
    """SQLite itself would empty the log and undo the journal by opening the database. We do not."""
    path = tmp_path / "a.db"
    database = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", CHATS, FILL.format(count=50), "DELETE FROM chats WHERE id < 9"):
        database.execute(statement)
    folder = tmp_path / "copies"
    folder.mkdir()
    for end in ("", "-wal", "-shm"):
        shutil.copy(f"{path}{end}", folder / f"b.db{end}")
    database.close()
    (folder / "b.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504))
    before = state(folder)
    assert len(list(recover(folder / "b.db"))) > 0
    assert state(folder) == before
