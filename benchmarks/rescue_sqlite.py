"""Deleted rows of a database of gigabytes: how fast they are found, in how much memory, beside two others.

    .venv/bin/python -m benchmarks.rescue_sqlite [--megabytes 2048] [--small 24] [--folder FOLDER]

The large database is a chat app's: messages with an index, pictures' thumbnails (some go on in overflow pages); every
50th message, a stretch of messages and every 10th thumbnail were deleted, without `secure_delete`. The small one has
messages only and every 50th was deleted: sqlite-dissect ends with an error on more. Beside `phoneward rescue sqlite
--json` run the `sqlite3` shell's `.recover` and, on the small one, sqlite-dissect with carving, each a process of its
own on the same file: processor time and peak are the kernel's figures.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.tools.oracles import oracle_python

WORDS = (
    "hello",
    "world",
    "the",
    "quick",
    "brown",
    "fox",
    "lazy",
    "message",
    "photo",
    "bank",
    "code",
    "你好",
    "世界",
    "meet",
)

SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA secure_delete = 0;
CREATE TABLE messages (_id INTEGER PRIMARY KEY, chat TEXT, body TEXT, at INTEGER, kind INT);
"""
MORE = """
CREATE TABLE media (_id INTEGER PRIMARY KEY, path TEXT, thumb BLOB, size INT);
CREATE INDEX by_chat ON messages (chat, at);
"""
BATCH = 20_000


def make(path: Path, megabytes: int, *, plain: bool = False) -> set[str]:
    """Make a database; return the bodies of the messages that were deleted. `plain`: every 50th message only."""
    chance = random.Random(1)
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(SCHEMA + ("" if plain else MORE))
    count = 0
    database.execute("BEGIN")
    while path.stat().st_size < megabytes << 20:
        database.executemany(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?)", (message(count + n, chance) for n in range(BATCH))
        )
        if not plain:
            database.executemany(
                "INSERT INTO media VALUES (?, ?, ?, ?)", (media(count + n, chance) for n in range(0, BATCH, 40))
            )
        count += BATCH
        database.execute("COMMIT")
        database.execute("BEGIN")
    chosen = "SELECT _id FROM messages WHERE _id % 50 = 7"
    if not plain:
        chosen += f" OR _id BETWEEN {count // 2} AND {count // 2 + count // 50}"
    database.execute(f"CREATE TEMP TABLE gone AS {chosen}")
    lost = {body for (body,) in database.execute("SELECT body FROM messages WHERE _id IN (SELECT _id FROM gone)")}
    database.execute("DELETE FROM messages WHERE _id IN (SELECT _id FROM gone)")
    if not plain:
        database.execute("DELETE FROM media WHERE _id % 400 = 0")
    database.execute("COMMIT")
    database.close()
    return lost


def message(number: int, chance: random.Random) -> tuple[object, ...]:
    body = f"{number}: " + " ".join(chance.choices(WORDS, k=chance.randint(1, 30)))
    return number, f"chat{chance.randrange(200)}", body, 1700000000000 + number * 977, chance.randrange(5)


def media(number: int, chance: random.Random) -> tuple[object, ...]:
    return number, f"DCIM/{number}.jpg", chance.randbytes(chance.choice([300, 2000, 9000])), chance.randrange(10**6)


def run(name: str, path: Path, command: list[str], *, stdin: str = "", output: Path | None = None) -> float:
    """Run a program on a database; print what it took; return processor time in seconds."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as given:
        given.write(stdin.encode())
        given.seek(0)
        stdout = output.open("wb") if output is not None else said
        with stdout, subprocess.Popen(command, stdin=given, stdout=stdout, stderr=said) as process:
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    spent = used.ru_utime + used.ru_stime
    size = path.stat().st_size / 1e6
    print(
        f"{name:16} {size:7.0f} MB {spent:8.1f} s {size / spent:8.2f} MB/s, peak {used.ru_maxrss / 1000:6.0f} MB"
        f"{'' if process.returncode == 0 else f', ended with {process.returncode}'}",
        flush=True,
    )
    return spent


def ours(path: Path, folder: Path, lost: set[str]) -> float:
    rows = folder / "rows.jsonl"
    spent = run(
        "phoneward", path, [sys.executable, "-m", "phoneward", "rescue", "sqlite", "--json", str(path)], output=rows
    )
    found, false = set(), 0
    with rows.open() as lines:
        for line in lines:
            row = json.loads(line)
            if row["table"] == "messages" and not row["live_duplicate"]:
                found.add(row["values"][2])
                false += row["values"][2] not in lost
    print(f"{'':16} {len(found & lost):,} of {len(lost):,} deleted messages, {false:,} that never were", flush=True)
    rows.unlink()
    return spent


def recover(path: Path, folder: Path) -> float:
    """Run the shell's `.recover` on a copy: it writes beside what it opens."""
    copy = folder / "copy.db"
    shutil.copyfile(path, copy)
    spent = run(".recover", path, ["sqlite3", str(copy)], stdin=".recover\n", output=Path(os.devnull))
    copy.unlink()
    return spent


def dissect(path: Path, folder: Path) -> float:
    program = oracle_python("sqlite-dissect").with_name("sqlite_dissect")
    out = folder / "dissect"
    out.mkdir()
    return run("sqlite-dissect", path, [str(program), "-c", "-f", "-e", "csv", "-d", str(out), str(path)])


def main() -> None:
    """Make the databases and run all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2048)
    parser.add_argument("--small", type=int, default=24)
    parser.add_argument("--folder", type=Path, help="where the databases are made; they are removed")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        small = folder / "small.db"
        lost = make(small, asked.small, plain=True)
        spent = ours(small, folder, lost)
        recover(small, folder)
        print(f"{'':16} {dissect(small, folder) / spent:.0f} times as fast as sqlite-dissect", flush=True)
        if asked.megabytes:
            large = folder / "large.db"
            lost = make(large, asked.megabytes)
            spent = ours(large, folder, lost)
            print(f"{'':16} {recover(large, folder) / spent:.2f} times as fast as .recover", flush=True)


if __name__ == "__main__":
    main()
