"""What SQLite never writes is no row, however much the rest looks like one; what fits makes a find surer."""

import shutil
import sqlite3
import struct
from collections import Counter
from pathlib import Path

import pytest

from phoneward.rescue.sqlite import recover
from phoneward.rescue.sqlite.judging import weigh
from phoneward.rescue.sqlite.schema import read_table
from phoneward.rescue.sqlite.shapes import shape_of
from tests.rescue.sqlite.databases import made, recovered

TABLE = read_table("CREATE TABLE t (id INTEGER PRIMARY KEY, who TEXT NOT NULL, at INT, much REAL)")
assert TABLE is not None
SHAPE = shape_of(TABLE, None, 4096)


def test_a_row_as_sqlite_writes_it_is_one() -> None:
    assert weigh(SHAPE, [0, 19, 2, 7], b"Mum" + struct.pack(">hd", 300, 1.5), "utf-8") is not None


@pytest.mark.parametrize(
    ("kinds", "body"),
    [
        ([0, 19, 2, 7], b"Mum" + struct.pack(">hd", 5, 1.5)),  # an integer in more bytes than it needs
        ([0, 19, 2, 7], b"Mum" + struct.pack(">hd", 300, float("nan"))),
        ([0, 0, 2, 7], struct.pack(">hd", 300, 1.5)),  # NULL where it is refused
        ([0, 2, 2, 7], struct.pack(">hhd", 300, 300, 1.5)),  # a number in a column of text
        ([1, 19, 2, 7], b"\x07Mum" + struct.pack(">hd", 300, 1.5)),  # the rowid's other name is never stored
    ],
    ids=["long", "nan", "null", "number", "rowid"],
)
def test_what_sqlite_never_writes_is_none(kinds: list[int], body: bytes) -> None:
    assert weigh(SHAPE, kinds, body, "utf-8") is None


def test_a_freeblock_that_fits_exactly_is_surer_than_one_that_grew(tmp_path: Path) -> None:
    """Two neighbours deleted make one larger block: the first of them is found, and is less sure."""
    table = "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, m INT)"
    rows = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
    INSERT INTO t SELECT i, i + 1000, i + 70000 FROM n"""
    single = made(tmp_path / "a.db", table, rows, "DELETE FROM t WHERE id = 20")
    (row,) = recovered(single)
    assert row.method == "freeblock"
    assert row.values[1:] == (1020, 70020)
    several = recovered(
        made(tmp_path / "b.db", table, rows, "DELETE FROM t WHERE id = 21", "DELETE FROM t WHERE id = 20")
    )
    surest = {one.values[1]: one.confidence for one in several}
    assert surest.get(1021, 0) < row.confidence


def test_each_version_is_said_once(tmp_path: Path) -> None:
    """A log holds a page again and again; a message that was the same in all of them is one find."""
    path = tmp_path / "a.db"
    database = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA wal_autocheckpoint = 0",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)",
    ):
        database.execute(statement)
    for number in range(1, 9):
        database.execute("INSERT INTO t VALUES (?, ?)", (number, f"message {number}"))
    database.execute("DELETE FROM t WHERE id = 2")
    shutil.copy(path, tmp_path / "copy.db")
    shutil.copy(f"{path}-wal", tmp_path / "copy.db-wal")
    database.close()
    found = Counter(row.values for row in recover(tmp_path / "copy.db") if row.rowid is not None)
    assert found == {(2, "message 2"): 1}
