"""No command about a rescue or a case alters what it looks at: bytes, times, and the files beside a database."""

import io
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from phoneward.cli.case_cmd import _COMMANDS as CASE
from phoneward.cli.rescue_cmd import _COMMANDS as RESCUE
from tests.cli.program import Program

OLD = 1_500_000_000_123_456_789
SMS = (
    '<?xml version="1.0"?><smses count="1">'
    '<sms address="+8613800138000" date="1600000000000" type="1" body="Hello"/></smses>'
)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home", {})


@pytest.fixture
def originals(tmp_path: Path) -> Iterator[Path]:
    """A folder from a phone: a database that another program has open, messages, a picture, something in the trash."""
    folder = tmp_path / "phone"
    (folder / "DCIM").mkdir(parents=True)
    (folder / "sms.xml").write_text(SMS)
    (folder / "terms.txt").write_text("We are not liable for any loss of data. Call 13800138000.")
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "PNG")
    (folder / "DCIM" / "photo.png").write_bytes(picture.getvalue())
    (folder / "DCIM" / ".trashed-4000000000-mother.png").write_bytes(picture.getvalue())
    writer = sqlite3.connect(folder / "chat.db", isolation_level=None)
    writer.execute("pragma journal_mode=wal")
    writer.execute("create table messages(_id integer primary key, body text)")
    writer.executemany("insert into messages(body) values(?)", [(f"message {number}",) for number in range(50)])
    writer.execute("delete from messages where _id > 40")
    for file in folder.rglob("*"):
        os.utime(file, ns=(OLD, OLD))
    yield folder
    writer.close()


def seen(*folders: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(file): (file.read_bytes(), file.stat().st_mtime_ns)
        for one in folders
        for file in one.rglob("*")
        if file.is_file()
    }


def test_the_commands_of_a_case(program: Program, originals: Path, tmp_path: Path) -> None:
    case, before = tmp_path / "case", seen(originals)
    assert program.run("case", "new", case, "--incident", "deleted").code == 0
    assert program.run("case", "add", case, originals).code == 0
    kept = seen(case / "data" / "originals")
    data = f"data/originals/{originals.name}"
    commands: dict[str, list[str | Path]] = {
        "tell": [case, "--happened", "2026-03-01", "--lost", "chats"],
        "note": [case, "called the shop"],
        "redact": [case, f"{data}/terms.txt", "--text", "13800138000"],
        "statement": [case, "--keep"],
        "letter": [case, "demand", "--keep"],
        "clauses": [originals / "terms.txt"],
        "reply": [originals / "terms.txt"],
        "fingerprint": [case],
        "seal": [case],
        "verify": [case],
        "export": [case, "--to", tmp_path / "out.zip"],
    }
    for name, words in commands.items():
        ran = program.run("case", name, *words)
        assert ran.code in {0, 3, 4}, (name, ran.stderr)
        assert seen(originals) == before, name
        assert seen(case / "data" / "originals") == kept, name
    # What comes from a phone is compared in the tests of `attach`.
    assert {*commands, "new", "add", "attach"} == set(CASE)


def test_the_commands_of_a_rescue(program: Program, originals: Path, tmp_path: Path) -> None:
    before = seen(originals)
    commands: dict[str, list[str | Path]] = {
        "sqlite": [originals / "chat.db", "--to", tmp_path / "rows.sqlite"],
        "archive": [originals / "sms.xml", "--to", tmp_path / "archive"],
        "pictures": [originals, "--to", tmp_path / "pictures"],
    }
    assert set(commands) == set(RESCUE)
    for name, words in commands.items():
        ran = program.run("rescue", name, *words)
        assert ran.code in {0, 3}, (name, ran.stderr)
        assert seen(originals) == before, name
    ran = program.run("rescue", "--what", "deleted", "--folder", originals, "--collect", tmp_path / "case")
    assert ran.code in {0, 3}, ran.stderr
    assert seen(originals) == before
    assert list((tmp_path / "case" / "data" / "originals").rglob("*mother.png"))
