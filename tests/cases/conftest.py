"""What the room's tests have in common: an authority, and one sealed case to copy from."""

from collections.abc import Iterator

import pytest

from tests.cases.sealed import Sealed, make_sealed, running_authority
from tests.snapshots.authority import Authority


@pytest.fixture(scope="session")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """A time stamp authority on loopback."""
    with running_authority(tmp_path_factory.mktemp("cases") / "tsa") as running:
        yield running


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory, tsa: Authority) -> Sealed:
    """A sealed case; tests only read it."""
    return make_sealed(tmp_path_factory.mktemp("cases") / "案件", tsa)


@pytest.fixture(scope="session")
def unstamped(tmp_path_factory: pytest.TempPathFactory, tsa: Authority) -> Sealed:
    """The same case, sealed without a time stamp: only its own hashes protect it."""
    return make_sealed(tmp_path_factory.mktemp("cases") / "unstamped", tsa, is_stamped=False)
