"""`restore`: nothing written over in silence, nothing done in a dry run, every deviation named."""

import os
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.conftest import Stocked
from tests.cli.program import Program
from tests.phone import trees


def test_everything(stocked: Stocked, tmp_path: Path) -> None:
    ran = stocked.program.run("restore", "latest", "--target", tmp_path / "new" / "folder")
    assert (ran.code, ran.stderr) == (0, "")
    assert "All that was asked for is in" in ran.stdout
    assert trees.tree_digest(tmp_path / "new" / "folder" / "shared") == trees.tree_digest(stocked.phone)


def test_json(stocked: Stocked, tmp_path: Path) -> None:
    document = stocked.program.run("restore", stocked.ids[0], "-t", tmp_path / "out", "--json").document
    assert document["complete"] is True
    assert document["files_restored"] == sum(
        1 for p in (tmp_path / "out").rglob("*") if p.is_file() and not p.is_symlink()
    )
    assert document["target"] == str(tmp_path / "out")


def test_a_dry_run_writes_nothing(stocked: Stocked, tmp_path: Path) -> None:
    ran = stocked.program.run("restore", "latest", "--target", tmp_path / "out", "--dry-run")
    assert ran.code == 0
    assert "Nothing was written" in ran.stdout
    assert not (tmp_path / "out").exists()


def test_yours_is_kept_and_named_unless_you_say_replace(stocked: Stocked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    mine = out / "shared" / "Documents" / "1.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine, and newer")
    words = ["restore", "latest", "--target", str(out), "--include", "/shared/Documents"]
    kept = stocked.program.run(*words)
    assert kept.code == 3
    assert "/shared/Documents/1.txt was left as it is" in kept.stdout
    assert mine.read_text() == "mine, and newer"
    *issues, summary = stocked.program.run(*words, "--json").documents
    assert [(issue["kind"], issue["path"]) for issue in issues] == [("kept", "/shared/Documents/1.txt")]
    assert (summary["complete"], summary["issues"], summary["already_there"]) == (False, {"kept": 1}, 1)
    replaced = stocked.program.run(*words, "--replace")
    assert replaced.code == 0
    assert mine.read_text() == "text"


@pytest.mark.parametrize(("answer", "content"), [("", "mine"), ("yes", "mine"), ("replace", "text")])
def test_at_a_terminal_replacing_has_to_be_typed(stocked: Stocked, tmp_path: Path, answer: str, content: str) -> None:
    mine = tmp_path / "out" / "shared" / "Documents" / "1.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    words = ["restore", "latest", "--target", str(tmp_path / "out"), "--include", "/shared/Documents", "--replace"]
    talk = terminal.run(stocked.program, words, [("Replace them. ", answer)], columns=120)
    assert talk.code == (0 if content == "text" else 130), talk.screen
    assert mine.read_text() == content


def test_nothing_is_asked_where_nothing_can_be_replaced(stocked: Stocked, tmp_path: Path) -> None:
    talk = terminal.run(stocked.program, ["restore", "latest", "--target", tmp_path / "new", "--replace"])
    assert (talk.code, "Replace files" in talk.screen) == (0, False)


def test_one_path_and_several(stocked: Stocked, tmp_path: Path) -> None:
    words = ["restore", "latest", "--target", str(tmp_path), "-i", "/shared/DCIM/Camera/一张照片.jpg", "-i"]
    assert stocked.program.run(*words, b"/shared/Download/\x1b[2Jred\xff.txt").code == 0
    found = sorted(os.path.relpath(p, tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert found == ["shared/DCIM/Camera/一张照片.jpg", os.fsdecode(b"shared/Download/\x1b[2Jred\xff.txt")]


def test_one_app(stocked: Stocked, tmp_path: Path) -> None:
    ran = stocked.program.run("restore", "latest", "--target", tmp_path / "out", "--app", "com.whatsapp")
    assert ran.code == 0
    (file,) = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert file.name == "msgstore.db.crypt15"


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["latest"], 2, "missing-argument"),
        ([], 2, "missing-argument"),
        (["latest", "--target", "OUT", "--include", "/nope"], 1, "path-not-found"),
        (["latest", "--target", "OUT", "--app", "org.nope"], 1, "no-app-files"),
        (["latest", "--target", "OUT", "--app", "../../etc"], 1, "no-app-files"),
        (["ffffffff", "--target", "OUT"], 1, "snapshot-not-found"),
        (["latest", "--target", "/dev/null/x"], 1, "restore-target"),
    ],
)
def test_what_cannot_be_done(words: list[str], exit_code: int, code: str, stocked: Stocked, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = stocked.program.run("restore", *(str(out) if word == "OUT" else word for word in words), "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (exit_code, "", code)
    assert not out.exists()


def test_a_reader_that_goes_away_leaves_no_lock_and_no_half_file(stocked: Stocked, tmp_path: Path) -> None:
    process = stocked.program.start("restore", "latest", "--target", tmp_path / "out", "--json", "--verbose")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    assert list((stocked.vault / "locks").iterdir()) == []
    whole = trees.tree_digest(stocked.phone)
    for path, found in trees.tree_digest(tmp_path).items():
        if found.kind == "file":
            assert found.content in {other.content for other in whole.values()}, path


def test_what_was_restored_is_read_back_and_the_proof_kept(stocked: Stocked, copied: Program, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = copied.run("restore", "latest", "-t", out, "--verify", "--json").document
    assert said["verified"] is True
    assert said["files_not_verified"] == 0
    assert said["files_verified"] == said["files_restored"]
    kept = [line for line in copied.run("snapshots", "--json").documents if line["proof"]]
    assert [line["id"] for line in kept] == [said["proof"]]
    assert kept[0]["subject"] in stocked.ids
    assert "proof of" in " ".join(copied.run("snapshots").stdout.split())
    (out / "shared" / "Documents" / "1.txt").write_text("mine")
    ran = copied.run("restore", "latest", "-t", out, "--verify")
    assert ran.code == 3
    assert "Not the same, or not there: 1 file." in ran.stdout
    assert copied.run("restore", "latest", "-t", out, "--verify", "-n").code == 2
