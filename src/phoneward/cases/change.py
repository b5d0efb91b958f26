"""One change of a case: done as a whole or not at all, whenever the program ends.

What is new is written into `.phoneward/` in the case first. Then `.phoneward/commit.json` says which file goes where
and what the custody log gets; from its rename on the change is made, before it nothing is. Whoever locks the case next
ends what was begun: a change with a commit goes on, one without is cleaned up. The log itself is the lock file, so that
a sealed case holds nothing but itself.
"""

import contextlib
import hashlib
import os
import re
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from phoneward.cases.custody import LOG, MAX_LINE, Filed
from phoneward.cases.errors import CaseDamagedError, CaseInUseError, CaseUnwritableError, NotACaseError
from phoneward.durable import LockHeldError, process_lock, sync_file, sync_folder
from phoneward.errors import readable

STAGING: Final = ".phoneward"
COMMIT: Final = "commit.json"
BEGUN: Final = "begun.json"
MAX_COMMIT: Final = 256 << 20
"""Bytes of a commit that are read: hundred thousands of files."""
PIECE: Final = 1 << 20
"""Bytes that are read or written at once."""

_LOCKED_BYTE: Final = 0x7FFF0000
"""Beyond the end of any log, and what Windows' C library can still seek to when it locks (`_locking`: 32 bits)."""
_WAIT_S: Final = 5.0
_STAGED: Final = re.compile(r"[0-9]{1,9}\Z")
_TOP_FILES: Final = frozenset(
    {"README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
)


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done: moves (staged name, path in the case), and what the log (so far `size` bytes) gets."""

    moves: tuple[tuple[str, str], ...]
    size: int
    tail: str


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[tuple[str, ...]]:
    """Hold a case alone, with nothing half done in it; yields the names of an unfinished change that was cleaned up.

    Raises:
        NotACaseError: there is no case.
        CaseInUseError: another program has held it for five seconds.
        CaseDamagedError: what lies there cannot have been left by this program.
        CaseUnwritableError: it cannot be written to.
    """
    log = folder / LOG
    if not _is_plain(folder, LOG):
        raise NotACaseError(folder=readable(str(folder)))
    give_up = time.monotonic() + _WAIT_S
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(process_lock(log, at=_LOCKED_BYTE))
                break
            except LockHeldError as error:
                if time.monotonic() > give_up:
                    raise CaseInUseError(folder=readable(str(folder))) from error
                time.sleep(0.02)
            except OSError as error:
                raise _unwritable(log, error) from error
        yield _finish(folder)


def is_unfinished(folder: Path) -> bool:
    """Tell whether a change was begun and not ended, here or in another program that is at it."""
    return os.path.lexists(folder / STAGING)


class Change:
    """A change that is being prepared; the case is locked.

    Args:
        folder: of the case.
        names: what it is about, for the person, should it never be finished.
    """

    def __init__(self, folder: Path, names: Iterable[str] = ()) -> None:
        self._folder = folder
        self._staging = folder / STAGING
        self._moves: list[tuple[str, str]] = []
        try:
            self._staging.mkdir(mode=0o700)
            begun = msgspec.json.encode([readable(name) for name in names][:1000])
            (self._staging / BEGUN).write_bytes(begun)
        except OSError as error:
            raise _unwritable(self._staging, error) from error

    def stage(self, path: str, pieces: Iterable[bytes], *, modified_ns: int | None = None) -> Filed:
        """Write a file that will be at a path of the case. What `pieces` raises is passed on.

        Args:
            path: in the case, with `/`.
            pieces: its bytes.
            modified_ns: its time; None for now.
        """
        name = str(len(self._moves))
        place = self._staging / name
        digest, size = hashlib.sha256(), 0
        try:
            stream = place.open("xb")
        except OSError as error:
            raise _unwritable(self._folder / path, error) from error
        with stream:
            for piece in pieces:
                try:
                    stream.write(piece)
                except OSError as error:
                    raise _unwritable(self._folder / path, error) from error
                digest.update(piece)
                size += len(piece)
            try:
                stream.flush()
                sync_file(stream.fileno())
            except OSError as error:
                raise _unwritable(self._folder / path, error) from error
        if modified_ns is not None:
            with contextlib.suppress(OSError, OverflowError, ValueError):  # a time that this system cannot write
                os.utime(place, ns=(modified_ns, modified_ns))
        self._moves.append((name, path))
        return Filed(path=path, sha256=digest.hexdigest(), size=size)

    def commit(self, tail: bytes) -> None:
        """Make the change: move the files to their places and append to the log."""
        try:
            commit = Commit(moves=tuple(self._moves), size=os.stat(self._folder / LOG).st_size, tail=tail.decode())
            begun = self._staging / f"{COMMIT}.new"
            with begun.open("xb") as stream:
                stream.write(msgspec.json.encode(commit))
                stream.flush()
                sync_file(stream.fileno())
            os.replace(begun, self._staging / COMMIT)
            sync_folder(self._staging)
            sync_folder(self._folder)
            _carry_out(self._folder, commit)
            _clean(self._folder)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def abandon(self) -> None:
        """Forget what was prepared, unless it was committed."""
        if not os.path.lexists(self._staging / COMMIT):
            with contextlib.suppress(OSError):  # the next who locks the case cleans up
                _clean(self._folder)


def check_path(folder: Path, path: str) -> Path:
    """Return where a file of the case lies, after a look that it lies in the case and that no link leads out of it.

    Raises:
        CaseDamagedError: it does not, or one does.
    """
    parts = PurePosixPath(path).parts
    is_ours = path in _TOP_FILES or (len(parts) > 1 and parts[0] in {"data", "seals"})
    if not is_ours or ".." in parts or "\\" in path or "\0" in path or "/".join(parts) != path:
        raise _damaged(folder, path)
    place = folder
    for part in parts[:-1]:
        place /= part
        try:
            if not stat.S_ISDIR(os.lstat(place).st_mode):
                raise _damaged(folder, path)
        except FileNotFoundError:
            break
    return folder / path


def _finish(folder: Path) -> tuple[str, ...]:
    """End what somebody began: go on with it where it was committed, else clean up and return what it was about."""
    staging = folder / STAGING
    try:
        if not os.path.lexists(staging):
            return ()
        if not stat.S_ISDIR(os.lstat(staging).st_mode):
            raise _damaged(folder, STAGING)
        if os.path.lexists(staging / COMMIT):
            _carry_out(folder, _read_commit(folder))
            _clean(folder)
            return ()
        names = _begun(staging)
        _clean(folder)
    except OSError as error:
        raise _unwritable(staging, error) from error
    return names or ("?",)


def _read_commit(folder: Path) -> Commit:
    place = folder / STAGING / COMMIT
    if not _is_plain(folder, f"{STAGING}/{COMMIT}") or os.stat(place).st_size > MAX_COMMIT:
        raise _damaged(folder, f"{STAGING}/{COMMIT}")
    try:
        return msgspec.json.decode(place.read_bytes(), type=Commit)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _damaged(folder, f"{STAGING}/{COMMIT}") from error


def _begun(staging: Path) -> tuple[str, ...]:
    try:
        with (staging / BEGUN).open("rb") as stream:
            names = msgspec.json.decode(stream.read(MAX_LINE), type=list[str])
    except (OSError, msgspec.DecodeError, ValueError, RecursionError):
        return ()
    return tuple(readable(name) for name in names)


def _carry_out(folder: Path, commit: Commit) -> None:
    """Do what a commit says; what of it is done already is left."""
    folders = set()
    for name, path in commit.moves:
        if not _STAGED.fullmatch(name):
            raise _damaged(folder, name)
        target = check_path(folder, path)
        if not _is_plain(folder, f"{STAGING}/{name}"):
            if os.path.lexists(target):
                continue
            raise _damaged(folder, path)
        missing = [parent for parent in target.parents if folder in parent.parents and not parent.is_dir()]
        for parent in reversed(missing):
            parent.mkdir(mode=0o700)
            folders.add(parent.parent)
        os.replace(folder / STAGING / name, target)
        folders.add(target.parent)
    for touched in folders:
        sync_folder(touched)
    _append(folder, commit)


def _append(folder: Path, commit: Commit) -> None:
    """Append to the log; what of it is there already, whole or in part, is not doubled."""
    tail = commit.tail.encode()
    with (folder / LOG).open("r+b") as stream:
        stream.seek(commit.size)
        there = stream.read(len(tail) + 1)
        if not tail.startswith(there) or os.fstat(stream.fileno()).st_size < commit.size:
            raise _damaged(folder, LOG)
        stream.seek(commit.size)
        stream.write(tail)
        stream.flush()
        sync_file(stream.fileno())


def _clean(folder: Path) -> None:
    """Remove the staging folder: the commit first, so that a half-removed one is not taken for a commit."""
    staging = folder / STAGING
    (staging / COMMIT).unlink(missing_ok=True)
    sync_folder(staging)
    shutil.rmtree(staging)
    sync_folder(folder)


def _is_plain(folder: Path, path: str) -> bool:
    """Tell whether an ordinary file lies at a path, with no link on the way from the case's folder."""
    place = folder
    parts = path.split("/")
    try:
        for part in parts[:-1]:
            place /= part
            if not stat.S_ISDIR(os.lstat(place).st_mode):
                return False
        return stat.S_ISREG(os.lstat(folder / path).st_mode)
    except OSError:
        return False


def _damaged(folder: Path, what: str) -> CaseDamagedError:
    return CaseDamagedError(folder=readable(str(folder)), detail=readable(what)[:200])


def _unwritable(path: Path, error: OSError) -> CaseUnwritableError:
    return CaseUnwritableError(path=readable(str(path)), detail=readable(error.strerror or str(error)))
