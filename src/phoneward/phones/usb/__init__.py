"""What the operating system sees on its USB ports, beside adb: a phone that adb does not see may still be there."""

import sys

from phoneward.phones.usb.base import (
    NotLookedAtError,
    Nowhere,
    Usb,
    UsbDevice,
    UsbInterface,
    Use,
    is_phone,
    use_of,
)
from phoneward.phones.usb.linux import LinuxUsb
from phoneward.phones.usb.macos import MacUsb
from phoneward.phones.usb.windows import WindowsUsb

__all__ = [
    "LinuxUsb",
    "MacUsb",
    "NotLookedAtError",
    "Nowhere",
    "Usb",
    "UsbDevice",
    "UsbInterface",
    "Use",
    "WindowsUsb",
    "is_phone",
    "system_usb",
    "use_of",
]


def system_usb(platform: str = sys.platform) -> Usb:
    """Return the way to look at USB on this system; on one we do not know, a way that says so."""
    if platform == "win32":
        return WindowsUsb()
    if platform == "darwin":
        return MacUsb()
    return LinuxUsb() if platform.startswith("linux") else Nowhere()
