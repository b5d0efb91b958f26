"""The whole way with the exact forms of the command line, judged by real restic and by an independent walker."""

import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.phone import state, trees
from tests.phone.testphone import PhoneFactory
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic

PASSWORD = "acceptance 口令"
NEWEST = restic_tool.ALL_RESTICS[-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with all that is odd, and one file of many chunks."""
    root = tmp_path / "a phone"
    root.mkdir()
    trees.typical(root)
    trees.put(root, b"Download/two\nlines", b"x")
    trees.put(root, b"Download/\xff\xfe.bin", b"y")
    trees.put(root, "大文件.bin", trees.content("big", 9_000_000))
    return root


def variables(vault: Path) -> dict[str, str]:
    return {"PHONEWARD_REPOSITORY": str(vault), "PHONEWARD_PASSWORD": PASSWORD}


def digest(root: Path) -> dict[bytes, trees.Digest]:
    """What is there, without setgid: our restore plants no special bits (`vault.restore`)."""
    return {path: replace(found, mode=found.mode & 0o777) for path, found in trees.tree_digest(root).items()}


def assert_same(original: Path, restored: Path) -> None:
    assert digest(restored) == digest(original)


@pytest.mark.slow
def test_a_folder_from_beginning_to_end(program: Program, folder: Path, tmp_path: Path, restic_program: Path) -> None:
    vault = tmp_path / "vault"
    phoneward = program.with_(**variables(vault))
    assert phoneward.run("init").code == 0
    first = phoneward.run("backup", "--folder", folder, "--json")
    assert (first.code, first.stderr) == (0, "")
    assert first.document["message_type"] == "summary"
    before = tmp_path / "as it was"
    shutil.copytree(folder, before, symlinks=True)
    trees.put(folder, "DCIM/Camera/new.jpg", b"new")
    (folder / "Download" / "empty.txt").unlink()
    assert phoneward.run("backup", "--folder", folder).code == 0

    listed = phoneward.run("snapshots", "--json")
    assert (listed.code, listed.stderr) == (0, "")
    one, two = listed.documents
    assert one["id"] == first.document["snapshot_id"]
    assert two["parent"] == one["id"]
    assert phoneward.run("check", "--read-data").code == 0
    covered = phoneward.run("coverage", "--json")
    assert covered.document["snapshot"] == two["id"]
    assert covered.document["complete"] is True

    judge = Restic(restic_program, vault, PASSWORD, tmp_path / "cache")
    judge.check()
    assert [s["id"] for s in judge.snapshots()] == [one["id"], two["id"]]
    judge.restore("latest", tmp_path / "by restic")
    assert_same(folder, tmp_path / "by restic" / "shared")

    assert phoneward.run("restore", "latest", "--target", tmp_path / "latest").code == 0
    assert_same(folder, tmp_path / "latest" / "shared")
    assert phoneward.run("restore", one["short_id"], "--target", tmp_path / "first").code == 0
    assert_same(before, tmp_path / "first" / "shared")
    part = phoneward.run("restore", one["id"], "--target", tmp_path / "part", "--include", "/shared/DCIM")
    assert part.code == 0
    assert_same(before / "DCIM", tmp_path / "part" / "shared" / "DCIM")
    assert os.listdir(tmp_path / "part" / "shared") == ["DCIM"]


def test_restics_own_variables(program: Program, folder: Path, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    (tmp_path / "password").write_text(PASSWORD + "\n")
    phoneward = program.with_(RESTIC_REPOSITORY=str(vault), RESTIC_PASSWORD_FILE=str(tmp_path / "password"))
    assert phoneward.run("init").code == 0
    assert phoneward.run("backup", "--folder", folder).code == 0
    assert phoneward.run("check").code == 0
    assert program.run("snapshots", "-r", vault, "--password-file", tmp_path / "password", "--json").documents


def test_what_could_not_be_read_is_named_and_exit_3(program: Program, folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "a\tpipe")
    phoneward = program.with_(**variables(tmp_path / "vault"))
    phoneward.run("init")
    ran = phoneward.run("backup", "--folder", folder)
    assert ran.code == 3
    assert r"a\x09pipe" in ran.stdout
    held = sum(1 for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    assert f"holds {held} files" in ran.stdout, "what was left out is not counted as held"
    machine = phoneward.run("backup", "--folder", folder, "--json")
    assert machine.code == 3
    assert machine.document["complete"] is False
    assert machine.document["total_files_processed"] == held
    assert [gap["path"] for gap in machine.document["coverage"]["gaps"]] == [r"/a\x09pipe"]
    quiet = phoneward.run("backup", "--folder", folder, "--quiet")
    assert quiet.code == 3
    assert r"a\x09pipe" in quiet.stdout
    assert phoneward.run("coverage", "--json").document["complete"] is False


@pytest.mark.slow
def test_a_phone_from_beginning_to_end(
    program: Program, phone_factory: PhoneFactory, tmp_path: Path, restic_program: Path
) -> None:
    phone = phone_factory(state=state.FULL)
    trees.typical(phone.storage)
    vault = tmp_path / "vault"
    phoneward = program.with_(**variables(vault), **phone.adb_env)
    assert phoneward.run("init").code == 0
    # The app twin's storage is closed: that is said, and the exit code is 3.
    first = phoneward.run("backup", "--adb", phone.serial, "--json")
    assert (first.code, first.stderr) == (3, "")
    (gap,) = first.document["coverage"]["gaps"]
    assert gap["path"] == "/storage/emulated/999"
    apps = {(app["package"], app["user_id"]): app["state"] for app in first.document["coverage"]["apps"]}
    assert apps["com.whatsapp", 0] == "kept by its own backup"
    assert apps["com.tencent.mm", 0] == "kept in part"
    assert phoneward.run("check", "--read-data").code == 0

    judge = Restic(restic_program, vault, PASSWORD, tmp_path / "cache")
    judge.check()
    judge.restore("latest", tmp_path / "by restic")
    assert_same(phone.storage, tmp_path / "by restic" / "shared")
    assert phoneward.run("restore", "latest", "--target", tmp_path / "back").code == 0
    assert digest(tmp_path / "back") == digest(tmp_path / "by restic")
    one_app = phoneward.run("restore", "latest", "--target", tmp_path / "app", "--app", "com.tencent.mm")
    assert one_app.code == 0
    assert sorted(os.listdir(tmp_path / "app")) == ["packages", "shared"]
    assert os.listdir(tmp_path / "app" / "packages") == ["com.tencent.mm"]


def test_the_only_phone_needs_no_name(program: Program, phone_factory: PhoneFactory, tmp_path: Path) -> None:
    phone = phone_factory()
    trees.put(phone.storage, "note.txt", b"hello")
    trees.give_to_phone(phone.storage)
    phoneward = program.with_(**variables(tmp_path / "vault"), **phone.adb_env)
    phoneward.run("init")
    for words in (["backup"], ["backup", "--adb"]):
        ran = phoneward.run(*words)
        assert ran.code == 0, ran.stderr
    assert len(phoneward.run("snapshots", "--json").documents) == 2
    assert "/shared/note.txt" in phoneward.run("ls", "latest", "/shared").stdout


def test_restic_goes_on_where_we_stopped_and_we_where_it_did(program: Program, folder: Path, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    judge = Restic(restic_tool.restic(NEWEST), vault, PASSWORD, tmp_path / "cache")
    judge.init()
    judge.backup(folder)
    phoneward = program.with_(**variables(vault))
    assert phoneward.run("backup", "--folder", folder).code == 0
    theirs, ours = phoneward.run("snapshots", "--json").documents
    assert (theirs["device"], ours["device"] != "") == ("", True)
    assert phoneward.run("check", "--read-data").code == 0
    assert phoneward.run("restore", theirs["id"], "--target", tmp_path / "theirs").code == 0
    assert_same(folder, tmp_path / "theirs" / folder.relative_to("/"))
    missing = phoneward.run("coverage", theirs["id"], "--json")
    assert (missing.code, missing.complaint["code"]) == (1, "coverage-missing")
    judge.check()


def test_a_vault_in_use(program: Program, folder: Path, tmp_path: Path) -> None:
    """A lock that restic holds: exit 11, named, nothing written."""
    vault = tmp_path / "vault"
    phoneward = program.with_(**variables(vault))
    phoneward.run("init")
    phoneward.run("backup", "--folder", folder)
    judge = Restic(restic_tool.restic(NEWEST), vault, PASSWORD, tmp_path / "cache")
    holder = subprocess.Popen(
        [str(judge.program), "backup", "--stdin"], env=judge.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        locks = vault / "locks"
        for _attempt in range(1000):
            if any(locks.iterdir()):
                break
            time.sleep(0.02)
        refused = phoneward.run("check", "--json")
        assert (refused.code, refused.stdout) == (11, "")
        assert refused.complaint["exit_code"] == 11
        assert str(holder.pid) in refused.complaint["message"]
        assert phoneward.run("unlock", "--json").document["removed"] == 0
    finally:
        holder.kill()
        holder.communicate()
    assert phoneward.run("unlock").stdout == "1 old lock was removed.\n"
    assert phoneward.run("check").code == 0
