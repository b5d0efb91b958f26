"""What can go wrong with the bindings of a service."""

from phoneward.errors import ExitCode
from phoneward.numbers.errors import NumbersError
from phoneward.texts import N_


class StoreError(NumbersError):
    """The database cannot be used now."""

    message = N_("The database of the bindings cannot be used: {problem}.")
    next_step = N_("See that it runs and that this account may use it. Nothing is half done; ask again.")


class StoreTooNewError(NumbersError):
    """A newer Phoneward made the tables."""

    message = N_("The bindings were written by a newer Phoneward (tables of version {version}).")
    next_step = N_("Install that version here too.")


class PostgresPartMissingError(NumbersError):
    """The driver of PostgreSQL is not installed."""

    message = N_("Bindings in PostgreSQL need a part of Phoneward that is not installed.")
    next_step = N_("Install it with: pip install 'phoneward[gate]'")
    exit_code = ExitCode.USAGE


class NotBoundError(NumbersError):
    """The account has no number here."""

    message = N_("The gate knows no number of this account.")
    next_step = N_("Report it first: POST /bindings.")


class NumberClosedError(NumbersError):
    """The number is suspended: what was asked could be the next holder's wish."""

    message = N_("The number of this account is suspended, and the account is closed until its owner is back.")
    next_step = N_("Let the owner prove it by another factor, then report it: POST /recovered.")


class AnotherNumberError(NumbersError):
    """The account has another number than the one that was proven."""

    message = N_("The number that was proven is not the one of this account.")
    next_step = N_(
        "If its owner chose a new number, report that: POST /bindings. If the old one is lost: POST /recovered."
    )


class NotAFactorError(NumbersError):
    """The number cannot vouch for itself."""

    message = N_("“{factor}” goes over the number itself, so it does not prove who holds it.")
    next_step = N_("Name another factor: a passkey, an authenticator app, a recovery code, a person at the counter.")
