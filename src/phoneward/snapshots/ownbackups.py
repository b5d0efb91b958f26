"""Backups that apps make of themselves, recognised among the files of a snapshot by folder and name.

They are kept and dated, never opened. The table holds what is documented; each rule names its source.
"""

import re
from dataclasses import dataclass
from typing import Final

from phoneward.snapshots.layout import SHARED, USERS, VOLUMES, is_package_name

MAX_OWN_BACKUPS: Final = 5
"""Newest ones that coverage names for an app."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one app's own backups look.

    Attributes:
        package: whose they are; empty where the file's name tells (group `package`).
        folder: the folder below a storage's root, matched as a whole.
        name: the file's name, matched as a whole.
    """

    package: str
    folder: re.Pattern[bytes]
    name: re.Pattern[bytes]


def _rule(package: str, folder: bytes, name: bytes) -> Rule:
    return Rule(package, re.compile(folder, re.DOTALL), re.compile(name, re.DOTALL))


RULES: Final = (
    # WhatsApp help, "How to restore your chat history": WhatsApp/Databases, msgstore-YYYY-MM-DD.1.db.crypt14 and
    # msgstore.db.crypt14; since Android 11 below Android/media/com.whatsapp. Increments alone restore nothing.
    _rule(
        "com.whatsapp",
        rb"(Android/media/com\.whatsapp/)?WhatsApp/Databases",
        rb"msgstore(-\d{4}-\d\d-\d\d\.\d+)?\.db\.crypt\d+",
    ),
    _rule(
        "com.whatsapp.w4b",
        rb"(Android/media/com\.whatsapp\.w4b/)?WhatsApp Business/Databases",
        rb"msgstore(-\d{4}-\d\d-\d\d\.\d+)?\.db\.crypt\d+",
    ),
    # Signal Support, "Backup and Restore Messages": signal-YYYY-MM-DD-HH-MM-SS.backup in a folder the person chose.
    _rule("org.thoughtcrime.securesms", rb".*", rb"signal-\d{4}(-\d\d){2}(-\d\d){2,3}\.backup"),
    # Threema FAQ, "data backup": a ZIP archive threema-backup_<ID>_<time>_<version>.zip, in a folder the person chose.
    _rule("ch.threema.app", rb".*", rb"threema-backup_[0-9A-Za-z_.-]+\.zip"),
    # Aegis Authenticator, docs and `BackupsVersioningStrategy`: aegis-backup-YYYYMMDD-HHMMSS.json.
    _rule("com.beemdevelopment.aegis", rb".*", rb"aegis-(backup|export)-[0-9A-Za-z-]+\.json"),
    # SMS Backup & Restore (SyncTech), "XML files": sms-YYYYMMDDHHMMSS.xml and calls-….xml, in a folder of choice.
    _rule("com.riteshsahu.SMSBackupRestore", rb".*", rb"(sms|calls)-\d{14}\.xml"),
    # Xiaomi's local backup: MIUI/backup/AllBackup/<time>/<label>(<package>).bak.
    _rule("", rb"MIUI/backup/AllBackup/[^/]+", rb".*\((?P<package>[A-Za-z0-9_.]+)\)\.bak"),
)

_ENDINGS: Final = (b".backup", b".bak", b".zip", b".json", b".xml")

NEXT_STEPS: Final[dict[str, str]] = {
    "com.whatsapp": "own-backup-whatsapp",
    "com.whatsapp.w4b": "own-backup-whatsapp",
    "org.thoughtcrime.securesms": "own-backup-signal",
    "ch.threema.app": "own-backup-threema",
    "com.beemdevelopment.aegis": "own-backup-aegis",
    "com.riteshsahu.SMSBackupRestore": "own-backup-sms",
    "com.tencent.mm": "own-backup-wechat",
}
"""What a person can do so that an app's private data is kept after all; others get a general advice."""

OWN_FOLDERS: Final[dict[str, tuple[bytes, ...]]] = {
    # Folders on shared storage that are an app's own though the system does not say so.
    "com.whatsapp": (b"WhatsApp",),
    "com.whatsapp.w4b": (b"WhatsApp Business",),
    "com.tencent.mm": (b"tencent/MicroMsg",),
    "org.telegram.messenger": (b"Telegram",),
}

_STORAGE: Final = re.compile(
    b"(?P<shared>%s)|%s/(?P<user>[^/]+)|%s/[^/]+" % tuple(re.escape(p) for p in (SHARED, USERS, VOLUMES))
)


@dataclass(frozen=True, slots=True)
class StoragePath:
    """A folder of the snapshot as a storage's user sees it.

    Attributes:
        user_id: whose storage it is; 0 for shared storage and cards.
        folder: path below the storage's root, without a slash in front.
    """

    user_id: int
    folder: bytes


def storage_path(place: bytes) -> StoragePath | None:
    """Return what a folder of the snapshot is on its storage, or None where it is on none."""
    match = _STORAGE.match(place)
    if match is None or (len(place) > match.end() and place[match.end() : match.end() + 1] != b"/"):
        return None
    user = match.group("user")
    return StoragePath(int(user) if user is not None and user.isdigit() else 0, place[match.end() + 1 :])


def may_be_own_backup(name: bytes) -> bool:
    """Tell quickly whether a file's name is worth asking `recognise`: nearly all are not."""
    return name.endswith(_ENDINGS) or b".crypt" in name


def recognise(where: StoragePath, name: bytes) -> str | None:
    """Return the package whose own backup a file is, or None."""
    for rule in RULES:
        if not rule.folder.fullmatch(where.folder):
            continue
        match = rule.name.fullmatch(name)
        if match is None:
            continue
        package = rule.package or match.group("package").decode("ascii")
        return package if is_package_name(package) else None
    return None
