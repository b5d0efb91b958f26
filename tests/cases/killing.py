"""Ends a process at each step that reaches the disk, one after the other: what is left is what a power cut leaves."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from phoneward.cases import change, making

KILLED = 99


def killed_at(step: int, action: Callable[[], object]) -> bool:
    """Run an action in a process of its own that ends before the step-th step; return whether it came that far."""
    child = os.fork()
    if child == 0:
        try:
            _count_down(step)
            action()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must learn of it
            sys.stderr.write(repr(error))
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, KILLED}, code
    return code == KILLED


def _count_down(steps: int) -> None:
    """Let every function that the change uses on the disk count, and end the process when the count is up."""
    left = [steps]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*words: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os._exit(KILLED)
            return function(*words, **named)

        return wrapper

    for module in (change, making):
        for name in ("sync_file", "sync_folder"):
            setattr(module, name, counted(getattr(module, name)))
    for owner, names in (
        (os, ("replace", "rename", "utime")),
        (shutil, ("rmtree",)),
        (Path, ("mkdir", "unlink", "write_bytes", "rmdir")),
    ):
        for name in names:
            setattr(owner, name, counted(getattr(owner, name)))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
