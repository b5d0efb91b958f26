"""The coverage document: what a snapshot holds, what it does not, and how sure that is.

It lies in each snapshot as `/coverage.json` and is what `phoneward coverage --json` prints. `format` is 1; fields may
be added, never changed or removed. It holds stable codes, no sentences: those are made when it is shown (reasons.py).
"""

import datetime as dt
import enum
from typing import Annotated, Final

import msgspec

from phoneward.snapshots.gaps import Gap

FORMAT: Final = 1
MAX_DOCUMENT: Final = 256 << 20
"""Bytes of a coverage document that are read: 50,000 named gaps with long paths take less."""


class State(enum.StrEnum):
    """What a snapshot holds of an app or a storage."""

    KEPT = "kept"
    PART = "kept in part"
    OWN_BACKUP = "kept by its own backup"
    OUT_OF_REACH = "out of reach"


class ProofLevel(enum.StrEnum):
    """How sure it is that the vault holds what the phone held (DESIGN, promise 2)."""

    STORED = "stored"
    """Hashed on the way in; the packs were read back before they were written."""
    MATCHED = "matched"
    """SHA-256 computed on the phone equals the vault's."""
    RESTORED = "restored"
    """A restore was compared."""


class Proof(msgspec.Struct, frozen=True):
    """A proof level and since when it holds."""

    level: ProofLevel
    date: dt.datetime


class Levels(msgspec.Struct, frozen=True):
    """How sure the files of a snapshot are, counted.

    Attributes:
        files: all that are in `/SHA256SUMS/`, our own documents left out.
        stored: those that were never compared with the phone.
        matched: those whose SHA-256 on the phone was the vault's, in this run or an earlier one.
        mismatched: those of which the phone told another SHA-256 twice; they count as stored, too.
        oldest_match: the match that is longest ago.
    """

    files: int
    stored: int
    matched: int
    mismatched: int
    oldest_match: dt.datetime | None = None


class Area(enum.StrEnum):
    """Whose storage a row is about."""

    SHARED = "shared"
    USER = "user"
    CARD = "card"
    APPS = "installed-apps"
    APP_DATA = "app-data"
    """The private data of apps: of all that a backup holds, or of one app of a phone (`/appdata/<package>`)."""
    DOMAINS = "domains"
    """What else an iPhone backup holds, by Apple's domains."""
    COMPUTER = "computer"
    """A folder of this computer that belongs to an app of the phone."""


class StorageCoverage(msgspec.Struct, frozen=True):
    """One storage of the phone: the person's own files, another user's, a card, or the installed apps themselves.

    Attributes:
        path: where it stands in the snapshot.
        phone_path: where it is on the phone, readable.
        phone_bytes: what the phone says is stored there; None where it does not.
        gaps: how many names below it are missing or uncertain.
    """

    area: Area
    name: str
    label: str
    path: str
    phone_path: str
    state: State
    reason: str
    next_step: str
    files: int
    bytes: int
    phone_bytes: int | None
    gaps: int
    detail: str = ""


class OwnBackup(msgspec.Struct, frozen=True):
    """A backup that an app made of itself, found among the files of the snapshot.

    Attributes:
        path: where it stands in the snapshot, readable; a file or a folder.
        date: when it was made: by its name where that tells, else when its newest file was last changed.
        app: which app made it (`phones.appbackups`); empty in snapshots of older versions.
        kind: `backup`, which the app can put back, or `export`, which can only be read.
        files: how many files it is.
        place: where it came from: `phone` or `computer`.
    """

    path: str
    date: dt.datetime
    bytes: int
    app: str = ""
    kind: str = "backup"
    files: int = 1
    place: str = "phone"

    @property
    def restores(self) -> bool:
        """Whether the app that it is of can take it back."""
        return self.kind == "backup"


class BackupFile(msgspec.Struct, frozen=True):
    """A file that is called like an Android backup (.ab, Xiaomi's .bak), found among the files of the snapshot.

    Attributes:
        path: where it stands in the snapshot, readable.
        date: its modification time on the phone.
        state: what its beginning tells, as the vault has it (`backupfiles.FileState`).
    """

    path: str
    date: dt.datetime
    bytes: int
    state: str


class ApkState(enum.StrEnum):
    """Whether the app itself (not its data) is in the snapshot, so that an old version can come back."""

    KEPT = "kept"
    PART = "kept in part"
    MISSING = "missing"
    NOT_WANTED = "part-of-the-system"
    """It came with the phone's system and was never updated: it comes back with the system."""


class AppCoverage(msgspec.Struct, frozen=True):
    """One app of one user.

    Attributes:
        kept_files, kept_bytes: its files found on the storages (Android/data, media, obb, its own folders).
        phone_bytes: the phone's own figure for the app's data (`dumpsys diskstats`, the main user's, caches included:
            AOSP `StorageStats.getDataBytes`); None where the phone did not tell.
        out_of_reach_bytes: what of `phone_bytes` is not in the snapshot: the figure less what is kept of the app's
            private data, Android/data and Android/media; None where unknown. At most a day old, as the figure is.
        own_backups: newest first: of the phone at most `MAX_OWN_BACKUPS`, and those of this computer.
        detail: the phone's own words about a refusal.
    """

    package: str
    user_id: int
    version_name: str
    version_code: int | None
    is_system: bool
    state: State
    reason: str
    next_step: str
    apk: ApkState
    kept_files: int
    kept_bytes: int
    phone_bytes: int | None
    out_of_reach_bytes: int | None
    own_backups: list[OwnBackup] = []
    detail: str = ""


class RecordCoverage(msgspec.Struct, frozen=True):
    """Records of one kind that the phone keeps in a database of its own.

    Attributes:
        kind: `sms`, `mms` or `calls`.
        path: where they stand in the snapshot; empty where there are none.
        kept: how many are in the snapshot.
        missing: how many the phone listed that could not be read for certain, and were left out; of multimedia
            messages also those that are kept without something that belongs to them.
        android: the phone's version of Android, as it says.
        detail: the phone's own words about a refusal.
    """

    kind: str
    path: str
    state: State
    reason: str
    next_step: str
    kept: int
    missing: int
    android: str = ""
    detail: str = ""


class Totals(msgspec.Struct, frozen=True):
    """What would be lost if the phone broke now, in bytes by the phone's figures.

    Attributes:
        kept_files, kept_bytes: in the snapshot, the installed apps' own files included.
        own_backup_bytes: data of apps that are kept by their own backup, as far as it is not in the snapshot itself.
        out_of_reach_bytes: known to be on the phone and not in the snapshot.
        unknown_apps, unknown_system_apps: apps whose data nobody could measure, so that the figures say too little.
    """

    kept_files: int
    kept_bytes: int
    own_backup_bytes: int
    out_of_reach_bytes: int
    unknown_apps: int
    unknown_system_apps: int


class IphoneBackup(msgspec.Struct, frozen=True):
    """That a snapshot is of an iPhone backup.

    Attributes:
        made: when the iPhone made it; None where it does not say.
        encrypted: then it also holds passwords, health data and the call history; None where it does not say.
    """

    made: dt.datetime | None
    encrypted: bool | None


class Waiting(msgspec.Struct, frozen=True):
    """What a backup that was cut short had still to send."""

    files: int
    bytes: int


class Coverage(msgspec.Struct, frozen=True):
    """What one snapshot covers.

    Attributes:
        complete: False where any name that the phone showed is missing or uncertain, or a storage was unreachable.
        partial: the backup was cut short.
        gap_counts: how many gaps there are by reason; `gaps` names at most the first 50,000.
        not_checked: questions the phone could not answer, with its words: nothing is known about them.
        missing_storages: storages that the snapshot before had and that were not there this time.
        clock_went_back: the phone's clock was set back since the snapshot before.
        proof: the level that every file has.
        levels: how many files have which; None in a snapshot of a version that did not count them.
        backup_files: Android's backup files among the phone's files, newest first, at most 200.
        iphone_backup: what it is like, where the snapshot is of an iPhone's backup.
        records: messages and calls; None where they were not asked for (a folder, a version that did not ask).
    """

    format: Annotated[int, msgspec.Meta(ge=1)]
    device: str
    label: str
    taken: dt.datetime
    complete: bool
    partial: bool
    proof: Proof
    totals: Totals
    storages: list[StorageCoverage]
    apps: list[AppCoverage]
    gap_counts: dict[str, int]
    gaps: list[Gap]
    not_checked: dict[str, str]
    missing_storages: list[str] = []
    waiting: Waiting | None = None
    clock_went_back: bool = False
    levels: Levels | None = None
    records: list[RecordCoverage] | None = None
    backup_files: list[BackupFile] = []
    iphone_backup: IphoneBackup | None = None
    snapshot: str = ""
    """The snapshot's id. Empty inside the snapshot itself, which cannot hold its own hash."""

    @property
    def is_of_backup_file(self) -> bool:
        """Whether it is of a backup and not of a phone: only there the data of all apps is one storage."""
        return any(storage.area == Area.APP_DATA and storage.path == "/appdata" for storage in self.storages)


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Coverage)


def encode_coverage(coverage: Coverage) -> bytes:
    """Return the document as indented JSON with a newline at its end."""
    return msgspec.json.format(_encoder.encode(coverage), indent=1) + b"\n"


def decode_coverage(data: bytes) -> Coverage:
    """Return the document's content.

    Raises:
        ValueError: not a coverage document of a format known here.
    """
    try:
        coverage = _decoder.decode(data)
        for gap in coverage.gaps:
            gap.raw_path  # noqa: B018 - raises ValueError for base64 that is none
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if coverage.format != FORMAT:
        raise ValueError(f"format {coverage.format}")
    return coverage
