"""A repository behind an SFTP server: restic's default layout, as its `internal/backend/sftp` keeps it."""

import secrets
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

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
    TransientStorageError,
    WrongAnswerError,
)
from phoneward.vault.storage.base import FreeSpace, ListedFile, parse_name
from phoneward.vault.storage.sftp import files
from phoneward.vault.storage.sftp import packets as sftp
from phoneward.vault.storage.sftp.addresses import parse_sftp_address
from phoneward.vault.storage.sftp.connecting import connect
from phoneward.vault.storage.sftp.files import path_text
from phoneward.vault.storage.sftp.folders import items
from phoneward.vault.storage.sftp.packets import (
    SessionLostError,
    StatusError,
    WrongPacketError,
    text,
)
from phoneward.vault.storage.sftp.session import SftpSession
from phoneward.vault.storage.sftp.transfers import equal_bytes, read_blocks, upload
from phoneward.vaultplace import RemotePlace

_FOLDERS: Final = tuple(kind.value for kind in FileType if kind is not FileType.CONFIG)
_PACK_FOLDERS: Final = tuple(f"{FileType.PACK.value}/{number:02x}" for number in range(256))
_TEMPORARY: Final = "-tmp-"
_LARGEST_FILE: Final = 2**30
"""Bytes. No file of a repository is larger; what claims to be is not read."""
_CUTS_REMEMBERED: Final = 64
_REQUESTS_AT_ONCE: Final = 32


class SftpStorage:
    """Files on a server: `config`, `keys/`, `locks/`, `snapshots/`, `index/` and `data/00/` … `data/ff/`.

    What may pass is a `TransientStorageError`; `RetryingStorage` waits it out. A lost connection is made anew by the
    next call, and an upload that was cut goes on where it stopped when `save` is called again with the same file.

    Args:
        place: the address.
        timeout_s: a server that says nothing for so long is given up, seconds.
        connect_s: the same while the connection is made.

    Raises:
        RemoteAddressError: the address makes no sense.
    """

    def __init__(self, place: RemotePlace, *, timeout_s: float = 60.0, connect_s: float = 30.0) -> None:
        self._address = parse_sftp_address(place)
        self._root = self._address.path.rstrip("/")
        self._location = readable(str(place))
        self._timeout_s = timeout_s
        self._connect_s = connect_s
        self._sessions: list[SftpSession] = []
        self._lock = threading.Lock()
        self._cut: dict[str, str] = {}
        weakref.finalize(self, _end_all, self._sessions)

    @property
    def location(self) -> str:
        """The address."""
        return self._location

    @property
    def requests_at_once(self) -> int:
        """One connection carries them all."""
        return _REQUESTS_AT_ONCE

    def create(self) -> None:
        """Make the folders, all at once."""
        with self._explained("") as session:
            parts = self._address.path.split("/")
            above = ["/".join(parts[: number + 1]) for number in range(len(parts)) if parts[number]]
            wanted = [*above, *map(self._join, (*_FOLDERS, *_PACK_FOLDERS))]
            made = [(path, session.ask(sftp.MKDIR, path_text(path), files.PRIVATE_FOLDER)) for path in wanted]
            refused = [(path, answer) for path, answer in made if not answer.succeeded()]
            looked = [(path, answer, session.ask(sftp.STAT, path_text(path))) for path, answer in refused]
            missing = [(path, answer) for path, answer, there in looked if not files.is_folder(there)]
            if any(path not in above[:-1] for path, _answer in missing):
                path, answer = missing[0]
                try:
                    answer.status()
                except StatusError as error:
                    kind = StorageDeniedError if error.code == sftp.PERMISSION_DENIED else StorageError
                    raise kind(path=self._shown(path), detail=error.words) from error

    def exists(self, file_type: FileType, name: FileId) -> bool:
        """Tell whether the file is there."""
        _folder, path = self._place(file_type, name)
        with self._explained(path) as session:
            return files.is_there(session.ask(sftp.LSTAT, path_text(path)))

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        """Write a temporary file beside the final name, have it on the server's disk, then name it."""
        folder, path = self._place(file_type, name)
        with self._explained(path, sum(map(len, pieces))) as session:
            taken = session.ask(sftp.LSTAT, path_text(path))
            begun = self._cut.pop(path, None)
            temporary = begun or f"{path}{_TEMPORARY}{secrets.token_hex(8)}"
            try:
                there = files.arrived(session, begun, pieces) if begun else 0
                if begun and not there:
                    files.remove_quietly(session, begun)
                handle = files.go_on(session, temporary) if there else files.begin(session, temporary, folder)
                with files.closing(session, handle) as close:
                    files.must_be_free(taken)
                    upload(session, handle, pieces, there)
                    if sftp.FSYNC not in session.extensions:
                        close().status()  # such a server may store it only now
                    if not files.link(session, handle, temporary, path, close):
                        files.rename(session, temporary, path, close)
            except (SessionLostError, WrongPacketError):
                self._cut[path] = temporary
                while len(self._cut) > _CUTS_REMEMBERED:
                    self._cut.pop(next(iter(self._cut)), None)
                raise
            except BaseException:  # also an interrupt must not leave a temporary file behind
                files.remove_quietly(session, temporary)
                raise

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        """Read from the file."""
        _folder, path = self._place(file_type, name)
        with self._explained(path) as session, files.opened(session, path) as (handle, size):
            wanted = max(0, size - offset) if length is None else length
            if wanted and offset + wanted > size:
                raise self._too_short(path)
            if wanted > _LARGEST_FILE:
                raise WrongAnswerError(path=self._shown(path), detail=_("the file is larger than any in a vault"))
            data = b"".join(read_blocks(session, handle, offset, wanted))
        if len(data) != wanted:
            raise self._too_short(path)
        return data

    def holds(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        """Read the file again and compare; the server's memory may answer instead of its disk."""
        _folder, path = self._place(file_type, name)
        total = sum(map(len, pieces))
        with self._explained(path) as session, files.opened(session, path) as (handle, size):
            return size == total and equal_bytes(session, handle, pieces, total) == total

    def size(self, file_type: FileType, name: FileId) -> int:
        """Ask for the file's size."""
        _folder, path = self._place(file_type, name)
        with self._explained(path) as session:
            return files.size_of(session.ask(sftp.LSTAT, path_text(path)).attributes())

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        """Yield the files of this type as the server tells them."""
        if file_type is FileType.CONFIG:
            raise ValueError("config stands alone and is not listed")
        folders = _PACK_FOLDERS if file_type is FileType.PACK else (file_type.value,)
        with self._explained(file_type.value) as session:
            for folder, item in items(session, [*map(self._join, folders)]):
                name = parse_name(item.name.decode("ascii", errors="replace"))
                if name is None or not files.is_regular(item.attributes):
                    continue
                if file_type is not FileType.PACK or name.startswith(folder[-2:]):
                    yield ListedFile(name, files.size_of(item.attributes))

    def remove(self, file_type: FileType, name: FileId) -> None:
        """Remove the file."""
        _folder, path = self._place(file_type, name)
        with self._explained(path) as session:
            try:
                session.ask(sftp.REMOVE, path_text(path)).status()
            except StatusError as error:
                if error.code != sftp.PERMISSION_DENIED:
                    raise
                session.ask(sftp.SETSTAT, path_text(path), files.PRIVATE_FILE).status()  # read-only files on Windows
                session.ask(sftp.REMOVE, path_text(path)).status()

    def free_space(self) -> FreeSpace | None:
        """Ask the server, where it tells (statvfs@openssh.com)."""
        with self._explained("") as session:
            return self._room(session)

    def remove_leftovers(self, older_than_s: float) -> int:
        """Remove temporary files of saves that were cut off, old by the server's own clock."""
        removed = 0
        with self._explained("") as session:
            now = self._server_time(session)
            if now is None:
                return 0
            for folder, item in items(session, [self._address.path, *map(self._join, (*_FOLDERS, *_PACK_FOLDERS))]):
                stem, mark, random = item.name.decode("ascii", errors="replace").partition(_TEMPORARY)
                ours = mark and random.isalnum() and (parse_name(stem) or stem == FileType.CONFIG.value)
                mtime = item.attributes.mtime
                if ours and files.is_regular(item.attributes) and mtime is not None and mtime < now - older_than_s:
                    path = f"{folder.rstrip('/')}/{stem}{mark}{random}"
                    removed += session.ask(sftp.REMOVE, path_text(path)).succeeded()
        return removed

    def _server_time(self, session: SftpSession) -> int | None:
        """Make a file and look when that was, by the server."""
        probe = f"{self._join(FileType.CONFIG.value)}{_TEMPORARY}{secrets.token_hex(8)}"
        try:
            handle = files.begin(session, probe, self._address.path)
            attributes = session.ask(sftp.FSTAT, text(handle)).attributes()
            session.ask(sftp.CLOSE, text(handle)).status()
        except StatusError:
            return None
        finally:
            files.remove_quietly(session, probe)
        return attributes.mtime

    def _room(self, session: SftpSession) -> FreeSpace | None:
        if sftp.STATVFS not in session.extensions:
            return None
        try:
            room = session.ask(sftp.EXTENDED, text(sftp.STATVFS), path_text(self._address.path)).file_system()
        except StatusError:
            return None
        return FreeSpace(room.free, room.block)

    def _too_short(self, path: str) -> DamagedError:
        return DamagedError(name=readable(self._short(path)), problem=_("it is shorter than it must be."))

    def _session(self) -> SftpSession:
        with self._lock:
            if not self._sessions or not self._sessions[0].alive:
                self._sessions[:] = []
                self._sessions.append(
                    connect(self._address, self._location, timeout_s=self._timeout_s, connect_s=self._connect_s)
                )
            return self._sessions[0]

    def _join(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _short(self, path: str) -> str:
        return path.removeprefix(f"{self._root}/")

    def _shown(self, path: str) -> str:
        return f"{self._location.rstrip('/')}/{readable(self._short(path))}"

    def _place(self, file_type: FileType, name: FileId) -> tuple[str, str]:
        """Return the folder and the path of a file."""
        if file_type is FileType.CONFIG:
            return self._address.path, self._join(file_type.value)
        if parse_name(name) is None:
            raise ValueError(f"not a file name of a repository: {name!r}")
        folder = self._join(f"{file_type.value}/{name[:2]}" if file_type is FileType.PACK else file_type.value)
        return folder, f"{folder}/{name}"

    @contextmanager
    def _explained(self, path: str, needed: int = 0) -> Iterator[SftpSession]:
        """Give the session; turn its errors into ours. `needed`: bytes that are to be stored."""
        session = self._session()
        try:
            yield session
        except SessionLostError as error:
            raise TransientStorageError(path=self._location, detail=str(error)) from error
        except WrongPacketError as error:
            raise WrongAnswerError(path=self._location, detail=str(error)) from error
        except files.NotRegularError as error:
            raise StorageError(path=self._shown(path), detail=_("not a regular file")) from error
        except files.TakenError as error:
            raise NameTakenError(path=self._shown(path), detail="") from error
        except StatusError as error:
            raise self._refusal(session, path, error, needed) from error

    def _refusal(self, session: SftpSession, path: str, error: StatusError, needed: int) -> Exception:
        if error.code == sftp.NO_SUCH_FILE:
            return FileMissingError(name=readable(self._short(path)))
        if error.code == sftp.PERMISSION_DENIED:
            return StorageDeniedError(path=self._shown(path), detail=error.words)
        if error.code in {sftp.NO_CONNECTION, sftp.CONNECTION_LOST}:
            return TransientStorageError(path=self._location, detail=error.words)
        if needed and error.code == sftp.FAILURE:  # OpenSSH has no other word for a full disk
            with suppress(SessionLostError, WrongPacketError):
                room = self._room(session)
                if room is not None and room.free < needed:
                    return StorageFullError(path=self._shown(path), detail=error.words)
        return StorageError(path=self._shown(path), detail=error.words)


def _end_all(sessions: list[SftpSession]) -> None:
    for session in sessions:
        session.end()
