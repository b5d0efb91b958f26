"""What a phone is to the rest of the program. `phones/` knows no vault; a room above joins the two.

Every kind of phone (adb, a folder, an iPhone backup) passes the same suite: `tests/phones/suite.py`. A backup
file, into which nobody writes file by file, has tests of its own: `tests/phones/androidbackup/`.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol, Self, TypeAlias

import msgspec

ANDROID_BACKUP: Final = "android-backup"
"""`Identity.kind` of a backup file: what it holds is of a day long ago, and of no phone that is there."""

IPHONE_BACKUP: Final = "iphone-backup"
"""`Identity.kind` of a folder into which a computer backed an iPhone up: the phone as it was on that day."""


class FileKind(enum.Enum):
    """What a directory entry is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    OTHER = "other"
    """A device node, socket or pipe: named in coverage, never opened."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One name on the phone, as the phone described it. The phone may lie; nothing here is trusted with a size.

    Attributes:
        path: absolute path on the phone, raw bytes, starting with `/`; no empty, `.` or `..` component.
        size: bytes (files; 0 for others), below 2**63: a file said to be larger is Unreadable.
        mode: permission bits 0…0o7777, without the type.
        mtime_ns: modification time, nanoseconds since 1970 UTC; times that 64 bits cannot hold (before September
            1677, after April 2262) are told as the nearest whole second that they can.
        ctime_ns: inode change time where the phone can tell it, else None.
        link_target: a symbolic link's text, never followed.
    """

    path: bytes
    kind: FileKind
    size: int
    mode: int
    mtime_ns: int
    ctime_ns: int | None = None
    link_target: bytes | None = None


class Obstacle(enum.Enum):
    """Why something could not be had. Sentences for people are made from it in `snapshots.coverage`."""

    DENIED = "denied"
    VANISHED = "vanished"
    READ_ERROR = "read-error"
    BAD_NAME = "bad-name"
    SPECIAL = "special"
    TOO_LONG = "too-long"
    LOCKED = "locked"
    """Another user or profile whose storage the system keeps from us."""
    TWICE = "twice"
    """A backup file holds this name more than once: the last one is given, as when it is restored."""
    FOREIGN = "foreign"
    """A backup file holds this name where no Android puts anything."""
    ABSENT = "absent"
    """A folder of this computer that should go along, and that is not there or cannot be opened."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or folder that exists (or existed a moment ago) and could not be listed or read."""

    path: bytes
    obstacle: Obstacle
    detail: str = ""
    """The phone's own words, already made printable."""


class VolumeKind(enum.Enum):
    """Whose storage a volume is."""

    SHARED = "shared"
    """The main user's shared storage."""
    USER = "user"
    """Another user, an app twin or a work profile."""
    CARD = "card"
    """An SD card or USB drive."""
    APP_DATA = "app-data"
    """The private data of apps, one folder for each package; of one app alone where `Volume.package` names it."""
    DOMAINS = "domains"
    """What an iPhone backup holds beside the camera roll and the apps' data, one folder for each domain."""
    COMPUTER = "computer"
    """A folder of this computer that belongs to an app of the phone (`Volume.package`): backups that it made here."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A storage tree of the phone. Unreachable ones are listed too: a snapshot names what it does not hold.

    Attributes:
        name: stable name, one path component: "shared", the user id ("999"), the card's UUID ("1A2B-3C4D").
        root: absolute path on the phone.
        label: the phone's own words for it ("XSpace", "Work profile"), printable, may be empty.
        user_id: Android user id, where it belongs to one.
        obstacle: None when it can be listed, else why not.
        used_bytes: what the phone says is stored there, where it says so.
        package: the app that all of it belongs to, where it does.
        times_prove: False where equal times and sizes prove nothing (whole seconds without change times, another
            clock): all of it is read each time.
        left_out: names in its root that are left out with all below them: what Android makes anew.
    """

    kind: VolumeKind
    name: str
    root: bytes
    label: str = ""
    user_id: int | None = None
    obstacle: Obstacle | None = None
    used_bytes: int | None = None
    package: str = ""
    times_prove: bool = True
    left_out: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Which phone this is. Stable between connections.

    Attributes:
        id: stable, 16 lower-case hex digits, derived from the hardware serial (adb), the UDID (an iPhone), the real
            path (folder) or the content (a backup file).
        label: readable name, usable as a host name in a snapshot.
        kind: "adb", "folder", "android-backup" or "iphone-backup".
    """

    id: str
    label: str
    kind: str
    manufacturer: str = ""
    model: str = ""
    os_version: str = ""
    api_level: int | None = None
    build_fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class IphoneBackupFacts:
    """What an iPhone backup is like. A phone that is one has it as its attribute `iphone_backup`.

    Attributes:
        made: when the iPhone made it, UTC; None where the backup does not say.
        is_encrypted: then it also holds passwords, health data and the call history; None where it does not say.
    """

    made: dt.datetime | None
    is_encrypted: bool | None


@dataclass(frozen=True, slots=True)
class InstalledApp:
    """One app of one user.

    Attributes:
        apk_paths: base first, then the splits; absolute phone paths. Empty where the phone did not tell.
        first_installed_ns, last_updated_ns: nanoseconds since 1970 UTC; None where unknown.
        app_bytes, data_bytes, cache_bytes: the phone's own figures (`dumpsys diskstats`), None where unknown.
        is_debuggable: whether it was built for testing: then a computer may read its private data (`run-as`).
        initiating_installer: the package that asked for the install (Android 11 and later); empty where unknown.
        signer_hashes: what the phone shows of its signers' certificates, 32 bits each: they can prove a difference,
            never a match (`phones.updating.PastSigner.hash`). Empty where unknown.
        past_signer_hashes: the same of a proof of rotation, oldest first; empty where there is none, or unknown.
    """

    package: str
    user_id: int
    version_code: int | None = None
    version_name: str = ""
    installer: str = ""
    is_system: bool = False
    uid: int | None = None
    first_installed_ns: int | None = None
    last_updated_ns: int | None = None
    apk_paths: tuple[bytes, ...] = ()
    app_bytes: int | None = None
    data_bytes: int | None = None
    cache_bytes: int | None = None
    is_debuggable: bool = False
    initiating_installer: str = ""
    signer_hashes: tuple[int, ...] = ()
    past_signer_hashes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AppInventory:
    """The apps of every user, and what could not be asked.

    Attributes:
        not_asked: questions this phone's tools could not answer, as stable names (e.g. "installer",
            "data-size", "users"), each with the phone's words.
        backed_up: where this is a backup and no phone: how many files of each app's data it holds, by package.
        beside: the names of further folders of an app's private data (an iPhone's groups and extensions), by package.
    """

    apps: tuple[InstalledApp, ...] = ()
    not_asked: dict[str, str] = field(default_factory=dict)
    backed_up: dict[str, int] | None = None
    beside: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hashed:
    """What a phone computed of one file.

    Attributes:
        digest: SHA-256, 32 bytes; None where it could not be computed (the file is gone, may not be read, is none).
    """

    path: bytes
    digest: bytes | None


class Hashes(Protocol):
    """SHA-256 of files on their way from the phone; iterated once, by one thread."""

    def __iter__(self) -> Iterator[Hashed]:
        """Yield one item for each file that was asked for, in that order.

        Raises:
            PhoneError: the phone stopped answering, or answered what makes no sense; nothing more will come.
        """

    def stop(self) -> None:
        """End it from another thread: the iteration raises PhoneGoneError soon."""


class HashPlace(enum.Enum):
    """Where the SHA-256 of a file is computed."""

    PHONE = "phone"
    """By the phone's own tools: a fault of cable, adapter or this computer's memory shows."""
    HERE = "here"
    """By reading the file again."""
    NOWHERE = "nowhere"
    """This phone's tools know no SHA-256."""


class FileStream(Protocol):
    """One file on its way from the phone; iterated once.

    Its length is not bounded here: what comes is yielded, be it more or less than `Entry.size`. A phone may send one
    file for ever (a lie, or a log that grows as fast as it is read); whoever keeps it decides how much is enough, and
    stops iterating.
    """

    @property
    def path(self) -> bytes:
        """The absolute path that was asked for."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the content in pieces of at most 1 MiB.

        Raises:
            FileReadError: this file cannot be read (to the end); the next file can.
            PhoneGoneError: the connection is lost; nothing more will come.
        """


ListingItem: TypeAlias = Entry | Unreadable


class Phone(Protocol):
    """A source of files and facts. Reading only; writers (restore, install) are protocols of their own.

    Every implementation MUST:
    - treat all that comes from the device as hostile: bounded memory for any answer, paths checked component by
      component (`..`, empty, NUL refused as `Unreadable(BAD_NAME)`), never a path outside the asked root;
    - never follow a symbolic link, never open a special file;
    - yield every name that exists: as an Entry or as an Unreadable, never in silence;
    - raise PhoneGoneError when the connection is lost, and never end an iterator as though it were complete.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...

    @property
    def identity(self) -> Identity:
        """Which phone this is."""

    @property
    def mtime_precision_ns(self) -> int:
        """Granularity of `Entry.mtime_ns` and `ctime_ns` in listings: 1 for nanoseconds, 10**9 for whole seconds."""

    @property
    def size_modulus(self) -> int | None:
        """Where the phone tells sizes in few bits: the number at which they begin again at 0 (2**32); else None."""

    def now_ns(self) -> int:
        """The phone's own clock, nanoseconds since 1970 UTC: file times are compared with it, not with ours."""

    def volumes(self) -> list[Volume]:
        """Return all storage trees, reachable or not; the main user's shared storage first."""

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        """Walk a tree: every name below `root` (which is not itself listed), in any order, parents before children.

        Entries come as they are found: memory does not grow with the tree. A `root` that cannot be listed (missing,
        refused, a link) is itself yielded as an Unreadable.

        Args:
            root: a folder.
            precise: False allows times in whole seconds where those come much faster (several times over adb). Then
                unchanged files are found by seconds, and `stat` tells the exact times of the others.
        """

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe these paths now, in the order asked, one item each, at the precision of `list`."""

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """Stream these files in bulk, in the order asked, one FileStream each.

        A stream must be consumed before the next is asked for; what is left of it is skipped. `paths` is consumed
        lazily with a bounded read-ahead.
        """

    def read_from(self, path: bytes, offset: int) -> FileStream:
        """Stream one regular file from a byte on: a cut transfer of a huge file goes on in the middle.

        It has a connection of its own, opened when it is iterated; closing the iterator ends it. Links and special
        files are refused as by `read`. Whether this is still the file whose beginning was read is the caller's to
        find out (`stat`, before and after). Phones that cannot begin in the middle read over what is before it.

        Args:
            path: the file.
            offset: of the first byte wanted, 0…2**63 - 1. At or beyond the end nothing comes.

        Raises:
            ValueError: no file can have this offset.
        """

    @property
    def hash_place(self) -> HashPlace:
        """Where `hash` computes."""

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Hashes:
        """Compute the SHA-256 of files where they are, over a connection of its own. Not where `hash_place` is NOWHERE.

        It may run in another thread while the phone is listed and read.

        Args:
            files: paths, each with the size that is expected: what tells how long to wait. Taken lazily, by the thread
                that iterates, with a bounded read-ahead.
        """

    def apps(self) -> AppInventory:
        """Return the apps of every user. A phone that has no notion of apps (a folder) returns none."""


PhoneSession: TypeAlias = AbstractContextManager[Phone]
