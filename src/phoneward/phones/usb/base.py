"""One picture of a USB device for every operating system, and what its interfaces are for.

Class codes: USB-IF, "Defined Class Codes" (https://www.usb.org/defined-class-codes): 06/01/01 still image (PTP, and MTP
on most phones), 08 mass storage, e0/01/03, ef/04/01 and 02/02/ff RNDIS, 02/0d NCM. ff/42/01 is adb and ff/42/03
fastboot (AOSP packages/modules/adb adb.h, system/core/fastboot). ff/50/01 is hdc, HarmonyOS' own bridge, as programs
that speak to it select it; not confirmed by a recording.
"""

import enum
from dataclasses import dataclass
from typing import Protocol

from phoneward.phones.makers import Maker, maker_of_usb


class NotLookedAtError(Exception):
    """USB could not be looked at, or the answer made no sense. Never shown to a person as it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Use(enum.StrEnum):
    """What one interface of a USB device is for."""

    ADB = "adb"
    FASTBOOT = "fastboot"
    HDC = "hdc"
    FILES = "files"
    DRIVE = "drive"
    NETWORK = "network"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class UsbInterface:
    """One interface.

    Attributes:
        usb_class, subclass, protocol: its class codes, 0 to 255.
        name: what the device calls it, readable, may be empty.
        problem: Windows' number for what keeps it from working (28: no driver), 0 for none and on other systems.
    """

    usb_class: int
    subclass: int
    protocol: int
    name: str = ""
    problem: int = 0


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """One device on a USB port. All texts come from the device and are readable.

    Attributes:
        vendor, product: its USB ids.
        serial: its serial number; adb uses the same one. May be empty.
        place: its port in the form in which adb names ports (`usb:PLACE`); may be empty.
        maker, model: what it calls itself; may be empty.
        interfaces: empty where the system does not tell.
        problem: Windows' number for what keeps the whole device from working, else 0.
    """

    vendor: int
    product: int
    serial: str = ""
    place: str = ""
    maker: str = ""
    model: str = ""
    interfaces: tuple[UsbInterface, ...] = ()
    problem: int = 0

    @property
    def uses(self) -> frozenset[Use]:
        """What its interfaces are for."""
        return frozenset(use_of(interface) for interface in self.interfaces)

    @property
    def known_maker(self) -> Maker | None:
        """The maker of phones that its vendor id belongs to."""
        return maker_of_usb(self.vendor)


class Usb(Protocol):
    """A way to look at USB. It MUST end within seconds, and take a lie for 'not looked at'."""

    def look(self) -> tuple[UsbDevice, ...]:
        """Return the devices that are plugged in, hubs left out or not.

        Raises:
            NotLookedAtError: they cannot be listed here, or the answer made no sense.
        """


class Nowhere:
    """USB on a system that we do not know how to ask."""

    def look(self) -> tuple[UsbDevice, ...]:
        """Raise NotLookedAtError."""
        raise NotLookedAtError("no way to look at USB on this system")


_TRIPLES = {
    (0xFF, 0x42, 0x01): Use.ADB,
    (0xFF, 0x42, 0x03): Use.FASTBOOT,
    (0xFF, 0x50, 0x01): Use.HDC,
    (0x06, 0x01, 0x01): Use.FILES,
    (0xE0, 0x01, 0x03): Use.NETWORK,
    (0xEF, 0x04, 0x01): Use.NETWORK,
    (0x02, 0x02, 0xFF): Use.NETWORK,
}


def use_of(interface: UsbInterface) -> Use:
    """Return what an interface is for.

    Some phones offer MTP as a vendor's own class, known by its name only (libmtp `src/libusb1-glue.c`, `probe_device_
    descriptor`, looks for "MTP" in the name of an ff interface).
    """
    codes = (interface.usb_class, interface.subclass, interface.protocol)
    if codes in _TRIPLES:
        return _TRIPLES[codes]
    if interface.usb_class == 0xFF and "MTP" in interface.name.upper():
        return Use.FILES
    if interface.usb_class == 0x08:
        return Use.DRIVE
    if codes[:2] == (0x02, 0x0D):
        return Use.NETWORK
    return Use.OTHER


def is_phone(device: UsbDevice) -> bool:
    """Tell whether a device is a phone, as far as USB says.

    An adb, fastboot or hdc interface is one for sure. Else the vendor must be a maker of phones, and the device must
    offer what phones offer (cameras offer file transfer too), or have nothing but interfaces without a standard use,
    from a maker whose ids stand on hardly anything else: makers of phones also make mice, printers and modems.
    """
    if device.uses & {Use.ADB, Use.FASTBOOT, Use.HDC}:
        return True
    maker = device.known_maker
    if maker is None:
        return False
    if device.uses & {Use.FILES, Use.NETWORK}:
        return True
    return maker.only_phones and all(one.usb_class in {0x08, 0xFF} for one in device.interfaces)
