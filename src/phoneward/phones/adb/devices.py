"""Which phones the adb server sees, and what keeps one from being used, in plain words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from phoneward.errors import readable
from phoneward.phones.adb.server import AdbServer, RefusedError
from phoneward.phones.adb.wireless import Endpoint, connect_address, demands_tls, forget, parse_endpoint
from phoneward.phones.errors import (
    AdbServerError,
    NoPhoneError,
    NotEncryptedError,
    NotPairedError,
    PhoneGoneError,
    PhoneModeError,
    PhoneNoPermissionError,
    PhoneNotFoundError,
    PhoneOfflineError,
    PhoneUnauthorizedError,
    SeveralPhonesError,
    UnencryptedConnectionError,
)
from phoneward.texts import _, enumeration

_MODES = {"recovery", "sideload", "bootloader", "rescue", "host", "fastboot"}
_MAX_LINE = 1000
_COMING = {"connecting", "authorizing", "offline"}


@dataclass(frozen=True, slots=True)
class AdbDevice:
    """One phone of the adb server's list.

    Attributes:
        serial: its name for `--adb`.
        state: "device" when it can be used; otherwise adb's word ("unauthorized", "offline", "no permissions", …).
        model: as the phone gives it, "" while it does not trust this computer.
        detail: the rest of adb's words, readable.
    """

    serial: str
    state: str
    model: str = ""
    product: str = ""
    detail: str = ""


def parse_devices(answer: bytes) -> list[AdbDevice]:
    """Return the phones of a `host:devices-l` answer, in its order; lines that are none are left out.

    Source: AOSP packages/modules/adb transport.cpp, `append_transport` ("%-22s %s", then `key:value` words, at last
    `transport_id:N`), adb.cpp `to_string(ConnectionState)`, and client/usb_linux's no-permissions sentence.
    """
    found = []
    for line in answer.split(b"\n"):
        match = re.match(rb"(\(no serial number\)|\S+)\s+(no permissions|\S+)(.*)", line.strip()[:_MAX_LINE], re.DOTALL)
        if match:
            serial, state, rest = (readable(part.strip()) for part in match.groups())
            words = dict(word.partition(":")[::2] for word in rest.split() if ":" in word)
            device = AdbDevice(serial, state, words.get("model", ""), words.get("product", ""), rest)
            found.append(device)
    return found


def list_adb_devices(server: AdbServer | None = None) -> list[AdbDevice]:
    """Return every phone that the adb server sees, usable or not. Starts the server where none runs.

    Raises:
        AdbMissingError, AdbServerError: there is no adb, or it does not answer.
    """
    try:
        return parse_devices((server or AdbServer()).ask(b"host:devices-l"))
    except RefusedError as error:
        raise AdbServerError(detail=error.reason) from error


def choose_device(server: AdbServer, serial: str | None, *, allow_unencrypted: bool = False) -> AdbDevice:
    """Return the phone to use: the one asked for, or the only one.

    A phone given as HOST:PORT that the server does not know yet is connected first.

    Raises:
        PhoneError: the sentence for what stands in the way.
    """
    devices = list_adb_devices(server)
    if serial is None:
        device = _only(devices)
        refuse_unencrypted(device.serial, allow_unencrypted=allow_unencrypted)
    else:
        refuse_unencrypted(serial, allow_unencrypted=allow_unencrypted)
        device = _asked_for(server, devices, serial)
    check_state(device)
    return device


def _only(devices: Sequence[AdbDevice]) -> AdbDevice:
    usable = [device for device in devices if device.state == "device"]
    if len(usable) == 1:
        return usable[0]
    candidates = usable or list(devices)
    if not candidates:
        raise NoPhoneError
    if len(candidates) == 1:
        return candidates[0]
    phones = enumeration(_shown(device) for device in candidates)
    raise SeveralPhonesError(phones=phones, example=candidates[0].serial)


def _shown(device: AdbDevice) -> str:
    model = (device.model or device.state).replace("_", " ")
    return _("{serial} ({model})").format(serial=device.serial, model=model)


def _asked_for(server: AdbServer, devices: Sequence[AdbDevice], serial: str) -> AdbDevice:
    known = _find(devices, serial)
    if known is None and parse_endpoint(serial) is not None:
        try:
            server.ask(b"host:connect:" + serial.encode())
        except RefusedError as error:
            raise PhoneNotFoundError(serial=readable(serial), detail=error.reason) from error
        known = _find(list_adb_devices(server), serial)
        if known is not None and known.state in _COMING:
            known = _when_it_came(server, known)
    if known is None:
        others = enumeration(device.serial for device in devices)
        raise PhoneNotFoundError(serial=readable(serial), detail=others or _("adb sees no phone at all"))
    return known


def _when_it_came(server: AdbServer, device: AdbDevice) -> AdbDevice:
    """Wait (as long as a silent phone is waited for) until a fresh connection has said hello."""
    try:
        server.wait_for(device.serial)
    except (RefusedError, PhoneGoneError):
        return device
    return _find(list_adb_devices(server), device.serial) or device


def _find(devices: Sequence[AdbDevice], serial: str) -> AdbDevice | None:
    return next((device for device in devices if device.serial == readable(serial)), None)


def check_state(device: AdbDevice) -> None:
    """Raise the error whose sentence explains why this phone cannot be used; nothing when it can."""
    serial, state = device.serial, device.state
    if state == "device":
        return
    if state in {"unauthorized", "authorizing"}:
        raise PhoneUnauthorizedError(serial=serial)
    if state.startswith("no permissions"):
        raise PhoneNoPermissionError(serial=serial, detail=device.detail or state)
    if state in _MODES:
        raise PhoneModeError(serial=serial, mode=state)
    raise PhoneOfflineError(serial=serial)


def connect_device(
    address: str | None, *, allow_unencrypted: bool = False, server: AdbServer | None = None
) -> AdbDevice:
    """Connect a phone by network and return it, ready to use.

    Args:
        address: HOST:PORT as the phone's page 'Wireless debugging' shows it; None for the only phone that announces
            itself.
        allow_unencrypted: take a port that does not encrypt.
        server: the adb server; None for the usual one.

    Raises:
        NotEncryptedError: its port does not encrypt, and that was not allowed.
        NotPairedError: it did not let this computer in.
        PhoneError: it is not there, or cannot be used.
    """
    server = server or AdbServer()
    endpoint = connect_address(address, server)
    try:
        is_encrypted = demands_tls(endpoint)
    except PhoneGoneError as error:
        raise PhoneNotFoundError(serial=readable(str(endpoint)), detail=error.details["detail"]) from error
    if not is_encrypted and not allow_unencrypted:
        raise NotEncryptedError(serial=readable(str(endpoint)))
    known = _find(list_adb_devices(server), str(endpoint))
    if known is not None and known.state != "device":
        forget(server, endpoint)  # a try that failed would be called connected
        known = None
    if known is None:
        known = _connected(server, endpoint, is_encrypted=is_encrypted)
    check_state(known)
    return known


def _connected(server: AdbServer, endpoint: Endpoint, *, is_encrypted: bool) -> AdbDevice:
    try:
        answer = readable(server.ask(b"host:connect:" + str(endpoint).encode())).strip()
    except RefusedError as error:
        answer = error.reason
    device = _find(list_adb_devices(server), str(endpoint))
    if device is not None and device.state in _COMING and "failed" not in answer:
        device = _when_it_came(server, device)
    if device is None or device.state in _COMING:
        forget(server, endpoint)
        if is_encrypted:
            raise NotPairedError(address=readable(str(endpoint)), detail=answer)
        raise PhoneNotFoundError(serial=readable(str(endpoint)), detail=answer)
    return device


def refuse_unencrypted(serial: str, *, allow_unencrypted: bool) -> None:
    """Raise UnencryptedConnectionError for a phone reached in the clear over a network.

    HOST:PORT is what `adb connect` makes and says nothing of encryption, so its port is asked. `…._adb._tcp` is the
    plain service found by mDNS (AOSP adb_mdns.h), `…._adb-tls-connect._tcp` is Android 11's encrypted one; USB and
    emulators have neither.
    """
    if allow_unencrypted:
        return
    endpoint = parse_endpoint(serial)
    if endpoint is not None and not endpoint.is_loopback:
        try:
            if demands_tls(endpoint):
                return
        except PhoneGoneError as error:
            raise PhoneNotFoundError(serial=readable(serial), detail=error.details["detail"]) from error
        raise UnencryptedConnectionError(serial=readable(serial))
    if serial.rstrip(".").endswith("._adb._tcp"):
        raise UnencryptedConnectionError(serial=readable(serial))
