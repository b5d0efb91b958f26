"""An operator simulator: the three CAMARA APIs with their tokens, for tests and for people who integrate.

In a test:

    key = new_key()
    simulator = Simulator(state, keys={"example-client": key.public_key()})
    with running(simulator) as base_url:
        ...

or `simulator.app`, an ASGI application, without a server. It shares no code with `phoneward.numbers.gate`: each is the
other's test.
"""

from phoneward.numbers.simulator.app import Served, Simulator
from phoneward.numbers.simulator.clock import Clock
from phoneward.numbers.simulator.errors import (
    AddressTakenError,
    ClientKeyError,
    SimulatorError,
    SimulatorPartMissingError,
    StateFileError,
)
from phoneward.numbers.simulator.example import example_state, example_text
from phoneward.numbers.simulator.faults import NAMED_IN, CutError
from phoneward.numbers.simulator.jose import PublicKey, new_key, private_pem, read_key_file, write_new_key
from phoneward.numbers.simulator.preparing import Prepared, prepare
from phoneward.numbers.simulator.serving import SimulatorServer, running
from phoneward.numbers.simulator.state import (
    SCOPES,
    Client,
    Contract,
    FaultKind,
    Faults,
    Operator,
    State,
    Subscriber,
    Tokens,
    load_state,
)

__all__ = [
    "NAMED_IN",
    "SCOPES",
    "AddressTakenError",
    "Client",
    "ClientKeyError",
    "Clock",
    "Contract",
    "CutError",
    "FaultKind",
    "Faults",
    "Operator",
    "Prepared",
    "PublicKey",
    "Served",
    "Simulator",
    "SimulatorError",
    "SimulatorPartMissingError",
    "SimulatorServer",
    "State",
    "StateFileError",
    "Subscriber",
    "Tokens",
    "example_state",
    "example_text",
    "load_state",
    "new_key",
    "prepare",
    "private_pem",
    "read_key_file",
    "running",
    "write_new_key",
]
