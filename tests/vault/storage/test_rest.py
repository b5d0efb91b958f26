"""Vaults behind restic's REST protocol, against a real `rclone serve restic`."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.vault import FileId, FileType
from phoneward.vault.errors import AppendOnlyError, NameTakenError, StorageAccessError, StorageDeniedError
from phoneward.vault.storage import NO_NAME, Storage
from phoneward.vault.storage.rest import RestStorage
from phoneward.vault.storage.webclient import Waits
from phoneward.vaultplace import RemoteAddressError, RemotePlace, parse_place
from tests.tools.rclone import serve_restic
from tests.vault.storage.suite import StorageSuite, name_of
from tests.vault.storage.wiresuite import TIMEOUT_S, Wire, WireSuite, folder_content

_numbers = itertools.count()


def rest(port: int, path: str = "", *, waits: Waits | None = None, **access: str) -> RestStorage:
    place = parse_place(f"rest:http://127.0.0.1:{port}/{path}")
    assert isinstance(place, RemotePlace)
    return RestStorage(place, access, waits=waits)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def port(served: Path) -> Iterator[int]:
    with serve_restic(served) as number:
        yield number


@pytest.fixture
def storage(port: int) -> Iterator[Storage]:
    made = rest(port, f"{next(_numbers)}/")
    made.create()
    yield made
    made.close()


class TestRestStorage(StorageSuite):
    pass


class TestOverTheWire(WireSuite):
    @pytest.fixture
    def wire(self, port: int, served: Path) -> Wire:
        return RestWire(port, served / str(next(_numbers)))


class RestWire:
    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self._folder = folder
        self.storage(port).create()

    def storage(self, port: int) -> Storage:
        return rest(port, f"{self._folder.name}/", waits=Waits(TIMEOUT_S, TIMEOUT_S))

    def kept(self) -> dict[str, bytes]:
        return folder_content(self._folder)
