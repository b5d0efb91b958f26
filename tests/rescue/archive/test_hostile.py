"""Sources that were made to harm, or are broken: something plain is said, and nothing else happens."""

import html
import os
import random
import re
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.rescue.archive import make_archive
from phoneward.rescue.archive.errors import (
    LockedSourceError,
    NobodyByThatNameError,
    NoMessagesHereError,
    SourceGoneError,
)
from phoneward.rescue.archive.filekinds import Shown, kind_of
from phoneward.rescue.archive.media import MediaFolders
from phoneward.rescue.archive.problem import Problem
from phoneward.rescue.archive.spool import clean
from phoneward.rescue.newfolder import FolderTakenError, FolderWithinError
from tests.rescue.archive import made
from tests.rescue.archive.reading import archive_of, months, read_all, words_of


def test_files_outside_are_never_taken_for_pictures(tmp_path: Path) -> None:
    secret = tmp_path / "secret" / "diary.jpg"
    secret.parent.mkdir()
    secret.write_bytes(made.png())
    folder = tmp_path / "wa"
    (folder / "Media").mkdir(parents=True)
    (folder / "Media" / "link.jpg").symlink_to(secret)
    (folder / "Media" / "out").symlink_to(secret.parent)
    paths = [
        "../secret/diary.jpg",
        str(secret),
        "Media/link.jpg",
        "Media/out/diary.jpg",
        "Media/../../secret/diary.jpg",
    ]
    with made.whatsapp(folder) as wa:
        for path in paths:
            key = wa.message(None, kind=1)
            made.insert(wa.connection, "message_media", message_row_id=key, file_path=path)
    archived, _text = archive_of(tmp_path, folder)
    assert (archived.media, archived.missing) == ((0, 0), len(paths))


def test_times_that_no_clock_shows_are_no_dates(tmp_path: Path) -> None:
    odd = [-1, 2**62, -(2**63), 9_999_999_999_999_999, 0]
    with made.whatsapp(tmp_path / "wa") as wa:
        for number, time in enumerate(odd):
            wa.message(f"odd {number}", time=time)
        wa.connection.execute("UPDATE message SET timestamp = 'yesterday' WHERE key_id = 'KEY1'")
        wa.message("well")
    archived, _text = archive_of(tmp_path, tmp_path / "wa")
    undated, dated = sorted(months(tmp_path / "archive"), reverse=True)
    assert [word for word in words_of(undated) if word.startswith("odd")] == [f"odd {number}" for number in range(5)]
    assert "well" in words_of(dated)
    assert archived.messages == 6


def test_a_view_in_the_place_of_a_table_is_not_read(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    with made.database(
        tmp_path / "msgstore.db", "CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER);"
    ) as db:
        rows = "SELECT i AS _id, 1 AS chat_row_id, 0 AS message_type, 'x' AS text_data FROM n"
        db.execute(f"CREATE VIEW message AS {endless} {rows}")
    with pytest.raises(NoMessagesHereError):
        make_archive([tmp_path / "msgstore.db"], tmp_path / "archive")
    assert not (tmp_path / "archive").exists()


def test_a_damaged_database_gives_what_can_be_read_and_says_so(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        for number in range(2_000):
            wa.message(f"number {number}")
    path = tmp_path / "wa" / "msgstore.db"
    data = bytearray(path.read_bytes())
    noise = random.Random(1)
    for page in range(len(data) // 4096 * 2 // 3, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = noise.randbytes(200)
    path.write_bytes(data)
    archived, text = archive_of(tmp_path, tmp_path / "wa")
    assert Problem.DAMAGED_FROM in archived.sources[0].problems
    assert "number 100" in text
    assert "phoneward rescue sqlite" in (tmp_path / "archive" / "about.html").read_text()


@pytest.mark.parametrize("name", ["msgstore.db.crypt15", "db.sqlite"])
def test_what_is_encrypted_is_told_from_what_is_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(random.Random(2).randbytes(20_000))
    with pytest.raises(LockedSourceError):
        make_archive([tmp_path / name], tmp_path / "archive")
    (tmp_path / "notes.txt").write_text("2024-01-01 nothing of a chat\n")
    with pytest.raises(NoMessagesHereError):
        make_archive([tmp_path / "notes.txt"], tmp_path / "archive")
    with pytest.raises(SourceGoneError):
        make_archive([tmp_path / "nowhere"], tmp_path / "archive")


def test_nothing_is_mixed_with_what_is_there(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        wa.message("words")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    with pytest.raises(FolderTakenError):
        make_archive([tmp_path / "wa"], tmp_path / "full")
    with pytest.raises(FolderWithinError):
        make_archive([tmp_path / "wa"], tmp_path / "wa" / "archive")
    with pytest.raises(NobodyByThatNameError):
        make_archive([tmp_path / "wa"], tmp_path / "archive", only=["nobody"])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["full", "wa"]


def test_a_source_that_cannot_be_read_is_no_fault_of_the_archives_place(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        wa.message("words")
    (tmp_path / "wa" / "wa.db").unlink()
    (tmp_path / "wa" / "wa.db").symlink_to("/proc/self/mem")  # there, and every read of it fails
    with pytest.raises(SourceGoneError):
        make_archive([tmp_path / "wa" / "msgstore.db"], tmp_path / "archive")
    assert not (tmp_path / "archive").exists()


def test_an_archive_is_for_its_owner_alone(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        wa.message("words")
    make_archive([tmp_path / "wa"], tmp_path / "archive")
    if os.name != "nt":
        assert (tmp_path / "archive").stat().st_mode & 0o077 == 0


def test_a_long_month_is_parted_and_nothing_is_lost_between_the_parts(tmp_path: Path) -> None:
    with made.whatsapp(tmp_path / "wa") as wa:
        for number in range(2_050):
            wa.message(f"number {number}", time=made.MARCH + number)
    make_archive([tmp_path / "wa"], tmp_path / "archive")
    pages = [page.name for page in months(tmp_path / "archive")]
    assert sorted(pages) == ["2019-03-2.html", "2019-03-3.html", "2019-03.html"]
    words = read_all(tmp_path / "archive").splitlines()
    assert sorted(int(word[7:]) for word in words if word.startswith("number ")) == list(range(2_050))
    assert "March 2019, part 2 →" in words


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.html", b"<!doctype html><script>"),
        ("a.jpg", b"<html>"),
        ("a.svg", b"<svg onload=x>"),
        ("a.svg", b"\xef\xbb\xbf<?xml version='1.0'?><svg/>"),
        ("a.xhtml", b"<?xml"),
        ("a.pdf", b"GIF89a<script>"),
        ("a.js", b"alert(1)"),
        ("a.htm", b""),
        ("a.mht", b"From: x"),
        ("a.exe", b"MZ"),
    ],
)
def test_what_a_browser_could_run_gets_an_ending_that_it_saves(name: str, head: bytes) -> None:
    kind = kind_of(head, name)
    assert kind.ending in {".bin", ".gif"}
    assert kind.shown in {Shown.FILE, Shown.PICTURE}
    assert kind.ending == ".bin" or kind.shown is Shown.PICTURE


def test_a_name_that_every_camera_gives_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for name in ("IMG_0001.JPG", "IMG-20190308-WA0001.jpg"):
        (tmp_path / "other" / name).write_bytes(made.png())
    folders = MediaFolders([tmp_path])
    assert folders.opener("Attachments/ab/IMG_0001.JPG") is None
    assert folders.opener("other/IMG_0001.JPG") is not None
    assert folders.opener("Media/WhatsApp Images/IMG-20190308-WA0001.jpg") is not None


@given(st.text(max_size=60))
def test_any_path_is_a_file_below_or_nothing(path: str) -> None:
    MediaFolders([Path(__file__).parent]).opener(path)


@given(st.text(st.characters() | st.sampled_from("\ud83d\ude00\0\x07\u202e"), max_size=40))
def test_any_text_can_be_written(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert "\0" not in cleaned
    assert clean(cleaned) == cleaned


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, st.integers(-(2**40), 2**45)), min_size=1, max_size=20))
def test_every_message_is_on_exactly_one_page(tmp_path: Path, messages: list[tuple[str, int]]) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    with made.whatsapp(folder / "wa") as wa:
        for text, time in messages:
            wa.message(text, time=time)
    make_archive([folder / "wa"], folder / "archive")
    shown = [word for page in months(folder / "archive") for word in texts_of(page)]
    assert sorted(shown) == sorted(text for text, _time in messages)


def texts_of(page: Path) -> list[str]:
    """What was written in the messages of a page, exactly."""
    found = re.findall(r'<p class="text" dir="auto">(.*?)</p>', page.read_text("utf-8"), re.DOTALL)
    return [html.unescape(one) for one in found]


def test_a_database_that_is_none_is_none(tmp_path: Path) -> None:
    (tmp_path / "msgstore.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    with pytest.raises(NoMessagesHereError):
        make_archive([tmp_path / "msgstore.db"], tmp_path / "archive")
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / "msgstore.db").execute("SELECT 1 FROM sqlite_master")
