"""Looking at USB on three systems: the same phones, the same answers; a lie is 'not looked at', never a crash."""

import json
import os
import plistlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phoneward.phones.usb import (
    LinuxUsb,
    MacUsb,
    NotLookedAtError,
    Nowhere,
    UsbDevice,
    UsbInterface,
    Use,
    WindowsUsb,
    is_phone,
    system_usb,
    use_of,
)
from phoneward.phones.usb.asking import ask
from phoneward.phones.usb.macos import parse_ioreg
from phoneward.phones.usb.windows import command, parse_entities
from tests.phones import usbsamples
from tests.phones.usbsamples import Shows, as_linux, as_macos, as_windows

SYSTEMS = pytest.mark.parametrize("shows", [as_linux, as_macos, as_windows], ids=["linux", "macos", "windows"])


@SYSTEMS
def test_every_system_tells_the_same(shows: Shows, tmp_path: Path) -> None:
    found = {(one.vendor, one.product): one for one in shows(usbsamples.ALL, tmp_path).look() if one.vendor != 0x1D6B}
    assert len(found) == len(usbsamples.ALL)
    for device in usbsamples.ALL:
        seen = found[device.vendor, device.product]
        assert seen.uses == device.uses
        assert (seen.serial, seen.maker, seen.model) == (device.serial, device.maker, device.model)
        assert is_phone(seen) == is_phone(device)


@SYSTEMS
def test_nothing_is_plugged_in(shows: Shows, tmp_path: Path) -> None:
    assert [device for device in shows([], tmp_path).look() if is_phone(device)] == []


@pytest.mark.parametrize(
    ("device", "uses", "phone"),
    [
        (usbsamples.SAMSUNG_FILES, {Use.FILES, Use.OTHER}, True),
        (usbsamples.REDMI_ADB, {Use.FILES, Use.ADB}, True),
        (usbsamples.PIXEL_FASTBOOT, {Use.FASTBOOT}, True),
        (usbsamples.HUAWEI_HDC, {Use.HDC}, True),
        (usbsamples.VIVO_TETHER, {Use.NETWORK, Use.OTHER}, True),
        (usbsamples.OPPO_CHARGING, {Use.OTHER}, True),
        (UsbDevice(0x2717, 0x1220, interfaces=(UsbInterface(8, 6, 0x50),)), {Use.DRIVE}, True),
        (UsbDevice(0x22D9, 1), set(), True),
        (usbsamples.CANON_CAMERA, {Use.FILES}, False),
        (usbsamples.XIAOMI_MOUSE, {Use.OTHER}, False),
        (usbsamples.SAMSUNG_PRINTER, {Use.OTHER}, False),
        (UsbDevice(0x18D1, 0x5026, interfaces=(UsbInterface(3, 0, 0),)), {Use.OTHER}, False),
        (UsbDevice(0x9999, 1, interfaces=(UsbInterface(0xFF, 0x42, 1),)), {Use.ADB}, True),
        (UsbDevice(0x12D1, 1, interfaces=(UsbInterface(2, 0x0D, 0),)), {Use.NETWORK}, True),
    ],
)
def test_what_is_a_phone(device: UsbDevice, uses: set[Use], phone: bool) -> None:
    assert device.uses == uses
    assert is_phone(device) is phone


def test_windows_says_which_interface_has_no_driver() -> None:
    lacking = UsbDevice(
        0x04E8, 0x6860, "S", interfaces=(UsbInterface(6, 1, 1), UsbInterface(0xFF, 0x42, 1, problem=28)), problem=0
    )
    (found,) = parse_entities(usbsamples.pnp_entities([lacking]))
    assert [(use_of(one), one.problem) for one in found.interfaces] == [(Use.FILES, 0), (Use.ADB, 28)]
    (alone,) = parse_entities(usbsamples.pnp_entities([UsbDevice(0x22D9, 0x2765, "S", problem=28)]))
    assert alone.problem == 28


def test_windows_entities_that_are_gone_or_alone() -> None:
    gone = {"PNPDeviceID": r"USB\VID_04E8&PID_6860\S", "Present": False}
    child = {
        "PNPDeviceID": r"USB\VID_18D1&PID_4EE2&MI_01\7&1",
        "CompatibleID": [r"USB\Class_FF&SubClass_42&Prot_01"],
    }
    (found,) = parse_entities(json.dumps([gone, child]).encode())
    assert (found.vendor, found.serial) == (0x18D1, "")
    assert found.uses == {Use.ADB}
    (single,) = parse_entities(json.dumps(child).encode())
    assert single.uses == {Use.ADB}
    assert parse_entities(b"") == ()


@pytest.mark.parametrize("answer", [b"[", b"3", b'"x"', b"\xff", b"[" * 100_000, b"nothing was found"])
def test_windows_garbage_is_not_looked_at(answer: bytes) -> None:
    with pytest.raises(NotLookedAtError):
        parse_entities(answer)


@pytest.mark.parametrize(
    "answer",
    [
        *(b"x", b"bplist00", plistlib.dumps({"a": 1}), plistlib.dumps("x"), plistlib.dumps([])[:-20]),
        plistlib.dumps([], fmt=plistlib.FMT_BINARY),
    ],
)
def test_macos_garbage_is_not_looked_at(answer: bytes) -> None:
    with pytest.raises(NotLookedAtError):
        parse_ioreg(answer)


def test_macos_has_nothing_to_say_where_nothing_is() -> None:
    assert parse_ioreg(b"") == ()


_VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
_WINDOWS_KEYS = ("PNPDeviceID", "Name", "Manufacturer", "ConfigManagerErrorCode", "Present", "CompatibleID")
_WINDOWS_IDS = st.sampled_from(
    [r"USB\VID_04E8&PID_6860\S", r"USB\VID_04E8&PID_6860&MI_01\7&1", r"USB\VID_04e8&PID_6860\a&b", r"USB\VID_\x"]
)


@given(st.binary(max_size=200) | st.lists(st.dictionaries(st.sampled_from(_WINDOWS_KEYS), _VALUES | _WINDOWS_IDS)).map(
    lambda value: json.dumps(value).encode()
))  # fmt: skip
def test_any_windows_answer(answer: bytes) -> None:
    try:
        found = parse_entities(answer)
    except NotLookedAtError:
        return
    check_any(found)


_MAC_KEYS = ("idVendor", "idProduct", "locationID", "bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
_MAC_VALUES = st.integers(-1, 70_000) | st.booleans() | st.binary(max_size=4) | st.text("ab<&", max_size=3)


@given(st.binary(max_size=200) | st.lists(st.dictionaries(st.sampled_from(_MAC_KEYS), _MAC_VALUES)).map(plistlib.dumps))
@example(b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><plist><string>&a;</string></plist>')
def test_any_macos_answer(answer: bytes) -> None:
    try:
        found = parse_ioreg(answer)
    except NotLookedAtError:
        return
    check_any(found)


@given(st.lists(st.binary(max_size=2000), min_size=7, max_size=7))
@example([b"04e8", b"6860", b"\x1b[2J\n", b"\xff", b"ff", b"42", b"01"])
@example([b"0x4e", b"+860", b"", b"", b"f", b"4 2", b"1_"])
def test_any_linux_answer(tmp_path_factory: pytest.TempPathFactory, values: list[bytes]) -> None:
    root = tmp_path_factory.mktemp("sys")
    names = ["1-1/idVendor", "1-1/idProduct", "1-1/serial", "1-1/product"]
    names += ["1-1:1.0/bInterfaceClass", "1-1:1.0/bInterfaceSubClass", "1-1:1.0/bInterfaceProtocol"]
    for name, value in zip(names, values, strict=True):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(value)
    check_any(LinuxUsb(root).look())


def check_any(found: tuple[UsbDevice, ...]) -> None:
    for device in found:
        assert 0 <= device.vendor <= 0xFFFF
        assert 0 <= device.product <= 0xFFFF
        assert (device.serial + device.maker + device.model).isprintable()
        for one in device.interfaces:
            assert all(0 <= code <= 255 for code in (one.usb_class, one.subclass, one.protocol))
        is_phone(device)


def test_linux_takes_what_can_be_read(tmp_path: Path) -> None:
    as_linux([usbsamples.PIXEL_ADB], tmp_path)
    (tmp_path / "devices" / "1-9").mkdir()  # unplugged while we looked
    (tmp_path / "devices" / "1-8").symlink_to("nowhere")
    found = LinuxUsb(tmp_path / "devices").look()
    assert [(one.model, one.place) for one in found] == [("Pixel 8", "1-1")]


def test_linux_keeps_apart_what_hangs_on_a_hub(tmp_path: Path) -> None:
    """`1-1.2:1.0` belongs to `1-1.2`, not to the hub `1-1` before it nor to `1-10`."""
    as_linux([usbsamples.XIAOMI_MOUSE], tmp_path)
    for old in sorted((tmp_path / "devices").glob("1-1*")):
        shutil.copytree(old, old.with_name(old.name.replace("1-1", "1-1.2")))
    as_linux([usbsamples.REDMI_ADB], tmp_path / "other")
    for old in sorted((tmp_path / "other/devices").glob("1-1*")):
        shutil.copytree(old, tmp_path / "devices" / old.name.replace("1-1", "1-10"))
    found = {one.place: len(one.interfaces) for one in LinuxUsb(tmp_path / "devices").look()}
    assert found == {"1-1": 1, "1-1.2": 1, "1-10": 2}


def test_a_system_that_does_not_tell(tmp_path: Path) -> None:
    for usb in (LinuxUsb(tmp_path / "none"), Nowhere(), WindowsUsb(refuse), MacUsb(refuse)):
        with pytest.raises(NotLookedAtError) as raised:
            usb.look()
        assert raised.value.reason


def refuse(_command: object) -> bytes:
    raise NotLookedAtError("no")


def test_the_way_of_this_system() -> None:
    kinds = [type(system_usb(name)) for name in ("win32", "darwin", "linux", "freebsd14")]
    assert kinds == [WindowsUsb, MacUsb, LinuxUsb, Nowhere]


def test_asking_is_bounded() -> None:
    assert ask([sys.executable, "-c", "print('x' * 10)"]) == b"x" * 10 + os.linesep.encode()
    with pytest.raises(NotLookedAtError, match="too long"):
        ask([sys.executable, "-c", "print('x' * 10)"], limit=9)
    with pytest.raises(NotLookedAtError, match="3"):
        ask([sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(NotLookedAtError):
        ask(["/nowhere/at/all"])
    started = time.monotonic()
    with pytest.raises(NotLookedAtError):
        ask([sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.5)
    assert time.monotonic() - started < 30


def test_the_question_to_windows_has_no_quotation_marks_to_lose() -> None:
    """`"` would have to survive two parsers; `%` and `'` survive both."""
    program, *words = command()
    assert program.endswith(r"System32\WindowsPowerShell\v1.0\powershell.exe")
    assert '"' not in words[-1]
    assert subprocess.list2cmdline([words[-1]]) == f'"{words[-1]}"'
    assert r"LIKE ''USB\\%''" in words[-1]
