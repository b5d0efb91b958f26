"""Coverage per app: four states, each with its reason, and never more than was seen."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward.phones import AppInventory, InstalledApp, Obstacle, Unreadable, Volume, VolumeKind
from phoneward.snapshots import (
    ApkState,
    AppCoverage,
    BackupResult,
    NoAppFilesError,
    State,
    coverage_of,
    next_step_sentence,
    reason_sentence,
    restore,
)
from tests.phones.androidbackup.abwriter import archive, manifest, tar
from tests.snapshots.bench import Vault
from tests.snapshots.scripted import SHARED, ScriptedPhone

TOP = b"/storage/emulated/0"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


XIAOMIS = archive(tar([manifest("com.tencent.mm")]), front=b"MIUI BACKUP\n2\ncom.tencent.mm WeChat\n-1\n0\n")
"""A backup that Xiaomi's own program made of an app."""


def app(package: str, user_id: int = 0, *, data: int | None = 1000, system: bool = False) -> InstalledApp:
    apk = b"/data/app/~~x==/" + package.encode() + b"/base.apk"
    paths = () if system else (apk,)
    return InstalledApp(package, user_id, 7, "1.7", is_system=system, apk_paths=paths, data_bytes=data)


def phone_with(*apps: InstalledApp) -> ScriptedPhone:
    phone = ScriptedPhone(inventory=AppInventory(apps, {"installer": "pm: unknown option -i"}))
    for one in apps:
        for path in one.apk_paths:
            phone.add(path, b"apk of " + one.package.encode())
    return phone


def rows(result: BackupResult) -> dict[tuple[str, int], AppCoverage]:
    assert result.coverage is not None
    return {(row.package, row.user_id): row for row in result.coverage.apps}


def test_private_data_alone_is_out_of_reach(vault: Vault) -> None:
    row = rows(vault.backup(phone_with(app("com.bank"))))[("com.bank", 0)]
    assert (row.state, row.reason, row.out_of_reach_bytes) == (State.OUT_OF_REACH, "private-out-of-reach", 1000)
    assert row.apk is ApkState.KEPT
    assert reason_sentence(row.reason) != row.reason
    assert next_step_sentence(row.next_step)


def test_what_lies_on_storage_makes_it_kept_in_part(vault: Vault) -> None:
    phone = phone_with(app("com.notes"))
    phone.add(TOP + b"/Android/media/com.notes/a", b"n" * 300)
    phone.add(TOP + b"/Android/data/com.notes/files/b", b"n" * 100)
    row = rows(vault.backup(phone))[("com.notes", 0)]
    assert (row.state, row.kept_files, row.kept_bytes, row.out_of_reach_bytes) == (State.PART, 2, 400, 600)


def test_kept_only_when_the_phone_says_there_is_nothing_private(vault: Vault) -> None:
    result = rows(vault.backup(phone_with(app("com.none", data=0), app("com.unknown", data=None))))
    assert result[("com.none", 0)].state is State.KEPT
    unknown = result[("com.unknown", 0)]
    assert (unknown.state, unknown.reason, unknown.out_of_reach_bytes) == (State.OUT_OF_REACH, "private-unknown", None)


def test_apps_with_private_data_are_counted_and_do_not_make_it_incomplete(vault: Vault) -> None:
    """Exit code 3 is for what the phone showed: docs/decisions/0005-snapshot-pass.md."""
    phone = phone_with(
        app("com.bank"), app("com.bank", 999), app("com.unknown", data=None), app("com.none", data=0),
        app("com.system", system=True), app("org.thoughtcrime.securesms"), app("com.notes"),
    )  # fmt: skip
    phone.storage = [SHARED, Volume(VolumeKind.USER, "999", b"/storage/emulated/999", "XSpace", 999)]
    phone.add(TOP + b"/signal-2024-01-02-03-04-05.backup", b"s" * 10)
    for folder in (b"/Android", b"/Android/media", b"/Android/media/com.notes"):
        phone.add_folder(TOP + folder)
    phone.add(TOP + b"/Android/media/com.notes/a", b"n" * 300)
    result = vault.backup(phone)
    assert result.complete, result.coverage and result.coverage.gaps
    assert result.private_apps == 3, "bank (once), unknown, notes"
    assert vault.backup(phone, dry_run=True).private_apps == 0


def test_an_app_of_a_closed_user_is_not_counted_as_private_alone(vault: Vault) -> None:
    phone = phone_with(app("com.work", 10))
    phone.storage = [SHARED, Volume(VolumeKind.USER, "10", b"/storage/emulated/10", "Work", 10, Obstacle.LOCKED)]
    result = vault.backup(phone)
    assert (result.complete, result.private_apps) == (False, 0)


def test_a_refused_folder_is_never_called_kept(vault: Vault) -> None:
    phone = phone_with(app("com.none", data=0))
    phone.entries.append(Unreadable(TOP + b"/Android/data", Obstacle.DENIED, "Permission denied"))
    result = vault.backup(phone)
    row = rows(result)[("com.none", 0)]
    assert (row.state, row.reason) == (State.OUT_OF_REACH, "some-missing")
    assert not result.complete


def test_a_sound_backup_counts_however_many_newer_ones_are_damaged(vault: Vault) -> None:
    """Seven newer ones were ruined on their way onto the phone: the one that opens is the one that counts."""
    phone = phone_with(app("com.tencent.mm"))
    folder = TOP + b"/MIUI/backup/AllBackup/%d0102_030405/WeChat(com.tencent.mm).bak"
    for year in range(2015, 2026):
        data = XIAOMIS if year < 2019 else XIAOMIS.replace(b"\n", b"\r\n")
        phone.add(folder % year, data, mtime_ns=int(dt.datetime(year, 1, 2, tzinfo=dt.UTC).timestamp()) * 10**9)
    row = rows(vault.backup(phone))[("com.tencent.mm", 0)]
    assert row.state is State.OWN_BACKUP
    assert [backup.date.year for backup in row.own_backups] == [2018, 2017, 2016, 2015]


def test_the_newest_backups_are_named_and_no_more(vault: Vault) -> None:
    phone = phone_with(app("org.thoughtcrime.securesms"))
    for day in range(1, 29):
        phone.add(TOP + b"/Backups/signal-2024-01-%02d-03-04-05.backup" % day, b"s", mtime_ns=2 * 10**18)
    row = rows(vault.backup(phone))[("org.thoughtcrime.securesms", 0)]
    assert [backup.date.day for backup in row.own_backups] == [28, 27, 26, 25, 24]


def test_an_own_backup_counts_with_its_own_date(vault: Vault) -> None:
    day = dt.datetime(2024, 3, 1, 2, 0, tzinfo=dt.UTC)
    phone = phone_with(app("com.whatsapp", data=9_000_000), app("org.thoughtcrime.securesms"), app("com.tencent.mm"))
    folder = TOP + b"/Android/media/com.whatsapp/WhatsApp/Databases/"
    phone.add(folder + b"msgstore.db.crypt15", b"w" * 500, mtime_ns=int(day.timestamp()) * 10**9)
    phone.add(folder + b"msgstore-2024-02-28.1.db.crypt15", b"w" * 400, mtime_ns=10**18)
    phone.add(folder + b"msgstore-increment-1.db.crypt15", b"w", mtime_ns=2 * 10**18)
    phone.add(TOP + b"/Backups/signal-2024-01-02-03-04-05.backup", b"s" * 10)
    phone.add(TOP + b"/MIUI/backup/AllBackup/20240102_030405/WeChat(com.tencent.mm).bak", XIAOMIS)
    result = vault.backup(phone)
    row = rows(result)[("com.whatsapp", 0)]
    assert row.state is State.OWN_BACKUP
    assert (row.own_backups[0].date, row.own_backups[0].bytes) == (day, 500)
    assert row.own_backups[0].path == "/shared/Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15"
    assert len(row.own_backups) == 2, "increments alone restore nothing"
    assert rows(result)[("org.thoughtcrime.securesms", 0)].state is State.OWN_BACKUP
    assert rows(result)[("com.tencent.mm", 0)].state is State.OWN_BACKUP
    assert result.coverage is not None
    assert result.coverage.totals.own_backup_bytes == 9_000_000 - 901 + 1000 + 1000
    unchanged = rows(vault.backup(phone))[("com.whatsapp", 0)]
    assert unchanged.own_backups == row.own_backups, "found again without being sent again"


def test_an_own_backup_that_did_not_come_over_does_not_count(vault: Vault) -> None:
    phone = phone_with(app("org.thoughtcrime.securesms"))
    phone.add(TOP + b"/signal-2024-01-02-03-04-05.backup", b"s" * 10)
    del phone.content[TOP + b"/signal-2024-01-02-03-04-05.backup"]
    assert rows(vault.backup(phone))[("org.thoughtcrime.securesms", 0)].state is State.OUT_OF_REACH
    torn = phone_with(app("org.thoughtcrime.securesms"))
    torn.add(TOP + b"/signal-2024-01-02-03-04-05.backup", b"s" * 10, size=11)
    assert rows(vault.backup(torn))[("org.thoughtcrime.securesms", 0)].state is State.OUT_OF_REACH


def test_other_users_and_cards_count_for_the_right_app(vault: Vault, tmp_path: Path) -> None:
    phone = phone_with(app("com.twin", 0), app("com.twin", 999), app("com.twin", 10))
    phone.storage = [
        SHARED,
        Volume(VolumeKind.USER, "999", b"/storage/emulated/999", "XSpace", 999),
        Volume(VolumeKind.USER, "10", b"/storage/emulated/10", "Work", 10, Obstacle.LOCKED),
        Volume(VolumeKind.CARD, "1A2B-3C4D", b"/storage/1A2B-3C4D"),
    ]
    phone.add(b"/storage/emulated/999/Android/data/com.twin/x", b"1" * 11)
    phone.add(b"/storage/1A2B-3C4D/Android/data/com.twin/y", b"1" * 22)
    result = vault.backup(phone)
    seen = {user: (row.state, row.kept_bytes) for (_package, user), row in rows(result).items()}
    assert seen == {0: (State.PART, 22), 999: (State.PART, 11), 10: (State.OUT_OF_REACH, 0)}
    assert result.coverage is not None
    assert result.coverage.totals.out_of_reach_bytes == 1000, "the figure is once, and speaks of no card"
    report = restore(vault.reopen(), "latest", tmp_path / "back", app="com.twin", durable=False)
    assert not report.issues
    assert sorted(str(p.relative_to(tmp_path / "back")) for p in (tmp_path / "back").rglob("*") if p.is_file()) == [
        "packages/com.twin/base.apk",
        "users/999/Android/data/com.twin/x",
        "volumes/1A2B-3C4D/Android/data/com.twin/y",
    ]
    for nothing in ("com.absent", "../packages"):
        with pytest.raises(NoAppFilesError):
            restore(vault.repo, "latest", tmp_path / "none", app=nothing)


def test_apk_files_are_kept_for_what_was_installed_or_updated(vault: Vault) -> None:
    updated = InstalledApp("com.system.updated", 0, is_system=True, apk_paths=(b"/data/app/u/base.apk",))
    builtin = InstalledApp("android", 0, is_system=True, apk_paths=(b"/system/framework/framework-res.apk",))
    split = InstalledApp("com.split", 0, apk_paths=(b"/data/app/s/base.apk", b"/data/app/s/split_config.de.apk"))
    silent = InstalledApp("com.silent", 0)
    phone = phone_with(updated, builtin, split, silent)
    result = vault.backup(phone)
    states = {package: row.apk for (package, _user), row in rows(result).items()}
    assert states == {
        "com.system.updated": ApkState.KEPT,
        "android": ApkState.NOT_WANTED,
        "com.split": ApkState.KEPT,
        "com.silent": ApkState.MISSING,
    }
    assert b"/system/framework/framework-res.apk" not in phone.asked
    restored = vault.restored_by_restic("latest") / "packages"
    assert (restored / "com.split/split_config.de.apk").read_bytes() == b"apk of com.split"
    again = phone_with(updated, builtin, split, silent)
    assert vault.backup(again).stats.files_sent == 0


def test_what_was_not_asked_and_what_went_missing_is_said(vault: Vault) -> None:
    phone = phone_with(app("com.one", data=None), app("com.android.providers.telephony", data=None, system=True))
    phone.storage = [SHARED, Volume(VolumeKind.CARD, "1A2B-3C4D", b"/storage/1A2B-3C4D")]
    vault.backup(phone)
    phone.storage = [SHARED]
    vault.backup(phone)
    coverage = coverage_of(vault.reopen(), "latest")
    assert coverage.not_checked == {"installer": "pm: unknown option -i", "checksums": "sha256sum"}
    assert coverage.missing_storages == ["card/1A2B-3C4D"]
    assert (coverage.totals.unknown_apps, coverage.totals.unknown_system_apps) == (1, 1)
    assert coverage.snapshot
    assert coverage.proof.level == "stored"
