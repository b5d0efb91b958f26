"""Which phone, and why not: plain words for every state that adb has."""

import os
import socket
import threading
from pathlib import Path

import adbutils
import pytest

from phoneward.phones import list_adb_devices, open_adb
from phoneward.phones.adb.devices import choose_device, parse_devices, refuse_unencrypted
from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.adb.program import find_adb
from phoneward.phones.adb.server import AdbServer, Address
from phoneward.phones.errors import (
    AdbMissingError,
    AdbServerError,
    NoPhoneError,
    PhoneError,
    PhoneModeError,
    PhoneNoPermissionError,
    PhoneNotFoundError,
    PhoneOfflineError,
    PhoneUnauthorizedError,
    SeveralPhonesError,
    UnencryptedConnectionError,
)
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones.scriptedserver import ScriptedServer
from tests.phones.test_adb import server_of
from tests.tools.ports import free_port

ONE = b"R5CT1234               device usb:1-2 product:o1s model:SM_G991B device:o1s transport_id:3\n"
TWO = ONE + b"0A041FDD4003BB         device usb:1-3 product:husky model:Pixel_8 device:husky transport_id:4\n"


def test_the_list() -> None:
    devices = parse_devices(TWO + b"\n(no serial number)     offline transport_id:9\n")
    assert [(d.serial, d.state, d.model) for d in devices] == [
        ("R5CT1234", "device", "SM_G991B"),
        ("0A041FDD4003BB", "device", "Pixel_8"),
        ("(no serial number)", "offline", ""),
    ]


@pytest.mark.parametrize(
    ("devices", "error"),
    [
        (b"", NoPhoneError),
        (TWO, SeveralPhonesError),
        (b"S unauthorized usb:1 transport_id:1\n", PhoneUnauthorizedError),
        (b"S authorizing transport_id:1\n", PhoneUnauthorizedError),
        (b"S offline transport_id:1\n", PhoneOfflineError),
        (b"S connecting transport_id:1\n", PhoneOfflineError),
        (b"S recovery transport_id:1\n", PhoneModeError),
        (b"S sideload transport_id:1\n", PhoneModeError),
        (b"S bootloader transport_id:1\n", PhoneModeError),
        (b"S rescue transport_id:1\n", PhoneModeError),
        (
            b"S no permissions (user in plugdev group; are your udev rules wrong?); see [http://x] usb:1-2\n",
            PhoneNoPermissionError,
        ),
    ],
)
def test_states_in_plain_words(devices: bytes, error: type[PhoneError]) -> None:
    with ScriptedServer(devices=devices) as server, pytest.raises(error) as raised:
        choose_device(server.adb(), None)
    assert raised.value.sentence()
    assert raised.value.advice()
    assert "{" not in raised.value.sentence() + raised.value.advice()


def test_several_phones_are_named() -> None:
    with ScriptedServer(devices=TWO) as server, pytest.raises(SeveralPhonesError) as raised:
        choose_device(server.adb(), None)
    assert "R5CT1234 (SM G991B)" in raised.value.sentence()
    assert "--adb R5CT1234" in raised.value.advice()


def test_the_usable_one_is_taken_beside_one_that_is_not() -> None:
    with ScriptedServer(devices=b"X unauthorized transport_id:1\n" + ONE) as server:
        assert choose_device(server.adb(), None).serial == "R5CT1234"
        with pytest.raises(PhoneUnauthorizedError):
            choose_device(server.adb(), "X")
        with pytest.raises(PhoneNotFoundError, match="R5CT1234"):
            choose_device(server.adb(), "nobody")


@pytest.mark.parametrize(
    ("serial", "refused"),
    [
        ("R5CT1234", False),
        ("emulator-5554", False),
        ("127.0.0.1:6555", False),
        ("localhost:6555", False),
        ("[::1]:6555", False),
        ("adb-R5CT1234-abcdef._adb-tls-connect._tcp", False),
        ("adb-R5CT1234-abcdef._adb-tls-connect._tcp.", False),
        ("192.168.1.5:5555", True),
        ("tcp:192.168.1.5:5555", True),
        ("[fe80::1%eth0]:5555", True),
        ("phone.local:5555", True),
        ("adb-R5CT1234._adb._tcp", True),
        ("127.evil.example:5555", True),
    ],
)
def test_connections_anyone_can_read_are_refused(serial: str, refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.phones.adb.devices.demands_tls", lambda _endpoint: False)
    refuse_unencrypted(serial, allow_unencrypted=True)
    if refused:
        with pytest.raises(UnencryptedConnectionError):
            refuse_unencrypted(serial, allow_unencrypted=False)
    else:
        refuse_unencrypted(serial, allow_unencrypted=False)


def test_an_unencrypted_phone_is_refused_before_anything_is_asked_of_it() -> None:
    with ScriptedServer(devices=b"10.0.0.5:5555 device transport_id:1\n") as server:
        with pytest.raises(UnencryptedConnectionError):
            AdbPhone(server=server.adb()).__enter__()
        with pytest.raises(UnencryptedConnectionError):
            AdbPhone("10.0.0.9:5555", server=server.adb()).__enter__()
    assert set(server.asked) == {b"host:devices-l"}


def test_a_loopback_phone_is_connected_when_asked_for(phone: TestPhone) -> None:
    phone.disconnect()
    server = server_of(phone)
    assert list_adb_devices(server) == []
    with AdbPhone(phone.serial, server=server) as opened:
        assert opened.serial == phone.serial


def test_a_loopback_port_where_nothing_listens(phone: TestPhone) -> None:
    with pytest.raises(PhoneNotFoundError):
        AdbPhone(f"127.0.0.1:{free_port()}", server=server_of(phone)).__enter__()


@pytest.mark.parametrize("adb", ["29", "34", Path(adbutils.__file__).parent / "binaries"], ids=["29", "34", "36"])
def test_the_server_is_started_where_none_runs(
    phone_factory: PhoneFactory, monkeypatch: pytest.MonkeyPatch, adb: str | Path
) -> None:
    """By the adb that is first on PATH, at the port that adb's own variable names."""
    phone = phone_factory(adb=adb)
    for name, value in phone.adb_env.items():
        monkeypatch.setenv(name, value)
    phone.adb("kill-server")
    try:
        assert [device.state for device in list_adb_devices()] in ([], ["device"], ["offline"])
        with open_adb(phone.serial) as opened:
            assert opened.identity.kind == "adb"
    finally:
        phone.adb("kill-server")


@pytest.mark.parametrize("hangs_up", [1, 3])
def test_a_server_that_is_going_down_is_asked_again(hangs_up: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for number in range(hangs_up + 1):
                connection, _address = listener.accept()
                with connection:
                    if number < hangs_up:  # closed with the question unread: the asker sees a reset
                        continue
                    connection.recv(100)
                    connection.sendall(b"OKAY0004002a")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert AdbServer(Address(port=listener.getsockname()[1])).ask(b"host:version") == b"002a"
        thread.join(10)


def test_a_server_that_always_hangs_up_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _number in range(4):
                listener.accept()[0].close()

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(AdbServerError):
            AdbServer(Address(port=listener.getsockname()[1])).ask(b"host:version")


def test_no_adb_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PHONEWARD_ADB", raising=False)
    monkeypatch.setitem(__import__("sys").modules, "adbutils", None)
    with pytest.raises(AdbMissingError) as raised:
        find_adb()
    assert "apt install adb" in raised.value.advice()


def test_which_adb(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PHONEWARD_ADB", raising=False)
    assert find_adb().parent.name == "binaries"  # adbutils brings one
    ours = tmp_path / "adb"
    ours.write_bytes(b"#!/bin/sh\n")
    ours.chmod(0o755)
    assert find_adb() == ours
    chosen = tmp_path / "other"
    chosen.write_bytes(b"#!/bin/sh\nexit 3\n")
    chosen.chmod(0o755)
    monkeypatch.setenv("PHONEWARD_ADB", str(chosen))
    assert find_adb() == chosen
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(free_port()))
    with pytest.raises(AdbServerError):
        AdbServer().ask(b"host:version")
    monkeypatch.setenv("PHONEWARD_ADB", os.fspath(tmp_path / "none"))
    with pytest.raises(AdbMissingError):
        find_adb()
