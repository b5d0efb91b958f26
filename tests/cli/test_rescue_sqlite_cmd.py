"""`phoneward rescue sqlite`: which deleted rows can still be read, for people and for programs."""

import base64
import csv
import json
import os
import sqlite3
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.rescue.sqlite.databases import made

PICTURE = bytes(range(256)) * 2


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home", {"TZ": "UTC"})


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Seven messages of which three were deleted, one with a picture, and a note that was deleted."""
    path = tmp_path / "chats.db"
    made(
        path,
        "CREATE TABLE chats (id INTEGER PRIMARY KEY, said TEXT NOT NULL, picture BLOB)",
        "CREATE TABLE notes (n TEXT)",
    )
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA secure_delete = 0")
        rows = [(n, f"message {n} of seven", PICTURE if n == 4 else None) for n in range(1, 8)]
        connection.executemany("INSERT INTO chats VALUES (?, ?, ?)", rows)
        connection.execute("INSERT INTO notes VALUES ('=1+1, a note to myself'), ('another note')")
    connection.close()
    return made(path, "DELETE FROM chats WHERE id IN (2, 4, 6)", "DELETE FROM notes WHERE n LIKE '=%'")


def test_a_person_reads_what_was_deleted(program: Program, database: Path) -> None:
    ran = program.run("rescue", "sqlite", str(database))
    assert ran.code == 0, ran.stderr
    assert "chats.db: 4 rows were recovered." in ran.stdout
    assert "message 6 of seven" in ran.stdout
    assert "message 5 of seven" not in ran.stdout
    assert "512 bytes" in ran.stdout
    assert "找回 4 行" in program.run("rescue", "sqlite", str(database), "--lang", "zh_CN").stdout


def test_programs_read_one_json_line_a_row(program: Program, database: Path) -> None:
    ran = program.run("rescue", "sqlite", "--json", str(database))
    assert ran.code == 0, ran.stderr
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(rows) == 4
    for row in rows:
        assert list(row) == ["table", "rowid", "values", "method", "page", "offset", "confidence", "live_duplicate"]
        assert 0 <= row["confidence"] <= 1
        assert row["live_duplicate"] is False
    assert {"base64": base64.b64encode(PICTURE).decode()} in [row["values"][-1] for row in rows]


def test_rows_are_written_where_other_programs_read_them(program: Program, database: Path, tmp_path: Path) -> None:
    """A new SQLite file with where each row was found, and CSV files; a message is no formula of a spreadsheet."""
    to, folder = tmp_path / "rows.db", tmp_path / "csv"
    ran = program.run("rescue", "sqlite", str(database), "--to", str(to), "--csv", str(folder))
    assert ran.code == 0, ran.stderr
    with sqlite3.connect(to) as connection:
        found = connection.execute(
            "SELECT said, picture, recovered_page, recovered_live_duplicate FROM chats ORDER BY said"
        ).fetchall()
    connection.close()
    assert found == [
        ("message 2 of seven", None, 2, 0),
        ("message 4 of seven", PICTURE, 2, 0),
        ("message 6 of seven", None, 2, 0),
    ]
    with (folder / "notes.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["n"] == "'=1+1, a note to myself"
    again = program.run("rescue", "sqlite", str(database), "--to", str(to))
    assert again.code == 2
    assert "is there already" in again.stderr


def test_what_cannot_be_read_is_said(program: Program, database: Path, tmp_path: Path) -> None:
    """One encrypted file among two: the other is searched all the same, and the exit code says that one is missing."""
    locked = tmp_path / "signal.db"
    locked.write_bytes(os.urandom(20_000))
    alone = program.run("rescue", "sqlite", str(locked))
    assert alone.code == 1
    assert "This file is encrypted or compressed" in alone.stderr
    both = program.run("rescue", "sqlite", str(locked), str(database))
    assert both.code == 3
    assert "signal.db: This file is encrypted" in both.stderr
    assert "4 rows were recovered" in both.stdout
