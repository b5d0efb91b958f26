"""What can be wrong with an action."""

from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _


class ActionUnknownError(PhonewardError):
    """An action leads to a room, or asks for something there, that does not exist."""

    message = N_("Nothing here can do “{verb}” in the room “{room}”.")
    next_step = N_("Look at the finding again on a fresh page; it may come from another version of Phoneward.")

    def __init__(self, *, room: str, verb: str) -> None:
        super().__init__(room=readable(room[:80]), verb=readable(verb[:80]))


class ActionArgumentError(PhonewardError):
    """An argument of an action is unknown, or cannot be one."""

    message = N_("“{value}” cannot be used for “{name}”.")
    next_step = N_("Look at the finding again on a fresh page; it may come from another version of Phoneward.")
    exit_code = ExitCode.USAGE


class RoomNotBuiltError(PhonewardError):
    """An action leads to a room that is not built yet."""

    message = N_("This part of Phoneward is not built yet: {room}.")
    next_step = N_("Nothing was done. What the finding says holds all the same.")

    def sentence(self) -> str:
        """Name the room in the reader's language."""
        return _(self.message).format(room=_(str(self.details["room"])))


class AppBackupGoneError(PhonewardError):
    """A backup on this computer that a finding or a page named is no longer there, or its phone is unknown."""

    message = N_("This backup is not on this computer any more, or the vault does not know that phone.")
    next_step = N_("Look again: phoneward app-backups list")


class PhoneNotAttachedError(PhonewardError):
    """The phone that a finding is about is not there."""

    message = N_("The phone that this is about is not attached.")
    next_step = N_(
        "Plug it in, unlock it and allow USB debugging, then try again. A folder or a card is read with: phoneward "
        "backup --folder DIR"
    )
