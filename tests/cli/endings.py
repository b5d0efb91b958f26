"""Commands that end in every way a command can, for `test_app.py`; also run as a program of its own."""

import errno
import os
import sys
import time
import warnings
from pathlib import Path

import click

from phoneward.cli.app import Program
from phoneward.cli.frame import current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.phones.errors import PhoneGoneError


@click.command(cls=WordedCommand, help="End in one way.")
@option("--how", required=True, metavar="WAY", help="Which way.")
@option("--mark", metavar="FILE", help="A file made at the start and removed on the way out, like a lock.")
@output_options
def end(how: str, mark: str | None) -> ExitCode:
    if mark:
        Path(mark).touch()
    try:
        return _end(how)
    finally:
        if mark:
            Path(mark).unlink()


def _end(how: str) -> ExitCode:
    match how:
        case "incomplete":
            return ExitCode.INCOMPLETE
        case "warning":
            warnings.warn("for programmers", RuntimeWarning, stacklevel=1)
        case "gone":
            raise PhoneGoneError(detail="usb\x1b[2J")
        case "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/vault/data")
        case "denied":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/vault/da\nta")
        case "fault":
            raise RuntimeError("a fault \x1b[31m of our own")
        case "wait":
            current().output.emit("waiting", {})
            sys.stdout.flush()
            time.sleep(60)
        case "flood":
            for number in range(100_000):
                current().output.emit("line", {"number": number, "padding": "x" * 100})
    return ExitCode.DONE


program = Program("phoneward", sources={"end": "tests.cli.endings:end"})

if __name__ == "__main__":
    program.main()
