"""Pairing by a QR code: the real adb 34 pairs with a phone that has read it; nobody else gets in, nothing leaks."""

import logging
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import adbutils
import pytest

from phoneward.phones import QrPairing
from phoneward.phones.adb import qr
from phoneward.phones.adb.server import AdbServer, Address
from phoneward.phones.adb.wireless import (
    ENCRYPTED,
    PAIRING,
    Endpoint,
    announcements,
    hears_announcements,
    parse_announcements,
)
from phoneward.phones.errors import (
    AdbTooOldError,
    NoAnnouncementsError,
    NotScannedError,
    PairedNotFoundError,
    PairingRefusedError,
)
from tests.phone.announcer import Announcer
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phone.wireless import GUID, Wireless
from tests.phones.scriptedserver import ScriptedServer
from tests.phones.test_adb import server_of

TEXT = re.compile(r"WIFI:T:ADB;S:(studio-[A-Za-z0-9]{10});P:([A-Za-z0-9]{20});;")
DECOY = "studio-another"


@pytest.fixture
def phone34(phone_factory: PhoneFactory) -> TestPhone:
    made = phone_factory(adb="34")
    made.disconnect()
    return made


@pytest.fixture
def air(phone34: TestPhone) -> Iterator[Announcer]:
    with Announcer(int(phone34.adb_env["ANDROID_ADB_SERVER_PORT"])) as announcer:
        yield announcer


def server_at(announcer: Announcer) -> AdbServer:
    return AdbServer(Address(port=announcer.port), idle_timeout=20)


def read(pairing: QrPairing) -> tuple[str, str]:
    """What a phone's camera takes from the code (AOSP Settings, AdbQrCode: type, ssid, password)."""
    match = TEXT.fullmatch(pairing.text)
    assert match is not None
    return match[1], match[2]


class Camera:
    """A phone whose camera reads the code: it opens a pairing service under the name in it, with its password."""

    def __init__(self, phone: TestPhone, announcer: Announcer, pairing: QrPairing, *, password: str = "") -> None:
        self.name, self.password = read(pairing)
        self.wireless = Wireless(phone.proxy.port, password or self.password)
        self.announcer = announcer

    def __enter__(self) -> Self:
        self.wireless.__enter__()
        self.announcer.announce("adb-OTHER-x", PAIRING, "127.0.0.1:1")
        self.announcer.announce(DECOY, PAIRING, "127.0.0.1:1")
        self.announcer.announce(self.name, PAIRING, self.wireless.pairing)
        return self

    def __exit__(self, *error: object) -> None:
        self.wireless.__exit__(None, None, None)


def test_pair_and_connect(phone34: TestPhone, air: Announcer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pairing = QrPairing(server_at(air))
    said = []
    with Camera(phone34, air, pairing) as camera:
        air.announce(f"{GUID}-more", ENCRYPTED, "192.0.2.1:37000")  # another phone on the network
        air.announce(GUID, f"{ENCRYPTED}.", camera.wireless.encrypted)
        device = pairing.wait(60, on_scanned=lambda: said.append(camera.name))
        assert device is not None
        assert (device.serial, device.state) == (camera.wireless.encrypted, "device")
        assert said == [camera.name]
    pairs = [one for one in air.asked if one.startswith(b"host:pair:")]
    assert pairs == [f"host:pair:{camera.password}:{camera.wireless.pairing}".encode()]
    assert camera.password not in caplog.text
    assert camera.password not in repr(pairing) + str(vars(device) if hasattr(device, "__dict__") else device)


def test_the_phone_is_found_by_its_address_where_its_name_is_another(phone34: TestPhone, air: Announcer) -> None:
    pairing = QrPairing(server_at(air))
    with Camera(phone34, air, pairing) as camera:
        air.announce("adb-named-otherwise", ENCRYPTED, camera.wireless.encrypted)
        device = pairing.wait(60)
    assert device is not None
    assert device.serial == camera.wireless.encrypted


def test_a_phone_that_read_another_code_is_not_paired(phone34: TestPhone, air: Announcer) -> None:
    pairing = QrPairing(server_at(air))
    with Camera(phone34, air, pairing, password="another"), pytest.raises(PairingRefusedError) as raised:
        pairing.wait(1)
    secret = read(pairing)[1]
    assert secret not in raised.value.sentence() + raised.value.advice() + repr(raised.value.details)
    assert secret not in repr(raised.value.__cause__) + repr(raised.value.__context__)


def test_a_stranger_under_our_name_does_not_keep_the_phone_out(phone34: TestPhone, air: Announcer) -> None:
    """Somebody on the network announces the same name first; the code's own phone is paired all the same."""
    pairing = QrPairing(server_at(air))
    with Wireless(phone34.proxy.port, "guess") as stranger:
        air.announce(pairing.service_name, PAIRING, stranger.pairing)
        with Camera(phone34, air, pairing) as camera:
            air.announce(GUID, ENCRYPTED, camera.wireless.encrypted)
            device = pairing.wait(60)
    assert device is not None
    assert device.serial == camera.wireless.encrypted
    assert [one.rpartition(b":")[2] for one in air.asked if one.startswith(b"host:pair:")] == [
        stranger.pairing.rpartition(":")[2].encode(),
        camera.wireless.pairing.rpartition(":")[2].encode(),
    ]


def test_nobody_reads_the_code(air: Announcer) -> None:
    air.announce(DECOY, PAIRING, "127.0.0.1:1")
    with pytest.raises(NotScannedError):
        QrPairing(server_at(air)).wait(0)
    assert not [one for one in air.asked if one.startswith(b"host:pair:")]


def test_it_can_be_cancelled(air: Announcer) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    assert QrPairing(server_at(air)).wait(60, stop.is_set) is None


def test_a_flood_of_our_name_ends(air: Announcer) -> None:
    pairing = QrPairing(server_at(air))
    for port in range(1, 100):
        air.announce(pairing.service_name, PAIRING, f"127.0.0.1:{port}")
    with pytest.raises(PairingRefusedError):
        pairing.wait(60)
    assert len([one for one in air.asked if one.startswith(b"host:pair:")]) == qr._MAX_TRIED


def test_paired_and_then_nowhere(phone34: TestPhone, air: Announcer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qr, "_CONNECT_S", 0.0)
    pairing = QrPairing(server_at(air))
    with Camera(phone34, air, pairing), pytest.raises(PairedNotFoundError) as raised:
        pairing.wait(60)
    assert "phoneward connect" in raised.value.advice()


def test_an_adb_that_connected_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """adb 31 and later does, to every phone it knows, under the phone's announced name (transport_mdns.cpp)."""
    serial = f"{GUID}.{ENCRYPTED}"
    monkeypatch.setattr(qr, "pair_at", lambda *_words: GUID)
    monkeypatch.setattr(qr, "hears_announcements", lambda _server: True)
    with ScriptedServer(devices=f"{serial} device model:M transport_id:1\n".encode()) as server:
        pairing = QrPairing(server.adb())
        server.features = f"{pairing.service_name}\t{PAIRING}\t192.0.2.1:40000\n".encode()
        device = pairing.wait(10)
    assert device is not None
    assert device.serial == serial


def test_an_adb_without_ears(air: Announcer, phone: TestPhone) -> None:
    air.check = b"ERROR: mdns daemon unavailable\n"
    with pytest.raises(NoAnnouncementsError) as raised:
        QrPairing(server_at(air)).wait(60)
    assert "six digits" in raised.value.advice()
    with pytest.raises(AdbTooOldError):  # Debian 12's adb 29
        hears_announcements(server_of(phone))


@pytest.mark.parametrize(
    ("adb", "hears"), [("34", False), (Path(adbutils.__file__).parent / "binaries", True)], ids=["34", "36"]
)
def test_what_real_adbs_say_of_their_ears(phone_factory: PhoneFactory, adb: str | Path, hears: bool) -> None:
    """Debian's adb 34 is built without mDNS and answers with nothing; the one of adbutils has it."""
    server = server_of(phone_factory(adb=adb))
    assert hears_announcements(server) is hears
    assert announcements(server) == []


def test_every_code_is_another() -> None:
    codes = {read(QrPairing()) for _number in range(50)}
    assert len({name for name, _password in codes}) == len({password for _name, password in codes}) == 50


def test_announcements_in_adbs_own_words() -> None:
    """AOSP docs/dev/adb_wifi.md, "mdns services", and names that may hold spaces."""
    answer = (
        b"adb-14141FDF600081         _adb._tcp\t          192.168.86.38:5555\n"
        b"studio-g@<xeYnap/          _adb-tls-pairing._tcp  192.168.86.39:55861\n"
        b"a name with spaces\t_adb-tls-connect._tcp.\t192.168.1.5:37123\n"
        b"\t_adb-tls-connect._tcp\t192.168.1.5:1\nx y\n\xff\xfe\n"
    )
    assert parse_announcements(answer) == [
        ("adb-14141FDF600081", "_adb._tcp", Endpoint("192.168.86.38", 5555)),
        ("studio-g@<xeYnap/", PAIRING, Endpoint("192.168.86.39", 55861)),
        ("a name with spaces", ENCRYPTED, Endpoint("192.168.1.5", 37123)),
    ]
