"""The phone at the other end of the cable: what keeps it from being used, and which menus it has."""

from dataclasses import dataclass
from pathlib import Path

from phoneward import phones
from phoneward.errors import PhonewardError, readable
from phoneward.phones import Diagnosis, Guide, Phone
from phoneward.phones.base import PhoneSession


@dataclass(frozen=True, slots=True)
class Source:
    """Which phone is meant.

    Attributes:
        serial: adb's name of it; None for the only one.
        folder: a folder in the place of a phone; None for a phone.
        allow_unencrypted: also over a network that others can read.
    """

    serial: str | None = None
    folder: Path | None = None
    allow_unencrypted: bool = False

    def open(self) -> PhoneSession:
        """Return the phone; it is opened by `with`, which may raise a PhoneError that says what stands in the way."""
        if self.folder is not None:
            return phones.open_folder(self.folder)
        return phones.open_adb(self.serial, allow_unencrypted=self.allow_unencrypted)


@dataclass(frozen=True, slots=True)
class Attached:
    """What one look at the phone found.

    Attributes:
        ready: it can be used now.
        label: what it is called; empty where it does not tell yet.
        serial: adb's name of it; empty for a folder, and where adb does not see it.
        problem: what keeps it from being used, and what to do.
        guide: the menus that lead to USB debugging; None for a folder.
        maker, android: what the guide was chosen by; for a page that lets a person choose another.
    """

    ready: bool
    label: str = ""
    serial: str = ""
    problem: PhonewardError | None = None
    guide: Guide | None = None
    maker: str | None = None
    android: int | None = None


def look_at_phone(source: Source, found: Diagnosis | None = None) -> Attached:
    """Look once at what is attached. Never raises for a phone that cannot be used: that is what it tells.

    Args:
        source: which phone is meant.
        found: a look that was taken just now; None takes one.
    """
    if source.folder is not None:
        return _look_at_folder(source.folder)
    found = found or phones.diagnose()
    seen = next((phone for phone in found.phones if source.serial in {None, phone.serial}), None)
    maker, android = (seen.maker, seen.android) if seen is not None else (None, None)
    guide = phones.guide_for(maker, android)
    ready = [phone for phone in found.ready if source.serial in {None, phone.serial}]
    if len(ready) == 1:
        return Attached(
            ready=True, label=ready[0].model, serial=ready[0].serial, guide=guide, maker=maker, android=android
        )
    problem = found.obstacle if source.serial is None or seen is None else seen.obstacle
    label, serial = (seen.model, seen.serial if seen.state else "") if seen is not None else ("", "")
    if source.serial is not None and seen is None and (found.ready or found.phones):
        from phoneward.phones.errors import PhoneNotFoundError

        others = ", ".join(readable(phone.serial) for phone in found.phones if phone.state)
        problem = PhoneNotFoundError(serial=readable(source.serial), detail=others or "-")
    return Attached(ready=False, label=label, serial=serial, problem=problem, guide=guide, maker=maker, android=android)


def _look_at_folder(folder: Path) -> Attached:
    try:
        with phones.open_folder(folder) as phone:
            return Attached(ready=True, label=phone.identity.label)
    except PhonewardError as error:
        return Attached(ready=False, problem=error)


def needed_bytes(phone: Phone) -> int | None:
    """Return how much a phone says it holds in the storages that can be read, apps' installation files included.

    None where it does not say. It is the phone's word: a number for a warning, never one to rely on.
    """
    used = [volume.used_bytes for volume in phone.volumes() if volume.obstacle is None]
    known = [number for number in used if number is not None]
    return sum(known) if known and len(known) == len(used) else None


def is_seen_by_adb(serial: str) -> bool:
    """Tell whether adb lists this phone now: then its USB debugging is on. An adb that does not work sees nothing."""
    try:
        return any(device.serial == serial and device.state == "device" for device in phones.list_adb_devices())
    except PhonewardError:
        return False
