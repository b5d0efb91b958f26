"""Whatever an app did to its tables: every row that is found really was there, and where nothing was lost none is."""

import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rescue.sqlite.databases import recovered

WORDS = ("the", "quick", "brown", "fox", "你好", "世界", "Müller", "photo", "123456", "http://example.com/x?y=1", "ok")
KINDS = {
    "TEXT": st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join),
    "INTEGER": st.one_of(st.integers(0, 1), st.integers(-(2**31), 2**31), st.integers(0, 2**41)),
    "REAL": st.floats(-1e9, 1e9, allow_nan=False).filter(lambda number: abs(number) > 1e-9),
}


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, int], list[str], list[tuple[Any, ...]]]:
    """Pragmas, the types of the columns, and what was done: rows put in, deleted and changed."""
    pragmas = {
        "page_size": draw(st.sampled_from([512, 1024, 4096])),
        "auto_vacuum": draw(st.sampled_from([0, 1, 2])),
    }
    # A column of text is what a person looks for; tables of bare numbers have little that tells a row from noise.
    kinds = ["TEXT", *draw(st.lists(st.sampled_from(sorted(KINDS)), max_size=4))]
    row = st.tuples(*(KINDS[kind] for kind in kinds))
    steps = draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("insert"), st.lists(row, min_size=1, max_size=12)),
                st.tuples(st.just("delete"), st.lists(st.integers(0, 60), min_size=1, max_size=8)),
                st.tuples(st.just("change"), st.integers(0, 60), row),
            ),
            min_size=2,
            max_size=10,
        )
    )
    return pragmas, kinds, steps


def lived(path: Path, history: tuple[dict[str, int], list[str], list[tuple[Any, ...]]]) -> tuple[set[Any], set[Any]]:
    """Do it with the real SQLite; return every row that was ever there, and those that are."""
    pragmas, kinds, steps = history
    database = sqlite3.connect(path, isolation_level=None)
    for name, value in {**pragmas, "secure_delete": 0}.items():
        database.execute(f"PRAGMA {name} = {value}")
    columns = [f"c{number}" for number in range(len(kinds))]
    declared = ", ".join(f"{column} {kind}" for column, kind in zip(columns, kinds, strict=True))
    database.execute(f"CREATE TABLE t (id INTEGER PRIMARY KEY, {declared})")
    ever: set[Any] = set()
    now: set[Any] = set()
    for what, *details in steps:
        if what == "insert":
            marks = ", ".join("?" * len(kinds))
            database.executemany(f"INSERT INTO t ({', '.join(columns)}) VALUES ({marks})", details[0])  # noqa: S608
        elif what == "delete":
            database.executemany("DELETE FROM t WHERE id = ?", [(number,) for number in details[0]])
        else:
            database.execute(
                f"UPDATE t SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?",  # noqa: S608
                (*details[1], details[0]),
            )
        now = set(database.execute("SELECT * FROM t").fetchall())
        ever |= now
    database.close()
    return ever, now


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_every_row_that_is_found_was_there(history: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        ever, now = lived(path, history)
        rows = recovered(path)
    bodies = {row[1:] for row in ever}
    for row in rows:
        assert row.table == "t"
        assert row.values in ever if row.rowid is not None else row.values[1:] in bodies, row
        assert row.values not in now
    if ever == now:
        assert rows == []
