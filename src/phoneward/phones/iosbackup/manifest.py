"""The backup's list of files, `Manifest.db`: gone through once, into an index of our own.

Table `Files`: `fileID` (the content lies as `<first two digits>/<fileID>`), `domain`, `relativePath`, `flags` (1 a
file, 2 a folder, 4 a link) and `file` (an archived `MBFile`). It may be made to harm, see `phoneward.databases`.
"""

import re
import sqlite3
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from phoneward.databases import Database, opened
from phoneward.errors import readable
from phoneward.phones.base import FileKind, Obstacle, Unreadable
from phoneward.phones.iosbackup.errors import (
    IphoneBackupDamagedError,
    IphoneBackupSpoolError,
    IphoneBackupTooLargeError,
)
from phoneward.phones.iosbackup.index import FOLDER_MODE, Held, Index
from phoneward.phones.iosbackup.mbfile import MBFile, read_mbfile
from phoneward.phones.iosbackup.places import APP_DATA, DOMAINS, SHARED, Places, is_domain
from phoneward.phones.iosbackup.plists import PlistError
from phoneward.phones.paths import is_clean
from phoneward.phones.words import NO_SUCH_DESCRIPTION

NAME: Final = "Manifest.db"

MAX_DOMAINS: Final = 100_000
MAX_PATH: Final = 4096
"""Apple's PATH_MAX is 1,024; longer ones than this no phone can have written."""

_COLUMNS: Final = ("fileID", "domain", "relativePath", "flags", "file")
_FILE_ID: Final = re.compile(r"[0-9a-f]{40}\Z")
_SPECIAL: Final = frozenset({stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR, stat.S_IFBLK})
_KINDS: Final = {1: FileKind.FILE, 2: FileKind.DIRECTORY, 4: FileKind.SYMLINK}


class Manifest:
    """The names of a backup.

    Attributes:
        places: where each domain stands.
        index: all names.
        files: how many files of each app's data there are, by app.
    """

    def __init__(self, path: Path, bundles: Iterable[str], name: str) -> None:
        """Read the list.

        Args:
            path: of the database, not encrypted.
            bundles: apps that the backup names elsewhere.
            name: what the backup is called in errors.

        Raises:
            IphoneBackupError: it cannot be read to its end, or lists more than a phone can have.
        """
        self._name = name
        self.index = Index()
        self.files: dict[str, int] = {}
        try:
            with (
                tempfile.TemporaryDirectory(prefix="phoneward-") as folder,
                opened(path, Path(folder), odd_text="surrogateescape") as database,
            ):
                self.places = Places(self._domains(database), bundles)
                for row in database.rows("Files", _COLUMNS):
                    self._add(*row)
            self.index.imply((SHARED, APP_DATA, DOMAINS))
            self._check_size()
        except sqlite3.Error as error:
            self.index.close()
            raise IphoneBackupDamagedError(path=name, file=NAME, detail=readable(str(error))) from error
        except OSError as error:
            self.index.close()
            raise IphoneBackupSpoolError(path=name, detail=readable(error.strerror or str(error))) from error
        except BaseException:  # an interrupt too must not leave it in memory
            self.index.close()
            raise

    def _domains(self, database: Database) -> set[str]:
        if not {"fileID", "domain", "relativePath", "flags"} <= database.columns("Files"):
            raise IphoneBackupDamagedError(path=self._name, file=NAME, detail="Files")
        found: set[str] = set()
        for (domain,) in database.rows("Files", ("domain",)):
            if isinstance(domain, str) and is_domain(domain):
                found.add(domain)
                if len(found) > MAX_DOMAINS:
                    raise IphoneBackupTooLargeError(path=self._name)
        return found

    def _add(self, file_id: object, domain: object, path: object, flags: object, blob: object) -> None:
        self._check_size()
        inside = _bytes(path)
        if not isinstance(domain, str) or not is_domain(domain):
            self._refuse(DOMAINS + b"/" + _bytes(domain) + b"/" + inside, Obstacle.BAD_NAME)
            return
        place = self.places.place(domain, inside)
        kind = _KINDS.get(flags) if isinstance(flags, int) else None
        if len(place) > MAX_PATH:
            self._refuse(place, Obstacle.TOO_LONG)
        elif not is_clean(place) or not isinstance(path, str):
            self._refuse(place, Obstacle.BAD_NAME)
        elif kind is None:
            self._refuse(place, Obstacle.SPECIAL)
        else:
            held = _described(place, kind, file_id, blob)
            if held is None:
                self._refuse(place, Obstacle.READ_ERROR, NO_SUCH_DESCRIPTION)
                return
            self.index.add(held)
            app = self.places.app_of(domain)
            if app and kind is FileKind.FILE:
                self.files[app] = self.files.get(app, 0) + 1

    def _check_size(self) -> None:
        if self.index.is_too_large:
            raise IphoneBackupTooLargeError(path=self._name)

    def _refuse(self, path: bytes, obstacle: Obstacle, detail: str = "") -> None:
        self.index.refuse(Unreadable(path[:MAX_PATH], obstacle, detail))


def _described(place: bytes, kind: FileKind, file_id: object, blob: object) -> Held | None:
    try:
        said = read_mbfile(blob) if isinstance(blob, bytes) else None
    except PlistError:
        said = None
    is_file = kind is FileKind.FILE
    if said is None and kind is FileKind.DIRECTORY:
        said = MBFile(0, FOLDER_MODE, 0, None, b"", None)
    if said is None or (is_file and not (isinstance(file_id, str) and _FILE_ID.match(file_id))):
        return None
    if kind is FileKind.SYMLINK and not said.target:
        return None
    if stat.S_IFMT(said.mode) in _SPECIAL:
        kind, is_file = FileKind.OTHER, False
    return Held(
        path=place,
        kind=kind,
        size=said.size if is_file else 0,
        mode=said.mode & 0o7777,
        mtime_s=said.mtime_s,
        ctime_s=said.ctime_s,
        file=bytes.fromhex(file_id) if is_file and isinstance(file_id, str) else b"",
        key=said.key if is_file else b"",
        target=said.target if kind is FileKind.SYMLINK else None,
    )


def _bytes(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return value if isinstance(value, bytes) else b"?"
