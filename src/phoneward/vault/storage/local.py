"""A repository in a folder of this computer: restic's default layout (restic `backend/layout/layout_default.go`)."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.blobs import BytesLike, FileId, FileType
from phoneward.vault.errors import (
    DamagedError,
    FileMissingError,
    NameTakenError,
    StorageDeniedError,
    StorageError,
    StorageFullError,
)
from phoneward.vault.storage.base import FreeSpace, ListedFile, parse_name
from phoneward.vault.storage.durability import Durability, durability_of
from phoneward.vault.storage.system import DirItem, RealSystemCalls, SystemCalls

_FOLDERS = tuple(kind.value for kind in FileType if kind is not FileType.CONFIG)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_TEMPORARY = "-tmp-"
_COMPARED_BYTES = 2**20
_LARGEST_CLUSTER = 64 * 1024


class LocalStorage:
    """Files in a folder: `config`, `keys/`, `locks/`, `snapshots/`, `index/` and `data/00/` … `data/ff/`.

    Args:
        path: the repository's folder.
        durability: the rules of the operating system; None takes those of this one.
        system: the calls to the operating system; tests and the power-cut enumeration give their own.
    """

    def __init__(
        self, path: Path | str, *, durability: Durability | None = None, system: SystemCalls | None = None
    ) -> None:
        self._root = os.path.abspath(path)  # Path.resolve would follow links, Path.absolute keeps ".."
        self._durability = durability or durability_of()
        self._system = system or RealSystemCalls()

    @property
    def location(self) -> str:
        """The folder's path."""
        return readable(self._root)

    def create(self) -> None:
        """Make the folders; all 256 under `data/`, so that no pack ever waits for a new folder to be durable."""
        with self._explained(self._root):
            missing: list[str] = []
            path = self._root
            while not Path(path).is_dir() and path not in missing:  # a missing drive is its own parent
                missing.append(path)
                path = str(Path(path).parent)
            for folder in reversed(missing):
                self._make_dir(folder)
            for name in _FOLDERS:
                self._make_dir(self._join(name))
            for number in range(256):
                self._make_dir(self._join(FileType.PACK.value, f"{number:02x}"), settle=False)
            self._durability.settle_dir(self._system, self._join(FileType.PACK.value))

    def exists(self, file_type: FileType, name: FileId) -> bool:
        """Tell whether the file is there."""
        _folder, path = self._place(file_type, name)
        with self._explained(path):
            try:
                self._system.size(path)
            except (FileNotFoundError, NotADirectoryError):
                return False
            return True

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        """Write a temporary file beside the final name, have it on the disk, then name it."""
        folder, path = self._place(file_type, name)
        if self.exists(file_type, name):
            raise NameTakenError(path=readable(path), detail="")
        temporary = f"{path}{_TEMPORARY}{secrets.token_hex(8)}"
        with self._explained(path):
            handle = self._create_file(temporary, folder)
            try:
                try:
                    self._system.write(handle, list(pieces))
                    self._durability.settle(self._system, handle)
                finally:
                    self._system.close(handle)
                self._durability.publish(self._system, temporary, path, folder)
            except BaseException:  # also an interrupt must not leave a temporary file behind
                with suppress(OSError):
                    self._system.unlink(temporary)
                raise

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        """Read from the file."""
        _folder, path = self._place(file_type, name)
        with self._explained(path):
            data = self._system.read(path, offset, length)
        if length is not None and len(data) != length:
            raise DamagedError(name=readable(self._short(path)), problem=_("it is shorter than it must be."))
        return data

    def holds(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        """Have the system forget the file's content, then read and compare it."""
        _folder, path = self._place(file_type, name)
        with self._explained(path):
            self._system.drop_cached(path)
            offset = 0
            for piece in pieces:
                view = memoryview(piece)
                for start in range(0, len(view), _COMPARED_BYTES):
                    expected = bytes(view[start : start + _COMPARED_BYTES])  # bytes compare 60 times as fast as views
                    if self._system.read(path, offset, len(expected)) != expected:
                        return False
                    offset += len(expected)
            return self._system.size(path) == offset

    def size(self, file_type: FileType, name: FileId) -> int:
        """Ask for the file's size."""
        _folder, path = self._place(file_type, name)
        with self._explained(path):
            return self._system.size(path)

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        """Yield the files whose names a repository gives; anything else in the folder is none of ours."""
        if file_type is FileType.CONFIG:
            raise ValueError("config stands alone")
        folder = self._join(file_type.value)
        if file_type is not FileType.PACK:
            yield from self._list_folder(folder, "")
            return
        for item in self._items(folder):
            if item.is_dir and len(item.name) == 2 and all(c in "0123456789abcdef" for c in item.name):
                yield from self._list_folder(self._join(file_type.value, item.name), item.name)

    def remove(self, file_type: FileType, name: FileId) -> None:
        """Remove the file."""
        folder, path = self._place(file_type, name)
        with self._explained(path):
            self._durability.remove(self._system, path, folder)

    def free_space(self) -> FreeSpace | None:
        """Ask the file system; where it does not tell its block size, the largest of NTFS is taken."""
        try:
            if hasattr(os, "statvfs"):
                status = os.statvfs(self._root)
                return FreeSpace(status.f_bavail * status.f_frsize, max(status.f_bsize, status.f_frsize))
            return FreeSpace(shutil.disk_usage(self._root).free, _LARGEST_CLUSTER)
        except OSError:
            return None

    def remove_leftovers(self, older_than_s: float) -> int:
        """Remove temporary files of saves that were cut off."""
        horizon = time.time_ns() - int(older_than_s * 1e9)
        folders = [self._root, *(self._join(name) for name in _FOLDERS)]
        folders += [self._join(FileType.PACK.value, f"{number:02x}") for number in range(256)]
        removed = 0
        for folder in folders:
            for item in self._items(folder):
                stem, mark, _random = item.name.partition(_TEMPORARY)
                ours = mark and (parse_name(stem) or stem == FileType.CONFIG.value)
                if item.is_file and ours and item.mtime_ns < horizon:
                    with suppress(OSError):  # another process may be quicker, or own it
                        self._system.unlink(f"{folder}{os.sep}{item.name}")
                        removed += 1
        return removed

    def _list_folder(self, folder: str, prefix: str) -> Iterator[ListedFile]:
        for item in self._items(folder):
            name = parse_name(item.name)
            if name is not None and item.is_file and name.startswith(prefix):
                yield ListedFile(name, item.size)

    def _items(self, folder: str) -> Sequence[DirItem]:
        with self._explained(folder):
            try:
                return tuple(self._system.items(folder))
            except (FileNotFoundError, NotADirectoryError):
                return ()

    def _create_file(self, temporary: str, folder: str) -> int:
        try:
            return self._system.create_file(temporary)
        except FileNotFoundError:  # restic itself needs no folders made beforehand, so other writers may not make them
            self._make_dir(folder)
            return self._system.create_file(temporary)

    def _make_dir(self, folder: str, *, settle: bool = True) -> None:
        with suppress(FileExistsError):
            self._system.make_dir(folder)
            if settle:
                self._durability.settle_dir(self._system, str(Path(folder).parent))

    def _join(self, *parts: str) -> str:
        return os.sep.join((self._root, *parts))

    def _short(self, path: str) -> str:
        return os.path.relpath(path, self._root)

    def _place(self, file_type: FileType, name: FileId) -> tuple[str, str]:
        """Return the folder and the path of a file."""
        if file_type is FileType.CONFIG:
            return self._root, self._join(file_type.value)
        if parse_name(name) is None:
            raise ValueError(f"not a file name of a repository: {name!r}")
        folder = self._join(file_type.value, name[:2]) if file_type is FileType.PACK else self._join(file_type.value)
        return folder, f"{folder}{os.sep}{name}"

    @contextmanager
    def _explained(self, path: str) -> Iterator[None]:
        """Turn the operating system's errors into ours."""
        try:
            yield
        except FileNotFoundError as error:
            raise FileMissingError(name=readable(self._short(path))) from error
        except OSError as error:
            detail = readable(error.strerror or str(error))
            kind = StorageError
            if error.errno in _FULL or getattr(error, "winerror", None) in {39, 112}:  # ERROR_(HANDLE_)DISK_FULL
                kind = StorageFullError
            elif error.errno in _DENIED:
                kind = StorageDeniedError
            raise kind(path=readable(path), detail=detail) from error
