"""What a system's timer is told: files to be written, and commands of the system that begin and end it."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.texts import Words

NAME: Final = "phoneward"


@dataclass(frozen=True, slots=True)
class Call:
    """What the system shall start.

    Attributes:
        program: the words in front of `schedule run`: an interpreter or a program, and its arguments.
        state_dir: the person's state folder, absolute.
        minute: of each hour. What is due is decided by the program; an hourly call is how a phone that was away, a disk
            that was not attached, and a computer that was off are caught up with.
        on_plug_in: whether a second program waits for phones to be plugged in.
        home: the person's home folder.
        suffix: what follows the name, where several state folders have a schedule each.
    """

    program: tuple[str, ...]
    state_dir: Path
    minute: int
    on_plug_in: bool
    home: Path
    suffix: str = ""

    @property
    def name(self) -> str:
        """What it is called in the system."""
        return f"{NAME}{self.suffix}"

    @property
    def run(self) -> tuple[str, ...]:
        """What is called each hour."""
        return (*self.program, "schedule", "run", "--timer", "--quiet", "--state-dir", str(self.state_dir))

    @property
    def watch(self) -> tuple[str, ...]:
        """What waits for phones."""
        return (*self.program, "schedule", "watch", "--quiet", "--state-dir", str(self.state_dir))


@dataclass(frozen=True, slots=True)
class File:
    """A file to be written for its owner's eyes only."""

    path: Path
    content: bytes

    @property
    def text(self) -> str:
        """What is in it, for a person."""
        return self.content.decode("utf-16" if self.content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8")


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the system.

    Attributes:
        may_fail: whether it matters; to end what was never begun does not.
    """

    words: tuple[str, ...]
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class Timer:
    """How a schedule is kept by one system.

    Attributes:
        system: `systemd`, `launchd`, `windows` or `crontab`.
        files: to be written; those that are not named here any more are removed by `ends`.
        begins: commands after they were written.
        ends: commands that end it, before the files are removed.
        stale: files of an earlier schedule that this one does not need.
        explains: what a person should know about it.
        lines: what the person must add by hand, where the system has no timer that we may set.
    """

    system: str
    files: tuple[File, ...] = ()
    begins: tuple[Command, ...] = ()
    ends: tuple[Command, ...] = ()
    stale: tuple[Path, ...] = ()
    explains: tuple[Words, ...] = ()
    lines: tuple[str, ...] = ()


def this_program() -> tuple[str, ...]:
    """Return the words that start this program again, without a shell and without a window."""
    interpreter = Path(sys.executable)
    if sys.platform == "win32":
        without_window = interpreter.with_name("pythonw.exe")
        interpreter = without_window if without_window.exists() else interpreter
    return (str(interpreter), "-m", "phoneward")
