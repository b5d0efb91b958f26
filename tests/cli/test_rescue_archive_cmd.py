"""`rescue archive` and `rescue pictures` at the command line: for a person and for programs."""

from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.rescue.archive import made
from tests.rescue.pictures import made as caches


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    with made.whatsapp(tmp_path / "wa") as wa:
        wa.message("good night")
        wa.message("hello all", chat=2, sender=4)
    return tmp_path / "wa"


def test_a_person_is_told_where_to_look(program: Program, chats: Path, tmp_path: Path) -> None:
    ran = program.run("rescue", "archive", str(chats), "--to", str(tmp_path / "kept"), "--title", "Mother")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "2 messages in 2 conversations.",
        f"Open in a browser: {tmp_path / 'kept' / 'index.html'}",
    ]
    assert "<h1>Mother</h1>" in (tmp_path / "kept" / "index.html").read_text()


def test_looking_first_keeps_nothing(program: Program, chats: Path, tmp_path: Path) -> None:
    ran = program.run("rescue", "archive", str(chats), "--to", str(tmp_path / "kept"), "--dry-run", "--with", "妈妈")
    assert ran.code == 0, ran.stderr
    assert "妈妈" in ran.stdout
    assert "Family" not in ran.stdout
    assert "1 message in 1 conversation." in ran.stdout
    assert sorted(one.name for one in tmp_path.iterdir() if one.name != "home") == ["wa"]


def test_programs_get_one_line(program: Program, chats: Path, tmp_path: Path) -> None:
    with made.database(chats / "msgstore.db", "UPDATE message SET message_type = 4711, text_data = NULL;"):
        pass
    ran = program.run("rescue", "archive", str(chats), "--to", str(tmp_path / "kept"), "--json")
    assert ran.code == 3, ran.stderr
    document = ran.document
    assert document["folder"] == str(tmp_path / "kept")
    assert [(one["title"], one["messages"]) for one in document["conversations"]] == [("Family", 1), ("妈妈", 1)]
    assert (tmp_path / "kept" / document["conversations"][0]["page"]).exists()
    (source,) = document["sources"]
    assert source["problems"] == {"kind-unknown": 2}
    assert [len(file["sha256"]) for file in source["files"]] == [64, 64]


def test_a_folder_that_is_not_empty_is_a_complaint_with_a_way_on(program: Program, chats: Path, tmp_path: Path) -> None:
    ran = program.run("rescue", "archive", str(chats), "--to", str(chats), "--json")
    assert ran.code == 2
    assert ran.complaint["code"] == "folder-taken"
    ran = program.run("rescue", "archive", str(tmp_path / "nothing"), "--to", str(tmp_path / "kept"))
    assert ran.code == 1
    assert len(ran.stderr.splitlines()) == 2


def test_pictures_for_a_person_and_for_programs(program: Program, tmp_path: Path) -> None:
    caches.thumbdata(tmp_path / "in" / ".thumbdata3-1", {1: caches.jpeg(1), 5: caches.jpeg(2)})
    ran = program.run("rescue", "pictures", str(tmp_path / "in"), "--to", str(tmp_path / "kept"))
    assert ran.code == 0, ran.stderr
    assert ran.stdout.splitlines()[:2] == [
        "2 pictures were found, in 1 file.",
        "2 of them are small versions of larger ones.",
    ]
    ran = program.run("rescue", "pictures", str(tmp_path / "in"), "--to", str(tmp_path / "again"), "--json")
    *pictures, summary = ran.documents
    assert [one["message_type"] for one in pictures] == ["picture", "picture"]
    assert pictures[0]["places"][0]["offset"] == 10_013
    assert (summary["message_type"], summary["pictures"], summary["small"]) == ("summary", 2, 2)
    assert (tmp_path / "again" / pictures[0]["file"]).exists()
