"""Run the program at a terminal of its own (a pseudo-terminal) and answer what it asks."""

import os
import pty
import select
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.cli.program import PROGRAM, Program

CTRL_C = "\x03"
CTRL_D = "\x04"
Answer: TypeAlias = str | Callable[[str], str]
TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Talk:
    """What was on the screen, and how it ended."""

    code: int
    screen: str


def run(
    program: Program, words: Sequence[str | Path], answers: Sequence[tuple[str, Answer]] = (), *, columns: int = 80
) -> Talk:
    """Run to the end.

    Args:
        program: which environment.
        words: the command line.
        answers: what to wait for and what to type then; Enter is added, but to control characters. A function is
            given the screen so far, and may do something beside the terminal.
        columns: the terminal's width.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        environment = {**program.env, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "40"}
        os.execve(PROGRAM, ["phoneward", *map(str, words)], environment)  # noqa: S606 - no shell is wanted
    waiting = list(answers)
    screen = b""
    seen = 0
    deadline = time.monotonic() + TIMEOUT_S
    try:
        while time.monotonic() < deadline:
            if not select.select([terminal], [], [], 1.0)[0]:
                continue
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # EIO: Linux's way of saying that the other side is closed
                break
            if not piece:
                break
            screen += piece
            while waiting and (found := screen.find(waiting[0][0].encode(), seen)) >= 0:
                prompt, wanted = waiting.pop(0)
                answer = wanted if isinstance(wanted, str) else wanted(screen.decode(errors="replace"))
                seen = found + len(prompt.encode())
                # getpass writes its prompt after it has switched echo off, so nothing typed now can be shown.
                os.write(terminal, answer.encode() + (b"" if answer in {CTRL_C, CTRL_D} else b"\n"))
        else:
            raise TimeoutError(screen.decode(errors="replace"))
    finally:
        os.close(terminal)
        if time.monotonic() >= deadline:
            os.kill(pid, signal.SIGKILL)
        _pid, status = os.waitpid(pid, 0)
    assert not waiting, f"never asked {waiting}: {screen.decode(errors='replace')}"
    return Talk(os.waitstatus_to_exitcode(status), screen.decode(errors="replace").replace("\r\n", "\n"))
