"""What can go wrong while hostile input is read in a confined worker, in words for the person at the keyboard."""

from phoneward.errors import PhonewardError
from phoneward.texts import N_


class ConfinedError(PhonewardError):
    """The input could not be read inside the worker. The program itself is unharmed and may go on without it."""

    message = N_("A file could not be examined safely.")
    next_step = N_("The file is left out; everything else goes on. Keep the original if it matters to you.")


class TookTooLongError(ConfinedError):
    """The deadline passed, by the clock on the wall or by processor time."""

    message = N_("Examining a file took longer than {seconds} seconds, so it was stopped.")


class TooMuchMemoryError(ConfinedError):
    """The worker asked for more memory than it was given."""

    message = N_("Examining a file needed more than {megabytes} MB of memory, so it was stopped.")


class TooMuchOutputError(ConfinedError):
    """The answer is larger than the caller is ready to take."""

    message = N_("Examining a file gave an answer larger than {kilobytes} kB, so it was not used.")


class WorkerCrashedError(ConfinedError):
    """The worker died: a fault in native code, or something from outside ended it."""

    message = N_("Examining a file crashed the program's protected helper ({how}). Nothing else was harmed.")


class WorkerRaisedError(ConfinedError):
    """The function raised. `kind` is the exception's class name, `problem` its message; both printable and short."""

    message = N_("A file could not be understood ({kind}: {problem}).")


class BadAnswerError(ConfinedError):
    """The worker's answer is not what the function promises to return: it is not used."""

    message = N_("Examining a file gave an answer that makes no sense ({problem}), so it was not used.")


class WorkerStartError(ConfinedError):
    """No worker could be started: nothing is examined rather than examined unprotected."""

    message = N_("The protected helper that examines files could not be started ({problem}).")
    next_step = N_("Restart the computer and try again. If that does not help, install Phoneward again.")
