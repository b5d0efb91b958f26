r"""USB on Windows: the Plug and Play entities of WMI, as JSON from PowerShell 5.1, part of Windows 10 and later.

No administrator's rights are needed. Only ids and numbers are judged, which are the same in every language of Windows;
names are shown. `ConfigManagerErrorCode` 28 means that no driver is installed (Microsoft, Win32_PnPEntity class,
https://learn.microsoft.com/windows/win32/cimwin32prov/win32-pnpentity).

A phone with several interfaces is one entity for the phone (`USB\VID_04E8&PID_6860\SERIAL`) and one for each
interface (`…&MI_01\7&1C2D…`), tied together by its ids; what an interface is for stands in CompatibleID
(`USB\Class_ff&SubClass_42&Prot_01`, in either case; file transfer is also `USB\MS_COMP_MTP`): Microsoft, "Standard USB
Identifiers". Two phones of one model share their interfaces here. Recorded compatible ids of a Samsung and a Redmi are
known from public projects; the whole answer is not confirmed by a recording of ours: no Windows was at hand.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phoneward.errors import readable
from phoneward.phones.usb.asking import Ask, ask
from phoneward.phones.usb.base import NotLookedAtError, UsbDevice, UsbInterface

_QUERY = (
    "$ErrorActionPreference = 'Stop'; "
    "[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding($false); "
    "$found = @(Get-CimInstance -ClassName Win32_PnPEntity -Filter 'PNPDeviceID LIKE ''USB\\\\%''' | Select-Object "
    "PNPDeviceID, Name, Manufacturer, ConfigManagerErrorCode, Present, HardwareID, CompatibleID); "
    "ConvertTo-Json -InputObject $found -Compress -Depth 3"
)
_IDS = re.compile(r"USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})(&[^\\]*)?\\([^\\]+)", re.IGNORECASE)
_CLASS = re.compile(r"USB\\Class_([0-9A-F]{2})&SubClass_([0-9A-F]{2})&Prot_([0-9A-F]{2})", re.IGNORECASE)
_MTP = re.compile(r"USB\\MS_COMP_MTP", re.IGNORECASE)
_MAX_ENTITIES = 4096
_MAX_TEXT = 256
_COMPOSITE_CLASSES = frozenset({0x00, 0x09})
"""Class codes that say nothing of a use: "see the interfaces", and a hub."""


class WindowsUsb:
    """USB on Windows.

    Args:
        ask: runs PowerShell.
    """

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def look(self) -> tuple[UsbDevice, ...]:
        """Return the devices that are plugged in.

        Raises:
            NotLookedAtError: PowerShell failed, or printed something else.
        """
        return parse_entities(self._ask(command()))


def command() -> Sequence[str]:
    """Return the command that asks; PowerShell by its place, since anything may be first on PATH."""
    system = os.environ.get("SystemRoot", r"C:\Windows")  # noqa: SIM112 - its name on Windows
    program = rf"{system}\System32\WindowsPowerShell\v1.0\powershell.exe"
    return (program, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", _QUERY)


@dataclass(frozen=True, slots=True)
class _Entity:
    vendor: int
    product: int
    part: str
    instance: str
    name: str
    maker: str
    problem: int
    interface: UsbInterface | None

    @property
    def ids(self) -> tuple[int, int]:
        return self.vendor, self.product


def parse_entities(answer: bytes) -> tuple[UsbDevice, ...]:
    """Return the devices of the query's JSON.

    Raises:
        NotLookedAtError: it is no such JSON.
    """
    try:
        document = json.loads(answer.decode("utf-8-sig")) if answer.strip() else []
    except (ValueError, RecursionError) as error:
        raise NotLookedAtError(readable(f"PowerShell: {error}"[:200])) from error
    if isinstance(document, dict):  # one entity alone, from a PowerShell that unrolls lists
        document = [document]
    if not isinstance(document, list):
        raise NotLookedAtError("PowerShell: not a list")
    found = [_entity(one) for one in document[:_MAX_ENTITIES] if isinstance(one, dict)]
    entities = [entity for entity in found if entity is not None]
    whole = [entity for entity in entities if not entity.part]
    # An interface without its phone (a filter driver may hide it) still is a device.
    alone = {e.ids: e for e in entities if e.part and all(e.ids != other.ids for other in whole)}
    return tuple(_device(entity, entities) for entity in [*whole, *alone.values()])


def _entity(record: Mapping[str, object]) -> _Entity | None:
    match = _IDS.fullmatch(_text(record, "PNPDeviceID"))
    if match is None or record.get("Present") is False:
        return None
    code = record.get("ConfigManagerErrorCode")
    problem = code if isinstance(code, int) and not isinstance(code, bool) and 0 <= code < 1000 else 0
    return _Entity(
        vendor=int(match[1], 16),
        product=int(match[2], 16),
        part=(match[3] or "").upper(),
        instance=match[4],
        name=_text(record, "Name"),
        maker=_text(record, "Manufacturer"),
        problem=problem,
        interface=_interface(record, problem),
    )


def _interface(record: Mapping[str, object], problem: int) -> UsbInterface | None:
    words = [*_texts(record, "CompatibleID"), *_texts(record, "HardwareID")]
    if any(_MTP.fullmatch(word) for word in words):
        return UsbInterface(0xFF, 0xFF, 0x00, "MTP", problem)
    for word in words:
        match = _CLASS.fullmatch(word)
        if match and int(match[1], 16) not in _COMPOSITE_CLASSES:
            return UsbInterface(int(match[1], 16), int(match[2], 16), int(match[3], 16), problem=problem)
    return None


def _device(entity: _Entity, entities: Sequence[_Entity]) -> UsbDevice:
    interfaces = [entity.interface] if not entity.part else []
    interfaces += [other.interface for other in entities if other.part and other.ids == entity.ids]
    # Windows makes up an instance with & in it where a device has no serial number.
    serial = "" if entity.part or "&" in entity.instance else entity.instance
    return UsbDevice(
        entity.vendor,
        entity.product,
        serial=serial,
        maker=entity.maker,
        model=entity.name,
        interfaces=tuple(interface for interface in interfaces if interface is not None),
        problem=entity.problem,
    )


def _text(record: Mapping[str, object], key: str) -> str:
    value = record.get(key)
    return readable(value[:_MAX_TEXT]) if isinstance(value, str) else ""


def _texts(record: Mapping[str, object], key: str) -> list[str]:
    values = record.get(key)
    return [value[:_MAX_TEXT] for value in values[:64] if isinstance(value, str)] if isinstance(values, list) else []
