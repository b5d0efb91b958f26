"""Backups on the phone that are folders, or several files: each counts once, whole, for its app, with its own day."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones import AppInventory, InstalledApp, Obstacle, Unreadable
from phoneward.phones.appbackups import moment_made
from phoneward.snapshots import AppCoverage, State, own_backup_rows
from phoneward.snapshots.app_backups import Standing, own_backup_row
from phoneward.snapshots.backupfiles import MAX_FILES
from phoneward.snapshots.coverage import OwnBackup
from phoneward.snapshots.ownbackups import MAX_OWN_BACKUPS
from phoneward.snapshots.ownbackups_noted import OwnBackups
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.phones.androidbackup.abwriter import archive, manifest, tar
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle
from tests.snapshots.covering import NOW, ago, app, coverage, own_backup
from tests.snapshots.scripted import ScriptedPhone

TOP = b"/storage/emulated/0/"
LATER_NS = int(dt.datetime(2026, 11, 1, tzinfo=dt.UTC).timestamp()) * 10**9
"""When all files were copied onto this phone: no day of a backup."""
XIAOMIS = archive(tar([manifest("com.tencent.mm")]), front=b"MIUI BACKUP\n2\ncom.tencent.mm WeChat\n-1\n0\n")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def take(vault: Vault, package: str, files: dict[bytes, int]) -> AppCoverage:
    """Back a phone with one app and these files up, and return what is said of the app."""
    phone = phone_with(package, files)
    result = vault.backup(phone)
    assert result.coverage is not None
    (row,) = result.coverage.apps
    return row


def phone_with(package: str, files: dict[bytes, int]) -> ScriptedPhone:
    phone = ScriptedPhone(inventory=AppInventory((InstalledApp(package, 0, 1, "1", data_bytes=10**9),)))
    above = {path.rsplit(b"/", depth)[0] for path in files for depth in range(1, path.count(b"/") + 1)}
    for folder in sorted(above):
        phone.add_folder(TOP + folder)
    for path, size in files.items():
        phone.add(TOP + path, b"x" * size, mtime_ns=LATER_NS)
    return phone


def test_signals_folder(vault: Vault) -> None:
    """signalapp/Signal-Android ArchiveFileSystem.kt; the one that is being written ends in -tmp."""
    top = b"Backups/SignalBackups/"
    row = take(
        vault,
        "org.thoughtcrime.securesms",
        {
            top + b"signal-backup-2026-03-01-04-05-06/main": 100,
            top + b"signal-backup-2026-03-01-04-05-06/metadata": 10,
            top + b"signal-backup-2026-03-01-04-05-06/files": 1,
            top + b"signal-backup-2026-04-01-04-05-06-tmp/metadata": 10,
            top + b"files/ab/abcdef": 5000,
        },
    )
    (own,) = row.own_backups
    assert own == OwnBackup(
        "/shared/Backups/SignalBackups/signal-backup-2026-03-01-04-05-06",
        dt.datetime(2026, 3, 1, 4, 5, 6, tzinfo=dt.UTC), 111, "signal", "backup", 3, "phone",
    )  # fmt: skip
    assert row.state is State.OWN_BACKUP


def test_neo_backup_in_its_three_layouts(vault: Vault) -> None:
    """NeoApplications/Neo-Backup Constants.kt: beside, inside, flat. Each says which package it is of."""
    row = take(
        vault,
        "com.tencent.mm",
        {
            b"Neo/com.tencent.mm/2026-01-02-03-04-05-678-user_0.properties": 5,
            b"Neo/com.tencent.mm/2026-01-02-03-04-05-678-user_0/data.tar.gz": 700,
            b"Neo/com.tencent.mm/2026-01-02-03-04-05-678-user_0/base.apk": 30,
            b"Neo/com.tencent.mm@2026-01-03-03-04-05-user_0.properties": 5,
            b"Neo/com.tencent.mm@2026-01-03-03-04-05-user_0/data.tar.gz": 800,
            b"Neo/com.tencent.mm/2026-01-04-03-04-05-678-user_10/backup.properties": 5,
            b"Neo/com.tencent.mm/2026-01-04-03-04-05-678-user_10/data.tar.gz": 900,
            b"Neo/com.other/2026-01-02-03-04-05-678-user_0.properties": 5,
            b"Neo/com.other/2026-01-02-03-04-05-678-user_0/data.tar.gz": 7,
            b"Neo/com.tencent.mm/2026-01-05-03-04-05-678-user_0.properties": 5,
        },
    )
    assert [(own.date.day, own.bytes, own.files) for own in row.own_backups] == [(4, 905, 2), (3, 800, 1), (2, 730, 2)]
    assert {own.app for own in row.own_backups} == {"neo-backup"}


def test_app_manager(vault: Vault) -> None:
    """MuntashirAkon/AppManager BackupItems.java, up to its fourth format; the fifth hides the package in a file."""
    row = take(
        vault,
        "com.tencent.mm",
        {
            b"AppManager/com.tencent.mm/0_before update/meta_v2.am.json": 5,
            b"AppManager/com.tencent.mm/0_before update/data0.tar.gz.0": 500,
            b"AppManager/backups/6f1c4f0e-1111-2222-3333-444455556666/info_v5.am.json": 5,
        },
    )
    (own,) = row.own_backups
    assert (own.path, own.bytes, own.app) == ("/shared/AppManager/com.tencent.mm/0_before update", 505, "app-manager")


def test_swift_backup_old_and_new(vault: Vault) -> None:
    """…/backups/apps/local/PACKAGE.{app,dat,xml}, and PACKAGE/BACKUP/PACKAGE.xml, as public programs read them."""
    top = b"SwiftBackup/accounts/8690a48a4fcc72f1/backups/apps/local/"
    row = take(
        vault,
        "com.tencent.mm",
        {
            top + b"com.tencent.mm.xml": 5,
            top + b"com.tencent.mm.dat": 500,
            top + b"com.tencent.mm.app": 50,
            top + b"com.tencent.mmx.dat": 9,
            top + b"com.tencent.mm/1700000000/com.tencent.mm.xml": 5,
            top + b"com.tencent.mm/1700000000/com.tencent.mm.dat": 600,
        },
    )
    assert sorted((own.bytes, own.files) for own in row.own_backups) == [(555, 3), (605, 2)]


def test_an_exported_chat_is_shown_and_does_not_make_the_app_kept(vault: Vault) -> None:
    row = take(vault, "jp.naver.line.android", {b"Download/[LINE] Chat history with Ann.txt": 40})
    assert (row.state, row.own_backups[0].kind, row.next_step) == (State.OUT_OF_REACH, "export", "own-backup-line")


def test_a_folder_of_which_a_file_did_not_come_over_does_not_count(vault: Vault) -> None:
    top = b"SignalBackups/signal-backup-2026-03-01-04-05-06/"
    phone = phone_with("org.thoughtcrime.securesms", {top + b"main": 100, top + b"metadata": 10})
    phone.entries.append(Unreadable(TOP + top + b"files", Obstacle.DENIED))
    result = vault.backup(phone)
    assert result.coverage is not None
    assert result.coverage.apps[0].own_backups == []


def test_a_copied_file_is_as_old_as_its_name_says_and_no_name_makes_it_newer(vault: Vault) -> None:
    row = take(
        vault,
        "org.thoughtcrime.securesms",
        {b"signal-2020-01-02-03-04-05.backup": 10, b"signal-2099-01-02-03-04-05.backup": 10},
    )
    days = [own.date.date().isoformat() for own in row.own_backups]
    assert days == ["2026-11-01", "2020-01-02"]


@given(st.none() | st.datetimes(timezones=st.just(dt.UTC)), st.none() | st.datetimes(timezones=st.just(dt.UTC)))
def test_a_backup_is_never_newer_than_its_file(named: dt.datetime | None, changed: dt.datetime | None) -> None:
    made = moment_made(named, changed)
    if named is None or changed is None:
        assert made == (named or changed)
    elif changed.year >= 2000:
        assert made is not None
        assert made <= changed
    else:
        assert made == named, "a clock that was never set says nothing"


def test_over_adb_a_phone_with_several_apps_backups(vault: Vault, phone: TestPhone) -> None:
    """A real adbd: WhatsApp, Signal and Xiaomi's own backup on the storage, found again when nothing is sent."""
    trees.put(phone.storage, "Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15", b"w" * 500)
    trees.put(phone.storage, "Backups/signal-2026-01-02-03-04-05.backup", b"s" * 70)
    trees.put(phone.storage, "MIUI/backup/AllBackup/20260102_030405/微信(com.tencent.mm).bak", XIAOMIS)
    trees.give_to_phone(phone.storage)
    packages = ("com.whatsapp", "org.thoughtcrime.securesms", "com.tencent.mm")
    phone.answer_with(state.SMALL.but(apps=(*state.SMALL.apps, state.App(packages[1], 10_150))))
    settle()
    for _time in range(2):
        result = vault.backup(adb_phone(phone))
        assert result.coverage is not None
        found = {row.package: row for row in result.coverage.apps if row.package in packages}
        assert {row.state for row in found.values()} == {State.OWN_BACKUP}
        assert {p: (own.bytes, own.app) for p, row in found.items() for own in row.own_backups} == {
            "com.whatsapp": (500, "whatsapp"),
            "org.thoughtcrime.securesms": (70, "signal"),
            "com.tencent.mm": (len(XIAOMIS), "xiaomi"),
        }


def test_backups_without_end_fill_no_memory() -> None:
    """An app that makes one every minute, or a phone that lies: the newest are noted, in whatever order they come."""
    noted = OwnBackups()
    for number in range(2000):
        day = number * 7 % 2000
        noted._add((0, "org.app"), b"%d" % day, OwnBackup(f"/shared/{day}", NOW - dt.timedelta(days=day), 1))
    found = noted.of(0, "org.app")
    assert [place for place, _backup in found] == [b"%d" % day for day in range(MAX_FILES + MAX_OWN_BACKUPS)]
    assert len(noted._found[0, "org.app"]) <= 2 * len(found)
    assert noted.of(10, "org.app") == []


def standing(package: str, *backups: OwnBackup, kept: State = State.OUT_OF_REACH) -> Standing | None:
    row = own_backup_row(app(package, kept, own_backups=list(backups)), NOW)
    return None if row is None else row.standing


def test_how_an_app_stands() -> None:
    assert standing("com.tencent.mm") is Standing.MISSING
    assert standing("com.tencent.mm", kept=State.KEPT) is None, "nothing of it is out of reach"
    assert standing("com.bank") is None, "nobody knows of a way"
    assert standing("com.machiav3lli.backup") is None, "it makes backups of others"
    assert standing("com.whatsapp", own_backup(7)) is Standing.FRESH
    assert standing("com.whatsapp", own_backup(8)) is Standing.OLD
    assert standing("com.tencent.mm", own_backup(13)) is Standing.FRESH, "made by hand: not every week"
    assert standing("com.tencent.mm", own_backup(14)) is Standing.OLD
    assert standing("com.bank", own_backup(9)) is Standing.OLD
    assert standing("com.whatsapp", own_backup(-3)) is Standing.UNDATED
    old, chat = own_backup(400), OwnBackup("/shared/x", ago(1), 5, "line", "export")
    assert standing("jp.naver.line.android", chat) is Standing.EXPORT
    assert standing("jp.naver.line.android", chat, old) is Standing.OLD, "a newer export does not hide an old backup"
    by_xiaomi = OwnBackup("/shared/x", ago(20), 5, "xiaomi")
    assert standing("com.whatsapp", by_xiaomi) is Standing.FRESH, "by the days of what made it"


def test_the_most_worrying_app_stands_first() -> None:
    apps = [
        app("com.whatsapp", State.OWN_BACKUP, own_backups=[own_backup(1)]),
        app("com.tencent.mm"),
        app("ch.threema.app", State.OWN_BACKUP, own_backups=[own_backup(40)]),
    ]
    rows = own_backup_rows(coverage(apps=apps), NOW)
    assert [row.app.package for row in rows] == ["com.tencent.mm", "ch.threema.app", "com.whatsapp"]
    assert [row.guide for row in rows] == ["wechat", "threema", "whatsapp"]
