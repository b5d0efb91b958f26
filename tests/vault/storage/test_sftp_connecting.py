"""The way to an SFTP server: what an address means, and what a person is told where no connection comes about."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.errors import PhonewardError
from phoneward.vault import FileType
from phoneward.vault.errors import (
    RemotePartMissingError,
    ServerKeyChangedError,
    ServerUnknownError,
    StorageAccessError,
    TransientStorageError,
    WrongAnswerError,
)
from phoneward.vault.storage import NO_NAME, open_storage
from phoneward.vault.storage.sftp import SftpAddress, SftpStorage, parse_sftp_address
from phoneward.vaultplace import RemoteAddressError, RemotePlace, parse_place
from tests.tools.ports import free_port
from tests.tools.sshserver import SshServer


def place_of(address: str) -> RemotePlace:
    place = parse_place(address)
    assert isinstance(place, RemotePlace)
    return place


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        # The examples of restic's config_test.go and its manual.
        ("sftp:user@host:/dir/subdir", SftpAddress("host", "user", None, "/dir/subdir")),
        ("sftp:host:/dir/subdir", SftpAddress("host", "", None, "/dir/subdir")),
        ("sftp:host:../dir/subdir", SftpAddress("host", "", None, "../dir/subdir")),
        ("sftp:user@host:dir/subdir:suffix", SftpAddress("host", "user", None, "dir/subdir:suffix")),
        ("sftp:user@domain@host:dir", SftpAddress("host", "user@domain", None, "dir")),
        ("sftp://user@host/dir/subdir", SftpAddress("host", "user", None, "dir/subdir")),
        ("sftp://host//dir/subdir", SftpAddress("host", "", None, "/dir/subdir")),
        ("sftp://host:10022//dir/subdir", SftpAddress("host", "", 10022, "/dir/subdir")),
        ("sftp://user@host:10022/dir/../other/", SftpAddress("host", "user", 10022, "other")),
        ("sftp://user@[::1]:2222//srv/vault", SftpAddress("::1", "user", 2222, "/srv/vault")),
        ("sftp://[fe80::1]/srv", SftpAddress("fe80::1", "", None, "srv")),
        ("sftp://us%40er@host/my%20vault", SftpAddress("host", "us@er", None, "my vault")),
    ],
)
def test_addresses_mean_what_they_mean_to_restic(address: str, expected: SftpAddress) -> None:
    assert parse_sftp_address(place_of(address)) == expected


@pytest.mark.parametrize(
    "address",
    [
        "sftp:host",
        "sftp://host",
        "sftp://host/",
        "sftp:host:",
        "sftp::/dir",
        "sftp://:22/dir",
        "sftp:host:~/dir",
        "sftp://host/~user/dir",
        "sftp://host:70000/dir",
        "sftp://host:0/dir",
        "sftp://host:x/dir",
        "sftp://a:b:c/dir",
        "sftp:-oProxyCommand=evil:/dir",
        "sftp://-oProxyCommand=evil@host/dir",
        "sftp:ho st:/dir",
        "sftp:host\n:/dir",
        "sftp://user%00@host/dir",
        "sftp://host/di%00r",
    ],
)
def test_an_address_without_sense_is_refused(address: str) -> None:
    with pytest.raises(RemoteAddressError):
        SftpStorage(place_of(address))


def test_a_password_in_an_address_is_neither_used_nor_shown() -> None:
    with pytest.raises(RemoteAddressError, match="no password") as caught:
        open_storage(place_of("sftp://anna:s3cret@host/dir"), {})
    assert "s3cret" not in caught.value.sentence()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with SshServer(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(params=[True, False], ids=["ssh", "without ssh"])
def _road(request: pytest.FixtureRequest, server: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to the server."""
    enter(server, monkeypatch, with_ssh=request.param)


def enter(server: SshServer, monkeypatch: pytest.MonkeyPatch, *, with_ssh: bool) -> None:
    monkeypatch.setenv("HOME", str(server.home))
    monkeypatch.setenv("PATH", f"{server.client}:{os.environ['PATH']}" if with_ssh else str(server.home))


@pytest.fixture
def settings_of_client(server: SshServer) -> Iterator[Path]:
    """The client's settings, which a test may change."""
    files = [server.client_config, server.known_hosts]
    before = [file.read_text() for file in files]
    yield server.client_config
    for file, content in zip(files, before, strict=True):
        file.write_text(content)


def failure(address: str) -> PhonewardError:
    storage = SftpStorage(place_of(address), timeout_s=10, connect_s=10)
    with pytest.raises(PhonewardError) as caught:
        storage.exists(FileType.CONFIG, NO_NAME)
    return caught.value


@pytest.mark.usefixtures("_road")
class TestWhatAPersonIsTold:
    def test_an_unknown_server_is_not_spoken_to(self, server: SshServer, settings_of_client: Path) -> None:
        server.known_hosts.write_text("")
        error = failure(server.address("/v"))
        assert isinstance(error, ServerUnknownError)
        assert f"ssh -p {server.port} {server.user}@127.0.0.1" in error.advice()
        assert "fingerprint" in error.advice()
        assert settings_of_client.with_name("known_hosts").read_text() == "", "nothing is learned by itself"

    @pytest.mark.usefixtures("settings_of_client")
    def test_a_server_with_another_key_is_not_spoken_to(self, server: SshServer) -> None:
        server.known_hosts.write_text("")
        server.know_host(server.port, "client")
        error = failure(server.address("/v"))
        assert isinstance(error, ServerKeyChangedError)
        assert f"ssh-keygen -R [127.0.0.1]:{server.port}" in error.advice()

    def test_a_key_that_the_server_does_not_know(self, server: SshServer, settings_of_client: Path) -> None:
        stranger = settings_of_client.with_name("stranger")
        if not stranger.exists():
            subprocess.run(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(stranger)], check=True)
        text = settings_of_client.read_text()
        settings_of_client.write_text(text.replace(str(server.folder / "client"), str(stranger)))
        assert isinstance(failure(server.address("/v")), StorageAccessError)

    def test_a_key_behind_a_passphrase_is_no_question(self, server: SshServer, settings_of_client: Path) -> None:
        locked = settings_of_client.with_name("locked")
        if not locked.exists():
            subprocess.run(
                ["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(locked)], check=True
            )
        text = settings_of_client.read_text()
        settings_of_client.write_text(text.replace(str(server.folder / "client"), str(locked)))
        assert isinstance(failure(server.address("/v")), StorageAccessError)

    def test_where_nobody_listens(self) -> None:
        error = failure(f"sftp://127.0.0.1:{free_port()}//v")
        assert isinstance(error, TransientStorageError)
        assert "refused" in error.sentence().lower() or "unable to connect" in error.sentence().lower()

    def test_names_of_the_persons_own_settings_count(
        self, server: SshServer, settings_of_client: Path, tmp_path: Path
    ) -> None:
        with settings_of_client.open("a") as settings:
            settings.write(f"Host desk\n  HostName 127.0.0.1\n  Port {server.port}\n  User {server.user}\n")
        storage = SftpStorage(place_of(f"sftp:desk:{tmp_path}/v"))
        storage.create()
        assert (tmp_path / "v" / "data" / "ff").is_dir()

    def test_a_jump_host_is_jumped_over(self, server: SshServer, settings_of_client: Path, tmp_path: Path) -> None:
        with settings_of_client.open("a") as settings:
            settings.write(
                f"Host inner\n  HostName 127.0.0.1\n  Port {server.port}\n  User {server.user}\n  ProxyJump outer\n"
                f"Host outer\n  HostName 127.0.0.1\n  Port {server.port}\n  User {server.user}\n"
            )
        storage = SftpStorage(place_of(f"sftp:inner:{tmp_path}/v"))
        storage.create()
        assert (tmp_path / "v" / "keys").is_dir()


@pytest.mark.parametrize("with_ssh", [True, False])
def test_a_server_without_sftp_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, with_ssh: bool) -> None:
    (tmp_path / "sshd").mkdir()
    with SshServer(tmp_path / "sshd", sftp_server=None) as other:
        enter(other, monkeypatch, with_ssh=with_ssh)
        error = failure(other.address("/v"))
    assert isinstance(error, WrongAnswerError)
    assert "no SFTP" in error.sentence()


def test_where_neither_ssh_nor_its_stand_in_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "paramiko", None)
    error = failure("sftp:host:/v")
    assert isinstance(error, RemotePartMissingError)
