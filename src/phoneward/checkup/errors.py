"""What can go wrong with a checkup and its reports."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class RoomFailedError(PhonewardError):
    """A room failed in a way it did not foresee. The others answer all the same."""

    message = N_("This part of the checkup failed by a mistake of Phoneward's own ({kind}).")
    next_step = N_("The other answers hold. Run the checkup again with --verbose and report what it prints.")
    exit_code = ExitCode.INCOMPLETE
