"""What can go wrong in the room of cases."""

from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_


class CaseError(PhonewardError):
    """The family of the room's errors."""


class NotAFingerprintError(CaseError):
    """A file is no fingerprint of a case."""

    message = N_("“{path}” is no fingerprint of a case ({reason}).")
    next_step = N_("Ask for the file that “phoneward case fingerprint” wrote.")
    exit_code = ExitCode.USAGE

    def __init__(self, *, path: str, reason: str) -> None:
        super().__init__(path=readable(path), reason=readable(reason)[:200])


class ScreenshotGoneError(CaseError):
    """A screenshot was listed and cannot be read."""

    message = N_("The screenshot “{name}” cannot be read any more.")
    next_step = N_("Look whether it is still on the phone, then list the screenshots again.")

    def __init__(self, *, name: str) -> None:
        super().__init__(name=readable(name))


class ScreenshotTooLargeError(CaseError):
    """A file that is called a screenshot is larger than any."""

    message = N_("“{name}” is too large for a screenshot.")
    next_step = N_("If you need it all the same, copy it to this computer and add it with “phoneward case add”.")

    def __init__(self, *, name: str) -> None:
        super().__init__(name=readable(name))
