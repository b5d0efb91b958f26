"""What can be wrong with a file of contacts."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class VCardFileError(PhonewardError):
    """A file of contacts is damaged, cut short, or something else."""

    message = N_("This is no whole file of contacts: {detail}.")
    next_step = N_("Export the contacts again from the phone or service they came from, or take an earlier file.")
    exit_code = ExitCode.FAILED
