"""Start a program with less than this user may do: run as a script, `restrained.py MEMORY SECONDS PROGRAM ARGUMENT…`.

A process that limits itself and then becomes the program (execve(2)): the limits stay. Code between fork and exec
(`preexec_fn`) would not be safe in a program with threads. Linux and macOS; it imports nothing of ours.
"""

import contextlib
import os
import sys

_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000
_OPEN_FILES = 64


def _restrain(memory: int, seconds: int) -> None:
    if sys.platform == "win32":
        # There tshark is started without this script; the program imports it on every system for its place.
        return
    import resource

    limits = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, value in limits:
        _soft, hard = resource.getrlimit(kind)
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # macOS knows some of them only by name.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (least, least))
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None)
        # A network of its own, without a way out; best effort, as many systems refuse it to ordinary users.
        if libc.unshare(_CLONE_NEWNET):
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


if __name__ == "__main__":
    _restrain(int(sys.argv[1]), int(sys.argv[2]))
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - becoming that program is what this is for
