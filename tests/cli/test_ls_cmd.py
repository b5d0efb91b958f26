"""`ls`: one name a line, hostile names harmless, restic's fields."""

import base64
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Stocked
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


def test_a_folder(stocked: Stocked) -> None:
    ran = stocked.program.run("ls", "latest", "/shared")
    assert (ran.code, ran.stderr) == (0, "")
    names = [line[30:] for line in ran.stdout.splitlines()]
    assert names == [
        "/shared/Android/", "/shared/DCIM/", "/shared/Documents/", "/shared/Download/", "/shared/link → DCIM",
    ]  # fmt: skip


def test_a_path_alone_is_of_the_latest(stocked: Stocked) -> None:
    assert "/shared/Documents/1.txt" in stocked.program.run("ls", "/shared/Documents").stdout
    first = stocked.program.run("ls", stocked.ids[0][:6], "shared/Documents/").stdout
    assert "0.txt" in first
    assert "1.txt" not in first


def test_hostile_names_cannot_repaint_the_terminal(stocked: Stocked) -> None:
    ran = stocked.program.run("ls", "-R")
    assert "\x1b" not in ran.stdout
    assert r"/shared/Download/\x1b[2Jred\xff.txt" in ran.stdout


def test_json_says_what_restic_says(stocked: Stocked, tmp_path: Path) -> None:
    ours = stocked.program.run("ls", "--recursive", "--json").documents
    shutil.copytree(stocked.vault, tmp_path / "copy")
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), tmp_path / "copy", "stocked", tmp_path / "cache")
    _snapshot, *theirs = judge.json("ls", "latest")
    for document in ours:
        if "path_base64" in document:
            assert base64.b64decode(document["path_base64"]) == b"/shared/Download/\x1b[2Jred\xff.txt"
    comparable = [d for d in ours if "path_base64" not in d]
    by_path = {entry["path"]: entry for entry in theirs}
    for document in comparable:
        entry = by_path[document["path"]]
        for key in ("name", "type", "uid", "gid", "mode"):
            assert document[key] == entry[key], key
        assert document.get("size") == entry.get("size")
    assert len(ours) == len(theirs)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["latest", "/shared/nope"], "path-not-found"),
        (["0000"], "snapshot-not-found"),
        (["not hex"], "snapshot-not-found"),
    ],
)
def test_what_is_not_there(words: list[str], code: str, stocked: Stocked) -> None:
    ran = stocked.program.run("ls", *words, "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (1, "", code)


def test_a_reader_that_goes_away(stocked: Stocked) -> None:
    process = stocked.program.start("ls", "-R", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    assert process.stderr.read() == b""
    process.stderr.close()
