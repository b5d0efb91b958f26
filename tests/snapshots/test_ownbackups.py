"""Which files count as an app's own backup. Names are those of the apps' documentation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.snapshots.layout import is_package_name
from phoneward.snapshots.ownbackups import StoragePath, may_be_own_backup, recognise, storage_path

KNOWN = [
    (b"/shared/Android/media/com.whatsapp/WhatsApp/Databases", b"msgstore.db.crypt15", "com.whatsapp"),
    (b"/shared/WhatsApp/Databases", b"msgstore-2021-05-04.1.db.crypt12", "com.whatsapp"),
    (b"/users/999/WhatsApp/Databases", b"msgstore.db.crypt14", "com.whatsapp"),
    (
        b"/shared/Android/media/com.whatsapp.w4b/WhatsApp Business/Databases",
        b"msgstore.db.crypt14",
        "com.whatsapp.w4b",
    ),
    (b"/shared/Signal/Backups", b"signal-2024-01-02-03-04-05.backup", "org.thoughtcrime.securesms"),
    (b"/shared", b"signal-2020-01-02-03-04-05.backup", "org.thoughtcrime.securesms"),
    (b"/volumes/1A2B-3C4D/x/y", b"threema-backup_ABCD1234_1600000000000_1.zip", "ch.threema.app"),
    (b"/shared/Documents", b"aegis-backup-20240101-120000.json", "com.beemdevelopment.aegis"),
    (b"/shared/SMSBackupRestore", b"sms-20240101120000.xml", "com.riteshsahu.SMSBackupRestore"),
    (b"/shared/MIUI/backup/AllBackup/20240101_120000", "微信(com.tencent.mm).bak".encode(), "com.tencent.mm"),
]

OTHERS = [
    (b"/shared/WhatsApp/Databases", b"msgstore-increment-1-2021-05-04.1.db.crypt12"),
    (b"/shared/WhatsApp/Databases", b"wa.db.crypt14"),
    (b"/shared/Other/WhatsApp/Databases/x", b"msgstore.db.crypt14"),
    (b"/shared/MIUI/backup/AllBackup/20240101_120000", b"evil(../../x).bak"),
    (b"/shared/Download", b"notes(com.tencent.mm).bak"),
    (b"/packages/com.whatsapp", b"signal-2024-01-02-03-04-05.backup"),
    (b"/sharedX", b"signal-2024-01-02-03-04-05.backup"),
    (b"/shared/Signal", b"signal-2024-01-02-03-04-05.backup.tmp"),
]


@pytest.mark.parametrize(("folder", "name", "package"), KNOWN)
def test_documented_names_are_recognised(folder: bytes, name: bytes, package: str) -> None:
    where = storage_path(folder)
    assert where is not None
    assert may_be_own_backup(name)
    found = recognise(where, name)
    assert found is not None
    assert found.package == package


@pytest.mark.parametrize(("folder", "name"), OTHERS)
def test_others_are_not(folder: bytes, name: bytes) -> None:
    where = storage_path(folder)
    assert where is None or recognise(where, name) is None


def test_the_user_of_a_storage() -> None:
    assert storage_path(b"/shared/a/b") == StoragePath(0, b"a/b")
    assert storage_path(b"/users/999") == StoragePath(999, b"")
    assert storage_path(b"/volumes/1A2B-3C4D/a") == StoragePath(0, b"a")
    assert storage_path(b"") is None


@given(st.binary(), st.binary())
def test_any_name_is_answered(folder: bytes, name: bytes) -> None:
    where = storage_path(b"/shared/" + folder)
    assert where is not None
    found = recognise(where, name)
    assert found is None or (is_package_name(found.package) and may_be_own_backup(name))
