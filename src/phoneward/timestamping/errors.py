"""What can go wrong with time stamps."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class TimestampPartMissingError(PhonewardError):
    """The optional library for time stamps is not installed."""

    message = N_("Time stamps need a part of Phoneward that is not installed.")
    next_step = N_("Install it with: pip install 'phoneward[timestamp]'")
    exit_code = ExitCode.FAILED


class TimestampServerError(PhonewardError):
    """A time stamp authority could not be asked."""

    message = N_("The time stamp authority at {url} could not be asked ({detail}).")
    next_step = N_(
        "Check the address and the network, then try again. A snapshot: phoneward timestamp add SNAPSHOT. A case: "
        "phoneward case seal FOLDER"
    )
    exit_code = ExitCode.FAILED


class TimestampRefusedError(PhonewardError):
    """A time stamp proves nothing."""

    message = N_("The time stamp proves nothing ({detail}).")
    next_step = N_("Try again, or ask another authority. What was to be stamped is not touched by this.")
    exit_code = ExitCode.FAILED


class AuthorityFileError(PhonewardError):
    """The file of trusted authorities holds no certificate."""

    message = N_("The file of trusted authorities holds no certificate that can be read ({detail}).")
    next_step = N_("Give the authority's root certificate, as its web site offers it, in PEM form.")
    exit_code = ExitCode.USAGE
