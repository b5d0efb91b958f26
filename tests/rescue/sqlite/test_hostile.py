"""A database that was made to hurt is read in bounded time and memory, or said to be damaged; nothing else happens."""

import random
import sqlite3
import struct
import time
import tracemalloc
from pathlib import Path

import pytest

from phoneward.errors import PhonewardError
from phoneward.rescue.sqlite import Report, Trouble, recover
from phoneward.rescue.sqlite.schema import read_table
from tests.rescue.sqlite.databases import made

TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, said TEXT, picture BLOB)"
ROWS = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
INSERT INTO t SELECT i, 'message ' || i, zeroblob(i * 3) FROM n"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return made(tmp_path / "a.db", TABLE, "CREATE TABLE gone (x, y)", ROWS, "INSERT INTO gone SELECT said, id FROM t",
                "DELETE FROM t WHERE id % 3 = 0", "DROP TABLE gone", page_size=1024)  # fmt: skip


def search(path: Path) -> Report:
    """Search it to the end, within ten seconds of processor time and 64 MB; errors of our family are an answer."""
    report = Report()
    started = time.process_time()
    tracemalloc.start()
    try:
        for row in recover(path, report=report, at_least=0):
            assert 0 <= row.confidence <= 1
    except PhonewardError:
        pass
    finally:
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert time.process_time() - started < 10
    assert peak < 64 << 20
    return report


def put(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def test_a_freelist_that_leads_to_itself_ends(database: Path) -> None:
    (trunk,) = struct.unpack(">I", database.read_bytes()[32:36])
    put(database, (trunk - 1) * 1024, struct.pack(">II", trunk, 0xFFFFFFFF))
    search(database)


def test_a_tree_that_contains_itself_is_told_to_be_damaged(database: Path) -> None:
    """The root of the table names itself as its last child."""
    put(database, 1024 + 8, struct.pack(">I", 2))
    assert search(database).troubles[Trouble.TREE] > 0


def test_an_overflow_chain_that_leads_to_itself_ends(database: Path) -> None:
    size = database.stat().st_size
    for page in range(1, size // 1024):
        if database.read_bytes()[page * 1024] == 0:
            put(database, page * 1024, struct.pack(">I", page + 1))
    search(database)


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bytes_harm_nobody(database: Path, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(database.read_bytes())
    for _flip in range(400):
        data[chance.randrange(len(data))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    database.write_bytes(data)
    search(database)


@pytest.mark.parametrize("byte", [b"\x81", b"\x0d", b"\x01", b"\xff", b"\x00\x04"])
def test_pages_of_one_byte_harm_nobody(database: Path, byte: bytes) -> None:
    """Varints without end, types of nothing but blobs, freeblocks at every place."""
    data = database.read_bytes()
    database.write_bytes(data[:1024] + (byte * (60 * 1024))[: 60 * 1024])
    search(database)


def test_a_cut_file_is_told_to_be_cut(database: Path) -> None:
    database.write_bytes(database.read_bytes()[: 20 * 1024 + 77])
    assert search(database).troubles[Trouble.CUT] == 1


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (" + ",".join(f"c{n} INT" for n in range(100_000)) + ")",
        "CREATE TABLE t " + "(" * 500_000,
        "CREATE TABLE t (a" + " CHECK (" * 100_000,
        "CREATE TABLE t ('" + "''" * 400_000,
        "CREATE TABLE t (a /*" + "/*" * 400_000,
        "CREATE TABLE t (a DEFAULT " + "-" * 500_000,
    ],
    ids=["columns", "parentheses", "checks", "quotes", "comments", "minus"],
)
def test_a_statement_that_never_ends_is_read_quickly(sql: str) -> None:
    started = time.process_time()
    read_table(sql)
    assert time.process_time() - started < 5


def test_thousands_of_tables_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA page_size = 512")
    for number in range(400):
        database.execute(f"CREATE TABLE t{number} (a{number} INT, b TEXT)")
    database.commit()
    database.close()
    assert len(search(path).tables) == 400


def test_a_log_and_a_journal_of_noise_are_told_to_be_damaged(database: Path) -> None:
    noise = random.Random(1).randbytes(50_000)
    Path(f"{database}-wal").write_bytes(noise)
    Path(f"{database}-journal").write_bytes(noise)
    troubles = search(database).troubles
    assert (troubles[Trouble.WAL], troubles[Trouble.JOURNAL]) == (1, 1)
