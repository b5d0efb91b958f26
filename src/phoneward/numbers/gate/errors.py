"""What can go wrong before the gate stands. What goes wrong while it is asked is a reason, not an error."""

from typing import ClassVar

from phoneward.errors import ExitCode
from phoneward.numbers.errors import NumbersError
from phoneward.texts import N_


class GateConfigError(NumbersError):
    """The configuration names something that is missing or makes no sense."""

    message = N_("The gate's configuration is not right, {field}: {problem}")
    next_step = N_("Correct {field} in the configuration; docs/reference/gate.md explains each field.")
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE
