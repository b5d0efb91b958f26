"""Which account has which number: kept so that nothing is lost or doubled, in SQLite or PostgreSQL."""

from phoneward.numbers.gate.bindings.binding import Action, ActionKind, Binding, State
from phoneward.numbers.gate.bindings.desk import Desk
from phoneward.numbers.gate.bindings.errors import (
    AnotherNumberError,
    NotAFactorError,
    NotBoundError,
    NumberClosedError,
    PostgresPartMissingError,
    StoreError,
    StoreTooNewError,
)
from phoneward.numbers.gate.bindings.ledger import Ledger
from phoneward.numbers.gate.bindings.postgresql import PostgresStore
from phoneward.numbers.gate.bindings.sqlite import SqliteStore
from phoneward.numbers.gate.bindings.store import Store

__all__ = [
    "Action",
    "ActionKind",
    "AnotherNumberError",
    "Binding",
    "Desk",
    "Ledger",
    "NotAFactorError",
    "NotBoundError",
    "NumberClosedError",
    "PostgresPartMissingError",
    "PostgresStore",
    "SqliteStore",
    "State",
    "Store",
    "StoreError",
    "StoreTooNewError",
]
