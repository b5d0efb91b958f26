"""Whole backups of a real adbd with real tools: what comes over is what is there, and the rest is named."""

from pathlib import Path

import pytest

from phoneward.snapshots import ApkState, State, restore
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.phone.trees import Digest, tree_digest
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def as_restored(found: dict[bytes, Digest]) -> dict[bytes, Digest]:
    """Without the setgid bit that shared storage has: restic's root sets it, our restore never does."""
    return {name: Digest(d.kind, d.mode & 0o777, d.mtime_ns, d.content) for name, d in found.items()}


def test_first_second_and_changed(vault: Vault, phone: TestPhone) -> None:
    trees.typical(phone.storage)
    phone.answer_with(state.SMALL)
    settle()
    first = vault.backup(adb_phone(phone))
    assert first.complete, first.coverage and first.coverage.gaps
    restored = vault.restored_by_restic("latest")
    assert as_restored(tree_digest(restored / "shared")) == as_restored(tree_digest(phone.storage))
    for app in state.SMALL.apps[1:]:
        for path in app.apk_paths:
            name = path.rpartition("/")[2]
            assert (restored / "packages" / app.name / name).read_bytes() == state.apk_bytes(app, name)
    assert not (restored / "packages/com.android.settings").exists()

    down = phone.proxy.status().down
    second = vault.backup(adb_phone(phone))
    assert (second.stats.files_sent, second.stats.data_blobs) == (0, 0)
    assert second.stats.files_unmodified == first.stats.files_listed
    assert phone.proxy.status().down - down < 300_000, "a listing, not the files"
    assert vault.subtree(first.snapshot_id or "", b"/shared") == vault.subtree(second.snapshot_id or "", b"/shared")

    trees.put(phone.storage, "DCIM/Camera/IMG_20240201_120000.jpg", trees.content("new", 123_456))
    trees.put(phone.storage, "Documents/notes.txt", b"milk\nbread\neggs\n")
    trees.give_to_phone(phone.storage)
    settle()
    third = vault.backup(adb_phone(phone))
    assert (third.stats.files_sent, third.stats.bytes_sent) == (2, 123_456 + 16)
    assert (third.stats.files_new, third.stats.files_changed) == (1, 1)
    assert as_restored(tree_digest(vault.restored_by_restic("latest") / "shared")) == as_restored(
        tree_digest(phone.storage)
    )
    vault.check()


def test_hostile_names_come_over(vault: Vault, phone: TestPhone) -> None:
    trees.hostile_names(phone.storage)
    trees.links_and_pipes(phone.storage)
    result = vault.backup(adb_phone(phone))
    assert result.coverage is not None
    assert [(gap.path.rpartition("/")[2], gap.reason) for gap in result.coverage.gaps] == [("pipe", "special")]
    expected = as_restored(tree_digest(phone.storage))
    del expected[b"pipe"]
    assert as_restored(tree_digest(vault.restored_by_restic("latest") / "shared")) == expected
    report = restore(vault.reopen(), "latest", vault.folder / "ours", durable=False)
    assert not report.issues
    ours = as_restored(tree_digest(vault.folder / "ours/shared"))
    assert {n: d for n, d in ours.items() if d.kind != "symlink"} == {
        n: d for n, d in expected.items() if d.kind != "symlink"
    }


def test_what_may_not_be_read_is_named_and_the_rest_is_kept(vault: Vault, phone: TestPhone) -> None:
    closed, opened = trees.unreadable(phone.storage)
    result = vault.backup(adb_phone(phone))
    assert not result.complete
    assert result.coverage is not None
    named = {gap.path.encode().removeprefix(b"/storage/emulated/0/"): gap.reason for gap in result.coverage.gaps}
    assert named == dict.fromkeys(closed, "denied")
    assert all(gap.detail for gap in result.coverage.gaps), "the phone's own words"
    held = tree_digest(vault.restored_by_restic("latest") / "shared")
    assert all(path in held for path in opened)
    assert not any(path in held for path in closed if b"secret" in path)


def test_all_users_and_cards_are_listed(vault: Vault, phone: TestPhone) -> None:
    phone.answer_with(state.FULL)
    trees.typical(phone.storage)
    trees.put(phone.user_storage(10), "Android/data/com.example.work/files/report", b"work")
    trees.give_to_phone(phone.user_storage(10))
    trees.put(phone.card(), "DCIM/card.jpg", trees.content("card", 70_000))
    trees.give_to_phone(phone.card())
    result = vault.backup(adb_phone(phone))
    assert result.coverage is not None
    states = {(row.area.value, row.name): row.state for row in result.coverage.storages}
    assert states == {
        ("shared", "shared"): State.KEPT,
        ("user", "10"): State.KEPT,
        ("user", "999"): State.OUT_OF_REACH,
        ("card", "1A2B-3C4D"): State.KEPT,
        ("installed-apps", ""): State.KEPT,
    }
    assert not result.complete, "the app twin's storage is closed"
    restored = vault.restored_by_restic("latest")
    assert as_restored(tree_digest(restored / "users/10")) == as_restored(tree_digest(phone.user_storage(10)))
    assert as_restored(tree_digest(restored / "volumes/1A2B-3C4D")) == as_restored(tree_digest(phone.card()))
    apps = {(row.package, row.user_id): row for row in result.coverage.apps}
    wechat = apps[("com.tencent.mm", 0)]
    assert (wechat.state, wechat.apk, wechat.phone_bytes) == (State.PART, ApkState.KEPT, 11_000_000_000)
    assert wechat.kept_bytes > 0
    assert wechat.out_of_reach_bytes == 11_000_000_000, "its old folder on the storage is not in the phone's figure"
    twin = apps[("com.tencent.mm", 999)]
    assert (twin.state, twin.reason) == (State.OUT_OF_REACH, "user-unreachable")
    assert apps[("com.example.work", 10)].state is State.PART
    assert apps[("com.whatsapp", 0)].state is State.OWN_BACKUP
    notes = apps[("org.example.notes", 0)]
    assert (notes.state, notes.reason, notes.out_of_reach_bytes) == (State.OUT_OF_REACH, "private-unknown", None)


@pytest.mark.parametrize("missing", ["stat", "find"])
def test_an_older_phone_gives_the_same_content(vault: Vault, phone: TestPhone, missing: str) -> None:
    trees.typical(phone.storage)
    (phone.root / "system/bin" / missing).unlink()
    settle()
    vault.backup(adb_phone(phone))
    held = {name: d.content for name, d in tree_digest(vault.restored_by_restic("latest") / "shared").items()}
    assert held == {name: d.content for name, d in tree_digest(phone.storage).items()}
    second = vault.backup(adb_phone(phone))
    assert second.stats.files_sent == 0


def test_a_phone_that_learns_to_tell_finer_times_sends_nothing_again(vault: Vault, phone: TestPhone) -> None:
    trees.typical(phone.storage)
    settle()
    stat = phone.root / "system/bin/stat"
    stat.rename(stat.with_name("stat-away"))
    vault.backup(adb_phone(phone))
    stat.with_name("stat-away").rename(stat)
    assert vault.backup(adb_phone(phone)).stats.files_sent == 0
    stat.rename(stat.with_name("stat-away"))
    assert vault.backup(adb_phone(phone)).stats.files_sent == 0
