"""Two calls of Linux that Python does not offer: flush a whole file system, and rename without writing over.

Elsewhere, and on file systems where they do not hold what a restore needs, callers flush each file and make links.
"""

import ctypes
import errno
import functools
import os
import platform
import sys
from typing import Final

_RENAME_NOREPLACE: Final = 1
_JOURNALED: Final = frozenset({
    0xEF53,  # ext2, ext3, ext4
    0x58465342,  # XFS
    0x9123683E,  # Btrfs
    0xF2F52010,  # F2FS
    0x01021994,  # tmpfs: nothing outlives a power cut there, and nothing is lost by a flush that does nothing
})  # fmt: skip
"""File systems (linux/magic.h) whose `sync_fs` writes data and names and empties the disk's own cache. Not among them:
FAT (its cache is emptied by fsync only), FUSE and network file systems (the server never hears of a syncfs)."""
_STATFS_BYTES: Final = 512  # room for any struct statfs (120 bytes on 64-bit systems)


@functools.cache
def _libc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None, use_errno=True)
    except OSError:  # a Python linked without a dynamic loader
        return None


def _release() -> tuple[int, int]:
    """Return the kernel's version."""
    try:
        major, minor, *_rest = platform.release().split("-")[0].split(".")
        return int(major), int(minor)
    except ValueError:
        return 0, 0


def can_flush_file_system(descriptor: int) -> bool:
    """Tell whether `flush_file_system` keeps its promise for the file system of an open file or folder.

    Linux tells of failed writes there since 5.8 (syncfs(2), "Version"); an older kernel would let a full or broken disk
    pass for a good one.
    """
    libc = _libc()
    if libc is None or not hasattr(libc, "syncfs") or not hasattr(libc, "fstatfs") or _release() < (5, 8):
        return False
    buffer = ctypes.create_string_buffer(_STATFS_BYTES)
    if libc.fstatfs(ctypes.c_int(descriptor), buffer) != 0:
        return False
    # f_type comes first, as wide as a machine word (statfs(2)); compared as 32 bits, since ext4's would be signed.
    return ctypes.c_long.from_buffer(buffer).value & 0xFFFFFFFF in _JOURNALED


def flush_file_system(descriptor: int) -> None:
    """Have everything written so far to the file system of an open file or folder on the disk (syncfs(2)).

    Raises:
        OSError: something could not be written, or there is no such call.
    """
    libc = _libc()
    if libc is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if libc.syncfs(ctypes.c_int(descriptor)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@functools.cache
def _renameat2() -> "ctypes._NamedFuncPointer | None":
    libc = _libc()
    call = None if libc is None else getattr(libc, "renameat2", None)  # glibc has it since 2.28
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return call


def rename_new(source: bytes, target: bytes, folder: int | None) -> bool:
    """Rename within one folder, in one step, unless the new name is taken (renameat2(2), RENAME_NOREPLACE).

    Args:
        source: the name it has, relative to the folder.
        target: the name it shall have.
        folder: its descriptor.

    Returns:
        False where the system or the file system has no such call; nothing has happened then.

    Raises:
        FileExistsError: something has the name.
        OSError: it failed otherwise.
    """
    call = _renameat2()
    if call is None or folder is None or b"\0" in target:
        return False
    if call(folder, source, folder, target, _RENAME_NOREPLACE) == 0:
        return True
    number = ctypes.get_errno()
    if number in {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}:
        return False
    raise OSError(number, os.strerror(number))
