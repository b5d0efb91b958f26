"""Files that no row can be recovered from."""

from phoneward.errors import ExitCode
from phoneward.rescue.errors import RescueError
from phoneward.texts import N_


class NotADatabaseError(RescueError):
    """Nothing in the file looks like a page of a SQLite database."""

    message = N_("Nothing in this file looks like a SQLite database.")
    next_step = N_("Name the database itself; what lies beside it (-wal, -journal) is read together with it.")


class EncryptedDatabaseError(RescueError):
    """The file looks like random bytes from its first one on, as SQLCipher writes them."""

    message = N_("This file is encrypted or compressed: no page of a database can be seen in it.")
    next_step = N_(
        "Deleted rows can only be looked for in a decrypted copy. Apps such as Signal and WeChat encrypt theirs with a "
        "key that stays on the phone; Phoneward does not break it."
    )


class UnreadableDatabaseError(RescueError):
    """The file cannot be opened or read."""

    message = N_("{file} could not be read: {reason}")
    next_step = N_("Check the name, and that you may read the file.")


class WhereToError(RescueError):
    """What was recovered cannot be written there."""

    message = N_("{path} is there already, or cannot be written.")
    next_step = N_("Name a file or folder that does not exist yet. Nothing was changed.")
    exit_code = ExitCode.USAGE


class PartlyReadError(RescueError):
    """A part of a database could not be read, or had to be guessed; the search went on."""

    message = "{what}"
    next_step = N_("The rows that were found are shown all the same. Keep the file and its copies as they are.")


class DatabaseLeftOutError(RescueError):
    """One of several files could not be searched."""

    message = N_("{file}: {what}")
    next_step = "{hint}"
