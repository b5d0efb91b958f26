"""A stored file as a private copy on disk, for programs that need a real file. It removes itself.

Layout below the root (0700, the person's own): `<random>.lock`, held with an exclusive lock as long as the copy is
wanted, and `<random>/` (0700) with the copy (0600) in it. A lock that can be taken belongs to nobody any more: the
process died, and `remove_leftovers` removes what it left. No name from a repository ever becomes a path.
"""

import contextlib
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import platformdirs

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.errors import MaterialiseError
from phoneward.vault.nodes import Node
from phoneward.vault.opened import FileSource, content_sizes, load_piece

_SAFE_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,16}")
_OURS: Final = re.compile(r"[0-9a-f]{32}\.lock")
_FOLDER: Final = "phoneward"
_ROOM_FACTOR: Final = 4

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def default_root(size: int) -> Path:
    """Return where a copy of so many bytes goes by default.

    That is the system's runtime folder (on Linux memory only, gone when the person logs out) where it has ample room,
    else the person's cache folder.
    """
    runtime = platformdirs.user_runtime_path(_FOLDER, appauthor=False)
    if runtime.parent.is_dir() and os.access(runtime.parent, os.W_OK):
        with contextlib.suppress(OSError):
            if shutil.disk_usage(runtime.parent).free >= _ROOM_FACTOR * size:
                return runtime / "open"
    return platformdirs.user_cache_path(_FOLDER, appauthor=False) / "open"


@contextlib.contextmanager
def materialise(
    repo: FileSource, node: Node, suggested_suffix: str = "", *, root: Path | None = None
) -> Iterator[Path]:
    """Write a stored file to a private place and yield its path; the copy is removed at the end of the block.

    Args:
        repo: where the blobs are.
        node: the file.
        suggested_suffix: ending of the copy's name, such as `.db`; left out unless it is a dot and letters or digits.
        root: folder for such copies; None chooses `default_root`. Leftovers of processes that died are removed there.

    Raises:
        SizeMismatchError, BlobMissingError, NotAFileError: see `opened.content_sizes`.
        MaterialiseError: the place cannot be written to, is full, or belongs to somebody else.
    """
    sizes = content_sizes(repo, node)
    place = default_root(node.size) if root is None else root
    try:
        _make_private(place)
        remove_leftovers(place)
        lock, folder = _claim(place)
    except OSError as error:
        raise MaterialiseError(path=readable(str(place)), reason=readable(error.strerror or str(error))) from error
    try:
        suffix = suggested_suffix if _SAFE_SUFFIX.fullmatch(suggested_suffix) else ""
        copy = folder / f"content{suffix}"
        try:
            descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with open(descriptor, "wb", buffering=0) as stream:
                for blob_id, size in zip(node.content or (), sizes, strict=True):
                    _write_all(stream.fileno(), load_piece(repo, node, blob_id, size))
        except OSError as error:
            raise MaterialiseError(path=readable(str(place)), reason=readable(error.strerror or str(error))) from error
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _give_up(lock, folder)


def remove_leftovers(root: Path | None = None) -> int:
    """Remove the copies of processes that died, and return how many there were. Copies in use stay.

    Args:
        root: where to look; None looks in every place `default_root` may choose.
    """
    if root is None:
        return sum(remove_leftovers(place) for place in {default_root(0), default_root(sys.maxsize)})
    removed = 0
    try:
        names = [name for name in os.listdir(root) if _OURS.fullmatch(name)]
    except OSError:
        return 0
    for name in names:
        try:
            descriptor = os.open(root / name, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            continue
        if not _try_lock(descriptor):
            os.close(descriptor)
            continue
        folder = root / name.removesuffix(".lock")
        removed += folder.is_dir() and not folder.is_symlink()
        shutil.rmtree(folder, ignore_errors=True)
        _give_up(descriptor, folder)
    return removed


def _make_private(root: Path) -> None:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32":
        status = os.lstat(root)
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise OSError(0, _("the folder belongs to somebody else"))
        if status.st_mode & 0o077:
            root.chmod(0o700)


def _claim(root: Path) -> tuple[int, Path]:
    """Return a held lock's descriptor and the new folder it guards."""
    while True:
        folder = root / secrets.token_hex(16)
        lock_path = folder.with_suffix(".lock")
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Another process may have taken the fresh file for a leftover before it was locked: begin again.
            if _try_lock(descriptor) and _is_same_file(descriptor, lock_path):
                folder.mkdir(mode=0o700)
                return descriptor, folder
        except OSError:
            _give_up(descriptor, folder)
            raise
        os.close(descriptor)


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _give_up(lock: int, folder: Path) -> None:
    """Remove the lock file, while it is held where the system allows that, and let it go."""
    lock_path = folder.with_suffix(".lock")
    if sys.platform == "win32":
        os.close(lock)
        with contextlib.suppress(OSError):
            lock_path.unlink()
        return
    with contextlib.suppress(OSError):
        lock_path.unlink()
    os.close(lock)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
