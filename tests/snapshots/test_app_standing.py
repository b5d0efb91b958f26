"""Which of an app's files are proven, and which the phone still has: what tells after an update that all is there."""

from pathlib import Path

import pytest

from phoneward.snapshots import StillThere, backup, still_there, unproven_files
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle
from tests.snapshots.test_app_data_runas import NAME, WITH_DEV, data, put


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture
def dev(phone: TestPhone) -> TestPhone:
    phone.answer_with(WITH_DEV)
    put(phone, "databases/notes.db", b"notes")
    put(phone, "files/a", b"a" * 100)
    put(phone, "locked", b"l", kind="user_de")
    trees.put(phone.storage, f"Android/media/{NAME}/p.jpg", b"picture")
    trees.put(phone.storage, "DCIM/other.jpg", b"other")
    trees.give_to_phone(phone.storage)
    settle()
    return phone


def test_what_is_gone_resized_or_cannot_be_seen_is_counted_and_named(vault: Vault, dev: TestPhone) -> None:
    with adb_phone(dev) as phone:
        taken = backup(phone, vault.reopen(), state_dir=vault.state, verify_apps=[NAME])
        ref = taken.snapshot_id or ""
        assert still_there(vault.repo, ref, phone, NAME, phone.apps()) == StillThere(4, 4)
        (data(dev) / "databases/notes.db").unlink()
        (data(dev) / "files/a").write_bytes(b"a")
        trees.put(dev.storage, "DCIM/other.jpg", b"changed, and of no app")
        found = still_there(vault.repo, ref, phone, NAME, phone.apps())
        assert (found.files, found.same, found.resized, found.gone, found.not_seen) == (4, 2, 1, 1, 0)
        assert found.named_gone == [f"/appdata/{NAME}/databases/notes.db".encode()]
        assert found.named_resized == [f"/appdata/{NAME}/files/a".encode()]
        (dev.storage / f"Android/media/{NAME}/p.jpg").unlink()
        (dev.storage / f"Android/media/{NAME}/p.jpg").mkdir()
        dev.answer_with(WITH_DEV.but(apps=WITH_DEV.apps[:-1]))
        found = still_there(vault.repo, ref, phone, NAME, phone.apps())
        assert (found.same, found.gone, found.not_seen) == (0, 1, 3), "what nobody can look into is not gone"


def test_a_file_is_unproven_until_the_phone_told_the_same_checksum(vault: Vault, dev: TestPhone) -> None:
    tool = dev.root / "system/bin/sha256sum"
    aside = tool.rename(tool.with_name("aside"))
    with adb_phone(dev) as phone:
        backup(phone, vault.reopen(), state_dir=vault.state)
    found = unproven_files(vault.reopen(), "latest", NAME)
    assert f"/appdata/{NAME}/files/a".encode() in found
    assert f"/packages/{NAME}/base.apk".encode() in found
    assert b"/shared/DCIM/other.jpg" not in found
    aside.rename(tool)
    with adb_phone(dev) as phone:
        backup(phone, vault.reopen(), state_dir=vault.state, verify_apps=[NAME])
    assert unproven_files(vault.reopen(), "latest", NAME) == []
    assert b"/shared/DCIM/other.jpg" not in unproven_files(vault.reopen(), "latest", "com.whatsapp")
