"""From a state file and a key to a simulator that can be served."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.numbers.simulator import jose
from phoneward.numbers.simulator.app import Simulator
from phoneward.numbers.simulator.clock import Clock
from phoneward.numbers.simulator.example import example_state
from phoneward.numbers.simulator.state import load_state

if TYPE_CHECKING:
    from phoneward.numbers.simulator.jose import PublicKey


@dataclass(frozen=True, slots=True)
class Prepared:
    """A simulator, and how to be let in.

    Attributes:
        simulator: not served yet.
        client: a client's id: the first that signs with `key_file`, else the first there is, else nothing.
        key_file: its private key; None where every client has a key of its own in the state file.
    """

    simulator: Simulator
    client: str
    key_file: Path | None


def prepare(
    state_file: Path | None, key_file: Path, *, now: dt.datetime | None = None, public_url: str | None = None
) -> Prepared:
    """Return a simulator.

    Args:
        state_file: TOML or JSON; None: the example.
        key_file: the private key of clients whose state names none; made where it is not there and needed.
        now: the time it believes it to be, aware; None is the computer's own.
        public_url: where it is reached, where that is not where it is served.

    Raises:
        StateFileError: the file cannot be used.
        ClientKeyError: a key cannot be used.
        SimulatorPartMissingError: PyJWT is not installed.
    """
    jose.require_parts()
    clock = Clock(now)
    state = example_state(clock.now()) if state_file is None else load_state(state_file)
    keyless = [one.id for one in state.clients if one.public_key is None and one.public_key_file is None]
    keys = dict.fromkeys(keyless, _key(key_file)) if keyless else {}
    beside = Path() if state_file is None else state_file.parent
    for client in state.clients:
        if client.public_key_file is not None:
            keys[client.id] = jose.read_key_file(beside / client.public_key_file)
    simulator = Simulator(state, keys=keys, clock=clock, public_url=public_url)
    ids = [*keyless, *(client.id for client in state.clients)]
    return Prepared(simulator, ids[0] if ids else "", key_file if keyless else None)


def _key(path: Path) -> "PublicKey":
    return jose.read_key_file(path) if path.exists() else jose.write_new_key(path)
