"""Phones on USB: which of them adb lists too, and what is the matter with the others."""

import re
from collections.abc import Sequence

from phoneward.phones.adb.devices import AdbDevice
from phoneward.phones.adb.wireless import parse_endpoint
from phoneward.phones.diagnosis.errors import DebuggingOffError, NoAdbOnPhoneError, NoDriverError, NotSeenByAdbError
from phoneward.phones.diagnosis.seen import Seen
from phoneward.phones.diagnosis.situations import USES, Situation, Tier
from phoneward.phones.errors import PhoneError, PhoneModeError
from phoneward.phones.makers import maker_named
from phoneward.phones.usb import UsbDevice, Use, use_of
from phoneward.texts import _

_PLACE = re.compile(r"\busb:(\S+)")


def is_network(serial: str) -> bool:
    """Tell whether adb reaches a phone over a network, this computer's own included, or runs an emulator."""
    return parse_endpoint(serial) is not None or "._adb" in serial or serial.startswith("emulator-")


def matched(
    devices: Sequence[AdbDevice], on_usb: Sequence[UsbDevice]
) -> tuple[list[tuple[AdbDevice, UsbDevice | None]], list[UsbDevice]]:
    """Return each phone of adb's list with itself on USB where that is known, and the phones on USB that adb lacks.

    They are the same where serial number or port are. What is then left over on both sides and offers adb is paired in
    order: adb can open it, so it is on USB, and which one is which matters little.
    """
    left = list(on_usb)
    found: dict[int, UsbDevice] = {}
    tests = (_is_same, lambda device, usb: not is_network(device.serial) and Use.ADB in usb.uses)
    for test in tests:
        for number, device in enumerate(devices):
            usb_device = next((one for one in left if test(device, one)), None) if number not in found else None
            if usb_device is not None:
                found[number] = usb_device
                left.remove(usb_device)
    return [(device, found.get(number)) for number, device in enumerate(devices)], left


def _is_same(device: AdbDevice, usb_device: UsbDevice) -> bool:
    if usb_device.serial and usb_device.serial == device.serial:
        return True
    match = _PLACE.search(device.detail)
    return match is not None and match[1] == usb_device.place


def by_usb(device: UsbDevice, *, adb_works: bool) -> Seen:
    """Return a phone that only USB shows.

    Args:
        device: the phone.
        adb_works: whether adb could say anything at all.
    """
    phone = _name(device)
    uses = device.uses
    broken = next((one.problem for one in device.interfaces if use_of(one) is Use.ADB and one.problem), 0)
    if broken:
        return _seen(device, Situation.NO_DRIVER, Tier.OBSERVED, NoDriverError(phone=phone, code=broken))
    if Use.ADB in uses:
        tier = Tier.OBSERVED if adb_works else Tier.INFERRED
        return _seen(device, Situation.NOT_SEEN_BY_ADB, tier, NotSeenByAdbError(phone=phone))
    if Use.HDC in uses:
        return _seen(device, Situation.NO_ADB_ON_PHONE, Tier.INFERRED, NoAdbOnPhoneError(phone=phone))
    if Use.FASTBOOT in uses:
        return _seen(device, Situation.WRONG_MODE, Tier.OBSERVED, PhoneModeError(serial=phone, mode="fastboot"))
    problem = device.problem or next((one.problem for one in device.interfaces if one.problem), 0)
    if problem and not uses & {Use.FILES, Use.NETWORK}:
        return _seen(device, Situation.NO_DRIVER, Tier.INFERRED, NoDriverError(phone=phone, code=problem))
    use = next(word for use, word in USES.items() if use in uses or use is Use.OTHER)
    return _seen(device, Situation.FILE_TRANSFER_ONLY, Tier.INFERRED, DebuggingOffError(phone=phone, use=use))


def _seen(device: UsbDevice, situation: Situation, tier: Tier, obstacle: PhoneError) -> Seen:
    maker = maker_named(device.maker, device.model) or device.known_maker
    return Seen(
        situation,
        tier,
        obstacle,
        serial=device.serial,
        model=device.model,
        maker=maker.key if maker else None,
    )


def _name(device: UsbDevice) -> str:
    """Return how to call a phone on USB: by its own name, by its maker's, or as a phone."""
    maker = maker_named(device.maker, device.model) or device.known_maker
    words = device.model.replace("_", " ").strip()
    if maker is None:
        return words or _("The phone")
    if not words or maker.name.lower() in words.lower():
        return words or maker.name
    return f"{maker.name} {words}"


def shown(phone: Seen) -> str:
    """Return a phone as it stands in a list of several."""
    return _("{serial} ({model})").format(serial=phone.serial, model=phone.model or phone.state)
