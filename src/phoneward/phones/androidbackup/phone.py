"""The backup file as a phone: its paths are those of the backup, `/apps/<package>/…` and `/shared/0/…`."""

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Self

from phoneward.errors import readable
from phoneward.phones.androidbackup.content import PIECE_BYTES, BackupBytes, BackupFile, Content, Reader
from phoneward.phones.androidbackup.contents import APPS, MAIN_STORAGE, Contents, Held
from phoneward.phones.androidbackup.errors import (
    AndroidBackupChangedError,
    AndroidBackupError,
    AndroidBackupLockedError,
    AndroidBackupPasswordError,
)
from phoneward.phones.androidbackup.header import HEADER_BYTES, Header, MasterKey, open_master_key, parse_header
from phoneward.phones.base import (
    ANDROID_BACKUP,
    AppInventory,
    FileKind,
    FileStream,
    Hashes,
    HashPlace,
    Identity,
    ListingItem,
    Obstacle,
    Unreadable,
    Volume,
    VolumeKind,
)
from phoneward.phones.errors import FileReadError
from phoneward.phones.labels import host_label
from phoneward.phones.numbers import checked_offset
from phoneward.phones.paths import is_clean
from phoneward.phones.rereading import RereadHashes
from phoneward.phones.words import NOT_A_FILE, NOT_A_PATH
from phoneward.texts import _

AskPassword = Callable[[], str]

SMALL_BYTES: Final = 256 << 10
AHEAD_FILES: Final = 1024
AHEAD_BYTES: Final = 16 << 20
"""So many files are asked for ahead, and the small ones among them read in the order in which they stand in the backup:
its folders are in no order, and each step back costs inflating up to the place again."""


class AndroidBackupPhone:
    """An Android backup file. It is looked through from end to end when it is opened: a broken one gives nothing.

    Args:
        source: the file, or bytes that came from elsewhere, which are closed in the end.
        password: asked once, and only where the file is encrypted.
    """

    def __init__(self, source: Path | BackupBytes, password: AskPassword | None = None) -> None:
        self._source = source
        self._password = password
        self._file: BackupBytes | None = None
        self._content: Content | None = None
        self._contents: Contents | None = None
        self._identity: Identity | None = None

    def __enter__(self) -> Self:
        """Open the file and look through it.

        Raises:
            AndroidBackupError: what is wrong with it.
        """
        self._file = BackupFile(self._source) if isinstance(self._source, Path) else self._source
        try:
            header = parse_header(self._file.read_at(0, HEADER_BYTES), self._file.name)
            self._content = Content(self._file, header, self._key(header))
            self._contents = Contents(self._content.begin())
            # The same file is the same phone wherever it lies; which phone it came from, it does not say.
            digest = hashlib.sha256(b"phoneward android backup\0" + self._file.digest()).hexdigest()
        except BaseException:  # an interrupt too must not leave the file open
            self._file.close()
            raise
        self._identity = Identity(
            id=digest[:16],
            label=host_label(Path(self._file.name).name, "backup"),
            kind=ANDROID_BACKUP,
            api_level=self._contents.api_level,
        )
        return self

    def _key(self, header: Header) -> MasterKey | None:
        if header.encryption is None:
            return None
        if self._password is None:
            raise AndroidBackupLockedError(path=self._name)
        key = open_master_key(header, self._password())
        if key is None:
            raise AndroidBackupPasswordError(path=self._name)
        return key

    def __exit__(self, *exc: object) -> None:
        if self._file is not None:
            self._file.close()
        self._file = self._content = self._contents = None

    @property
    def _name(self) -> str:
        assert self._file is not None, "use it in a with statement"  # noqa: S101
        return self._file.name

    @property
    def _all(self) -> Contents:
        assert self._contents is not None, "use it in a with statement"  # noqa: S101
        return self._contents

    @property
    def identity(self) -> Identity:
        """Which backup this is: the hash of its content."""
        assert self._identity is not None, "use it in a with statement"  # noqa: S101
        return self._identity

    @property
    def mtime_precision_ns(self) -> int:
        """Whole seconds."""
        return 10**9

    @property
    def size_modulus(self) -> int | None:
        """None: sizes are whole."""
        return None

    def now_ns(self) -> int:
        """This computer's clock. Nothing is compared by it: another content is another phone."""
        return time.time_ns()

    def volumes(self) -> list[Volume]:
        """Return the shared storages that the backup holds, and the apps' data."""
        found = []
        for root in sorted(self._all.storages, key=lambda root: (root != MAIN_STORAGE, root)):
            name = root.rpartition(b"/")[2].decode("ascii")
            main = root == MAIN_STORAGE
            found.append(Volume(VolumeKind.SHARED if main else VolumeKind.CARD, "shared" if main else name, root))
        return [*found, Volume(VolumeKind.APP_DATA, "appdata", APPS)]

    def apps(self) -> AppInventory:
        """Return the apps that the backup names."""
        apps = list(self._all.apps())
        return AppInventory(tuple(app for app, _files in apps), backed_up={app.package: files for app, files in apps})

    def list(self, root: bytes, *, precise: bool = True) -> Iterator[ListingItem]:
        """Walk a tree; see `Phone.list`."""
        del precise
        item = self._describe(root) if root != APPS else None
        if isinstance(item, Unreadable):
            yield item
            return
        yield from self._all.below(root)
        yield from self._all.refusals(root)

    def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
        """Describe these paths; see `Phone.stat`."""
        for path in paths:
            yield self._describe(path)

    def _describe(self, path: bytes) -> ListingItem:
        if not is_clean(path):
            return Unreadable(path, Obstacle.BAD_NAME)
        found = self._all.held(path)
        if found is not None:
            return found.entry
        return self._all.refused(path) or Unreadable(path, Obstacle.VANISHED)

    def find_file(self, path: bytes) -> Held:
        """Return a file.

        Raises:
            FileReadError: it is none.
        """
        if not is_clean(path):
            raise FileReadError(Obstacle.BAD_NAME, path=readable(path), detail=NOT_A_PATH)
        found = self._all.held(path)
        if found is None:
            raise FileReadError(Obstacle.VANISHED, path=readable(path), detail=NOT_A_FILE)
        if found.entry.kind is not FileKind.FILE:
            raise FileReadError(Obstacle.SPECIAL, path=readable(path), detail=NOT_A_FILE)
        return found

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        """Stream these files; see `Phone.read`."""
        reader = self.reader()
        asked = iter(paths)
        while batch := self._ahead(asked):
            contents = self._small(reader, batch)
            for path in batch:
                yield _BackupFile(path, self, reader, content=contents.get(path))

    def _ahead(self, asked: Iterator[bytes]) -> "deque[bytes]":
        batch: deque[bytes] = deque()
        size = 0
        for path in asked:
            batch.append(path)
            found = self._all.held(path)
            if found is not None and found.entry.size <= SMALL_BYTES:
                size += found.entry.size
            if len(batch) >= AHEAD_FILES or size >= AHEAD_BYTES:
                break
        return batch

    def _small(self, reader: Reader, batch: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return the content of the small files of a batch, read in the order of the backup."""
        found = {path: held for path in batch if (held := self._all.held(path)) is not None}
        small = [h for h in found.values() if h.entry.kind is FileKind.FILE and 0 < h.entry.size <= SMALL_BYTES]
        return {
            held.entry.path: b"".join(self.pieces(reader, held, 0))
            for held in sorted(small, key=lambda held: held.offset)
        }

    def read_from(self, path: bytes, offset: int) -> FileStream:
        """Return one file from a byte on; see `Phone.read_from`."""
        return _BackupFile(path, self, None, offset=checked_offset(offset))

    def reader(self) -> Reader:
        """Return the content by places, for one thread."""
        assert self._content is not None, "use it in a with statement"  # noqa: S101
        return Reader(self._content)

    def pieces(self, reader: Reader, held: Held, offset: int) -> Iterator[bytes]:
        """Yield a file's content from a byte on.

        Raises:
            PhoneGoneError: the backup cannot be read as it could when it was looked through.
        """
        while offset < held.entry.size:
            try:
                piece = reader.read_at(held.offset + offset, min(PIECE_BYTES, held.entry.size - offset))
            except AndroidBackupError as error:
                raise AndroidBackupChangedError(path=self._name, detail=_("it reads differently now")) from error
            yield piece
            offset += len(piece)

    @property
    def hash_place(self) -> HashPlace:
        """Here: the backup is read again."""
        return HashPlace.HERE

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Hashes:
        """Read files again and hash them; see `Phone.hash`."""
        return RereadHashes(self, files)


class _BackupFile:
    """One file of a backup.

    Args:
        reader: of the batch it belongs to; None for one of its own.
        content: where it was read ahead.
    """

    def __init__(
        self,
        path: bytes,
        phone: AndroidBackupPhone,
        reader: Reader | None,
        *,
        offset: int = 0,
        content: bytes | None = None,
    ) -> None:
        self.path = path
        self._phone = phone
        self._reader = reader
        self._offset = offset
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        if self._content is not None:
            yield self._content
            return
        held = self._phone.find_file(self.path)
        yield from self._phone.pieces(self._reader or self._phone.reader(), held, self._offset)
