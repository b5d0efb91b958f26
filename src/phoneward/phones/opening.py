"""Opens phones of each kind; what a kind needs is loaded for that kind (adb's messages, AES)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from phoneward.phones.adb import AdbDevice, AdbPhone
    from phoneward.phones.adb.adbbackup import AdbBackup
    from phoneward.phones.androidbackup import AndroidBackupPhone
    from phoneward.phones.folder import FolderPhone
    from phoneward.phones.iosbackup import IphoneBackupPhone


def open_folder(path: Path) -> "FolderPhone":
    """Return a folder of this computer as a phone; it is opened by `with`, which may raise FolderMissingError."""
    from phoneward.phones.folder import FolderPhone

    return FolderPhone(path)


def open_android_backup(path: Path, password: Callable[[], str] | None = None) -> "AndroidBackupPhone":
    """Return an Android backup file (.ab, Xiaomi's .bak) as a phone.

    It is opened, and looked through from end to end, by `with`, which may raise a PhoneError that says what is wrong.

    Args:
        path: the file.
        password: asked once, and only where the file is encrypted.
    """
    from phoneward.phones.androidbackup import AndroidBackupPhone

    return AndroidBackupPhone(path, password)


def open_iphone_backup(path: Path, password: Callable[[], str] | None = None) -> "IphoneBackupPhone":
    """Return a folder with an iPhone's backup (Finder, iTunes, Apple Devices, idevicebackup2) as a phone.

    Its list of files is read by `with`, which may raise a PhoneError that says what is wrong.

    Args:
        path: the folder.
        password: asked once, and only where the backup is encrypted.
    """
    from phoneward.phones.iosbackup import IphoneBackupPhone

    return IphoneBackupPhone(path, password)


def adb_backup(
    phone: "AdbPhone", password: Callable[[], str] | None, heard: Callable[[int], None]
) -> "AbstractContextManager[AdbBackup]":
    """Have a phone's apps make the backup that Android knows, and open it as a further source.

    Somebody must confirm it on the phone. It is asked for, and looked through from end to end, by `with`.

    Args:
        phone: open.
        password: asked once, and only where the backup is encrypted.
        heard: told how many bytes have come.

    Raises:
        PhoneError: nothing came of it; the sentence says why. The phone is as usable as before.
    """
    from phoneward.phones.adb import adbbackup

    return adbbackup.taken(phone, password, heard)


def open_adb(serial: str | None = None, *, allow_unencrypted: bool = False, idle_timeout: float = 60.0) -> "AdbPhone":
    """Return an Android phone; it is opened by `with`, which may raise a PhoneError that says what stands in the way.

    Args:
        serial: adb's name of the phone (`list_adb_devices`), or HOST:PORT; None takes the only one attached.
        allow_unencrypted: take HOST:PORT of another machine although anyone on the network can listen.
        idle_timeout: seconds of silence after which the phone counts as gone.
    """
    from phoneward.phones.adb import AdbPhone

    return AdbPhone(serial, allow_unencrypted=allow_unencrypted, idle_timeout=idle_timeout)


def track_phones(idle_timeout: float) -> "Iterator[list[AdbDevice]]":
    """Yield the phones that the adb server sees, now and after each change; see `adb.tracking.track_devices`.

    Args:
        idle_timeout: seconds without a change after which PhoneSilentError is raised.
    """
    from phoneward.phones.adb import track_devices
    from phoneward.phones.adb.server import AdbServer

    return track_devices(AdbServer(idle_timeout=idle_timeout))
