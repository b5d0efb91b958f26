"""A vault behind a real OpenSSH server."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.vault import Storage
from phoneward.vault.storage.sftp import SftpStorage
from phoneward.vaultplace import RemotePlace, parse_place
from tests.tools.ports import free_port
from tests.tools.sshserver import SshServer, wait_for
from tests.vault.storage.suite import StorageSuite
from tests.vault.storage.wiresuite import TIMEOUT_S, Wire, WireSuite, broken, folder_content

__all__ = ["broken"]  # a fixture of the suite


def place_of(address: str) -> RemotePlace:
    place = parse_place(address)
    assert isinstance(place, RemotePlace)
    return place


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with SshServer(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(autouse=True)
def _own_ssh(server: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(server.client), prepend=":")


class TestSftpStorage(StorageSuite):
    @pytest.fixture
    def storage(self, server: SshServer, tmp_path: Path) -> Storage:
        storage = SftpStorage(place_of(server.address(tmp_path / "vault")))
        storage.create()
        return storage


class TestWithoutSsh(StorageSuite):
    """A computer without the program `ssh`."""

    @pytest.fixture
    def storage(self, server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("HOME", str(server.home))
        storage = SftpStorage(place_of(server.address(tmp_path / "vault")))
        storage.create()
        return storage


@pytest.fixture(scope="module")
def rclone(server: SshServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of rclone's server, which lets the same key in."""
    port = free_port()
    folder = tmp_path_factory.mktemp("rclone")
    keys = ["--authorized-keys", str(server.folder / "authorized"), "--key", str(server.folder / "host")]
    command = ["rclone", "serve", "sftp", str(folder), "--addr", f"127.0.0.1:{port}", *keys]
    process = subprocess.Popen(command, stderr=(server.folder / "rclone").open("wb"))
    server.know_host(port)
    wait_for(port)
    yield port
    process.kill()
    process.wait()


class TestRclone(StorageSuite):
    """Another server: it flushes nothing and only says that it makes hard links."""

    @pytest.fixture
    def storage(self, server: SshServer, rclone: int, tmp_path: Path) -> Storage:
        storage = SftpStorage(place_of(server.address(f"{tmp_path.name}/vault", rclone)))
        storage.create()
        return storage


class _SftpWire:
    """The server, and a vault on it, through whatever port a test wants."""

    def __init__(self, server: SshServer, folder: Path) -> None:
        self.port = server.port
        self._server = server
        self._folder = folder

    def storage(self, port: int) -> Storage:
        self._server.know_host(port)
        place = place_of(self._server.address(self._folder, port))
        return SftpStorage(place, timeout_s=TIMEOUT_S, connect_s=2 * TIMEOUT_S)

    def kept(self) -> dict[str, bytes]:
        return {path: data for path, data in folder_content(self._folder).items() if "-tmp-" not in path}


class TestSftpWire(WireSuite):
    cuts = 4  # each is a connection of its own

    @pytest.fixture
    def wire(self, server: SshServer, tmp_path: Path) -> Wire:
        SftpStorage(place_of(server.address(tmp_path / "vault"))).create()
        return _SftpWire(server, tmp_path / "vault")
