"""What can go wrong in the room of pictures."""

from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_


class WatchError(PhonewardError):
    """The family of the room's errors."""


class NoSuchFolderError(WatchError):
    """What was named is no folder."""

    message = N_("There is no folder “{folder}”.")
    next_step = N_("Check how its name is written.")
    exit_code = ExitCode.USAGE

    def __init__(self, *, folder: str) -> None:
        super().__init__(folder=readable(folder))


class FileLeftOutError(WatchError):
    """A file could not be looked at; the others were."""

    message = N_("“{path}” could not be looked at ({reason}).")
    next_step = N_("Everything else was compared. What this file holds is not known.")
    exit_code = ExitCode.INCOMPLETE

    def __init__(self, *, path: str, reason: str) -> None:
        super().__init__(path=readable(path), reason=readable(reason))


class NoPictureInFolderError(WatchError):
    """There is nothing to compare: one of the folders holds no picture that can be looked at."""

    message = N_("There was nothing to compare: no picture that can be looked at is in “{folder}”.")
    next_step = N_("Check that it is the right folder. Whether copies are kept was not looked into.")
    exit_code = ExitCode.INCOMPLETE

    def __init__(self, *, folder: str) -> None:
        super().__init__(folder=readable(folder))
