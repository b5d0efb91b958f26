"""How long `adb backup` waits for the person and for the phone: real adb, with short bounds."""

import inspect
import time

import pytest

from phoneward.phones.adb import adbbackup
from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.androidbackup.errors import AndroidBackupRefusedError, AndroidBackupUnfinishedError
from tests.phone.state import AdbBackup
from tests.phone.testphone import TestPhone
from tests.phones.androidbackup.abwriter import Put, archive, manifest, tar
from tests.phones.test_adb import server_of

STREAM = archive(
    tar([manifest("org.example.notes"), Put(b"apps/org.example.notes/f/a", b"a" * 5000)]), compressed=False
)


def take(phone: TestPhone, answer: str) -> None:
    phone.answer_with(phone.state.but(adb_backup=AdbBackup(STREAM, STREAM, answer)))
    with AdbPhone(phone.serial, server=server_of(phone, idle_timeout=1.0)) as opened:
        adbbackup.take(opened, None, lambda _size: None)


def test_nobody_touches_the_phone(phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """The phone lies in another room: after the time to confirm it is given up, as though it had been refused."""
    monkeypatch.setattr(adbbackup, "CONFIRM_PATIENCE", 1.0)
    begun = time.monotonic()
    with pytest.raises(AndroidBackupRefusedError):
        take(phone, "silence 0")
    assert 2.0 <= time.monotonic() - begun < 40.0, "not before the person had their time, and not a minute later"


def test_a_phone_that_falls_silent_in_the_middle(phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a backup is never taken for whole, and nobody waits for its rest for ever."""
    monkeypatch.setattr(adbbackup, "CONFIRM_PATIENCE", 500.0)
    monkeypatch.setattr(adbbackup, "SILENCE_PATIENCE", 1.0)
    begun = time.monotonic()
    with pytest.raises(AndroidBackupUnfinishedError):
        take(phone, "silence 2000")
    assert 2.0 <= time.monotonic() - begun < 40.0


def test_the_time_that_a_person_has() -> None:
    """Android itself waits for a minute (TIMEOUT_FULL_CONFIRMATION), then for five for one app's files."""
    usual = inspect.signature(AdbPhone).parameters["idle_timeout"].default
    assert (usual + adbbackup.CONFIRM_PATIENCE, usual + adbbackup.SILENCE_PATIENCE) == (90.0, 330.0)
