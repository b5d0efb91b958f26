"""What can go wrong when an archive is made."""

from phoneward.rescue.errors import RescueError
from phoneward.texts import N_


class NoMessagesHereError(RescueError):
    """Nothing that is given is a source that is known."""

    message = N_("No messages that can be read were found in {path}.")
    next_step = N_(
        "Name a file or folder that an app or its backup exported: WhatsApp (msgstore.db, or “Export chat”), Signal, "
        "Telegram (result.json), an iPhone's sms.db, or text messages (sms.xml, mmssms.db)."
    )


class LockedSourceError(RescueError):
    """A source is encrypted."""

    message = N_("{path} is encrypted, so it cannot be read here.")
    next_step = N_(
        "Phoneward breaks no encryption. The app itself can export its chats, or decrypt its backup with the key that "
        "you have; then name what it made. docs/how-to/rescue-archive.md says how, for each app."
    )


class SourceGoneError(RescueError):
    """A source is not there, or may not be read."""

    message = N_("{path} cannot be read: {reason}.")
    next_step = N_("Check the name, and that the disk is attached and you may read it.")


class NobodyByThatNameError(RescueError):
    """`--with` fits no conversation."""

    message = N_("There is no conversation with “{name}”.")
    next_step = N_("Leave out --with to see with whom there are conversations: --dry-run lists them all.")
