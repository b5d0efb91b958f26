"""What can be wrong with the secret of a service, and with what was sealed by it."""

from phoneward.errors import ExitCode
from phoneward.numbers.errors import NumbersError
from phoneward.texts import N_


class SealBrokenError(NumbersError):
    """A sealed number is not what was sealed."""

    message = N_("A number in the database is not what the gate wrote there: it was changed, or is another account's.")
    next_step = N_("Find out who wrote to the table `bindings`; then report the account's number again.")


class WrongSecretError(NumbersError):
    """The database was written with another secret."""

    message = N_("The bindings were written with another secret: with this one no number in them can be found or read.")
    next_step = N_(
        "Name the secret file that was used from the start. It is needed as much as the database: back it up."
    )
    exit_code = ExitCode.USAGE


class AskingPartMissingError(NumbersError):
    """What asks the providers is not installed."""

    message = N_("Asking operators needs a part of Phoneward that is not installed.")
    next_step = N_("Install it with: pip install 'phoneward[gate]'")
    exit_code = ExitCode.USAGE
