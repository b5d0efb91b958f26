"""What can stand in the way of a move to a new phone."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class MovingError(PhonewardError):
    """Base: something about a move."""


class WhichOldPhoneError(MovingError):
    """The vault holds several phones, and none was named."""

    message = N_("The vault holds snapshots of several phones, and it was not said which one moves: {phones}.")
    next_step = N_("Name the snapshot to move, such as the first of these; `phoneward snapshots` lists them all.")
    exit_code = ExitCode.USAGE


class NotOfAPhoneError(MovingError):
    """The snapshot that was named holds no phone."""

    message = N_("Snapshot {snapshot} is not of a phone, so nothing of it can move.")
    next_step = N_("Name another one; `phoneward snapshots` lists them.")
    exit_code = ExitCode.USAGE


class MoveRunningError(MovingError):
    """Another run moves onto the same phone."""

    message = N_("A move onto this phone is running already, in another window.")
    next_step = N_("Wait until that is done, then run the command again.")
    exit_code = ExitCode.LOCKED


class MoveNoteError(MovingError):
    """What is done could not be written down."""

    message = N_("How far the move is cannot be written down in {path}: {detail}.")
    next_step = N_("Make room on this computer's disk, or set PHONEWARD_STATE_DIR to a folder that can be written to.")


class MoveCutShortError(MovingError):
    """The connection to the new phone broke."""

    message = N_("The move was cut short while {part} went over: {detail}")
    next_step = N_(
        "What came over is whole, and noted. Plug the new phone in again, unlock it, and run the same command: it goes "
        "on from there."
    )
