"""Making an archive changes nothing where the originals lie: not a byte, not a time, not a file beside them."""

import hashlib
import sqlite3
from pathlib import Path

import pytest

from phoneward.rescue.archive import make_archive, survey
from tests.rescue.archive import made
from tests.rescue.archive.reading import archive_of


def seen(folder: Path) -> dict[str, tuple[str, int, int]]:
    """A folder and what lies in it: checksum, time of change, time of change of what is noted of it."""
    found = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        status = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (digest, status.st_mtime_ns, status.st_ctime_ns)
    return found


@pytest.fixture
def with_log(tmp_path: Path) -> Path:
    """A database whose newest message stands only in its write-ahead log, as a phone that was running leaves it."""
    folder = tmp_path / "wa"
    with made.whatsapp(folder) as wa:
        wa.message("old")
    living = sqlite3.connect(folder / "msgstore.db")
    living.execute("PRAGMA journal_mode=WAL")
    living.execute("PRAGMA wal_autocheckpoint=0")
    new = {"chat_row_id": 1, "from_me": 0, "key_id": "NEW", "timestamp": made.MARCH + 10**9, "message_type": 0}
    made.insert(living, "message", text_data="the last words", **new)
    living.commit()
    copy = tmp_path / "copy"
    copy.mkdir()
    for one in folder.iterdir():
        if not one.name.endswith("-shm"):
            (copy / one.name).write_bytes(one.read_bytes())
    living.close()
    return copy


@pytest.mark.parametrize("only_looked", [True, False])
def test_nothing_changes_beside_a_database_with_a_log(tmp_path: Path, with_log: Path, only_looked: bool) -> None:
    before = seen(with_log)
    assert "msgstore.db-wal" in before
    out = tmp_path / "out"
    out.mkdir()
    archived = (survey if only_looked else make_archive)([with_log], out / "archive")
    assert seen(with_log) == before
    assert archived.messages == 2
    assert [file.path.name for file in archived.sources[0].files] == ["msgstore.db", "msgstore.db-wal", "wa.db"]
    assert sorted(one.name for one in out.iterdir()) == ([] if only_looked else ["archive"])
    left = [one.name for one in out.rglob("*") if "sqlite" in one.name or one.name.startswith(".")]
    assert left == []


def test_nothing_changes_beside_a_database_that_would_have_a_log(tmp_path: Path) -> None:
    """A database in WAL mode that was closed: whoever opens it in the ordinary way makes two files beside it."""
    with made.whatsapp(tmp_path / "wa") as wa:
        wa.message("words")
    connection = sqlite3.connect(tmp_path / "wa" / "msgstore.db")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    before = seen(tmp_path / "wa")
    archived, _text = archive_of(tmp_path, tmp_path / "wa")
    assert archived.messages == 1
    assert seen(tmp_path / "wa") == before


def test_nothing_changes_beside_a_database_without_one(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        wa.message("words")
    before = seen(tmp_path / "wa")
    archived, _text = archive_of(tmp_path, tmp_path / "wa")
    assert seen(tmp_path / "wa") == before
    digest = hashlib.sha256((tmp_path / "wa" / "msgstore.db").read_bytes()).hexdigest()
    assert archived.sources[0].files[0].sha256 == digest
    assert digest in (tmp_path / "archive" / "about.html").read_text()
