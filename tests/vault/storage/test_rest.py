"""Vaults behind restic's REST protocol, against a real `rclone serve restic`."""

import itertools
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from phoneward.vault import FileId, FileType
from phoneward.vault.blobs import BytesLike
from phoneward.vault.errors import (
    AppendOnlyError,
    NameTakenError,
    StorageAccessError,
    StorageDeniedError,
    WrongAnswerError,
)
from phoneward.vault.storage import NO_NAME, Storage
from phoneward.vault.storage.rest import RestStorage
from phoneward.vault.storage.retrying import Patience, RetryingStorage
from phoneward.vault.storage.webclient import Waits
from phoneward.vaultplace import RemoteAddressError, RemoteKind, RemotePlace, parse_place
from tests.phone.faultproxy import FaultProxy
from tests.tools.rclone import serve_restic
from tests.vault.storage.misbehaving import Request, answer, misbehaving
from tests.vault.storage.suite import StorageSuite, name_of
from tests.vault.storage.wiresuite import TIMEOUT_S, Wire, WireSuite, folder_content, stored

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


def test_who_may_enter_comes_from_the_address_or_from_restics_variables(tmp_path: Path) -> None:
    with serve_restic(tmp_path, user="anna", password="pass:w0rd/@") as port:
        for_nobody = rest(port)
        for ask in (for_nobody.create, lambda: for_nobody.exists(FileType.CONFIG, NO_NAME)):
            with pytest.raises(StorageAccessError) as caught:
                ask()
            assert "w0rd" not in str(caught.value)
        with pytest.raises(StorageAccessError):
            rest(port, RESTIC_REST_USERNAME="anna", RESTIC_REST_PASSWORD="w0rd").create()
        rest(port, RESTIC_REST_USERNAME="anna", RESTIC_REST_PASSWORD="pass:w0rd/@").create()
        place = parse_place(f"rest:http://anna:pass%3Aw0rd%2F%40@127.0.0.1:{port}/")
        assert isinstance(place, RemotePlace)
        named = RestStorage(place, {"RESTIC_REST_USERNAME": "eve", "RESTIC_REST_PASSWORD": "x"})
        assert not named.exists(FileType.CONFIG, NO_NAME)
        assert named.location == f"rest:http://127.0.0.1:{port}/"


@pytest.mark.parametrize(
    "address",
    [
        "rest:host/x",
        "rest:ftp://host/x",
        "rest:https://",
        "rest:http://host:port/",
        "rest:http://host:99999/",
        "rest:http://[::1/",
        "rest:http://host/?create=true",
        "rest:http://host/#x",
        "rest:http+unix://:/x",
    ],
)
def test_an_address_that_makes_no_sense_is_named_as_such(address: str) -> None:
    place = parse_place(address)
    assert isinstance(place, RemotePlace)
    with pytest.raises(RemoteAddressError):
        RestStorage(place, {})


def test_a_server_is_believed_by_its_certificate_alone(tmp_path: Path) -> None:
    certificate, key = made_certificate(tmp_path)
    (tmp_path / "served").mkdir()
    with serve_restic(tmp_path / "served", "--cert", str(certificate), "--key", str(key)) as port:
        place = parse_place(f"rest:https://localhost:{port}/")
        assert isinstance(place, RemotePlace)
        with pytest.raises(WrongAnswerError, match="certificate"):
            RestStorage(place, {}).exists(FileType.CONFIG, NO_NAME)
        trusted = RestStorage(place, {"RESTIC_CACERT": str(certificate)})
        trusted.create()
        trusted.save(FileType.PACK, name_of(b"x" * 100_000), [b"x" * 100_000])
        assert trusted.load(FileType.PACK, name_of(b"x" * 100_000), 5, 10) == b"x" * 10
        elsewhere = parse_place(f"rest:https://127.0.0.1:{port}/")
        assert isinstance(elsewhere, RemotePlace)
        with pytest.raises(WrongAnswerError, match="certificate"):
            RestStorage(elsewhere, {"RESTIC_CACERT": str(certificate)}).exists(FileType.CONFIG, NO_NAME)
        with pytest.raises(RemoteAddressError, match="certificates"):
            RestStorage(place, {"RESTIC_CACERT": str(tmp_path / "none")})


def test_a_socket_of_this_computer(tmp_path: Path, port: int) -> None:
    path = tmp_path / "s"
    with _relay(path, port):
        place = parse_place(f"rest:http+unix://{path}:/{next(_numbers)}/")
        assert isinstance(place, RemotePlace)
        storage = RestStorage(place, {})
        storage.create()
        storage.save(FileType.KEY, name_of(b"k"), [b"k"])
        assert storage.load(FileType.KEY, name_of(b"k")) == b"k"


def test_the_ways_connections_are_used(port: int) -> None:
    """A thousand small files over a far line: each question does not begin with a new connection."""
    with FaultProxy(port) as proxy:
        storage = rest(proxy.port, f"{next(_numbers)}/")
        storage.create()
        for number in range(10):
            storage.save(FileType.PACK, name_of(bytes([number])), [bytes([number])])
            storage.load(FileType.PACK, name_of(bytes([number])))
            assert not storage.exists(FileType.PACK, name_of(b"none"))
        assert proxy.status().accepted == 1


def test_the_system_names_a_proxy(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving(lambda _request: answer(b"", "404 Not Found")) as proxy:
        for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", f"http://anna:s3cret@127.0.0.1:{proxy.port}")
        place = parse_place("rest:http://vault.example:8000/x/")
        assert isinstance(place, RemotePlace)
        assert not RestStorage(place, {}).exists(FileType.CONFIG, NO_NAME)
        assert proxy.heard[0].path == "http://vault.example:8000/x/config"
        assert proxy.heard[0].headers["host"] == "vault.example:8000"
        assert proxy.heard[0].headers["proxy-authorization"].startswith("Basic ")
        rest(port).exists(FileType.CONFIG, NO_NAME)
        assert len(proxy.heard) == 1, "this computer is never asked for through a proxy"


def test_an_append_only_server_keeps_everything(tmp_path: Path) -> None:
    with serve_restic(tmp_path, append_only=True) as port:
        storage = rest(port)
        storage.create()
        for kind in (FileType.PACK, FileType.INDEX, FileType.SNAPSHOT, FileType.KEY, FileType.CONFIG):
            name = NO_NAME if kind is FileType.CONFIG else name_of(b"old")
            storage.save(kind, name, [b"old"])
            with pytest.raises(AppendOnlyError):
                storage.remove(kind, name)
            with pytest.raises(NameTakenError):
                storage.save(kind, name, [b"new"])
            assert storage.load(kind, name) == b"old"
        storage.save(FileType.LOCK, name_of(b"lock"), [b"lock"])
        storage.remove(FileType.LOCK, name_of(b"lock"))
        assert list(storage.list(FileType.LOCK)) == []


def test_another_one_that_is_quicker_is_told_apart_from_a_refusal() -> None:
    def quicker(request: Request) -> bytes:
        if request.method == "POST":
            return answer(b"", "403 Forbidden")
        posted = any(heard.method == "POST" for heard in server.heard)
        return answer(b"x" if taken and posted else b"", "200 OK" if taken and posted else "404 Not Found")

    with misbehaving(quicker) as server:
        taken = True
        with pytest.raises(NameTakenError):
            rest(server.port).save(FileType.PACK, name_of(b"x"), [b"x"])
        taken = False
        with pytest.raises(StorageDeniedError):
            rest(server.port).save(FileType.PACK, name_of(b"x"), [b"x"])


def made_certificate(folder: Path) -> tuple[Path, Path]:
    """Return a self-signed certificate of `localhost`, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@contextmanager
def _relay(path: Path, port: int) -> Iterator[None]:
    """Hand what comes to a Unix socket on to a port."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def pump(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65536):
            target.sendall(data)

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _address = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield
    listener.close()


class _Roaming(RestStorage):
    """Sends the first file by one way, and all that follows by another, as after a change of network."""

    def __init__(self, port: int, first: RestStorage) -> None:
        super().__init__(RemotePlace(RemoteKind.REST, f"http://127.0.0.1:{port}/"), {})
        self._first: RestStorage | None = first

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        first, self._first = self._first, None
        if first is None:
            super().save(file_type, name, pieces)
        else:
            first.save(file_type, name, pieces)


def test_a_server_that_wakes_up_late_takes_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """The way is cut, and the server does not hear of it; later it does, and removes what the cut upload was to be.

    Measured: `rclone serve restic` removes it by its name, whoever has stored it since.
    """
    data = b"z" * 8_000
    with serve_restic(tmp_path) as port, FaultProxy(port) as proxy:
        rest(port).create()
        raw = _Roaming(port, rest(proxy.port, waits=Waits(TIMEOUT_S, 0.3)))
        proxy.stall("up", 4_000)
        kept = stored(RetryingStorage(raw, patience=Patience(first_wait_s=0.01, longest_wait_s=0.05)), data)
        half = tmp_path / "data" / name_of(data)[:2] / name_of(data)
        assert half.stat().st_size < len(data)
        proxy.drop("fin")
        give_up = time.monotonic() + 10
        while half.exists() and time.monotonic() < give_up:
            time.sleep(0.01)
        assert not half.exists()
        assert rest(port).holds(FileType.PACK, name_of(kept), [kept])
