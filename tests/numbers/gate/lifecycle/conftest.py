"""Fixtures: each store, and the parts that stand on it."""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phoneward.numbers.gate.audit import Audit
from phoneward.numbers.gate.bindings import PostgresStore, SqliteStore, Store
from phoneward.numbers.gate.keys import Keys
from phoneward.numbers.gate.lifecycle import Lifecycle
from tests.numbers.gate.lifecycle import postgres

NOW = dt.datetime(2026, 5, 4, 12, 30, tzinfo=dt.UTC)
KEYS = Keys(bytes(range(32)))
NUMBER = "+8613800138000"
OTHER = "+447700900123"


def steps(days: float = 0, keys: Keys = KEYS) -> Lifecycle:
    """What carries out steps so many days after `NOW`."""
    return Lifecycle(keys, Audit(keys, "shop"), NOW + dt.timedelta(days=days))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One server for all tests of a worker."""
    with postgres.server() as server:
        yield server


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of waits for a shared disk prove nothing more."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def opening(request: pytest.FixtureRequest, quick_folder: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same tables as often as one likes; each kind of database in turn."""
    opened: list[Store] = []
    if request.param == "sqlite":
        path = quick_folder / "bindings.db"

        def start() -> Store:
            opened.append(SqliteStore(path))
            return opened[-1]
    else:
        conninfo = request.getfixturevalue("postgres_server").fresh()

        def start() -> Store:
            opened.append(PostgresStore(conninfo))
            return opened[-1]

    yield start
    for store in opened:
        store.close()


@pytest.fixture
def store(opening: Callable[[], Store]) -> Store:
    """Each kind of database in turn, empty."""
    return opening()
