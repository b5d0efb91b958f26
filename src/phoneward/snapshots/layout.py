"""Where things stand in a snapshot (DESIGN, "Snapshot layout"), and which phone names may become names there."""

import re
from typing import Final

from phoneward.phones import IPHONE_BACKUP, Volume, VolumeKind
from phoneward.vault import FileId, Snapshot

DEVICE_DOCUMENT: Final = b"device.json"
PACKAGES_DOCUMENT: Final = b"packages.json"
COVERAGE_DOCUMENT: Final = b"coverage.json"

RECORDS: Final = b"/records"
"""Messages and calls as the phone told them: files that only the snapshot has, made of the phone's answers."""

SUMS: Final = b"/SHA256SUMS"
PROOFS: Final = b"/proofs"

PACKAGES: Final = b"/packages"
APP_DATA: Final = b"/appdata"
APP_DATA_NAME: Final = "appdata"
BEFORE_UNLOCK: Final = "user_de"
"""Names of the volumes with an app's private data: its data folder, and the one that is open before unlocking."""
SHARED: Final = b"/shared"
COMPUTER: Final = b"/computer"
DOMAINS: Final = b"/domains"
"""Of an iPhone backup: what is neither the camera roll nor an app's, one folder for each of Apple's domains."""
USERS: Final = b"/users"
VOLUMES: Final = b"/volumes"

_OWN: Final = {
    SUMS,
    PROOFS,
    RECORDS,
    *(b"/" + name for name in (DEVICE_DOCUMENT, PACKAGES_DOCUMENT, COVERAGE_DOCUMENT)),
}

TAG: Final = "phoneward"
PARTIAL_TAG: Final = "partial"
DEVICE_TAG_PREFIX: Final = "device:"

FULL_PATHS: Final = ("/",)
PARTIAL_PATHS: Final = ("/partial",)
"""restic groups snapshots by host and paths: a partial one is a group of its own and never a full one's `latest`."""

BACKUP_FILE_PATHS: Final = ("/backup-file",)
"""Of a backup file made long ago (`.ab`), not of a phone as it is: never a phone's `latest`, also not for restic, so
that what the recovery kit says brings back the phone."""

PROOF_TAG: Final = "phoneward-proof"
PROOF_SUBJECT_PREFIX: Final = "proof-of:"
PROOF_PATHS: Final = ("/proof",)
"""A proof that came after its snapshot is a snapshot of its own (a snapshot never changes): a group of its own for
restic, without the tag `phoneward`, so that nothing that asks for a phone's snapshots ever finds it. Its tag
`proof-of:<64 hex digits>` names the snapshot that it is about."""

STATE_TAG: Final = "phoneward-state"
STATE_PATHS: Final = ("/state",)
STATE_DOCUMENT: Final = b"state.json"
"""What a person decided (names of phones, settings, "done" marks, notes) lies in snapshots of its own too, likewise
without the tag `phoneward`. They hold one document and are of the vault, not of one phone."""

APP_FOLDERS: Final = (b"data", b"media", b"obb")
"""The folders of `Android/` on a storage that hold one folder per app (AOSP `Environment.java`)."""

MAIN_USER: Final = 0

_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*\Z")
_BUNDLE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*\Z")
_VOLUME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_APK: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.apk\Z")
_FILE_ID: Final = re.compile(r"[0-9a-f]{64}\Z")
MAX_PACKAGE_NAME: Final = 223
"""AOSP `FrameworkParsingPackageUtils.MAX_FILE_NAME_SIZE`."""


def is_package_name(name: str) -> bool:
    """Tell whether a phone's text is a package name as Android validates it, and so safe as a path component.

    Source: AOSP `FrameworkParsingPackageUtils.validateName` (`android`, the system itself, has no dot).
    """
    return len(name) <= MAX_PACKAGE_NAME and _PACKAGE.match(name) is not None


def is_app_name(name: str, kind: str) -> bool:
    """Tell whether a phone's text is the name of an app, and so safe as a path component.

    Args:
        name: as the phone told it.
        kind: of the phone (`Identity.kind`): an iPhone's apps have a bundle ID (Apple, `CFBundleIdentifier`: letters,
            digits, `-` and `.`; some have `_`).
    """
    if kind == IPHONE_BACKUP:
        return len(name) <= MAX_PACKAGE_NAME and _BUNDLE.match(name) is not None
    return is_package_name(name)


def is_volume_name(name: str) -> bool:
    """Tell whether a volume's name is safe as a path component ("999", "1A2B-3C4D")."""
    return _VOLUME.match(name) is not None


def is_volume_named(volume: Volume) -> bool:
    """Tell whether a volume's names are safe as path components: its own, and the package that it belongs to."""
    needs_package = volume.kind is VolumeKind.COMPUTER
    return is_volume_name(volume.name) and (is_package_name(volume.package) or not (volume.package or needs_package))


def is_apk_name(name: bytes) -> bool:
    """Tell whether an APK's file name is safe and plain ("base.apk", "split_config.de.apk")."""
    return _APK.match(name) is not None


def volume_prefix(volume: Volume) -> bytes:
    """Return where a volume's tree stands in a snapshot. Its names have been checked (`is_volume_named`)."""
    if volume.kind is VolumeKind.SHARED:
        return SHARED
    package = volume.package.encode("ascii")
    if volume.kind is VolumeKind.APP_DATA:
        return app_data_place(volume.package, volume.name) if package else APP_DATA
    if volume.kind is VolumeKind.DOMAINS:
        return DOMAINS
    if volume.kind is VolumeKind.COMPUTER:
        return COMPUTER + b"/" + package + b"/" + volume.name.encode("ascii")
    above = USERS if volume.kind is VolumeKind.USER else VOLUMES
    return above + b"/" + volume.name.encode("ascii")


def app_data_place(package: str, name: str = APP_DATA_NAME) -> bytes:
    """Return where an app's private data stands in a snapshot. Both names have been checked.

    Args:
        package: the app.
        name: of a second folder beside its data folder; `@` is in no package's name, so the two stand apart.
    """
    beside = "" if name == APP_DATA_NAME else "@" + name
    return APP_DATA + b"/" + (package + beside).encode("ascii")


def package_prefix(package: str) -> bytes:
    """Return where the APK files of a package stand in a snapshot. The name has been checked."""
    return PACKAGES + b"/" + package.encode("ascii")


def storage_prefix(user_id: int) -> bytes:
    """Return where a user's shared storage stands in a snapshot."""
    return SHARED if user_id == MAIN_USER else USERS + b"/" + str(user_id).encode("ascii")


def app_places(package: str, user_id: int) -> list[bytes]:
    """Return the folders of a user's storage that the system gives to this app: Android/data, media, obb."""
    name = package.encode("ascii")
    return [b"%s/Android/%s/%s" % (storage_prefix(user_id), folder, name) for folder in APP_FOLDERS]


def device_tag(device_id: str) -> str:
    """Return the tag that says which phone a snapshot is of."""
    return DEVICE_TAG_PREFIX + device_id


def is_own_document(snapshot: Snapshot, path: bytes) -> bool:
    """Tell whether a path in a snapshot is of Phoneward's making (lists, checksums, proofs, records): no file."""
    top = b"/" + path.strip(b"/").partition(b"/")[0]
    return TAG in snapshot.tags and top in _OWN


def is_of_backup_file(snapshot: Snapshot) -> bool:
    """Tell whether a finished snapshot is of a backup file, not of a phone as it is."""
    return TAG in snapshot.tags and snapshot.paths == BACKUP_FILE_PATHS


def is_proof(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot holds a later proof about another one, and nothing of a phone."""
    return (PROOF_TAG in snapshot.tags or snapshot.paths == PROOF_PATHS) and not is_state(snapshot)


def is_state(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot holds what a person decided, and nothing of a phone."""
    return STATE_TAG in snapshot.tags or snapshot.paths == STATE_PATHS


def is_record(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot is one that Phoneward writes beside those of phones: a later proof, or a state."""
    return is_proof(snapshot) or is_state(snapshot)


def proof_subject(snapshot: Snapshot) -> FileId | None:
    """Return the full ID of the snapshot that a proof is about; None for what is no proof, or names nothing."""
    if not is_proof(snapshot):
        return None
    named = [tag.removeprefix(PROOF_SUBJECT_PREFIX) for tag in snapshot.tags if tag.startswith(PROOF_SUBJECT_PREFIX)]
    return FileId(named[0]) if len(named) == 1 and _FILE_ID.match(named[0]) else None


def proof_tags(device_id: str, subject: FileId) -> tuple[str, ...]:
    """Return the tags of a later proof about a snapshot of this phone (an empty `device_id`: nobody knows which)."""
    return (PROOF_TAG, *((device_tag(device_id),) if device_id else ()), PROOF_SUBJECT_PREFIX + subject)


def parent_of(path: bytes) -> bytes:
    """Return the folder of a path in a snapshot; the root is `b""`."""
    return path[: path.rindex(b"/")]


def name_of(path: bytes) -> bytes:
    """Return the last component of a path in a snapshot."""
    return path[path.rindex(b"/") + 1 :]
