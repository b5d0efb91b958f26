"""`find`: what restic finds, names harmless, first and last appearance; damage is named and hides nothing."""

import base64
import os
import shutil
from pathlib import Path

import pytest

from phoneward.vault import BlobType, LocalStorage, find_node, load_snapshots, open_repository
from tests.cli import terminal
from tests.cli.conftest import Stocked
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


def test_groups_and_appearances(stocked: Stocked) -> None:
    ran = stocked.program.with_(COLUMNS="200").run("find", "*.txt")
    assert (ran.code, ran.stderr) == (0, "")
    newest, oldest, table = ran.stdout.split("\n\n")
    assert newest.startswith(f"In the snapshot {stocked.ids[1][:8]} of ")
    assert oldest.startswith(f"In the snapshot {stocked.ids[0][:8]} of ")
    assert newest.splitlines()[1:] == [
        "/shared/Documents/0.txt", "/shared/Documents/1.txt", "/shared/Download/\\x1b[2Jred\\xff.txt",
    ]  # fmt: skip
    assert oldest.splitlines()[1:] == ["/shared/Documents/0.txt", "/shared/Download/\\x1b[2Jred\\xff.txt"]
    counts = {line.split()[-1]: line.split()[-2] for line in table.splitlines() if ".txt" in line}
    assert counts == {
        "/shared/Documents/0.txt": "2", "/shared/Documents/1.txt": "1", "/shared/Download/\\x1b[2Jred\\xff.txt": "2",
    }  # fmt: skip
    assert "2 snapshots: 5 matches" in ran.stdout
    assert "\x1b" not in ran.stdout


def test_json_says_what_restic_says(stocked: Stocked, tmp_path: Path) -> None:
    *ours, summary = stocked.program.run("find", "*.txt", "DCIM", "--json").documents
    shutil.copytree(stocked.vault, tmp_path / "copy")
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), tmp_path / "copy", "stocked", tmp_path / "cache")
    theirs = {
        (group["snapshot"], match["path"]): match
        for group in judge.json("find", "*.txt", "DCIM")
        for match in group["matches"]
    }
    assert summary == {"message_type": "summary", "snapshots": 2, "matches": len(theirs), "damaged": 0}
    assert len(ours) == len(theirs)
    for match in ours:
        if "path_base64" in match:
            assert base64.b64decode(match["path_base64"]) == b"/shared/Download/\x1b[2Jred\xff.txt"
            continue
        entry = theirs[match["snapshot"], match["path"]]
        for key in ("type", "uid", "gid", "mode"):
            assert match[key] == entry[key], key
        assert match.get("size", 0) == entry.get("size", 0)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["*.TXT"], 0),
        (["*.TXT", "-i"], 5),
        (["/shared/Doc*/1.txt"], 1),
        (["*.txt", "-s", "latest"], 3),
        (["*.txt", "-s", "latest", "-s", "latest"], 3),
        (["*.txt", "--host", "nobody"], 0),
        (["*.txt", "--newest", "1999-12-31"], 0),
        (["*.txt", "--oldest", "31.12.1999 10:00"], 5),
        ([b"*\xff.txt"], 2),
    ],
)
def test_choosing(words: list[str | bytes], count: int, stocked: Stocked) -> None:
    ran = stocked.program.run("find", *words, "--json")
    assert (ran.code, ran.documents[-1]["matches"]) == (0, count)
    assert ("Nothing of that name" in stocked.program.run("find", *words).stdout) is (count == 0)


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["[z"], 2, "pattern"),
        ([], 2, "missing-argument"),
        (["x", "--oldest", "yesterday\x1b"], 2, "not-a-time"),
        (["x", "-s", "0000"], 1, "snapshot-not-found"),
    ],
)
def test_what_makes_no_sense(words: list[str], code: int, error: str, stocked: Stocked) -> None:
    ran = stocked.program.run("find", *words, "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (code, "", error)
    assert "\x1b" not in ran.stderr


def test_long_lines_have_size_and_time(stocked: Stocked) -> None:
    ran = stocked.program.run("find", "--long", "一张照片.jpg", "-s", "latest")
    assert "300.0 kB" in ran.stdout


def test_a_damaged_folder_is_named_and_hides_no_other(stocked: Stocked, tmp_path: Path) -> None:
    copy = tmp_path / "vault"
    shutil.copytree(stocked.vault, copy)
    repo = open_repository(LocalStorage(copy), "stocked")
    repo.load_index()
    folder = find_node(repo, load_snapshots(repo)[0].tree, b"/shared/Download").subtree
    assert folder is not None
    (location,) = repo.index.lookup(BlobType.TREE, folder)
    pack = copy / "data" / location.pack[:2] / location.pack
    raw = bytearray(pack.read_bytes())
    raw[location.entry.offset + 20] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(raw)
    program = stocked.program.with_(PHONEWARD_REPOSITORY=str(copy))
    ran = program.run("find", "*.txt")
    assert ran.code == 3
    assert ran.stdout.count("/shared/Documents/0.txt") == 3, "twice found, once in the table"
    assert ran.stderr.count("/shared/Download in the snapshot") == 2, "told for both snapshots that hold it"


def test_at_a_terminal_and_a_reader_that_goes_away(stocked: Stocked) -> None:
    assert terminal.run(stocked.program, ["find", "*", "--lang", "zh_CN"], columns=40).code == 0
    process = stocked.program.start("find", "*", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    os.close(os.dup(process.stdout.fileno()))
    process.stdout.close()
    assert process.wait(timeout=60) in {0, 1}
    assert process.stderr.read() == b""
    process.stderr.close()
