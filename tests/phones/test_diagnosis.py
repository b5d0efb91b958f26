"""One look, one situation in plain words: each of them, from what adb and USB say together."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones import SITUATION_WORDS, Diagnosis, NoPhoneError, Seen, Situation, Tier, diagnose
from phoneward.phones.adb.devices import parse_devices
from phoneward.phones.adb.server import AdbServer, Address
from phoneward.phones.diagnosis.facts import Facts, parse_facts
from phoneward.phones.diagnosis.onusb import matched
from phoneward.phones.usb import Nowhere, UsbDevice, UsbInterface
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones import usbsamples
from tests.phones.scriptedserver import Peer, ScriptedServer
from tests.phones.test_adb import server_of
from tests.phones.usbsamples import Plugged
from tests.tools.ports import free_port

PIXEL = b"0A041FDD4003BB         device usb:1-3 product:husky model:Pixel_8 device:husky transport_id:4\n"
NO_DRIVER = UsbDevice(
    0x04E8, 0x6860, "S", model="SM", interfaces=(UsbInterface(6, 1, 1), UsbInterface(0xFF, 0x42, 1, problem=28))
)


def look(devices: bytes, *on_usb: UsbDevice) -> Diagnosis:
    with ScriptedServer(devices=devices, shell_service=Peer.silence) as server:
        return diagnose(server.adb(idle_timeout=0.2), Plugged(*on_usb))


def sentence_of(found: Diagnosis | Seen) -> str:
    assert found.obstacle is not None
    return found.obstacle.sentence() + " " + found.obstacle.advice()


@pytest.mark.parametrize(
    ("devices", "on_usb", "situation", "tier", "says"),
    [
        (b"S unauthorized usb:1-1 transport_id:1\n", (), Situation.UNAUTHORIZED, Tier.OBSERVED, "Allow"),
        (b"S authorizing transport_id:1\n", (), Situation.UNAUTHORIZED, Tier.OBSERVED, "Allow"),
        (b"S offline transport_id:1\n", (), Situation.OFFLINE, Tier.OBSERVED, "does not answer"),
        (
            b"S no permissions (user in plugdev group; are your udev rules wrong?); see [http://x] usb:1-2\n",
            (),
            Situation.NO_PERMISSION,
            Tier.OBSERVED,
            "plugdev",
        ),
        (b"S recovery transport_id:1\n", (), Situation.WRONG_MODE, Tier.OBSERVED, "Restart"),
        (b"", (usbsamples.PIXEL_FASTBOOT,), Situation.WRONG_MODE, Tier.OBSERVED, "fastboot"),
        (b"", (usbsamples.SAMSUNG_FILES,), Situation.FILE_TRANSFER_ONLY, Tier.INFERRED, "a device for file transfer"),
        (b"", (usbsamples.VIVO_TETHER,), Situation.FILE_TRANSFER_ONLY, Tier.INFERRED, "a network connection"),
        (b"", (usbsamples.OPPO_CHARGING,), Situation.FILE_TRANSFER_ONLY, Tier.INFERRED, "a device that charges"),
        (
            b"",
            (UsbDevice(0x2717, 0x1220, interfaces=(UsbInterface(8, 6, 0x50),)),),
            Situation.FILE_TRANSFER_ONLY,
            Tier.INFERRED,
            "a drive",
        ),
        (b"", (NO_DRIVER,), Situation.NO_DRIVER, Tier.OBSERVED, "code 28"),
        (b"", (UsbDevice(0x22D9, 0x2765, "S", problem=28),), Situation.NO_DRIVER, Tier.INFERRED, "Windows Update"),
        (b"", (usbsamples.REDMI_ADB,), Situation.NOT_SEEN_BY_ADB, Tier.OBSERVED, "adb does not see it"),
        (b"", (usbsamples.HUAWEI_HDC,), Situation.NO_ADB_ON_PHONE, Tier.INFERRED, "HarmonyOS"),
        (b"", (), Situation.NOTHING_SEEN, Tier.OBSERVED, "its cable can probably only charge"),
        (b"", (usbsamples.CANON_CAMERA, usbsamples.XIAOMI_MOUSE), Situation.NOTHING_SEEN, Tier.OBSERVED, "Plug"),
    ],
)
def test_situations(devices: bytes, on_usb: tuple[UsbDevice, ...], situation: Situation, tier: Tier, says: str) -> None:
    found = look(devices, *on_usb)
    assert (found.situation, found.tier) == (situation, tier)
    assert says in sentence_of(found)
    assert "{" not in sentence_of(found)
    assert [phone.situation for phone in found.phones] == ([] if situation is Situation.NOTHING_SEEN else [situation])
    assert found.usb_looked_at


def test_every_situation_has_words_in_every_language() -> None:
    assert set(SITUATION_WORDS) == set(Situation)


def test_a_phone_is_one_phone_however_it_is_seen() -> None:
    """By its serial number, by its port, or as the only one that adb can have opened."""
    by_port = UsbDevice(0x18D1, 0x4EE7, place="1-3", interfaces=(UsbInterface(0xFF, 0x42, 1),))
    somewhere = UsbDevice(0x18D1, 0x4EE7, interfaces=(UsbInterface(0xFF, 0x42, 1),))
    for usb_device in (usbsamples.PIXEL_ADB, by_port, somewhere):
        found = look(PIXEL, usb_device)
        assert (found.situation, found.obstacle, len(found.phones)) == (Situation.READY, None, 1)
        assert found.phones[0].maker == "google"
    assert len(look(b"127.0.0.1:5555 device transport_id:1\n", somewhere).phones) == 2


def test_two_phones_are_not_taken_for_each_other() -> None:
    adb = (UsbInterface(0xFF, 0x42, 1),)
    devices = parse_devices(b"AAA device usb:1-2 transport_id:1\nBBB device usb:1-3 transport_id:2\n")
    by_serial = [UsbDevice(1, 1, serial="BBB", interfaces=adb), UsbDevice(2, 2, serial="AAA", interfaces=adb)]
    by_place = [UsbDevice(1, 1, place="1-3", interfaces=adb), UsbDevice(2, 2, place="1-2", interfaces=adb)]
    for on_usb in (by_serial, by_place):
        pairs, left = matched(devices, on_usb)
        assert [(device.serial, usb.vendor if usb else 0) for device, usb in pairs] == [("AAA", 2), ("BBB", 1)]
        assert left == []


def test_a_phone_that_is_ready_comes_before_others() -> None:
    found = look(b"X unauthorized transport_id:1\n" + PIXEL, usbsamples.SAMSUNG_FILES)
    assert (found.situation, found.obstacle) == (Situation.READY, None)
    assert [phone.situation for phone in found.phones] == [
        Situation.READY,
        Situation.UNAUTHORIZED,
        Situation.FILE_TRANSFER_ONLY,
    ]
    assert [phone.serial for phone in found.ready] == ["0A041FDD4003BB"]


def test_several_phones() -> None:
    found = look(PIXEL + b"R5CT1234 device usb:1-2 model:SM_G991B transport_id:3\n")
    assert found.situation is Situation.SEVERAL_PHONES
    assert "0A041FDD4003BB (Pixel 8)" in sentence_of(found)
    assert {phone.maker for phone in found.phones} == {"google", "samsung"}


def test_what_a_ready_phone_says_of_itself() -> None:
    def getprop(peer: Peer) -> None:
        word = peer.command.rpartition(b"echo ")[2].partition(b"$?")[0]
        peer.send(b"Xiaomi\n2201123C\n14\n" + word + b"0" + word + b"\n")

    with ScriptedServer(shell_service=getprop) as server:
        (phone,) = diagnose(server.adb(), Plugged()).phones
    assert (phone.maker, phone.model, phone.android) == ("xiaomi", "2201123C", 14)
    assert len(server.commands) == 1


def test_a_phone_in_the_clear_is_not_asked_anything() -> None:
    with ScriptedServer(devices=b"10.0.0.5:5555 device model:M transport_id:1\n") as server:
        (phone,) = diagnose(server.adb(), Plugged()).phones
    assert set(server.asked) == {b"host:devices-l"}
    assert phone.network


@given(st.binary(max_size=500))
def test_any_answer_of_a_phone(answer: bytes) -> None:
    facts = parse_facts(answer)
    assert (facts.maker + facts.model + facts.release).isprintable()
    assert facts.android is None or 0 <= facts.android < 100


@pytest.mark.parametrize(
    ("release", "android"), [("14", 14), ("8.1.0", 8), ("4.4.2", 4), ("", None), ("14x", None), ("Tiramisu", None)]
)
def test_versions_of_android(release: str, android: int | None) -> None:
    assert Facts(release=release).android == android


@given(st.lists(st.sampled_from(usbsamples.ALL), max_size=6), st.binary(max_size=300))
def test_no_phone_is_lost_or_doubled(on_usb: list[UsbDevice], answer: bytes) -> None:
    devices = parse_devices(answer + b"\n" + PIXEL)
    pairs, left = matched(devices, on_usb)
    assert [device for device, _usb in pairs] == devices
    paired = [usb_device for _device, usb_device in pairs if usb_device is not None]
    assert sorted(map(repr, paired + left)) == sorted(map(repr, on_usb))


def test_no_adb_on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONEWARD_ADB", "/nowhere/adb")
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(free_port()))
    found = diagnose(usb=Plugged(usbsamples.REDMI_ADB, usbsamples.SAMSUNG_FILES))
    assert found.situation is Situation.NO_ADB_PROGRAM
    assert "Install it" in sentence_of(found)
    assert [(phone.situation, phone.tier) for phone in found.phones] == [
        (Situation.FILE_TRANSFER_ONLY, Tier.INFERRED),
        (Situation.NOT_SEEN_BY_ADB, Tier.INFERRED),
    ]


def test_an_adb_that_does_not_work() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _address = listener.accept()
                    with connection:
                        connection.sendall(b"HTTP/1.1 400 \r\n\r\n")
                        connection.recv(100)

        threading.Thread(target=serve, daemon=True).start()
        found = diagnose(AdbServer(Address(port=listener.getsockname()[1])), Plugged())
    assert found.situation is Situation.ADB_NOT_WORKING
    assert "does not work" in sentence_of(found)


def test_where_usb_cannot_be_looked_at_only_adb_has_spoken() -> None:
    with ScriptedServer(devices=b"") as server:
        found = diagnose(server.adb(), Nowhere())
    assert (found.situation, found.usb_looked_at) == (Situation.NOTHING_SEEN, False)
    assert found.usb_reason
    assert type(found.obstacle) is NoPhoneError


def test_a_phone_is_called_by_its_name() -> None:
    assert "SAMSUNG Android is plugged in" in sentence_of(look(b"", usbsamples.SAMSUNG_FILES))
    nameless = UsbDevice(0x2D95, 1, interfaces=(UsbInterface(6, 1, 1),))
    assert "vivo is plugged in" in sentence_of(look(b"", nameless))
    assert "The phone" in sentence_of(look(b"", UsbDevice(0x9999, 1, interfaces=(UsbInterface(0xFF, 0x42, 1),))))


# -- with the real adb ------------------------------------------------------------------------------------------------


def test_a_real_phone(phone: TestPhone) -> None:
    found = diagnose(server_of(phone), Plugged())
    assert (found.situation, len(found.phones)) == (Situation.READY, 1)
    seen = found.phones[0]
    assert (seen.serial, seen.state) == (phone.serial, "device")
    assert seen.android == int(phone.shell("getprop ro.build.version.release").split(b".")[0])
    assert seen.model == phone.shell("getprop ro.product.model").strip().decode()
    phone.disconnect()
    assert diagnose(server_of(phone), Plugged()).situation is Situation.NOTHING_SEEN


@contextlib.contextmanager
def stubborn_phone(*, asks_for_a_key: bool) -> Iterator[str]:
    """An adbd that never lets anybody in: it asks for keys for ever (AOSP protocol.txt, A_AUTH), or says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    held = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _address = listener.accept()
                held.append(sock)
                threading.Thread(target=refuse, args=(sock,), daemon=True).start()

    def refuse(sock: socket.socket) -> None:
        with contextlib.suppress(OSError, struct.error):
            while True:
                header = struct.unpack("<4s5I", sock.recv(24, socket.MSG_WAITALL))
                if header[3]:
                    sock.recv(header[3], socket.MSG_WAITALL)
                if asks_for_a_key and header[:2] != (b"AUTH", 3):  # 3: "here is my public key, ask your owner"
                    token = bytes(range(20))
                    magic = int.from_bytes(b"AUTH", "little") ^ 0xFFFFFFFF
                    sock.sendall(struct.pack("<4s5I", b"AUTH", 1, 0, len(token), sum(token), magic) + token)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for sock in (listener, *held):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


@pytest.mark.parametrize(("asks_for_a_key", "situation"), [(True, Situation.UNAUTHORIZED), (False, Situation.OFFLINE)])
def test_a_real_adb_that_is_not_let_in(phone_factory: PhoneFactory, asks_for_a_key: bool, situation: Situation) -> None:
    phone = phone_factory(adb="34")
    phone.disconnect()
    server = server_of(phone)
    with stubborn_phone(asks_for_a_key=asks_for_a_key) as address:
        asking = threading.Thread(target=connect, args=(server, address), daemon=True)
        asking.start()
        found = diagnose(server, Plugged())
        for _look in range(400):
            if found.situation is situation:
                break
            time.sleep(0.05)
            found = diagnose(server, Plugged())
    assert found.situation is situation
    assert found.phones[0].serial == address


def connect(server: AdbServer, address: str) -> None:
    with contextlib.suppress(Exception):
        server.ask(b"host:connect:" + address.encode())
