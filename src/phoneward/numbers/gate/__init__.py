"""The gate: has this number changed hands since the account was bound to it, or last verified?

A library for services, and a small service. It knows nothing of phones and vaults.
"""

from typing import TYPE_CHECKING

from phoneward.numbers.gate.asking import Provider, Question, Reason, Reply, Word
from phoneward.numbers.gate.cache import DayCache
from phoneward.numbers.gate.config import GateConfig, read_config
from phoneward.numbers.gate.deciding import Event, Gate, Order
from phoneward.numbers.gate.decision import Decision, combine
from phoneward.numbers.gate.errors import GateConfigError
from phoneward.numbers.gate.reasons import Code

if TYPE_CHECKING:
    from phoneward.numbers.gate.building import build_gate

__all__ = [
    "Code",
    "DayCache",
    "Decision",
    "Event",
    "Gate",
    "GateConfig",
    "GateConfigError",
    "Order",
    "Provider",
    "Question",
    "Reason",
    "Reply",
    "Word",
    "build_gate",
    "combine",
    "read_config",
]


def __getattr__(name: str) -> object:
    """Load what needs the extra `gate` (httpx, PyJWT) only where it is used."""
    if name == "build_gate":
        from phoneward.numbers.gate.building import build_gate

        return build_gate
    raise AttributeError(name)
