"""The documents /device.json and /packages.json: which phone it was, how it was listed, which apps it had.

`format` is 1; fields may be added, never changed or removed.
"""

import base64
import datetime as dt
from typing import Annotated, Final

import msgspec

from phoneward.errors import readable
from phoneward.phones import AppInventory, Identity, InstalledApp, Volume
from phoneward.snapshots.compare import Moment

FORMAT: Final = 1
MAX_DOCUMENT: Final = 64 << 20
"""Bytes of a document that are read."""


class VolumeRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A storage of the phone. `kind`, `name` and `package` say where it stands in the snapshot.

    Attributes:
        left_out: names in it that were left out on purpose; see `Volume.left_out`.
    """

    kind: str
    name: str
    phone_path: str
    label: str = ""
    user_id: int | None = None
    obstacle: str | None = None
    used_bytes: int | None = None
    package: str = ""
    left_out: list[str] = []


class ListingRecord(msgspec.Struct, frozen=True):
    """How the phone's files were listed: what the next comparison must know.

    Attributes:
        started_ns: the phone's own clock when the listing began.
        precision_ns: granularity of its times.
        has_ctime: whether the node times `ctime` are the phone's (else they repeat mtime).
        phone_ahead_ns: how far the phone's clock was ahead of this computer's.
    """

    started_ns: int
    precision_ns: Annotated[int, msgspec.Meta(ge=1)]
    has_ctime: bool
    phone_ahead_ns: int = 0

    @property
    def moment(self) -> Moment:
        """The listing as the comparison wants it."""
        return Moment(self.started_ns, self.precision_ns, self.has_ctime)


class DeviceDocument(msgspec.Struct, frozen=True):
    """/device.json."""

    format: int
    id: str
    label: str
    kind: str
    manufacturer: str
    model: str
    os_version: str
    api_level: int | None
    build_fingerprint: str
    taken: dt.datetime
    listing: ListingRecord
    volumes: list[VolumeRecord]


class ApkRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """An APK file of an app. `stored` is its path in the snapshot, empty where it is not kept."""

    phone_path: str
    stored: str = ""
    phone_path_b64: str = ""


class AppRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One app of one user, as the phone described it. Times are ISO 8601.

    What has a default came later: it is missing where the phone did not tell it, and in older snapshots.
    """

    package: str
    user_id: int
    version_code: int | None
    version_name: str
    installer: str
    is_system: bool
    uid: int | None
    first_installed: dt.datetime | None
    last_updated: dt.datetime | None
    app_bytes: int | None
    data_bytes: int | None
    cache_bytes: int | None
    apk: list[ApkRecord]
    initiating_installer: str = ""
    signer_hashes: tuple[int, ...] = ()
    past_signer_hashes: tuple[int, ...] = ()
    is_debuggable: bool = False


class PackagesDocument(msgspec.Struct, frozen=True):
    """/packages.json. `not_asked`: questions this phone could not answer, with its words."""

    format: int
    apps: list[AppRecord]
    not_asked: dict[str, str]


def device_document(
    identity: Identity, label: str, taken: dt.datetime, listing: ListingRecord, volumes: list[Volume]
) -> DeviceDocument:
    """Return what the phone said of itself, made readable."""
    return DeviceDocument(
        FORMAT,
        identity.id,
        readable(label),
        identity.kind,
        readable(identity.manufacturer),
        readable(identity.model),
        readable(identity.os_version),
        identity.api_level,
        readable(identity.build_fingerprint),
        taken,
        listing,
        [_volume(volume) for volume in volumes],
    )


def _volume(volume: Volume) -> VolumeRecord:
    return VolumeRecord(
        volume.kind.value,
        readable(volume.name),
        readable(volume.root),
        readable(volume.label),
        volume.user_id,
        volume.obstacle.value if volume.obstacle else None,
        volume.used_bytes,
        volume.package,
        list(map(readable, volume.left_out)),
    )


def packages_document(inventory: AppInventory, stored: dict[bytes, bytes]) -> PackagesDocument:
    """Return the apps as the phone described them.

    Args:
        inventory: the phone's apps.
        stored: where each APK stands in the snapshot, by its path on the phone.
    """
    apps = sorted(inventory.apps, key=lambda app: (app.package, app.user_id))
    not_asked = {readable(question): readable(words) for question, words in inventory.not_asked.items()}
    return PackagesDocument(FORMAT, [_app(app, stored) for app in apps], not_asked)


def _app(app: InstalledApp, stored: dict[bytes, bytes]) -> AppRecord:
    return AppRecord(
        readable(app.package),
        app.user_id,
        app.version_code,
        readable(app.version_name),
        readable(app.installer),
        app.is_system,
        app.uid,
        utc(app.first_installed_ns),
        utc(app.last_updated_ns),
        app.app_bytes,
        app.data_bytes,
        app.cache_bytes,
        [_apk(path, stored) for path in app.apk_paths],
        readable(app.initiating_installer),
        app.signer_hashes,
        app.past_signer_hashes,
        app.is_debuggable,
    )


def _apk(path: bytes, stored: dict[bytes, bytes]) -> ApkRecord:
    shown = readable(path)
    raw = "" if shown.encode("utf-8", "surrogateescape") == path else base64.b64encode(path).decode()
    return ApkRecord(shown, stored.get(path, b"").decode("ascii"), raw)


def utc(time_ns: int | None) -> dt.datetime | None:
    """Return the time as an aware datetime; None where it is unknown or outside the years 1…9999."""
    if time_ns is None:
        return None
    try:
        return dt.datetime.fromtimestamp(time_ns // 1_000_000_000, dt.UTC).replace(
            microsecond=time_ns % 1_000_000_000 // 1000
        )
    except (ValueError, OverflowError, OSError):
        return None


def encode_document(document: DeviceDocument | PackagesDocument) -> bytes:
    """Return a document as indented JSON with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def decode_device(data: bytes) -> DeviceDocument:
    """Return /device.json's content.

    Raises:
        ValueError: not a device document of a format known here.
    """
    try:
        document = msgspec.json.decode(data, type=DeviceDocument)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if document.format != FORMAT:
        raise ValueError(f"format {document.format}")
    return document


def decode_packages(data: bytes) -> PackagesDocument:
    """Return /packages.json's content.

    Raises:
        ValueError: not a list of apps of a format known here.
    """
    try:
        document = msgspec.json.decode(data, type=PackagesDocument)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if document.format != FORMAT:
        raise ValueError(f"format {document.format}")
    return document
