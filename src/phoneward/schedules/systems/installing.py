"""Writes a timer's files and tells the system; and takes both back."""

import subprocess
from typing import Final

from phoneward.errors import readable
from phoneward.schedules.errors import ScheduleNotesError, TimerRefusedError
from phoneward.schedules.settings_file import write_private
from phoneward.schedules.systems.base import Command, Timer

_SECONDS: Final = 60
_SHOWN: Final = 300


def begin(timer: Timer) -> None:
    """Write the files and begin it.

    Raises:
        ScheduleNotesError: a file cannot be written.
        TimerRefusedError: the system did not accept it.
    """
    for file in timer.files:
        write_private(file.path, file.content)
    for command in timer.begins:
        _run(command)
    _remove(timer, only_stale=True)


def end(timer: Timer) -> None:
    """End it and remove the files.

    Raises:
        ScheduleNotesError: a file cannot be removed.
    """
    for command in timer.ends:
        _run(command)
    _remove(timer, only_stale=False)


def _remove(timer: Timer, *, only_stale: bool) -> None:
    for path in (*timer.stale, *(() if only_stale else (file.path for file in timer.files))):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            detail = readable(error.strerror or str(error))
            raise ScheduleNotesError(path=readable(str(path)), detail=detail) from error


def _run(command: Command) -> None:
    shown = readable(" ".join(command.words))
    try:
        done = subprocess.run(
            command.words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        if command.may_fail:
            return
        raise TimerRefusedError(command=shown, detail=readable(str(error))[:_SHOWN]) from error
    if done.returncode and not command.may_fail:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise TimerRefusedError(command=shown, detail=readable(said.splitlines()[-1] if said else "")[:_SHOWN])
