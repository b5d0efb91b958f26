"""What a backup says of itself: `Info.plist`, `Manifest.plist` and `Status.plist`.

Names of keys: backups of Finder and iTunes, and libimobiledevice's `idevicebackup2.c`, which writes the same files.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from phoneward.phones.iosbackup.plists import PlistError, Value, read_plist

FINISHED: Final = "finished"
"""`SnapshotState` of a whole backup; others are `uploading`, `moving`, `removing`."""

_UDID: Final = re.compile(r"[0-9A-Fa-f]{40}\Z|[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{16}\Z")
_BUNDLE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*\Z")
_MAX_BUNDLE: Final = 155
_MAX_APPS: Final = 20_000
_MAX_TEXT: Final = 400


@dataclass(frozen=True, slots=True)
class App:
    """An app of the phone.

    Attributes:
        version: as its maker calls it; empty where unknown.
        is_installed: by the person. Apps that came with iOS are not.
    """

    version: str = ""
    is_installed: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What a backup says of itself. All of it may be missing, or a lie.

    Attributes:
        udid: the phone's own number, empty where unknown.
        made: when it was made, the earliest of what the files say; None where they do not say.
        is_encrypted: None where it does not say.
        keybag: the class keys of an encrypted backup.
        manifest_key: of the encrypted list of files, wrapped.
        unfinished: in which state it stopped, empty where it did not.
    """

    name: str = ""
    model: str = ""
    ios: str = ""
    udid: str = ""
    made: dt.datetime | None = None
    is_encrypted: bool | None = None
    keybag: bytes = b""
    manifest_key: bytes = b""
    unfinished: str = ""
    apps: Mapping[str, App] = field(default_factory=dict)


def is_udid(text: str) -> bool:
    """Tell whether a text can be an iPhone's number: 40 hex digits, since the iPhone XS 24 with a dash."""
    return _UDID.match(text) is not None


def is_bundle_id(name: str) -> bool:
    """Tell whether a name can be an app's (Apple, `CFBundleIdentifier`: letters, digits, `-`, `.`; some have `_`)."""
    return len(name) <= _MAX_BUNDLE and _BUNDLE.match(name) is not None


def read_facts(info: dict[str, Value], manifest: dict[str, Value], status: dict[str, Value], folder_name: str) -> Facts:
    """Return what the three files say; those that are not there are empty.

    Args:
        info: `Info.plist`.
        manifest: `Manifest.plist`.
        status: `Status.plist`.
        folder_name: the phone's number where the files do not say it.
    """
    lockdown = _dict(manifest.get("Lockdown"))
    udids = (info.get("Target Identifier"), info.get("Unique Identifier"), lockdown.get("UniqueDeviceID"), folder_name)
    dates = (_moment(manifest.get("Date")), _moment(status.get("Date")), _moment(info.get("Last Backup Date")))
    state = status.get("SnapshotState", FINISHED)
    return Facts(
        name=_text(info.get("Device Name")) or _text(info.get("Display Name")) or _text(lockdown.get("DeviceName")),
        model=_text(info.get("Product Name")) or _text(info.get("Product Type")) or _text(lockdown.get("ProductType")),
        ios=_text(info.get("Product Version")) or _text(lockdown.get("ProductVersion")),
        udid=next((one.lower() for one in map(_text, udids) if is_udid(one)), ""),
        made=min((one for one in dates if one is not None), default=None),
        is_encrypted=encrypted if isinstance(encrypted := manifest.get("IsEncrypted"), bool) else None,
        keybag=_bytes(manifest.get("BackupKeyBag")),
        manifest_key=_bytes(manifest.get("ManifestKey")),
        unfinished="" if state == FINISHED else _text(state) or "?",
        apps=_apps(info, manifest),
    )


def _apps(info: dict[str, Value], manifest: dict[str, Value]) -> dict[str, App]:
    found: dict[str, App] = {}
    listed = info.get("Installed Applications")
    for name in listed if isinstance(listed, list) else []:
        _note(found, name, "")
    for name, said in _dict(info.get("Applications")).items():
        _note(found, name, _version(_dict(said)))
    for name, said in _dict(manifest.get("Applications")).items():
        fields = _dict(said)
        # Containers of groups and extensions stand in the same list.
        if _text(fields.get("ContainerContentClass")) in {"", "Data/Application"}:
            _note(found, name, _text(fields.get("CFBundleVersion")))
    return found


def _note(found: dict[str, App], name: Value, version: str) -> None:
    if not isinstance(name, str) or not is_bundle_id(name) or (len(found) >= _MAX_APPS and name not in found):
        return
    known = found.get(name)
    if known is None or not known.version:
        found[name] = App(version, is_installed=not name.startswith("com.apple."))


def _version(app: dict[str, Value]) -> str:
    data = app.get("iTunesMetadata")
    try:
        metadata = read_plist(data) if isinstance(data, bytes) else {}
    except PlistError:
        return ""
    return _text(metadata.get("bundleShortVersionString")) or _text(metadata.get("bundleVersion"))


def _dict(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _text(value: Value) -> str:
    return value[:_MAX_TEXT] if isinstance(value, str) else ""


def _bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else b""


def _moment(value: Value) -> dt.datetime | None:
    if not isinstance(value, dt.datetime):
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC)  # plistlib tells UTC without saying so
