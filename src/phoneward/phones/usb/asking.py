"""Asking a program of the operating system, within bounds of time and size."""

import subprocess
import tempfile
from collections.abc import Callable, Sequence

from phoneward.errors import readable
from phoneward.phones.usb.base import NotLookedAtError

SECONDS = 15.0
"""PowerShell alone takes 1 to 3 seconds to start on a slow computer."""

MAX_ANSWER = 8 << 20
Ask = Callable[[Sequence[str]], bytes]
"""Runs a command and returns what it prints; raises NotLookedAtError."""


def ask(command: Sequence[str], *, seconds: float = SECONDS, limit: int = MAX_ANSWER) -> bytes:
    """Run a program without a window and return what it printed.

    Raises:
        NotLookedAtError: it is not there, failed, took too long, or printed more than `limit` bytes.
    """
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotLookedAtError(readable(str(error))) from error
        if done.returncode != 0:
            raise NotLookedAtError(readable(f"{command[0]}: {done.returncode}"))
        output.seek(0)
        answer = output.read(limit + 1)
    if len(answer) > limit:
        raise NotLookedAtError(readable(f"{command[0]}: too long an answer"))
    return answer
