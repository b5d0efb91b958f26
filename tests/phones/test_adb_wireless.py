"""Wireless debugging: pairing, connecting, and never in the clear. The real adb 34 pairs and encrypts."""

import socket
import threading
from collections.abc import Iterator

import pytest

from phoneward.phones import connect_device, open_adb, pair
from phoneward.phones.adb import devices, wireless
from phoneward.phones.adb.server import AdbServer
from phoneward.phones.adb.wireless import ENCRYPTED, PAIRING, Endpoint, demands_tls, parse_endpoint, parse_services
from phoneward.phones.errors import (
    AdbTooOldError,
    AddressError,
    NotEncryptedError,
    NotPairedError,
    NoWirelessPhoneError,
    PairingCodeError,
    PairingRefusedError,
    PhoneNotFoundError,
    SeveralWirelessPhonesError,
    UnencryptedConnectionError,
)
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phone.wireless import GUID, Wireless
from tests.phones.scriptedserver import ScriptedServer
from tests.phones.test_adb import server_of


@pytest.fixture
def phone34(phone_factory: PhoneFactory) -> TestPhone:
    made = phone_factory(adb="34")
    made.disconnect()
    return made


@pytest.fixture
def air(phone34: TestPhone) -> Iterator[Wireless]:
    with Wireless(phone34.proxy.port) as wireless_debugging:
        yield wireless_debugging


def test_pair_connect_and_read(phone34: TestPhone, air: Wireless, monkeypatch: pytest.MonkeyPatch) -> None:
    (phone34.storage / "note.txt").write_bytes(b"over the air")
    for name, value in phone34.adb_env.items():
        monkeypatch.setenv(name, value)
    assert pair(air.pairing, air.code) == (parse_endpoint(air.pairing), GUID)
    device = connect_device(air.encrypted)
    assert (device.serial, device.state) == (air.encrypted, "device")
    with open_adb(air.encrypted) as opened:
        contents = [b"".join(stream) for stream in opened.read([b"/storage/emulated/0/note.txt"])]
        assert contents == [b"over the air"]
    assert connect_device(air.encrypted).state == "device"  # again: nothing to do


def test_a_wrong_code(phone34: TestPhone, air: Wireless) -> None:
    with pytest.raises(PairingRefusedError) as caught:
        pair(air.pairing, "000000", server_of(phone34))
    assert "same network" in caught.value.advice()
    with pytest.raises(NotPairedError):
        connect_device(air.encrypted, server=server_of(phone34))
    pair(air.pairing, air.code, server_of(phone34))
    assert connect_device(air.encrypted, server=server_of(phone34)).state == "device"


def test_nobody_at_the_address(phone34: TestPhone) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(PairingRefusedError):
        pair(f"127.0.0.1:{port}", "123456", server_of(phone34))
    with pytest.raises(PhoneNotFoundError):
        connect_device(f"127.0.0.1:{port}", server=server_of(phone34))


def test_a_port_in_the_clear_is_refused(phone34: TestPhone, air: Wireless) -> None:
    server = server_of(phone34)
    with pytest.raises(NotEncryptedError):
        connect_device(air.plain, server=server)
    assert air.plain not in [device.serial for device in devices.list_adb_devices(server)]
    assert connect_device(air.plain, allow_unencrypted=True, server=server).state == "device"


def test_which_ports_demand_tls(air: Wireless) -> None:
    assert demands_tls(endpoint(air.encrypted))
    assert not demands_tls(endpoint(air.plain))


def test_backup_by_address_asks_the_port(air: Wireless, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is exempt, so that is switched off here."""
    monkeypatch.setattr(Endpoint, "is_loopback", False)
    devices.refuse_unencrypted(air.encrypted, allow_unencrypted=False)
    with pytest.raises(UnencryptedConnectionError):
        devices.refuse_unencrypted(air.plain, allow_unencrypted=False)
    devices.refuse_unencrypted(air.plain, allow_unencrypted=True)


def test_an_adb_without_pairing(phone: TestPhone) -> None:
    """Debian 12's adb 29."""
    with pytest.raises(AdbTooOldError):
        pair("127.0.0.1:1", "123456", server_of(phone))


@pytest.mark.parametrize("answer", [b"", b"STL", b"SSH-2.0-x", b"CNXN" + bytes(20), b"AUTH" + bytes(20)])
def test_other_answers_are_no_tls(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer, args=(listener, answer))
        thread.start()
        assert not demands_tls(Endpoint("127.0.0.1", listener.getsockname()[1]))
        thread.join()


def _answer(listener: socket.socket, answer: bytes) -> None:
    sock, _address = listener.accept()
    with sock:
        sock.recv(1024)
        sock.sendall(answer)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "１２３４５６", "12345\n"])
def test_codes_are_six_digits(code: str) -> None:
    with pytest.raises(PairingCodeError):
        pair("127.0.0.1:1", code, AdbServer())


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("192.168.1.5:37099", Endpoint("192.168.1.5", 37099)),
        ("tcp:pixel.local:5555", Endpoint("pixel.local", 5555)),
        ("[fe80::1%wlan0]:5555", Endpoint("fe80::1%wlan0", 5555)),
        ("192.168.1.5", None),
        ("192.168.1.5:0", None),
        ("192.168.1.5:65536", None),
        ("a b:1", None),
        ("host:1:2", None),
        ("0A041FDD4003BB", None),
    ],
)
def test_addresses(text: str, parsed: Endpoint | None) -> None:
    assert parse_endpoint(text) == parsed
    if parsed is not None:
        assert parse_endpoint(str(parsed)) == parsed


SERVICES = (
    b"adb-28131FDF-3Og9kx\t_adb-tls-connect._tcp\t192.168.1.5:37123\n"
    b"adb-28131FDF-3Og9kx\t_adb-tls-pairing._tcp.\t192.168.1.5:41111\n"
    b"adb-28131FDF-3Og9kx\t_adb-tls-connect._tcp\t192.168.1.5:37123\n"
    b"old\t_adb._tcp\t192.168.1.9:5555\n\xff\xfe\t\t\nx\t_adb-tls-connect._tcp\tnowhere\n"
)


def test_announced_phones() -> None:
    assert parse_services(SERVICES, ENCRYPTED) == [Endpoint("192.168.1.5", 37123)]
    assert parse_services(SERVICES, PAIRING) == [Endpoint("192.168.1.5", 41111)]


def test_the_phone_is_looked_for() -> None:
    with ScriptedServer(features=b"") as server, pytest.raises(NoWirelessPhoneError):
        wireless.connect_address(None, server.adb())
    twice = SERVICES + SERVICES.replace(b".5:", b".6:")
    with ScriptedServer(features=twice) as server, pytest.raises(SeveralWirelessPhonesError) as caught:
        wireless.connect_address(None, server.adb())
    assert "192.168.1.6:37123" in caught.value.sentence()
    with ScriptedServer(features=SERVICES) as server:
        assert wireless.connect_address(None, server.adb()) == Endpoint("192.168.1.5", 37123)
        assert server.asked == [b"host:mdns:services"]
    with pytest.raises(AddressError):
        wireless.connect_address("somewhere", AdbServer())


def endpoint(text: str) -> Endpoint:
    parsed = parse_endpoint(text)
    assert parsed is not None
    return parsed
