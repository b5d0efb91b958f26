"""What can go wrong when the operator simulator is set up."""

from phoneward.errors import ExitCode
from phoneward.numbers.errors import NumbersError
from phoneward.texts import N_


class SimulatorError(NumbersError):
    """The operator simulator cannot start. Base of all that it raises."""


class StateFileError(SimulatorError):
    """The file of subscribers, clients and faults is not one, or contradicts itself."""

    message = N_("{file} cannot be used as the operator's data: {problem}")
    next_step = N_("`phoneward number gate simulate --write-state FILE` writes an example that works, with comments.")
    exit_code = ExitCode.USAGE


class ClientKeyError(SimulatorError):
    """A client's key is none, or too weak."""

    message = N_("{file} does not hold a key that can be used: {problem}")
    next_step = N_(
        "Name a file that is not there yet, and a key is made in it; or give an RSA, EC or Ed25519 key as PEM."
    )
    exit_code = ExitCode.USAGE


class SimulatorPartMissingError(SimulatorError):
    """PyJWT is not installed."""

    message = N_("The operator simulator needs a part that is not installed.")
    next_step = N_("Install it with: pip install 'phoneward[gate]'")


class AddressTakenError(SimulatorError):
    """The simulator cannot listen where it should."""

    message = N_("The operator simulator cannot listen on {host}, port {port}: {problem}")
    next_step = N_("Choose another with --port N; without it, a free one is taken.")
