"""The gate: has this number changed hands since the account was bound to it, or last verified?

A library for services, and a small service. It knows nothing of phones and vaults.
"""

import importlib
from typing import TYPE_CHECKING

from phoneward.numbers.gate.asking import Provider, Question, Reason, Reply, Word
from phoneward.numbers.gate.cache import DayCache
from phoneward.numbers.gate.config import GateConfig, read_config
from phoneward.numbers.gate.deciding import Event, Gate, Order
from phoneward.numbers.gate.decision import Decision, combine
from phoneward.numbers.gate.errors import GateConfigError
from phoneward.numbers.gate.reasons import Code

if TYPE_CHECKING:
    from phoneward.numbers.gate.bindings import Binding, Desk, PostgresStore, SqliteStore, State, Store
    from phoneward.numbers.gate.building import build_gate
    from phoneward.numbers.gate.client import GateClient
    from phoneward.numbers.gate.gatekeeper import Answer, Gatekeeper
    from phoneward.numbers.gate.keys import Keys
    from phoneward.numbers.gate.lifecycle import Lifecycle
    from phoneward.numbers.gate.middleware import GateMiddleware
    from phoneward.numbers.gate.policy import Policy, Purpose, Step

__all__ = [
    "Answer",
    "Binding",
    "Code",
    "DayCache",
    "Decision",
    "Desk",
    "Event",
    "Gate",
    "GateClient",
    "GateConfig",
    "GateConfigError",
    "GateMiddleware",
    "Gatekeeper",
    "Keys",
    "Lifecycle",
    "Order",
    "Policy",
    "PostgresStore",
    "Provider",
    "Purpose",
    "Question",
    "Reason",
    "Reply",
    "SqliteStore",
    "State",
    "Step",
    "Store",
    "Word",
    "build_gate",
    "combine",
    "read_config",
]

_ELSEWHERE = {
    "build_gate": "building",
    **dict.fromkeys(("Binding", "Desk", "PostgresStore", "SqliteStore", "State", "Store"), "bindings"),
    "GateClient": "client",
    **dict.fromkeys(("Answer", "Gatekeeper"), "gatekeeper"),
    "Keys": "keys",
    "Lifecycle": "lifecycle",
    "GateMiddleware": "middleware",
    **dict.fromkeys(("Policy", "Purpose", "Step"), "policy"),
}
"""What is loaded only where it is used: it takes its time, or needs the extra `gate` (httpx, PyJWT)."""


def __getattr__(name: str) -> object:
    """Load it from where it stands."""
    if name in _ELSEWHERE:
        return getattr(importlib.import_module(f"phoneward.numbers.gate.{_ELSEWHERE[name]}"), name)
    raise AttributeError(name)
