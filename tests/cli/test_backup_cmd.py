"""`backup`: what it says, what it refuses, and how it stops."""

import json
import signal
import time
from pathlib import Path

import pytest

from phoneward.snapshots.compare import RACY_NS
from tests.cli import terminal
from tests.cli.program import Program, make_vault, wait_for_lock
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


@pytest.fixture
def ready(program: Program, tmp_path: Path) -> Program:
    """A program with an empty vault."""
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x")
    make_vault(tmp_path / "vault", "x")
    return named


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    trees.put(tmp_path / "card", "DCIM/one.jpg", trees.content("one", 1_000_000))
    trees.put(tmp_path / "card", "note.txt", b"hello")
    return tmp_path / "card"


def test_what_it_says(ready: Program, folder: Path) -> None:
    ran = ready.run("backup", "--folder", folder)
    assert (ran.code, ran.stderr) == (0, "")
    assert "holds 2 files (1.0 MB)." in ran.stdout
    assert "If this phone broke now, you would keep 2 files (1.0 MB)." in ran.stdout
    assert "phoneward coverage" in ran.stdout
    assert ready.run("backup", "--folder", folder, "--quiet").stdout == ""


def test_it_says_how_many_apps_keep_data_that_no_computer_can_read(ready: Program, phone: TestPhone) -> None:
    phone.answer_with(state.SMALL)
    named = ready.with_(**phone.adb_env)
    ran = named.run("backup")
    assert ran.code == 0, "no exit code 3: nothing that the phone showed is missing"
    said = " ".join(ran.stdout.split())
    assert "3 apps keep data that no computer can read. What you can do about it: phoneward coverage" in said
    assert named.run("backup", "--json").document["private_apps"] == 3


def test_a_dry_run_writes_nothing(ready: Program, folder: Path, tmp_path: Path) -> None:
    before = trees.tree_digest(tmp_path)
    ran = ready.run("backup", "--folder", folder, "--dry-run")
    assert ran.code == 0
    assert "2 files (1.0 MB) would be read" in ran.stdout
    document = ready.run("backup", "--folder", folder, "-n", "--json").document
    assert (document["snapshot_id"], document["dry_run"], document["files_to_send"]) == (None, True, 2)
    assert trees.tree_digest(tmp_path) == before


def test_a_label(ready: Program, folder: Path) -> None:
    ready.run("backup", "--folder", folder, "--label", "Mum's phone")
    assert ready.run("snapshots", "--json").document["hostname"] == "Mum's phone"


def test_progress_lines_when_asked_for(ready: Program, folder: Path) -> None:
    *progress, summary = ready.run("backup", "--folder", folder, "--json", "--verbose").documents
    assert summary["message_type"] == "summary"
    assert {document["message_type"] for document in progress} == {"status"}
    done = [document["phase"] for document in progress if document["state"] == "done"]
    assert done == ["inventory", "list", "compare", "send", "store"]


def test_bars_at_a_terminal_and_the_summary_after_them(ready: Program, folder: Path) -> None:
    talk = terminal.run(ready, ["backup", "--folder", str(folder)])
    assert talk.code == 0
    assert "\x1b[" in talk.screen
    assert "holds 2 files" in talk.screen


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["--folder", "FOLDER", "--adb", "x"], 2, "not-together"),
        (["--folder", "/no/such"], 1, "folder-missing"),
        (["--folder"], 2, "option-value-missing"),
        (["FOLDER"], 2, "too-many-arguments"),
    ],
)
def test_what_cannot_be_done(words: list[str], exit_code: int, code: str, ready: Program, folder: Path) -> None:
    ran = ready.run("backup", "--json", *(str(folder) if word == "FOLDER" else word for word in words))
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (exit_code, "", code)
    assert ready.run("snapshots", "--json").documents == []


def test_phones_that_are_not_there(ready: Program, phone: TestPhone) -> None:
    named = ready.with_(**phone.adb_env)
    other = named.run("backup", "--adb", "0123456789", "--json")
    assert (other.code, other.complaint["code"]) == (1, "phone-not-found")
    plain = named.run("backup", "--adb", "192.0.2.1:5555", "--json")
    assert (plain.code, plain.complaint["code"]) == (1, "phone-not-found"), "nobody there to ask whether it encrypts"
    phone.disconnect()
    none = named.run("backup", "--json")
    assert (none.code, none.complaint["code"]) == (1, "no-phone")
    assert ready.run("snapshots", "--json").documents == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_it_goes_on_the_next_time(
    number: signal.Signals, ready: Program, phone: TestPhone, tmp_path: Path
) -> None:
    vault = tmp_path / "vault"
    for index in range(40):
        trees.put(phone.storage, f"DCIM/{index}.bin", trees.content(str(index), 1_000_000))
    trees.give_to_phone(phone.storage)
    # What was touched within two seconds of a listing is read again whatever the journal says (snapshots.compare).
    time.sleep(RACY_NS / 1e9 + 0.1)
    named = ready.with_(**phone.adb_env)
    phone.proxy.pace("down", 8_000_000)
    process = named.start("backup", "--json", "--verbose")
    assert process.stdout is not None
    assert process.stderr is not None
    for line in process.stdout:
        document = json.loads(line)
        if document.get("phase") == "send" and document["bytes_done"] > 5_000_000:
            break
    process.send_signal(number)
    process.stdout.read()
    assert process.wait(timeout=60) == 130
    complaint = json.loads(process.stderr.read().splitlines()[-1])
    assert complaint["exit_code"] == 130
    process.stdout.close()
    process.stderr.close()
    assert list((vault / "locks").iterdir()) == [], "no lock is left behind"
    phone.proxy.pace("down", 0)
    again = named.run("backup", "--json")
    assert again.code == 0, again.stderr
    assert again.document["resumed"] is True
    assert again.document["bytes_sent"] < 38_000_000
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), vault, "x", tmp_path / "cache")
    judge.check()
    judge.restore("latest", tmp_path / "back")
    assert trees.tree_digest(tmp_path / "back" / "shared") == trees.tree_digest(phone.storage)


def test_killed_it_leaves_a_lock_that_stops_nobody(ready: Program, phone: TestPhone, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    trees.put(phone.storage, "big.bin", trees.content("big", 5_000_000))
    trees.give_to_phone(phone.storage)
    named = ready.with_(**phone.adb_env)
    phone.proxy.pace("down", 1_000_000)
    process = named.start("backup")
    wait_for_lock(vault, process)
    process.kill()
    process.communicate()
    phone.proxy.pace("down", 0)
    assert named.run("backup").code == 0
    assert named.run("check", "--read-data").code == 0, "its owner is provably dead, so the lock is taken away"
    assert list((vault / "locks").iterdir()) == []


def test_every_file_is_compared_when_asked(ready: Program, phone: TestPhone) -> None:
    trees.typical(phone.storage)
    named = ready.with_(**phone.adb_env)
    first = named.run("backup", "--adb", phone.serial, "--json").document
    said = named.run("backup", "--adb", phone.serial, "--verify-all", "--json").document
    assert said["matched_files"] == said["coverage"]["levels"]["matched"] == first["coverage"]["levels"]["files"]
    assert said["coverage"]["proof"]["level"] == "matched"
    spoken = " ".join(named.run("backup", "--adb", phone.serial, "--verify-all").stdout.split())
    assert "Compared with the phone's own checksums, and the same:" in spoken
    assert "the longest ago on 20" in spoken
    nodes = named.run("ls", "/shared", "--proof", "-R", "--json").documents
    assert {node["proof"]["level"] for node in nodes if node["type"] == "file"} == {"matched"}
    assert {node["proof"] for node in nodes if node["type"] == "dir"} == {None}
    assert " matched 20" in " " + named.run("ls", "/shared", "--proof", "-R").stdout.replace("\n", " ")
