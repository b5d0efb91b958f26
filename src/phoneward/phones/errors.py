"""What can go wrong with a phone."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.phones.base import Obstacle
from phoneward.texts import N_


class PhoneError(PhonewardError):
    """Base of the errors of `phones/`."""


class PhoneGoneError(PhoneError):
    """The connection was lost in the middle of the work."""

    message = N_("The connection to the phone was lost ({detail}).")
    next_step = N_("Plug the phone in again, unlock it, and run the same command: it goes on where it stopped.")
    exit_code = ExitCode.FAILED


class FileReadError(PhoneError):
    """One file could not be read; the others can. Caught by `snapshots`, which names the file in coverage.

    Args:
        obstacle: why.
        path: which file, made readable.
        detail: the phone's own words.
    """

    message = N_("{path} could not be read ({detail}).")
    next_step = N_("Open the file on the phone; if that works, run the backup again.")

    def __init__(self, obstacle: Obstacle, *, path: str, detail: str) -> None:
        super().__init__(path=path, detail=detail)
        self.obstacle = obstacle


class FolderMissingError(PhoneError):
    """The folder given as a phone cannot be opened."""

    message = N_("The folder {path} cannot be opened ({detail}).")
    next_step = N_("Check the spelling, and that the card or disk is plugged in and that you may open it.")
    exit_code = ExitCode.FAILED
