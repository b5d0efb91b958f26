"""USB on Linux: the kernel's own list under /sys (Documentation/ABI/testing/sysfs-bus-usb, sysfs-bus-usb-devices).

A device is a folder such as `1-2.3` with `idVendor`, `idProduct`, `manufacturer`, `product`, `serial`; its interfaces
are folders beside it, `1-2.3:1.0`, with `bInterfaceClass` and so on, two hexadecimal digits each, and `interface`, the
name. Everything may be read by everyone; texts come from the device.
"""

import re
from pathlib import Path

from phoneward.errors import readable
from phoneward.phones.usb.base import NotLookedAtError, UsbDevice, UsbInterface

ROOT = Path("/sys/bus/usb/devices")
_DEVICE = re.compile(r"\d+-\d+(\.\d+)*")
_MAX_NAMES = 4096
_MAX_VALUE = 1024
"""A USB string has at most 126 UTF-16 units."""


class LinuxUsb:
    """USB on Linux.

    Args:
        root: the kernel's folder of devices.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root

    def look(self) -> tuple[UsbDevice, ...]:
        """Return the devices that are plugged in.

        Raises:
            NotLookedAtError: the folder is not there, as in a container.
        """
        try:
            names = sorted(path.name for path in self._root.iterdir())[:_MAX_NAMES]
        except OSError as error:
            raise NotLookedAtError(readable(error.strerror or str(error))) from error
        devices = (self._device(name, names) for name in names if _DEVICE.fullmatch(name))
        return tuple(device for device in devices if device is not None)

    def _device(self, name: str, names: list[str]) -> UsbDevice | None:
        folder = self._root / name
        vendor, product = _number(folder / "idVendor", 4), _number(folder / "idProduct", 4)
        if vendor is None or product is None:  # unplugged while we looked
            return None
        interfaces = (_interface(self._root / other) for other in names if other.startswith(f"{name}:"))
        return UsbDevice(
            vendor,
            product,
            serial=_text(folder / "serial"),
            place=name,
            maker=_text(folder / "manufacturer"),
            model=_text(folder / "product"),
            interfaces=tuple(interface for interface in interfaces if interface is not None),
        )


def _interface(folder: Path) -> UsbInterface | None:
    codes = [_number(folder / name, 2) for name in ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")]
    usb_class, subclass, protocol = codes
    if usb_class is None or subclass is None or protocol is None:
        return None
    return UsbInterface(usb_class, subclass, protocol, _text(folder / "interface"))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_MAX_VALUE).strip()
    except OSError:
        return b""


def _text(path: Path) -> str:
    return readable(_read(path))


def _number(path: Path, digits: int) -> int | None:
    value = _read(path)
    return int(value, 16) if re.fullmatch(rb"[0-9A-Fa-f]{%d}" % digits, value) else None
