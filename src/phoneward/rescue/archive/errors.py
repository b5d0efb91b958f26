"""What can go wrong when an archive is made."""

from phoneward.errors import ExitCode
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


class ArchivePlaceError(RescueError):
    """There is something at the place where the archive should be made."""

    message = N_("The folder {path} is not empty.")
    next_step = N_("Name a new folder, so that nothing of yours is mixed up or written over.")
    exit_code = ExitCode.USAGE


class ArchiveWithinError(RescueError):
    """The archive would lie among the sources."""

    message = N_("The folder {path} would lie within what is to be read.")
    next_step = N_("Choose a folder elsewhere, so that nothing is added to the originals.")
    exit_code = ExitCode.USAGE


class ArchiveUnwritableError(RescueError):
    """The archive cannot be written."""

    message = N_("The archive could not be written to {path} ({reason}).")
    next_step = N_("Choose a folder on a disk with enough room that you may write to, then run the command again.")
