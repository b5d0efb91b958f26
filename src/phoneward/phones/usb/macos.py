"""USB on macOS: the I/O registry, as `ioreg` prints it as a property list.

`ioreg -a -r -d 1 -c IOUSBHostInterface` lists every interface with the ids and the name of its device. Why not
`system_profiler`: it knows no interfaces, and its type for USB changed from SPUSBDataType (empty on macOS 26 and later)
to SPUSBHostDataType. Sources: ioreg(8); recorded nodes in public projects show `bInterfaceClass`,
`bInterfaceSubClass`, `bInterfaceProtocol`, `idVendor`, `idProduct`, `locationID`, "USB Product Name", "USB Vendor
Name" and "USB Serial Number" as keys of IOUSBHostInterface. Not confirmed by a recording of ours: no Mac was at hand.
"""

import plistlib
from collections.abc import Mapping

from phoneward.errors import readable
from phoneward.phones.usb.asking import Ask, ask
from phoneward.phones.usb.base import NotLookedAtError, UsbDevice, UsbInterface

COMMAND = ("/usr/sbin/ioreg", "-a", "-r", "-d", "1", "-c", "IOUSBHostInterface")
_MAX_NODES = 4096
_MAX_TEXT = 256


class MacUsb:
    """USB on macOS.

    Args:
        ask: runs `ioreg`.
    """

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def look(self) -> tuple[UsbDevice, ...]:
        """Return the devices that are plugged in and have an interface.

        Raises:
            NotLookedAtError: `ioreg` failed, or printed something else.
        """
        return parse_ioreg(self._ask(COMMAND))


def parse_ioreg(answer: bytes) -> tuple[UsbDevice, ...]:
    """Return the devices of an `ioreg -a -r -c IOUSBHostInterface` answer; it is empty where there are none.

    Raises:
        NotLookedAtError: it is no such list.
    """
    if not answer.strip():
        return ()
    try:
        nodes = plistlib.loads(answer, fmt=plistlib.FMT_XML)
    except Exception as error:
        raise NotLookedAtError(readable(f"ioreg: {error}"[:200])) from error
    if not isinstance(nodes, list):
        raise NotLookedAtError("ioreg: not a list")
    found: dict[tuple[int, int, int], UsbDevice] = {}
    for node in nodes[:_MAX_NODES]:
        if isinstance(node, dict):
            _add(found, node)
    return tuple(found.values())


def _add(found: dict[tuple[int, int, int], UsbDevice], node: Mapping[str, object]) -> None:
    vendor, product = _number(node, "idVendor", 0xFFFF), _number(node, "idProduct", 0xFFFF)
    place = _number(node, "locationID", 0xFFFFFFFF) or 0
    codes = [_number(node, name, 0xFF) for name in ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")]
    usb_class, subclass, protocol = codes
    if vendor is None or product is None or usb_class is None or subclass is None or protocol is None:
        return
    known = found.get((place, vendor, product))
    interface = UsbInterface(usb_class, subclass, protocol, _text(node, "kUSBString", "USB Interface Name"))
    found[place, vendor, product] = UsbDevice(
        vendor,
        product,
        serial=_text(node, "USB Serial Number", "kUSBSerialNumberString"),
        # adb prints the number in decimal with a literal X behind it (AOSP client/usb_osx.cpp).
        place=f"{place}X",
        maker=_text(node, "USB Vendor Name", "kUSBVendorString"),
        model=_text(node, "USB Product Name", "kUSBProductString"),
        interfaces=(*(known.interfaces if known else ()), interface),
    )


def _number(node: Mapping[str, object], key: str, largest: int) -> int | None:
    value = node.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest else None


def _text(node: Mapping[str, object], *keys: str) -> str:
    values = (node.get(key) for key in keys)
    return next((readable(value[:_MAX_TEXT]) for value in values if isinstance(value, str) and value), "")
