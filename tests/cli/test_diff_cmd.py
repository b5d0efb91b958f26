"""`diff`: what changed, in plain words and in restic's lines."""

import shutil
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.conftest import Stocked
from tests.cli.program import Program, make_vault
from tests.phone import trees
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


def test_plain_words(stocked: Stocked) -> None:
    ran = stocked.program.run("diff", stocked.ids[0], "latest")
    assert ran.code == 0
    assert ran.stderr.startswith(f"From {stocked.ids[0][:8]} of ")
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert ["added", "/shared/Documents/1.txt", "(4", "B)"] in lines
    assert "Added: 1 file (4 B), 0 folders, 0 other names." in ran.stdout
    assert "Content changed: 0 files." in ran.stdout
    assert "coverage.json" not in ran.stdout, "nobody looks for that among the phone's files"
    assert "Phoneward's own lists and checksums differ too" in ran.stdout


def test_json_says_what_restic_says(stocked: Stocked, tmp_path: Path) -> None:
    shutil.copytree(stocked.vault, tmp_path / "copy")
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), tmp_path / "copy", "stocked", tmp_path / "cache")
    for words in ([], ["--metadata"]):
        *ours, mine = stocked.program.run("diff", *words, *stocked.ids, "--json").documents
        *theirs, other = judge.json("diff", *words, *stocked.ids)
        assert sorted((c["path"], c["modifier"]) for c in ours) == sorted((c["path"], c["modifier"]) for c in theirs)
        for key in ("message_type", "source_snapshot", "target_snapshot", "changed_files"):
            assert mine[key] == other[key]
        for side in ("added", "removed"):
            assert {key: mine[side][key] for key in other[side]} == other[side]


def test_every_kind_of_change_and_hostile_names(program: Program, tmp_path: Path) -> None:
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x")
    make_vault(tmp_path / "vault", "x")
    phone = tmp_path / "phone"
    trees.put(phone, "folder/below.txt", b"12345")
    trees.put(phone, b"gone\x1b[2J\xff", b"1")
    trees.put(phone, "grows", b"1")
    trees.put(phone, "becomes", b"1")
    assert named.run("backup", "--folder", phone).code == 0
    shutil.rmtree(phone / "folder")
    (phone / "folder").symlink_to("grows")
    (phone / "becomes").unlink()
    trees.put(phone, "becomes/inside", b"22")
    for path in phone.iterdir():
        if path.name.startswith("gone"):
            path.unlink()
    trees.put(phone, "grows", b"22")
    assert named.run("backup", "--folder", phone).code == 0
    first = named.run("snapshots", "--json").documents[0]["id"]
    ran = named.run("diff", first, "latest")
    assert "\x1b" not in ran.stdout
    shown = [" ".join(line.split()) for line in ran.stdout.splitlines() if "/shared" in line]
    assert shown == [
        "other kind /shared/becomes/",
        "added /shared/becomes/inside (2 B)",
        "other kind /shared/folder",
        "removed /shared/folder/below.txt (5 B)",
        r"removed /shared/gone\x1b[2J\xff (1 B)",
        "changed /shared/grows (1 B → 2 B)",
    ]
    assert "Removed: 2 files (6 B)" in ran.stdout


def test_a_snapshot_with_itself(stocked: Stocked) -> None:
    (only,) = stocked.program.run("diff", "latest", "latest", "--metadata", "--json").documents
    assert (only["changed_files"], only["added"]["bytes"], only["removed"]["bytes"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["latest"], 2, "missing-argument"),
        (["latest", "0000"], 1, "snapshot-not-found"),
        (["latest", "latest", "latest"], 2, "too-many-arguments"),
    ],
)
def test_what_makes_no_sense(words: list[str], code: int, error: str, stocked: Stocked) -> None:
    ran = stocked.program.run("diff", *words, "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (code, "", error)


def test_at_a_terminal(stocked: Stocked) -> None:
    talk = terminal.run(stocked.program, ["diff", *stocked.ids, "--lang", "zh_CN"], columns=40)
    assert talk.code == 0
