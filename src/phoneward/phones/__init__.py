"""Phones: one protocol, several kinds. Knows no vault."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.phones.adb import (
    AdbDevice,
    AdbPhone,
    AdbTester,
    AdbUpdater,
    AdbWriter,
    QrPairing,
    check_state,
    connect_device,
    find_adb,
    list_adb_devices,
    pair,
    track_devices,
)
from phoneward.phones.adb.server import AdbServer as _AdbServer
from phoneward.phones.base import (
    ANDROID_BACKUP,
    IPHONE_BACKUP,
    AppInventory,
    Entry,
    FileKind,
    FileStream,
    Hashed,
    Hashes,
    HashPlace,
    Identity,
    InstalledApp,
    IphoneBackupFacts,
    ListingItem,
    Obstacle,
    Phone,
    Unreadable,
    Volume,
    VolumeKind,
)
from phoneward.phones.diagnosis import WORDS as SITUATION_WORDS
from phoneward.phones.diagnosis import Diagnosis, Seen, Situation, Tier, diagnose
from phoneward.phones.errors import (
    FileReadError,
    FolderMissingError,
    InstallCutOffError,
    InstallRefusedError,
    NoPhoneError,
    PhoneError,
    PhoneGoneError,
    PhoneNotFoundError,
    PhoneOfflineError,
    PhoneSilentError,
    PhoneUnauthorizedError,
    RecordBytesError,
    UpdateRefusedError,
)
from phoneward.phones.folder import FolderPhone
from phoneward.phones.guides import (
    Guide,
    ImportGuide,
    ImportWay,
    StoreGuide,
    guide_families,
    guide_for,
    guide_tip,
    import_guide,
    import_kinds,
    import_title,
    popup_steps,
    store_guides,
    store_named,
)
from phoneward.phones.makers import maker_named
from phoneward.phones.paths import is_below, is_clean
from phoneward.phones.picturing import PicturePhone, Removal
from phoneward.phones.records import (
    ADDRESS_COLUMNS,
    BLOB_VALUE,
    Record,
    RecordKind,
    RecordObstacle,
    Records,
    RecordsPhone,
    as_records,
)
from phoneward.phones.screenshots import screenshot_folders, screenshot_styles
from phoneward.phones.updating import (
    DefinedPermission,
    DeviceFacts,
    InstallOptions,
    PackageState,
    PastSigner,
    UpdatablePhone,
)
from phoneward.phones.usage import PictureAccess, SentBytes, UsagePhone
from phoneward.phones.words import translated_detail
from phoneward.phones.writing import ApkFile, NewFile, Refusal, WritablePhone, Written

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from phoneward.phones.adb.adbbackup import AdbBackup
    from phoneward.phones.androidbackup import AndroidBackupPhone
    from phoneward.phones.iosbackup import IphoneBackupPhone

__all__ = [
    "ADDRESS_COLUMNS",
    "ANDROID_BACKUP",
    "BLOB_VALUE",
    "IPHONE_BACKUP",
    "SITUATION_WORDS",
    "AdbDevice",
    "AdbPhone",
    "AdbTester",
    "AdbUpdater",
    "AdbWriter",
    "ApkFile",
    "AppInventory",
    "DefinedPermission",
    "DeviceFacts",
    "Diagnosis",
    "Entry",
    "FileKind",
    "FileReadError",
    "FileStream",
    "FolderMissingError",
    "Guide",
    "HashPlace",
    "Hashed",
    "Hashes",
    "Identity",
    "ImportGuide",
    "ImportWay",
    "InstallCutOffError",
    "InstallOptions",
    "InstallRefusedError",
    "InstalledApp",
    "IphoneBackupFacts",
    "ListingItem",
    "NewFile",
    "NoPhoneError",
    "Obstacle",
    "PackageState",
    "PastSigner",
    "Phone",
    "PhoneError",
    "PhoneGoneError",
    "PhoneNotFoundError",
    "PhoneOfflineError",
    "PhoneSilentError",
    "PhoneUnauthorizedError",
    "PictureAccess",
    "PicturePhone",
    "QrPairing",
    "Record",
    "RecordBytesError",
    "RecordKind",
    "RecordObstacle",
    "Records",
    "RecordsPhone",
    "Refusal",
    "Removal",
    "Seen",
    "SentBytes",
    "Situation",
    "StoreGuide",
    "Tier",
    "Unreadable",
    "UpdatablePhone",
    "UpdateRefusedError",
    "UsagePhone",
    "Volume",
    "VolumeKind",
    "WritablePhone",
    "Written",
    "adb_backup",
    "as_records",
    "check_state",
    "connect_device",
    "diagnose",
    "find_adb",
    "guide_families",
    "guide_for",
    "guide_tip",
    "import_guide",
    "import_kinds",
    "import_title",
    "is_below",
    "is_clean",
    "list_adb_devices",
    "maker_named",
    "open_adb",
    "open_android_backup",
    "open_folder",
    "open_iphone_backup",
    "pair",
    "popup_steps",
    "screenshot_folders",
    "screenshot_styles",
    "store_guides",
    "store_named",
    "track_phones",
    "translated_detail",
]


def open_folder(path: Path) -> FolderPhone:
    """Return a folder of this computer as a phone; it is opened by `with`, which may raise FolderMissingError."""
    return FolderPhone(path)


def open_android_backup(path: Path, password: Callable[[], str] | None = None) -> "AndroidBackupPhone":
    """Return an Android backup file (.ab, Xiaomi's .bak) as a phone.

    It is opened, and looked through from end to end, by `with`, which may raise a PhoneError that says what is wrong.

    Args:
        path: the file.
        password: asked once, and only where the file is encrypted.
    """
    from phoneward.phones.androidbackup import AndroidBackupPhone  # it brings AES along, which no other phone needs

    return AndroidBackupPhone(path, password)


def open_iphone_backup(path: Path, password: Callable[[], str] | None = None) -> "IphoneBackupPhone":
    """Return a folder with an iPhone's backup (Finder, iTunes, Apple Devices, idevicebackup2) as a phone.

    Its list of files is read by `with`, which may raise a PhoneError that says what is wrong.

    Args:
        path: the folder.
        password: asked once, and only where the backup is encrypted.
    """
    from phoneward.phones.iosbackup import IphoneBackupPhone  # it brings AES along, as above

    return IphoneBackupPhone(path, password)


def adb_backup(
    phone: AdbPhone, password: Callable[[], str] | None, heard: Callable[[int], None]
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
    from phoneward.phones.adb import adbbackup  # it brings AES along, as above

    return adbbackup.taken(phone, password, heard)


def open_adb(serial: str | None = None, *, allow_unencrypted: bool = False, idle_timeout: float = 60.0) -> AdbPhone:
    """Return an Android phone; it is opened by `with`, which may raise a PhoneError that says what stands in the way.

    Args:
        serial: adb's name of the phone (`list_adb_devices`), or HOST:PORT; None takes the only one attached.
        allow_unencrypted: take HOST:PORT of another machine although anyone on the network can listen.
        idle_timeout: seconds of silence after which the phone counts as gone.
    """
    return AdbPhone(serial, allow_unencrypted=allow_unencrypted, idle_timeout=idle_timeout)


def track_phones(idle_timeout: float) -> Iterator[list[AdbDevice]]:
    """Yield the phones that the adb server sees, now and after each change; see `adb.tracking.track_devices`.

    Args:
        idle_timeout: seconds without a change after which PhoneSilentError is raised.
    """
    return track_devices(_AdbServer(idle_timeout=idle_timeout))
