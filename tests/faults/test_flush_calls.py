"""What is flushed in earnest, by the system's own calls: the recordings of power cuts stand in front of these."""

import os
import stat
from pathlib import Path

import pytest

from phoneward.phones import open_folder
from phoneward.snapshots import backup, restore
from phoneward.snapshots.compare import Moment
from phoneward.snapshots.journal import Journal
from phoneward.vault import FileType, LocalStorage, Repository, init_repository, restore_publish
from phoneward.vault.storage.durability import LinuxDurability
from tests.faults.promises import PASSWORD
from tests.vault.cheap import insecure_test_cost
from tests.vault.storage.suite import name_of

Flushed = list[tuple[str, str]]


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> Flushed:
    """Every fsync: `file` or `folder`, and its name at that moment."""
    seen: Flushed = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        seen.append((kind, path))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return seen


def test_a_stored_file_and_its_folder_are_flushed(tmp_path: Path, flushed: Flushed) -> None:
    storage = LocalStorage(tmp_path, durability=LinuxDurability())
    storage.create()
    flushed.clear()
    storage.save(FileType.PACK, name_of(b"x"), [b"x"])
    folder = str(tmp_path / "data" / name_of(b"x")[:2])
    (first, path), *rest = flushed
    assert first == "file"
    assert path.startswith(f"{folder}/{name_of(b'x')}-tmp-"), "before it has its name"
    assert rest == [("folder", folder)]
    flushed.clear()
    storage.remove(FileType.PACK, name_of(b"x"))
    assert flushed == [("folder", folder)]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return init_repository(LocalStorage(tmp_path / "vault"), PASSWORD, kdf=insecure_test_cost())


def test_the_journal_is_on_the_disk_when_append_returns(tmp_path: Path, repo: Repository, flushed: Flushed) -> None:
    """Its content each time, its name the first time, and the folders that were made for it."""
    state = tmp_path / "state"
    with Journal(state, repo, repository="r", device="d") as journal:
        made = [path for kind, path in flushed if kind == "folder"]
        assert [str(tmp_path), str(state), str(state / "journals")] == made[-3:]
        for folder in (state, state / "journals", state / "journals/r"):
            assert folder.is_dir()
        flushed.clear()
        journal.append(Moment(1, 1, has_ctime=True), [])
        assert flushed == [("file", str(journal.path)), ("folder", str(journal.path.parent))]
        flushed.clear()
        journal.append(Moment(1, 1, has_ctime=True), [])
        assert flushed == [("file", str(journal.path))]
    flushed.clear()
    with Journal(state, repo, repository="r", device="d"):
        assert flushed == [], "nothing was made"


def test_a_restored_files_content_and_its_folders_are_flushed(
    tmp_path: Path, repo: Repository, flushed: Flushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a whole file system cannot be flushed at once, each file is before it has its name, and each folder."""
    monkeypatch.setattr(restore_publish, "can_flush_file_system", lambda _descriptor: False)
    (tmp_path / "phone/DCIM").mkdir(parents=True)
    (tmp_path / "phone/DCIM/a.jpg").write_bytes(b"a" * 5000)
    with open_folder(tmp_path / "phone") as phone:
        backup(phone, repo, state_dir=tmp_path / "state")
    repo.load_index()
    flushed.clear()
    target = tmp_path / "restored"
    restore(repo, "latest", target)
    folders = {path for kind, path in flushed if kind == "folder"}
    assert {str(target), str(target / "shared"), str(target / "shared/DCIM")} <= folders
    files = [path for kind, path in flushed if kind == "file"]
    assert any(path.startswith(f"{target}/shared/DCIM/.phoneward-") for path in files), "before it has its name"
