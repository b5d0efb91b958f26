"""Pieces of files that a killed restore left in its folder: the next restore into it clears them away.

They are known by their name, which nobody else gives. While another restore works in the same folder, its pieces look
the same: so each restore holds a lock on its folder, and only who is alone there clears at once. Elsewhere (Windows has
no such lock) pieces are left until they are a day old.
"""

import contextlib
import os
import re
import stat
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from phoneward.vault.restore_target import HeldFolder

_PIECE: Final = re.compile(rb"\.phoneward-[0-9a-f]{16}\.part")
_NOBODYS_AFTER_S: Final = 86_400.0


def claim(path: str) -> tuple[int | None, bool]:
    """Say to other restores that one works in this folder.

    Returns:
        A descriptor that holds the claim until it is closed, None where there is no such thing; and whether no other
        restore works here.
    """
    descriptor: int | None = None
    is_alone = False
    if sys.platform != "win32":
        # A file system may have no locks, and another restore may ask at this very moment.
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_alone = True
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    return descriptor, is_alone


def clear(held: "HeldFolder", path: bytes, is_own: Callable[[bytes], bool], *, is_alone: bool) -> int:
    """Remove what killed restores left in one folder, as far as it is nobody's; returns how many pieces.

    Args:
        held: the folder.
        path: the same, for systems where folders are reached by paths.
        is_own: whether this restore gave the name itself.
        is_alone: whether no other restore works below the target.
    """
    removed = 0
    with contextlib.suppress(OSError):
        for name in os.listdir(path if held.descriptor is None else held.descriptor):
            raw = os.fsencode(name)
            if not _PIECE.fullmatch(raw) or is_own(raw):
                continue
            status = held.lstat(raw)
            ours = status is not None and (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode))
            if status is not None and ours and (is_alone or time.time() - status.st_ctime > _NOBODYS_AFTER_S):
                piece, at = held.at(raw)
                os.unlink(piece, dir_fd=at)
                removed += 1
    return removed
