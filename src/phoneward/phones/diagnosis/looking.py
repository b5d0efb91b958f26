"""One look at what is attached: what adb says, what USB says, and what follows from both."""

from collections.abc import Iterable, Sequence

from phoneward.errors import PhonewardError
from phoneward.phones.adb.devices import AdbDevice, check_state, list_adb_devices
from phoneward.phones.adb.server import AdbServer
from phoneward.phones.adb.wireless import parse_endpoint
from phoneward.phones.diagnosis import onusb
from phoneward.phones.diagnosis.errors import NothingOnUsbError
from phoneward.phones.diagnosis.facts import Facts, ask_facts
from phoneward.phones.diagnosis.seen import Diagnosis, Seen
from phoneward.phones.diagnosis.situations import Situation, Tier
from phoneward.phones.errors import (
    AdbMissingError,
    AdbServerError,
    NoPhoneError,
    PhoneModeError,
    PhoneNoPermissionError,
    PhoneUnauthorizedError,
    SeveralPhonesError,
)
from phoneward.phones.makers import maker_named
from phoneward.phones.usb import NotLookedAtError, Usb, UsbDevice, is_phone, system_usb
from phoneward.texts import enumeration

_PATIENCE_S = 10.0
_MAX_ASKED = 8
"""Phones that are asked what they are; a rack of phones is not a person's."""

_NEARNESS = list(Situation)
"""The situations, the nearest to being ready first: the one a person can settle with a tap comes before others."""


def diagnose(server: AdbServer | None = None, usb: Usb | None = None) -> Diagnosis:
    """Look once at what is attached and say how things stand. Nothing is changed on phone or computer.

    Starts the adb server where none runs. Never raises for a phone, an adb or a USB that does not work: that is what
    it tells.

    Args:
        server: the adb server; None for the usual one.
        usb: the way to look at USB; None for that of this system.
    """
    server = server or AdbServer(idle_timeout=_PATIENCE_S)
    on_usb, reason = _look(usb or system_usb())
    trouble: PhonewardError | None = None
    devices: list[AdbDevice] = []
    try:
        devices = list_adb_devices(server)
    except (AdbMissingError, AdbServerError) as error:
        trouble = error
    seen = _phones(server, devices, on_usb, adb_works=trouble is None)
    phones = tuple(sorted(seen, key=lambda phone: _NEARNESS.index(phone.situation)))
    situation, tier, obstacle = _overall(phones, trouble, usb_looked_at=not reason)
    return Diagnosis(situation, tier, obstacle, phones, usb_looked_at=not reason, usb_reason=reason)


def _look(usb: Usb) -> tuple[list[UsbDevice], str]:
    try:
        return [device for device in usb.look() if is_phone(device)], ""
    except NotLookedAtError as error:
        return [], error.reason or "?"


def _phones(
    server: AdbServer, devices: Sequence[AdbDevice], on_usb: Sequence[UsbDevice], *, adb_works: bool
) -> Iterable[Seen]:
    pairs, left = onusb.matched(devices, on_usb)
    asked = 0
    for device, usb_device in pairs:
        facts = Facts()
        if device.state == "device" and asked < _MAX_ASKED and not _is_in_the_clear(device.serial):
            facts, asked = ask_facts(server, device.serial), asked + 1
        yield _by_adb(device, usb_device, facts)
    for usb_device in left:
        yield onusb.by_usb(usb_device, adb_works=adb_works)


def _is_in_the_clear(serial: str) -> bool:
    """Whether asking would send something over a network that may not encrypt."""
    endpoint = parse_endpoint(serial)
    return (endpoint is not None and not endpoint.is_loopback) or serial.rstrip(".").endswith("._adb._tcp")


def _by_adb(device: AdbDevice, usb_device: UsbDevice | None, facts: Facts) -> Seen:
    obstacle: PhonewardError | None = None
    try:
        check_state(device)
    except PhonewardError as error:
        obstacle = error
    model = facts.model or device.model.replace("_", " ") or (usb_device.model if usb_device else "")
    maker = maker_named(facts.maker, model) or (usb_device.known_maker if usb_device else None)
    return Seen(
        _situation_of(obstacle),
        obstacle=obstacle,
        serial=device.serial,
        model=model,
        maker=maker.key if maker else None,
        android=facts.android,
        state=device.state,
        network=onusb.is_network(device.serial),
    )


def _situation_of(obstacle: PhonewardError | None) -> Situation:
    if obstacle is None:
        return Situation.READY
    if isinstance(obstacle, PhoneUnauthorizedError):
        return Situation.UNAUTHORIZED
    if isinstance(obstacle, PhoneNoPermissionError):
        return Situation.NO_PERMISSION
    return Situation.WRONG_MODE if isinstance(obstacle, PhoneModeError) else Situation.OFFLINE


def _overall(
    phones: Sequence[Seen], trouble: PhonewardError | None, *, usb_looked_at: bool
) -> tuple[Situation, Tier, PhonewardError | None]:
    if trouble is not None:
        missing = isinstance(trouble, AdbMissingError)
        return (Situation.NO_ADB_PROGRAM if missing else Situation.ADB_NOT_WORKING), Tier.OBSERVED, trouble
    ready = [phone for phone in phones if phone.ready]
    if len(ready) > 1:
        names = enumeration(onusb.shown(phone) for phone in ready)
        return Situation.SEVERAL_PHONES, Tier.OBSERVED, SeveralPhonesError(phones=names, example=ready[0].serial)
    if phones:
        first = phones[0]
        return first.situation, first.tier, first.obstacle
    # USB that is empty says no more than that: whether a phone hangs on a cable for charging cannot be seen.
    return Situation.NOTHING_SEEN, Tier.OBSERVED, NothingOnUsbError() if usb_looked_at else NoPhoneError()
