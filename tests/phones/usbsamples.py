"""Phones on USB as three operating systems show them: one description, written in each system's own form.

The descriptions are of real phones, from recordings in public repositories:
- `lsusb -v` of a Samsung 04e8:6860 with file transfer (github.com/Beerik994/Codes, README);
- compatible ids of a Samsung and a Redmi 2717:ff48 as the Windows registry holds them ("USB\\Class_FF&SubClass_42…" and
  "USB\\COMPAT_VID_2717&Class_ff&…": a public Go project's device tests; either case occurs);
- product ids and what they stand for: 51-android.rules of M0Rf30/android-udev-rules.
The three forms themselves are written here after the documentation named in `phoneward.phones.usb`: they are no
recordings.
"""

import json
import plistlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from phoneward.phones.usb import LinuxUsb, MacUsb, Usb, UsbDevice, UsbInterface, WindowsUsb

SAMSUNG_FILES = UsbDevice(
    0x04E8,
    0x6860,
    serial="RF8N72DAHDP",
    maker="SAMSUNG",
    model="SAMSUNG_Android",
    interfaces=(UsbInterface(6, 1, 1, "MTP"), UsbInterface(2, 2, 1), UsbInterface(10, 0, 0)),
)
REDMI_ADB = UsbDevice(
    0x2717,
    0xFF48,
    serial="5c3f1a2b",
    maker="Xiaomi",
    model="Redmi Note 8",
    interfaces=(UsbInterface(0xFF, 0xFF, 0, "MTP"), UsbInterface(0xFF, 0x42, 1, "ADB Interface")),
)
PIXEL_ADB = UsbDevice(
    0x18D1, 0x4EE7, serial="0A041FDD4003BB", maker="Google", model="Pixel 8", interfaces=(UsbInterface(0xFF, 0x42, 1),)
)
PIXEL_FASTBOOT = UsbDevice(
    0x18D1, 0x4EE0, serial="0A041FDD4003BB", maker="Google", model="Android", interfaces=(UsbInterface(0xFF, 0x42, 3),)
)
HUAWEI_HDC = UsbDevice(
    0x12D1, 0x5000, serial="22M0223824", maker="HUAWEI", model="HDC Device", interfaces=(UsbInterface(0xFF, 0x50, 1),)
)
VIVO_TETHER = UsbDevice(
    0x2D95,
    0x6003,
    serial="10BDA1",
    maker="vivo",
    model="iQOO Neo8",
    interfaces=(UsbInterface(0xE0, 1, 3), UsbInterface(10, 0, 0)),
)
OPPO_CHARGING = UsbDevice(
    0x22D9, 0x2764, serial="ABCD", maker="OPPO", model="CPH2005", interfaces=(UsbInterface(0xFF, 0xFF, 0xFF),)
)
CANON_CAMERA = UsbDevice(0x04A9, 0x3110, serial="", maker="Canon", model="EOS", interfaces=(UsbInterface(6, 1, 1),))
XIAOMI_MOUSE = UsbDevice(0x2717, 0x503B, maker="MI", model="Mouse", interfaces=(UsbInterface(3, 1, 2),))
SAMSUNG_PRINTER = UsbDevice(0x04E8, 0x3301, maker="Samsung", model="Printer", interfaces=(UsbInterface(7, 1, 2),))
ALL = (
    *(SAMSUNG_FILES, REDMI_ADB, PIXEL_ADB, PIXEL_FASTBOOT, HUAWEI_HDC, VIVO_TETHER, OPPO_CHARGING),
    *(CANON_CAMERA, XIAOMI_MOUSE, SAMSUNG_PRINTER),
)


class Shows(Protocol):
    """Makes an operating system that shows these devices."""

    def __call__(self, devices: Sequence[UsbDevice], folder: Path) -> Usb: ...


class Plugged:
    """A USB that shows what a test wants: no system at all."""

    def __init__(self, *devices: UsbDevice) -> None:
        self._devices = devices

    def look(self) -> tuple[UsbDevice, ...]:
        return self._devices


def as_linux(devices: Sequence[UsbDevice], folder: Path) -> Usb:
    root = folder / "devices"
    _files(root / "usb1", {"idVendor": "1d6b", "idProduct": "0002", "product": "xHCI Host Controller"})
    _files(root / "1-0:1.0", {"bInterfaceClass": "09", "bInterfaceSubClass": "00", "bInterfaceProtocol": "00"})
    for number, device in enumerate(devices, start=1):
        values = {"idVendor": f"{device.vendor:04x}", "idProduct": f"{device.product:04x}"}
        texts = {"serial": device.serial, "manufacturer": device.maker, "product": device.model}
        _files(root / f"1-{number}", {**values, **{name: text for name, text in texts.items() if text}})
        for index, one in enumerate(device.interfaces):
            codes = {
                "bInterfaceClass": f"{one.usb_class:02x}",
                "bInterfaceSubClass": f"{one.subclass:02x}",
                "bInterfaceProtocol": f"{one.protocol:02x}",
            }
            _files(root / f"1-{number}:1.{index}", {**codes, **({"interface": one.name} if one.name else {})})
    return LinuxUsb(root)


def _files(folder: Path, values: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, value in values.items():
        (folder / name).write_text(value + "\n")


def as_macos(devices: Sequence[UsbDevice], folder: Path) -> Usb:
    del folder
    return MacUsb(lambda _command: ioreg(devices))


def ioreg(devices: Sequence[UsbDevice]) -> bytes:
    nodes = []
    for number, device in enumerate(devices, start=1):
        for index, one in enumerate(device.interfaces):
            node: dict[str, object] = {
                "idVendor": device.vendor,
                "idProduct": device.product,
                "locationID": number << 20,
                "bInterfaceNumber": index,
                "bInterfaceClass": one.usb_class,
                "bInterfaceSubClass": one.subclass,
                "bInterfaceProtocol": one.protocol,
                "USB Product Name": device.model,
                "USB Vendor Name": device.maker,
                "USB Serial Number": device.serial,
                "IOCFPlugInTypes": {"2d9786c6-9ef3-11d4-ad51-000a27052861": "IOUSBFamily.kext"},
            }
            nodes.append(node | ({"kUSBString": one.name} if one.name else {}))
    return plistlib.dumps(nodes)


def as_windows(devices: Sequence[UsbDevice], folder: Path) -> Usb:
    del folder
    return WindowsUsb(lambda _command: pnp_entities(devices))


def pnp_entities(devices: Sequence[UsbDevice]) -> bytes:
    hub = {"PNPDeviceID": r"USB\ROOT_HUB30\4&1C2D3E4F&0&0", "Name": "USB Root Hub", "ConfigManagerErrorCode": 0}
    entities: list[dict[str, object]] = [hub]
    for number, device in enumerate(devices, start=1):
        ids = rf"USB\VID_{device.vendor:04X}&PID_{device.product:04X}"
        single = len(device.interfaces) == 1
        compatible = _compatible(device.interfaces[0]) if single else [r"USB\COMPOSITE", r"USB\Class_00&SubClass_00"]
        entities.append(
            {
                "PNPDeviceID": rf"{ids}\{device.serial or f'5&2A3B4C5D&0&{number}'}",
                "Name": device.model,
                "Manufacturer": device.maker,
                "ConfigManagerErrorCode": device.problem or (device.interfaces[0].problem if single else 0),
                "Present": True,
                "HardwareID": [rf"{ids}&REV_0419", ids],
                "CompatibleID": compatible,
            }
        )
        for index, one in enumerate(() if single else device.interfaces):
            entities.append(
                {
                    "PNPDeviceID": rf"{ids}&MI_{index:02X}\7&1C2D3E4F&{number}&{index:04X}",
                    "Name": one.name or "USB 设备",
                    "Manufacturer": "(标准系统设备)",
                    "ConfigManagerErrorCode": one.problem,
                    "Present": True,
                    "HardwareID": [rf"{ids}&REV_0419&MI_{index:02X}", rf"{ids}&MI_{index:02X}"],
                    "CompatibleID": _compatible(one),
                }
            )
    return json.dumps(entities, ensure_ascii=False).encode("utf-8-sig")


def _compatible(one: UsbInterface) -> list[str]:
    if one.name == "MTP" and one.usb_class == 0xFF:
        return [r"USB\MS_COMP_MTP"]
    codes = f"{one.usb_class:02x}", f"{one.subclass:02x}", f"{one.protocol:02x}"
    return [
        rf"USB\COMPAT_VID_04e8&Class_{codes[0]}&SubClass_{codes[1]}&Prot_{codes[2]}",
        rf"USB\Class_{codes[0]}&SubClass_{codes[1]}&Prot_{codes[2]}",
        rf"USB\Class_{codes[0]}&SubClass_{codes[1]}",
        rf"USB\Class_{codes[0]}",
    ]
