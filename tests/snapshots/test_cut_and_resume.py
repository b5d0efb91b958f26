"""The cable is pulled, the process is killed, the person presses Ctrl-C: nothing half-written counts as whole, and the
next run sends only the rest."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from phoneward.errors import ExitCode
from phoneward.phones import open_folder
from phoneward.snapshots import (
    BackupCutShortError,
    BackupRunningError,
    BackupStoppedError,
    backup,
    coverage_of,
    list_snapshots,
    sending,
)
from phoneward.snapshots.compare import Moment
from phoneward.snapshots.journal import Journal, Part, Sent
from phoneward.vault import (
    BlobType,
    FileId,
    FileType,
    LocalStorage,
    NoSnapshotsError,
    StorageFullError,
    open_repository,
)
from phoneward.vault.blobs import BytesLike
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.phone.trees import tree_digest
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import PASSWORD, Vault, photograph, settle, write
from tests.snapshots.killable import FILES as EVERY

FILES, SIZE = 120, 200_000


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def fill(phone: TestPhone) -> None:
    phone.answer_with(state.State())
    for number in range(FILES):
        trees.put(phone.storage, f"DCIM/{number // 30}/{number:04}.jpg", trees.content(f"{number}", SIZE))
    trees.give_to_phone(phone.storage)


def assert_same_as_phone(vault: Vault, phone: TestPhone) -> None:
    held = tree_digest(vault.restored_by_restic("latest") / "shared")
    assert {name: (d.kind, d.mtime_ns, d.content) for name, d in held.items()} == {
        name: (d.kind, d.mtime_ns, d.content) for name, d in tree_digest(phone.storage).items()
    }


@pytest.mark.parametrize("at", [8_000_000, 13_000_003, 17_500_001, 23_000_000])
def test_a_pulled_cable_costs_nothing_that_came_over(vault: Vault, phone: TestPhone, at: int) -> None:
    fill(phone)
    settle()
    whole = phone.proxy.status().down
    phone.proxy.refuse(on=True)  # adb would connect again by itself, and a phone that answers was not pulled
    phone.proxy.cut("down", at)
    with pytest.raises(BackupCutShortError) as caught:
        vault.backup(adb_phone(phone))
    assert caught.value.exit_code is ExitCode.FAILED
    assert "same command" in caught.value.advice()
    vault.check()
    (partial,) = list_snapshots(vault.reopen())
    assert partial.partial
    assert partial.snapshot.paths == ("/partial",)
    with pytest.raises(NoSnapshotsError):
        coverage_of(vault.repo, "latest")
    coverage = coverage_of(vault.repo, partial.snapshot.id or "")
    assert coverage.partial
    assert coverage.waiting is not None
    assert coverage.waiting.files == FILES - coverage.totals.kept_files > 0
    # A reset throws away what adb's server and the system's buffers held.
    assert coverage.totals.kept_files * SIZE >= at - 6_000_000, "all but what was under way"
    half = photograph(vault.restored_by_restic(partial.snapshot.id or "") / "shared")
    for name, (kind, _mode, _time, content) in half.items():
        if kind == "file":
            assert content == (phone.storage / os.fsdecode(name)).read_bytes()

    phone.proxy.refuse(on=False)
    phone.connect()
    down = phone.proxy.status().down
    second = vault.backup(adb_phone(phone))
    assert second.resumed
    assert second.complete
    assert second.stats.files_resumed == coverage.totals.kept_files
    assert second.stats.files_sent == coverage.waiting.files
    assert phone.proxy.status().down - down < coverage.waiting.files * (SIZE + 1500) + 300_000
    assert not vault.journals
    assert_same_as_phone(vault, phone)
    vault.check()
    assert down > whole


def test_a_cut_while_listing_leaves_nothing_and_harms_nothing(vault: Vault, phone: TestPhone) -> None:
    fill(phone)
    phone.proxy.cut("down", 20_000)
    with pytest.raises(Exception, match="connection"):
        vault.backup(adb_phone(phone))
    assert list_snapshots(vault.reopen()) == []
    phone.connect()
    assert vault.backup(adb_phone(phone)).complete
    assert_same_as_phone(vault, phone)


def test_a_file_that_changed_meanwhile_is_not_resumed(vault: Vault, phone: TestPhone) -> None:
    fill(phone)
    settle()
    phone.proxy.refuse(on=True)
    phone.proxy.cut("down", 20_000_000)
    with pytest.raises(BackupCutShortError):
        vault.backup(adb_phone(phone))
    trees.put(phone.storage, "DCIM/0/0000.jpg", b"other" * (SIZE // 5))
    trees.give_to_phone(phone.storage)
    phone.proxy.refuse(on=False)
    phone.connect()
    second = vault.backup(adb_phone(phone))
    assert second.complete
    assert second.resumed
    assert_same_as_phone(vault, phone)


@pytest.fixture
def running(vault: Vault, phone: TestPhone) -> Iterator["subprocess.Popen[str]"]:
    """A backup of the paced phone in a process of its own."""
    fill(phone)
    settle()
    phone.proxy.pace("down", 15_000_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.snapshots.killable", "adb", phone.serial, str(vault.folder)],
        env={**phone.environment(), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def wait_for_checkpoints(process: "subprocess.Popen[str]", count: int) -> None:
    assert process.stdout is not None
    for _number in range(count):
        line = process.stdout.readline()
        assert line == "durable\n", (line, process.stderr and process.stderr.read())


@pytest.mark.parametrize("checkpoints", [1, 3])
def test_kill_minus_nine(vault: Vault, phone: TestPhone, running: "subprocess.Popen[str]", checkpoints: int) -> None:
    wait_for_checkpoints(running, checkpoints)
    running.send_signal(signal.SIGKILL)
    running.wait()
    vault.restic().run("unlock")
    vault.check()
    assert list_snapshots(vault.reopen()) == []
    phone.proxy.pace("down", 0)
    second = vault.backup(adb_phone(phone))
    assert second.complete
    assert second.resumed
    # A checkpoint is made at the first file after so many; the next one may have been durable when the signal came.
    assert checkpoints * EVERY <= second.stats.files_resumed <= (checkpoints + 1) * EVERY + 2
    assert second.stats.files_sent == FILES - second.stats.files_resumed
    assert_same_as_phone(vault, phone)
    vault.check()


def test_ctrl_c_keeps_what_came_over(vault: Vault, phone: TestPhone, running: "subprocess.Popen[str]") -> None:
    wait_for_checkpoints(running, 1)
    running.send_signal(signal.SIGINT)
    _out, err = running.communicate(timeout=60)
    assert "BackupStoppedError" in err
    assert running.returncode != 0
    vault.check()
    (partial,) = list_snapshots(vault.reopen())
    assert partial.partial
    phone.proxy.pace("down", 0)
    second = vault.backup(adb_phone(phone))
    assert second.stats.files_resumed == coverage_of(vault.reopen(), partial.snapshot.id or "").totals.kept_files > 0
    assert_same_as_phone(vault, phone)


def test_stopping_has_its_own_exit_code() -> None:
    assert BackupStoppedError(files=3).exit_code is ExitCode.INTERRUPTED


def test_two_backups_of_one_phone_at_once(vault: Vault, phone: TestPhone, running: "subprocess.Popen[str]") -> None:
    wait_for_checkpoints(running, 1)
    with pytest.raises(BackupRunningError):
        vault.backup(adb_phone(phone))
    phone.proxy.pace("down", 0)
    out, err = running.communicate(timeout=60)
    assert "done " in out, err
    assert_same_as_phone(vault, phone)


def test_the_journal_is_written_only_after_its_blobs_are_durable(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each batch, a second reader of the repository finds every blob that it names, indexed and readable."""
    for number in range(500):  # read some at a time, so a checkpoint may come a little later
        write(tmp_path / f"phone/{number:03}", os.urandom(2000 + number))
    monkeypatch.setattr(sending, "CHECKPOINT_FILES", 30)
    append, batches = Journal.append, 0

    def checked(
        self: Journal, moment: Moment, folders: list[tuple[bytes, list[Sent]]], parts: Sequence[tuple[bytes, Part]] = ()
    ) -> None:
        nonlocal batches
        batches += 1
        other = open_repository(LocalStorage(vault.folder / "repo"), PASSWORD)
        other.load_index()
        for _path, files in folders:
            for sent in files:
                assert (
                    b"".join(other.load_blob(BlobType.DATA, blob) for blob in sent.blobs)
                    == (tmp_path / "phone" / os.fsdecode(sent.name)).read_bytes()
                )
        append(self, moment, folders, parts)

    monkeypatch.setattr(Journal, "append", checked)
    vault.backup(open_folder(tmp_path / "phone"))
    assert batches >= 3


def test_a_full_disk_costs_nothing_that_was_durable(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        write(tmp_path / f"phone/{number:03}", os.urandom(20_000 + number))
    settle()
    monkeypatch.setattr(sending, "CHECKPOINT_FILES", 20)
    save, packs = LocalStorage.save, 0

    def until_full(self: LocalStorage, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        nonlocal packs
        packs += file_type is FileType.PACK
        if packs > 5 and file_type is not FileType.LOCK:
            raise StorageFullError(path="data", detail="No space left on device")
        save(self, file_type, name, pieces)

    with monkeypatch.context() as full:
        full.setattr(LocalStorage, "save", until_full)
        with pytest.raises(StorageFullError):
            vault.backup(open_folder(tmp_path / "phone"))
    vault.check()
    assert list_snapshots(vault.reopen()) == []
    second = vault.backup(open_folder(tmp_path / "phone"))
    assert second.complete
    assert 20 <= second.stats.files_resumed < 100
    assert second.stats.files_sent == 100 - second.stats.files_resumed
    assert photograph(vault.restored_by_restic("latest") / "shared") == photograph(tmp_path / "phone")
    vault.check()


def test_a_backup_that_resumes_another_computers_vault_just_sends_all(vault: Vault, tmp_path: Path) -> None:
    write(tmp_path / "phone/a", b"a")
    repo = vault.reopen()
    with open_folder(tmp_path / "phone") as phone:
        result = backup(phone, repo, state_dir=tmp_path / "elsewhere")
    assert result.stats.files_sent == 1
    assert not list((tmp_path / "elsewhere").rglob("*.journal"))
