"""The backup as a phone: the camera roll, the apps' data, and the rest by domain (`places.py`)."""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from phoneward.errors import readable
from phoneward.phones.base import (
    IPHONE_BACKUP,
    AppInventory,
    Entry,
    FileKind,
    FileStream,
    Hashes,
    HashPlace,
    Identity,
    InstalledApp,
    IphoneBackupFacts,
    ListingItem,
    Obstacle,
    Unreadable,
    Volume,
    VolumeKind,
)
from phoneward.phones.errors import FileReadError
from phoneward.phones.folder.tree import Walk
from phoneward.phones.iosbackup.backup import AskPassword, Backup
from phoneward.phones.iosbackup.facts import App
from phoneward.phones.iosbackup.index import Held
from phoneward.phones.iosbackup.manifest import Manifest
from phoneward.phones.iosbackup.places import APP_DATA, DOMAINS, SHARED
from phoneward.phones.iosbackup.records import IphoneRecords
from phoneward.phones.iosbackup.sealed import plain_manifest
from phoneward.phones.labels import host_label
from phoneward.phones.numbers import checked_offset
from phoneward.phones.paths import is_clean
from phoneward.phones.records import Record, RecordKind, Records
from phoneward.phones.rereading import RereadHashes
from phoneward.phones.words import NOT_A_FILE, NOT_A_PATH

_MAKER = "Apple"


class IphoneBackupPhone:
    """A folder that Finder, iTunes, Apple Devices or idevicebackup2 backed an iPhone up to.

    Args:
        path: the folder.
        password: asked once, and only where the backup is encrypted.
    """

    def __init__(self, path: Path, password: AskPassword | None = None) -> None:
        self._path = path
        self._password = password
        self._open: tuple[Backup, Manifest] | None = None
        self._asked: IphoneRecords | None = None

    def __enter__(self) -> Self:
        """Open the folder and read its list of files.

        Raises:
            IphoneBackupError: what is wrong with it.
        """
        backup = Backup(self._path)
        try:
            backup.unlock(self._password)
            with plain_manifest(backup) as database:
                self._open = backup, Manifest(database, backup.facts.apps, backup.name)
        except BaseException:  # an interrupt too must not leave the folder open
            backup.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        if self._asked is not None:
            self._asked.close()
            self._asked = None
        if self._open is not None:
            backup, manifest = self._open
            manifest.index.close()
            backup.close()
        self._open = None

    @property
    def _backup(self) -> Backup:
        assert self._open is not None, "use it in a with statement"  # noqa: S101
        return self._open[0]

    @property
    def _manifest(self) -> Manifest:
        assert self._open is not None, "use it in a with statement"  # noqa: S101
        return self._open[1]

    @property
    def identity(self) -> Identity:
        """Which iPhone this is: the hash of its number (UDID), of the folder's path where the backup does not say."""
        facts = self._backup.facts
        which = b"iphone\0" + facts.udid.encode() if facts.udid else b"folder\0" + os.fsencode(self._path.resolve())
        return Identity(
            id=hashlib.sha256(b"phoneward " + which).hexdigest()[:16],
            label=host_label(facts.name, "iPhone"),
            kind=IPHONE_BACKUP,
            manufacturer=_MAKER,
            model=facts.model,
            os_version=facts.ios,
        )

    @property
    def iphone_backup(self) -> IphoneBackupFacts:
        """What the backup is like."""
        return IphoneBackupFacts(self._backup.facts.made, self._backup.facts.is_encrypted)

    @property
    def mtime_precision_ns(self) -> int:
        """Whole seconds."""
        return 10**9

    @property
    def size_modulus(self) -> int | None:
        """None: sizes are whole."""
        return None

    def now_ns(self) -> int:
        """When the backup was made: later than any change of a file in it. Where it does not say, nothing is proven."""
        made = self._backup.facts.made
        return 0 if made is None else max(0, int(made.timestamp())) * 10**9

    def volumes(self) -> list[Volume]:
        """Return the camera roll, the apps' data, and the other domains."""
        return [
            Volume(VolumeKind.SHARED, "shared", SHARED),
            Volume(VolumeKind.APP_DATA, "appdata", APP_DATA),
            Volume(VolumeKind.DOMAINS, "domains", DOMAINS),
        ]

    def apps(self) -> AppInventory:
        """Return the apps that the backup names, or has data of."""
        places, known, files = self._manifest.places, self._backup.facts.apps, self._manifest.files
        apps = []
        for bundle in sorted(places.bundles | known.keys()):
            app = known.get(bundle, App(is_installed=False))
            apps.append(InstalledApp(bundle, 0, version_name=app.version, is_system=not app.is_installed))
        return AppInventory(
            tuple(apps),
            backed_up={app.package: files.get(app.package, 0) for app in apps},
            beside={app: tuple(names) for app, names in places.beside.items()},
        )

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        """Walk a tree; see `Phone.list`."""
        del precise
        with contextlib.closing(self._backup.walk()) as walk:
            item = next(self._describe(root, walk))
            if isinstance(item, Unreadable) or item.kind is not FileKind.DIRECTORY:
                yield item if isinstance(item, Unreadable) else Unreadable(root, Obstacle.SPECIAL)
                return
            for held in self._manifest.index.below(root):
                yield from self._backup.describe(held, walk)
            yield from self._manifest.index.refusals(root)

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe these paths; see `Phone.stat`."""
        with contextlib.closing(self._backup.walk()) as walk:
            for path in paths:
                yield next(self._describe(path, walk))

    def _describe(self, path: bytes, walk: Walk) -> Iterator[ListingItem]:
        if not is_clean(path):
            yield Unreadable(path, Obstacle.BAD_NAME)
            return
        held = self._manifest.index.held(path)
        if held is None:
            yield self._manifest.index.refused(path) or Unreadable(path, Obstacle.VANISHED)
            return
        yield from self._backup.describe(held, walk)

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """Stream these files; see `Phone.read`."""
        with contextlib.closing(self._backup.walk()) as walk:
            for path in paths:
                yield _BackedUpFile(path, self, walk)

    def read_from(self, path: bytes, offset: int) -> FileStream:
        """Return one file from a byte on; see `Phone.read_from`."""
        return _BackedUpFile(path, self, None, checked_offset(offset))

    def pieces(self, path: bytes, walk: Walk | None, offset: int) -> Iterator[bytes]:
        """Yield a file's content from a byte on; see `FileStream`."""
        held = self._find_file(path)
        if walk is not None:
            yield from self._backup.pieces(held, walk, offset)
            return
        with contextlib.closing(self._backup.walk()) as alone:
            yield from self._backup.pieces(held, alone, offset)

    def _find_file(self, path: bytes) -> Held:
        if not is_clean(path):
            raise FileReadError(Obstacle.BAD_NAME, path=readable(path), detail=NOT_A_PATH)
        held = self._manifest.index.held(path)
        if held is None:
            raise FileReadError(Obstacle.VANISHED, path=readable(path), detail=NOT_A_FILE)
        if held.kind is not FileKind.FILE:
            raise FileReadError(Obstacle.SPECIAL, path=readable(path), detail=NOT_A_FILE)
        return held

    # -- records -------------------------------------------------------------------------------------------------------

    def records(self, kind: RecordKind) -> Records:
        """Return the messages, calls, contacts or events; see `RecordsPhone.records`."""
        return self._records.records(kind)

    def record_bytes(self, kind: RecordKind, number: int, *, limit: int) -> Iterator[bytes]:
        """Yield what lies behind a record; see `RecordsPhone.record_bytes`."""
        return self._records.record_bytes(kind, number, limit=limit)

    def message_addresses(self, number: int) -> Sequence[Record]:
        """Return from whom and to whom; see `RecordsPhone.message_addresses`."""
        return self._records.message_addresses(number)

    @property
    def _records(self) -> IphoneRecords:
        if self._asked is None:
            self._asked = IphoneRecords(self)
        return self._asked

    def pieces_of(self, place: bytes) -> Iterator[bytes] | None:
        """Return a file's content; None where the backup has none of this name."""
        held = self._manifest.index.held(place)
        return None if held is None or held.kind is not FileKind.FILE else self.pieces(place, None, 0)

    def size_of(self, place: bytes) -> int | None:
        """Return a file's size; None where the backup has no such file, or not its content."""
        with contextlib.closing(self._backup.walk()) as walk:
            item = next(self._describe(place, walk))
        return item.size if isinstance(item, Entry) and item.kind is FileKind.FILE else None

    @property
    def hash_place(self) -> HashPlace:
        """Here: the backup is read again."""
        return HashPlace.HERE

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Hashes:
        """Read files again and hash them; see `Phone.hash`."""
        return RereadHashes(self, files)


class _BackedUpFile:
    """One file of a backup, opened when it is read.

    Args:
        walk: the pass it belongs to; None for one of its own.
    """

    def __init__(self, path: bytes, phone: IphoneBackupPhone, walk: Walk | None, offset: int = 0) -> None:
        self.path = path
        self._phone = phone
        self._walk = walk
        self._offset = offset

    def __iter__(self) -> Iterator[bytes]:
        return self._phone.pieces(self.path, self._walk, self._offset)
