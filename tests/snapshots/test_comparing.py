"""What is taken for unchanged: never a file whose earlier content is doubtful, however its folder is compared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from phoneward.errors import PhonewardError
from phoneward.snapshots import BackupResult, backup, passes
from phoneward.snapshots.parents import Parent, find_parent
from phoneward.vault import Repository
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle


def taken(vault: Vault, phone: TestPhone) -> BackupResult:
    vault.reopen()
    with adb_phone(phone) as opened:
        return backup(opened, vault.repo, state_dir=vault.state, cache_dir=vault.folder / "cache")


def test_a_file_that_did_not_come_over_for_certain_is_sent_again(
    tmp_path: Path, phone: TestPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changed while it was read, or the phone's checksum was another: its times and size are as they were."""
    vault = Vault.make(tmp_path)
    trees.put(phone.storage, "a/b/torn", trees.content("torn", 5000))
    trees.put(phone.storage, "a/b/whole", trees.content("whole", 5000))
    trees.give_to_phone(phone.storage)
    settle()
    taken(vault, phone)
    assert taken(vault, phone).stats.files_sent == 0

    def with_doubt(repo: Repository, device: str, on_damaged: Callable[[str, PhonewardError], None]) -> Parent:
        parent = find_parent(repo, device, on_damaged)
        assert parent is not None
        parent.distrusted = frozenset({b"/storage/emulated/0/a/b/torn"})
        return parent

    monkeypatch.setattr(passes, "find_parent", with_doubt)
    assert taken(vault, phone).stats.files_sent == 1
