"""The error family: the sentence, the next step and the exit code of each error stand in one place, its class.

Rooms derive their own classes from these and keep them in their `errors.py`. A class gives three attributes:
`message` (what happened), `next_step` (what the person does now) and `exit_code`. Both sentences are marked with `N_`
and may hold named placeholders, filled from the keyword arguments of the constructor.
"""

import enum
from collections.abc import Mapping
from typing import ClassVar, Final

from phoneward.texts import N_, _


class ExitCode(enum.IntEnum):
    """What the process tells the program that started it; restic's numbers where restic has them."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    FINDING = 4
    NO_REPOSITORY = 10
    LOCKED = 11
    WRONG_PASSWORD = 12
    INTERRUPTED = 130


EXIT_MEANINGS: Final[Mapping[ExitCode, str]] = {
    ExitCode.DONE: N_("Done."),
    ExitCode.FAILED: N_("Failed; the message says why and what to do."),
    ExitCode.USAGE: N_("The command line or a setting makes no sense; nothing was done."),
    ExitCode.INCOMPLETE: N_("Done, but not completely; what is missing is listed."),
    ExitCode.FINDING: N_("Something was found that is as serious as --fail-on says, or worse."),
    ExitCode.NO_REPOSITORY: N_("There is no vault at that place."),
    ExitCode.LOCKED: N_("The vault is in use by another program."),
    ExitCode.WRONG_PASSWORD: N_("The password does not open the vault."),
    ExitCode.INTERRUPTED: N_("Stopped; what is stored is kept."),
}
"""What each means in short, for the manual pages; at length in docs/reference/exit-codes.md."""


class PhonewardError(Exception):
    """Base of every error that a person may see.

    Args:
        **details: values for the placeholders of `message` and `next_step`. Bytes and file names come in already
            readable (see `readable`).
    """

    message: ClassVar[str] = N_("Something went wrong.")
    next_step: ClassVar[str] = N_("Run the command again with --verbose and send us what it prints.")
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message.format(**details))

    @property
    def code(self) -> str:
        """A stable name for programs: the class name in kebab-case without `Error`."""
        name = type(self).__name__.removesuffix("Error")
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")

    def sentence(self) -> str:
        """What happened, in the reader's language."""
        return _(self.message).format(**self.details)

    def advice(self) -> str:
        """What to do next, in the reader's language."""
        return _(self.next_step).format(**self.details)


class UsageError(PhonewardError):
    """The command line or a setting asks for something that makes no sense."""

    message = "{problem}"
    next_step = "{hint}"
    exit_code = ExitCode.USAGE


def readable(name: bytes | str) -> str:
    r"""Return a file name or phone text fit for a terminal: one line, no control characters, no lost bytes.

    Undecodable bytes and control characters (escape sequences, newlines, bidirectional overrides) become
    `\xNN` / `\uNNNN`, so that a hostile name cannot repaint a terminal or pretend to be another line.
    """
    text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02x}"
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
