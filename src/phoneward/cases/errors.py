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
