"""A disposable cache of derived data, sealed under the vault's key: delete the folder and nothing is lost.

One file an entry. Its name is a keyed hash of the entry's key, its content is sealed as everything in the vault is, and
inside the seal stands once more which entry it is: a file that was cut, changed, renamed, swapped with another or made
under another key is a miss, never wrong data. What the folder still shows: how many entries there are, their sizes and
when they were used. Reasons: docs/decisions/0007-sealed-cache.md.
"""

import contextlib
import os
import re
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from phoneward.errors import PhonewardError, readable
from phoneward.vault.crypto import OVERHEAD, SealError, SealingKey
from phoneward.vault.errors import StorageError

DEFAULT_MAX_BYTES = 512 << 20
_MAGIC = b"phoneward cache entry 1\0"
_NAME_SIZE = 32
_TEMPORARY = ".new-"
_SHARD = re.compile("[0-9a-f]{2}")
_ENTRY = re.compile(rf"[0-9a-f]{{64}}|{re.escape(_TEMPORARY)}.+")
_ABANDONED_SECONDS = 3600
"""A temporary file older than this belongs to a process that died."""
_KEPT_SHARE = 0.8
"""What eviction leaves of the bound, so that not every entry evicts another."""
_LARGEST_SHARE = 0.25
"""An entry larger than this share of the bound is not worth what it would push out."""


class SealingRepository(Protocol):
    """What the cache needs of a repository."""

    @property
    def key(self) -> SealingKey:
        """The master key: the names' secret is derived from it."""

    def seal(self, plaintext: bytes) -> bytes:
        """Return the sealed bytes."""

    def open_sealed(self, sealed: bytes) -> bytes:
        """Return the plaintext, or raise an error of the family or SealError."""


class SealedCache:
    """Entries of one purpose, by key. Several processes and threads may use one folder at once.

    Keys should name content (a blob ID, a hash), not a place: somebody who may write to the folder can bring back an
    older entry of the same key, which is then still true.

    Args:
        directory: a folder of the cache's own, set to mode 0700; one folder serves several purposes and repositories.
        repository: whose key seals.
        purpose: what is cached, and the version of its form ("thumbnails 1"). Another purpose sees other entries.
        max_bytes: bound of the folder's size. The least recently used entries go first, of whatever purpose.
            Processes that write at the same time may pass it by an eighth each, for a while.
    """

    def __init__(
        self, directory: Path, repository: SealingRepository, *, purpose: str, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> None:
        self._directory = directory
        self._repository = repository
        self._max_bytes = max_bytes
        key = repository.key
        # HKDF (RFC 5869): the names' key is of no use for opening anything, whatever becomes of it.
        self._name_key = HKDF(
            hashes.SHA256(), 32, salt=None, info=b"phoneward cache names 1\0" + purpose.encode()
        ).derive(key.encrypt + key.mac_k + key.mac_r)
        self._lock = threading.Lock()
        self._room: int | None = None
        """Bytes that may be written before the folder is measured again; None when it never was."""

    def get(self, key: bytes) -> bytes | None:
        """Return the value stored under this key, or None. A file that is not that entry is removed."""
        name = self._name(key)
        path = self._path(name)
        try:
            sealed = _read_regular(path, self._largest)
        except FileNotFoundError:
            return None
        # Unreadable, or no plain file of a possible size: it is in the way of the entry.
        except OSError:
            self._discard(path)
            return None
        value = self._open(name, sealed)
        if value is None:
            self._discard(path)
            return None
        # The time of use, for eviction. A read-only folder still gives its entries.
        with contextlib.suppress(OSError):
            os.utime(path)
        return value

    def put(self, key: bytes, value: bytes) -> bool:
        """Store a value, in place of an older one.

        Returns:
            False when it was not stored (too large, disk full, folder not writable). The older value is gone then
            too, as far as it can be removed; the work that made the value goes on.
        """
        name = self._name(key)
        path = self._path(name)
        size = len(_MAGIC) + _NAME_SIZE + len(value) + OVERHEAD
        try:
            if size > self._largest:
                self._discard(path)
                return False
            self._make_room(size)
            self._write(path, self._repository.seal(_MAGIC + name + value))
        except OSError:
            self._discard(path)
            return False
        return True

    def delete(self, key: bytes) -> None:
        """Remove the entry, if there is one.

        Raises:
            StorageError: it is there and cannot be removed.
        """
        _remove(self._path(self._name(key)))

    def discard(self, key: bytes) -> None:
        """Remove the entry, if there is one and it can be removed."""
        self._discard(self._path(self._name(key)))

    def clear(self) -> None:
        """Remove every entry, of every purpose.

        Raises:
            StorageError: something cannot be removed.
        """
        for path, _status in list(self._files()):
            _remove(path)
        with self._lock:
            self._room = None

    @property
    def _largest(self) -> int:
        return int(self._max_bytes * _LARGEST_SHARE)

    def _name(self, key: bytes) -> bytes:
        mac = hmac.HMAC(self._name_key, hashes.SHA256())
        mac.update(key)
        return mac.finalize()

    def _path(self, name: bytes) -> Path:
        digits = name.hex()
        return self._directory / digits[:2] / digits

    def _open(self, name: bytes, sealed: bytes) -> bytes | None:
        try:
            opened = self._repository.open_sealed(sealed)
        except (SealError, PhonewardError):
            return None
        prefix = _MAGIC + name
        return opened[len(prefix) :] if opened.startswith(prefix) else None

    def _write(self, path: Path, sealed: bytes) -> None:
        """Write beside and rename: readers see the old entry or the new. Not synced: a torn one is a miss."""
        self._make_folder(path.parent)
        descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
        try:
            with open(descriptor, "wb") as file:
                file.write(sealed)
            os.replace(temporary, path)
        except BaseException:  # an interrupt too must not leave a temporary file behind
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            # mkdir leaves an older folder as it is, however open.
            self._directory.chmod(0o700)
            folder.mkdir(mode=0o700, exist_ok=True)

    def _discard(self, path: Path) -> None:
        with contextlib.suppress(StorageError):
            _remove(path)

    def _make_room(self, size: int) -> None:
        """Measure the folder now and then, and evict what was used longest ago when it is over its bound."""
        with self._lock:
            if self._room is None or self._room < size:
                free = self._max_bytes - self._evict(self._max_bytes - size)
                # Others write too: look again after an eighth of the bound at most.
                self._room = max(size, min(free, self._max_bytes // 8))
            self._room -= size

    def _evict(self, allowed: int) -> int:
        """Return the bytes in the folder, after removing the oldest if they are more than allowed."""
        files = []
        for path, status in self._files():
            if path.name.startswith(_TEMPORARY) and time.time() - status.st_mtime > _ABANDONED_SECONDS:
                self._discard(path)
            else:
                files.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _used, size, _path in files)
        if total > allowed:
            for _used, size, path in sorted(files, key=lambda file: file[0]):
                if total <= min(allowed, int(self._max_bytes * _KEPT_SHARE)):
                    break
                self._discard(path)
                total -= size
        return total

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield what bears the name of an entry or of one being written; what vanishes meanwhile is left out.

        Nothing else is ever counted or removed: the folder may turn out to hold somebody's own files.
        """
        for shard in _entries(self._directory):
            if not _SHARD.fullmatch(shard.name) or not shard.is_dir(follow_symlinks=False):
                continue
            for entry in _entries(shard.path):
                if _ENTRY.fullmatch(entry.name) and entry.name.startswith((shard.name, _TEMPORARY)):
                    with contextlib.suppress(OSError):
                        yield Path(entry.path), entry.stat(follow_symlinks=False)


def _entries(folder: Path | str) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _read_regular(path: Path, most: int) -> bytes:
    """Return a plain file's content. Raises OSError for anything else: nothing here may block or lead elsewhere."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            raise OSError("not an entry")
        return file.read(most + 1)


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(path=readable(str(path)), detail=readable(str(error.strerror))) from error
