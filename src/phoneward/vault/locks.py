"""Locks: who works on the repository, and whether others may meanwhile (restic `internal/repository/lock.go`)."""

import ctypes
import functools
import getpass
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

import msgspec

from phoneward.errors import readable
from phoneward.texts import _, ngettext
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.errors import (
    DamagedError,
    FileMissingError,
    LockLostError,
    LockUnreadableError,
    RepositoryLockedError,
    VaultError,
)
from phoneward.vault.storage.base import ListedFile

_READ_ATTEMPTS = 3
_QUERY_LIMITED_INFORMATION = 0x1000
_ERROR_INVALID_PARAMETER = 87
_STILL_ACTIVE = 259


@dataclass(frozen=True, slots=True)
class LockTiming:
    """The protocol's times in seconds, restic's values, and the clock they are read from.

    Attributes:
        settle_s: wait between writing our lock and looking again.
        refresh_s: a held lock is written anew this often.
        lost_after_s: unrefreshed for this long, our own lock no longer counts: others may take it for stale soon.
        stale_after_s: a lock of others this old may be removed.
        now: seconds since 1970; the wall clock, since a monotonic one stands still while a laptop sleeps.
    """

    settle_s: float = 0.2
    refresh_s: float = 300.0
    lost_after_s: float = 1200.0
    stale_after_s: float = 1800.0
    now: Callable[[], float] = time.time


class LockFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lock file's JSON, field for field; `session` is ours (restic passes over it): see `_session`."""

    time: datetime
    exclusive: bool
    hostname: str
    username: str
    pid: int
    uid: int = 0
    gid: int = 0
    session: str = ""

    def is_orphaned(self, timing: LockTiming) -> bool:
        """Tell whether its owner is gone beyond doubt: anybody may remove it unasked (docs/faults.md, "Locks")."""
        if _process_runs(self.pid):
            return False
        if self.session and self.session == _session():
            return True
        is_old = timing.now() - self.time.timestamp() > timing.stale_after_s
        return is_old and self.hostname == socket.gethostname()

    def is_stale(self, timing: LockTiming) -> bool:
        """Tell whether its owner is surely gone: too old, or a process of this computer that no longer runs."""
        if timing.now() - self.time.timestamp() > timing.stale_after_s:
            return True
        return self.hostname == socket.gethostname() and not _process_runs(self.pid)


class LockFiles(Protocol):
    """What locking needs of a repository: unpacked files, sealed as all others."""

    def list_files(self, file_type: FileType) -> Iterator[ListedFile]:
        """Yield the stored files of a type."""

    def load_unpacked(self, file_type: FileType, name: FileId) -> bytes:
        """Return a file's content."""

    def load_listed(self, file_type: FileType, file: ListedFile) -> bytes:
        """Return the content of a file that a listing has just named."""

    def save_unpacked(self, file_type: FileType, plaintext: bytes) -> FileId:
        """Store a new file and return its name."""

    def remove_unpacked(self, file_type: FileType, name: FileId) -> None:
        """Remove a file."""


class HeldLock:
    """A lock on a repository, held while its `with` block runs and refreshed by a thread of its own.

    Args:
        files: the repository.
        exclusive: nobody else may hold any lock; otherwise nobody else may hold an exclusive one.

    Raises (on entering):
        RepositoryLockedError: somebody else holds a lock that excludes this one.
        LockUnreadableError: a lock file cannot be understood.
    """

    def __init__(self, files: LockFiles, *, exclusive: bool, timing: LockTiming | None = None) -> None:
        self._files = files
        self._exclusive = exclusive
        self._timing = timing or LockTiming()
        self._name: FileId | None = None
        self._replaced: list[FileId] = []
        self._refreshed = 0.0
        self._lost: str | None = None
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._refuse_if_excluded(None)
        try:
            self._write()
            time.sleep(self._timing.settle_s)  # two that lock at once see each other now: at least one gives way
            self._refuse_if_excluded(self._name)
        except BaseException:  # an interrupt too must not leave the lock behind
            self._remove()
            raise
        self._thread = threading.Thread(target=self._keep_fresh, name="phoneward-lock", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10.0)
        self._remove()

    @property
    def is_taken(self) -> bool:
        """Whether its block runs; it may be lost all the same."""
        return self._name is not None

    def ensure_held(self) -> None:
        """Call this before anything that relies on the lock: deleting files, writing a snapshot.

        Raises:
            LockLostError: somebody removed the lock, or it could not be refreshed for too long.
        """
        with self._guard:
            if self._lost is None and self._timing.now() - self._refreshed > self._timing.lost_after_s:
                self._lost = _("it could not be renewed for too long")
            if self._lost is not None:
                raise LockLostError(problem=self._lost)

    def confirm(self) -> None:
        """As `ensure_held`, and look whether the lock file is still there: before each removal of a file.

        A program that was stopped for a while and goes on sees at once that somebody took its lock for stale.

        Raises:
            LockLostError: as `ensure_held`.
            StorageError: the place cannot be asked.
        """
        self.ensure_held()
        with self._guard:
            if self._name is None or all(file.name != self._name for file in self._files.list_files(FileType.LOCK)):
                self._lost = _("somebody removed its lock")
                raise LockLostError(problem=self._lost)

    def is_alone(self) -> bool:
        """Tell whether nobody else works on the repository just now, as far as locks tell. In doubt somebody does.

        Somebody may come right after: use it only for what harms nobody, such as not to disturb one who reads.

        Raises:
            LockLostError: as `confirm`.
            StorageError: the place cannot be asked.
        """
        self.confirm()
        with self._guard:
            mine = {self._name, *self._replaced}
        try:
            return all(name in mine or lock.is_orphaned(self._timing) for name, lock in read_locks(self._files))
        except LockUnreadableError:
            return False

    def refresh(self) -> None:
        """Write the lock anew and remove the old one. The refresh thread does this; tests may.

        Raises:
            LockLostError: the lock was lost already, or somebody removed it.
            VaultError: the storage refused; it is tried again later.
        """
        self.ensure_held()
        with self._guard:
            old = self._name
            if old is None or all(file.name != old for file in self._files.list_files(FileType.LOCK)):
                self._lost = _("somebody removed its lock")
                raise LockLostError(problem=self._lost)
            self._write()
            self._replaced.append(old)
            self._remove_replaced()

    def _keep_fresh(self) -> None:
        wait = self._timing.refresh_s
        while not self._stop.wait(wait):
            try:
                self.refresh()
                wait = self._timing.refresh_s
            except LockLostError:
                return  # ensure_held() tells whoever relies on it
            except VaultError:
                wait = self._timing.refresh_s / 10  # a network disk may come back; ensure_held() counts the time

    def _write(self) -> None:
        now = self._timing.now()
        document = LockFile(
            time=datetime.fromtimestamp(now, UTC),
            exclusive=self._exclusive,
            hostname=socket.gethostname(),
            username=_user_name(),
            pid=os.getpid(),
            uid=os.getuid() if hasattr(os, "getuid") else 0,
            gid=os.getgid() if hasattr(os, "getgid") else 0,
            session=_session(),
        )
        self._name = self._files.save_unpacked(FileType.LOCK, msgspec.json.encode(document))
        self._refreshed = now

    def _remove(self) -> None:
        with self._guard:
            name, self._name = self._name, None
            if name is not None:
                self._replaced.append(name)
            # A lock that cannot be removed goes stale by itself; the work it guarded is done or failing already.
            with suppress(VaultError):
                self._remove_replaced()

    def _remove_replaced(self) -> None:
        """Remove our lock files that no longer count; what fails is tried again at the next refresh or at the end."""
        while self._replaced:
            with suppress(FileMissingError):
                self._files.remove_unpacked(FileType.LOCK, self._replaced[-1])
            self._replaced.pop()

    def _refuse_if_excluded(self, mine: FileId | None) -> None:
        for name, lock in read_locks(self._files, mine=mine):
            if self._exclusive or lock.exclusive:
                if lock.is_orphaned(self._timing):
                    with suppress(FileMissingError):
                        self._files.remove_unpacked(FileType.LOCK, name)
                    continue
                age = _age(self._timing.now() - lock.time.timestamp())
                raise RepositoryLockedError(holder=_holder(lock), age=age)


@dataclass(frozen=True, slots=True)
class LockInfo:
    """A lock as a person is told of it.

    Attributes:
        holder: in words, readable.
        since: when it was last renewed, UTC.
        exclusive: nobody else may work meanwhile.
        stale: its owner is surely gone.
    """

    holder: str
    since: datetime
    exclusive: bool
    stale: bool


def list_locks(files: LockFiles, *, timing: LockTiming | None = None) -> list[LockInfo]:
    """Return who holds locks.

    Raises:
        LockUnreadableError: a lock file is damaged.
    """
    chosen = timing or LockTiming()
    return [
        LockInfo(_holder(lock), lock.time.astimezone(UTC), lock.exclusive, lock.is_stale(chosen))
        for _name, lock in read_locks(files)
    ]


def read_locks(files: LockFiles, *, mine: FileId | None = None) -> Iterator[tuple[FileId, LockFile]]:
    """Yield all locks there are, but for our own.

    Raises:
        LockUnreadableError: a lock file is damaged. One that vanished meanwhile is left out.
    """
    for file in list(files.list_files(FileType.LOCK)):
        lock = _read_lock(files, file) if file.name != mine else None
        if lock is not None:
            yield file.name, lock


def _read_lock(files: LockFiles, file: ListedFile) -> LockFile | None:
    name, problem = file.name, ""
    for attempt in range(_READ_ATTEMPTS):
        if attempt:
            time.sleep(0.05)  # some network storage shows a name a moment before its content
        try:
            if attempt:  # the listing may have shown a part of it
                return parse_lock(files.load_unpacked(FileType.LOCK, name))
            return parse_lock(files.load_listed(FileType.LOCK, file))
        except FileMissingError:
            return None
        except DamagedError as error:
            problem = str(error.details.get("problem", ""))
        except ValueError as error:
            problem = str(error)
    raise LockUnreadableError(name=f"locks/{name}", problem=problem)


def parse_lock(document: bytes) -> LockFile:
    """Return what a lock file's JSON says.

    Raises:
        ValueError: not a lock; the text says so in plain words.
    """
    try:
        lock = msgspec.json.decode(document, type=LockFile)
        lock.time.timestamp()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError, ValueError) as error:
        raise ValueError(_("it is not a lock.")) from error
    if lock.time.tzinfo is None:
        raise ValueError(_("it is not a lock."))
    return lock


def unlock(files: LockFiles, *, remove_all: bool = False, timing: LockTiming | None = None) -> int:
    """Remove the stale locks (or all of them, readable or not), and return how many were removed.

    Raises:
        LockUnreadableError: a lock file is damaged, and not all were to be removed.
    """
    removed = 0
    if remove_all:
        names = [file.name for file in files.list_files(FileType.LOCK)]
    else:
        names = [name for name, lock in read_locks(files) if lock.is_stale(timing or LockTiming())]
    for name in names:
        with suppress(FileMissingError):
            files.remove_unpacked(FileType.LOCK, name)
            removed += 1
    return removed


def _holder(lock: LockFile) -> str:
    """Return who holds a lock; other programs leave the user or the computer out where they do not know it."""
    user, host = readable(lock.username).strip(), readable(lock.hostname).strip()
    if user and host:
        return _("{user} on {host} (process {pid})").format(user=user, host=host, pid=lock.pid)
    if user or host:
        return _("{name} (process {pid})").format(name=user or host, pid=lock.pid)
    return _("another program (process {pid})").format(pid=lock.pid)


def _age(seconds: float) -> str:
    minutes = max(0, int(seconds // 60))
    if minutes < 1:
        return _("less than a minute")
    if minutes < 120:
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    hours = minutes // 60
    return ngettext("{count} hour", "{count} hours", hours).format(count=hours)


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no such user in the system's list (containers), none set on Windows
        return ""


@functools.cache
def _session() -> str:
    """Return what tells where a process number counts: this run of this computer, and this group of processes.

    Two computers may have one name, and a container its host's, where each has its own process 4711. Only Linux tells
    both (proc(5): `boot_id`; pid_namespaces(7)); "" elsewhere.
    """
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
            boot = stream.read(64).strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}" if boot else ""
    except (OSError, ValueError):
        return ""


def _process_runs(pid: int) -> bool:
    """Tell whether a process of this computer runs. In doubt it does."""
    if pid <= 0 or pid > 2**31 - 1:
        return False
    if sys.platform == "win32":
        return windows_process_runs(pid, ctypes.WinDLL("kernel32", use_last_error=True), ctypes.get_last_error)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class WindowsKernel(Protocol):
    """The calls of kernel32 that tell whether a process runs (Microsoft: processthreadsapi.h)."""

    def OpenProcess(self, access: int, inherit: int, pid: int) -> int | None:  # noqa: N802 - Microsoft's name
        """Return a handle, 0 or None where there is none to get."""

    def GetExitCodeProcess(self, handle: int, code: object) -> int:  # noqa: N802 - Microsoft's name
        """Write the exit code behind the pointer; return 0 on failure."""

    def CloseHandle(self, handle: int) -> object:  # noqa: N802 - Microsoft's name
        """Give the handle back."""


def windows_process_runs(pid: int, kernel: WindowsKernel, last_error: Callable[[], int]) -> bool:
    """Tell whether a Windows process runs, in doubt yes. os.kill is no question there: it ends the process."""
    handle = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, 0, pid)
    if not handle:
        return last_error() != _ERROR_INVALID_PARAMETER  # that one means: no such process
    try:
        code = ctypes.c_ulong(0)
        return not kernel.GetExitCodeProcess(handle, ctypes.pointer(code)) or code.value == _STILL_ACTIVE
    finally:
        kernel.CloseHandle(handle)
