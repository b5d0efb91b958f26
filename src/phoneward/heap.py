"""Gives memory back to the system that was freed and that the C library would keep."""

import ctypes
import functools
import sys


@functools.cache
def _libc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None)
    except OSError:  # a Python linked without a dynamic loader
        return None


def give_back_memory() -> None:
    """Have glibc return the free pages between what is in use (malloc_trim(3)); does nothing elsewhere.

    After blocks of many megabytes came and went glibc raises the sizes from which it asks the system, and from which it
    returns anything, to as much (mallopt(3), M_MMAP_THRESHOLD), for each thread. Takes a few milliseconds.
    """
    libc = _libc()
    if libc is not None and hasattr(libc, "malloc_trim"):
        libc.malloc_trim(ctypes.c_size_t(0))
