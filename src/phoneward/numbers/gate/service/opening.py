"""Puts a service together from its configuration, and lets it go again."""

import contextlib
import importlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

from phoneward.numbers.gate import lifecycle
from phoneward.numbers.gate.bindings import Desk, PostgresStore, SqliteStore, Store
from phoneward.numbers.gate.config import path_of
from phoneward.numbers.gate.deciding import Gate
from phoneward.numbers.gate.gatekeeper import Gatekeeper
from phoneward.numbers.gate.keys import Keys
from phoneward.numbers.gate.secret_errors import AskingPartMissingError
from phoneward.numbers.gate.service.settings import Settings

_DEFAULT_FILE: Final = "bindings.db"


@contextlib.contextmanager
def open_store(settings: Settings) -> Iterator[tuple[Store, Keys]]:
    """Open the bindings, and make sure that the secret is theirs.

    Raises:
        GateConfigError: the secret cannot be read.
        WrongSecretError: it is another one.
        StoreError: the database cannot be used.
        PostgresPartMissingError: its driver is not installed.
    """
    keys = settings.keys()
    store: Store
    if settings.bindings.postgresql is not None:
        store = PostgresStore(settings.bindings.postgresql)
    else:
        store = SqliteStore(path_of(settings.bindings.sqlite or _DEFAULT_FILE, settings.folder))
    try:
        lifecycle.fit(store, keys)
        yield store, keys
    finally:
        store.close()


def make_gate(settings: Settings) -> Gate:
    """Return what asks the providers.

    Raises:
        GateConfigError: a key or a file of theirs cannot be read.
        AskingPartMissingError: what asks them is not installed.
    """
    if not settings.gate.providers:
        return Gate(())
    for part in ("httpx", "jwt"):
        try:
            importlib.import_module(part)
        except ImportError as error:
            raise AskingPartMissingError from error
    from phoneward.numbers.gate.building import build_gate

    return build_gate(settings.gate, folder=settings.folder)


@contextlib.asynccontextmanager
async def open_keeper(settings: Settings, store: Store, keys: Keys) -> AsyncIterator[Gatekeeper]:
    """Open what answers the service's questions."""
    gate = make_gate(settings)
    desk = Desk(store)
    try:
        yield Gatekeeper(desk=desk, decider=gate, policy=settings.policy, keys=keys)
    finally:
        desk.close()
        await gate.aclose()
