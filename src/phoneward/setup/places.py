"""Where the vault lies: a suggestion, and what is to be said of a place."""

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.setup.disks import Disk, disk_of, external_disks, free_bytes
from phoneward.setup.errors import (
    PlaceInUseError,
    PlaceIsDiskError,
    PlaceIsFileError,
    PlaceNameError,
    PlaceNotWritableError,
    PlaceOnPhoneError,
    PlaceTooLongError,
)
from phoneward.texts import Size, Words, words
from phoneward.vault import LocalStorage, VaultError, repository_exists
from phoneward.vaultplace import VaultPlace

FOLDER: Final = "phone-vault"
ENOUGH: Final = 32_000_000_000
"""Bytes an external disk should have free while nobody knows how much is on the phone."""
MAX_PATH: Final = 1000
"""Characters; Windows' own limit for a folder is 247 (MAX_PATH), Linux' 4,095 bytes."""

_CLOUDS: Final[Sequence[tuple[str, str]]] = (
    # A folder's name, in small letters, and the service that copies it to its own computers. Names as the services'
    # programs make them; macOS keeps most in ~/Library/CloudStorage since 12.3.
    (r"onedrive( - .*)?", "OneDrive"),
    (r"icloud ?drive|com~apple~clouddocs|mobile documents", "iCloud Drive"),
    (r"dropbox( \(.*\))?", "Dropbox"),
    (r"google drive|googledrive-.*|my drive|我的云端硬盘", "Google Drive"),
    (r"nutstore( files)?|我的坚果云|坚果云.*", "坚果云"),
    (r"baidunetdisk(workspace|download)?|baidusyncdisk|百度网盘.*|百度云.*", "百度网盘"),
    (r"腾讯微云.*|weiyun.*", "腾讯微云"),
    (r"aliyundrive.*|阿里云盘.*", "阿里云盘"),
    (r"wpsdrive|wps云盘.*|wps cloud files", "WPS 云盘"),
    (r"box|box sync", "Box"),
    (r"nextcloud|owncloud", "Nextcloud"),
    (r"cloudstorage", "iCloud Drive"),
)
_PHONES: Final = re.compile(r"/gvfs/(?:mtp|gphoto2|afc):|/\.gvfs/|/mtp[:/]|/simple-mtpfs|/jmtpfs", re.IGNORECASE)
"""Phones as file managers mount them (GNOME's gvfs, KDE's kio-fuse, FUSE programs)."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place for the vault that suits this computer.

    Attributes:
        why: one or two sentences.
        is_external: it outlives the computer.
    """

    path: Path
    why: tuple[Words, ...]
    is_external: bool


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """What is to be said of a place.

    Attributes:
        place: absolute, where it is a folder.
        holds_vault: there is one already, which is used as it is.
        warnings: what a person should know; none of them forbids it.
        free: bytes free there; None where the system does not say.
    """

    place: VaultPlace
    holds_vault: bool
    warnings: tuple[Words, ...] = ()
    free: int | None = None


def suggest(needed: int | None = None, *, disks: Sequence[Disk] | None = None, home: Path | None = None) -> Suggestion:
    """Return where the vault could lie: on the external disk with the most room, else in the person's home.

    Args:
        needed: bytes that the phone holds; None while nobody knows.
        disks: the external ones; None looks.
        home: None asks the system.
    """
    wanted = needed if needed is not None else ENOUGH
    fitting = [
        disk
        for disk in (external_disks() if disks is None else disks)
        if disk.is_external and not disk.is_read_only and disk.free is not None and disk.free >= wanted
    ]
    if fitting:
        best = max(fitting, key=lambda disk: disk.free or 0)
        name = best.label or readable(str(best.root))
        why = (
            words(
                "This is a folder on the external disk “{disk}”, with {size} free.",
                disk=name,
                size=Size(best.free or 0),
            ),
            words("If this computer breaks or is stolen, the vault is still there."),
        )
        return Suggestion(best.root / FOLDER, why, is_external=True)
    return Suggestion(
        (Path.home() if home is None else home) / FOLDER,
        (
            words("This is a folder on this computer, because no external disk with enough room was found."),
            words(
                "A vault on this computer is lost with it. An external disk is better: plug one in, then look again."
            ),
        ),
        is_external=False,
    )


def check_place(
    path: Path, needed: int | None = None, *, phone_folder: Path | None = None, disks: Sequence[Disk] | None = None
) -> PlaceReport:
    """Say whether a vault can lie at a place, and what to know about it. Leaves nothing behind.

    Args:
        path: what the person chose.
        needed: bytes that the phone holds; None while nobody knows.
        phone_folder: the folder that stands in for a phone.
        disks: the external ones; None looks.

    Raises:
        PhonewardError: it cannot, and why.
    """
    known = external_disks() if disks is None else disks
    place = Path(os.path.abspath(path.expanduser()))
    _refuse_bad_name(place)
    if _is_on_phone(place, phone_folder):
        raise PlaceOnPhoneError(path=readable(str(place)))
    holds_vault = _holds_vault(place)
    if not holds_vault:
        _refuse_what_is_there(place)
    disk = disk_of(place, known)
    _refuse_unwritable(place, disk)
    free = free_bytes(place)
    return PlaceReport(place, holds_vault, tuple(_warnings(place, disk, free, None if holds_vault else needed)), free)


def _refuse_bad_name(place: Path) -> None:
    name = str(place)
    if readable(name) != name:
        raise PlaceNameError(path=readable(name)[:MAX_PATH])
    if len(name) > MAX_PATH:
        raise PlaceTooLongError


def _is_on_phone(place: Path, phone_folder: Path | None) -> bool:
    if _PHONES.search(place.as_posix()):
        return True
    if phone_folder is None:
        return False
    real, phone = Path(os.path.realpath(place)), Path(os.path.realpath(phone_folder))
    return real == phone or phone in real.parents


def _holds_vault(place: Path) -> bool:
    try:
        return place.is_dir() and repository_exists(LocalStorage(place))
    except (OSError, VaultError):
        return False  # what is wrong there is said by what looks next


def _refuse_what_is_there(place: Path) -> None:
    example = readable(str(place.parent / FOLDER if place.is_file() else place / FOLDER))
    shown = readable(str(place))
    try:
        if place.is_dir():
            if place.parent == place or os.path.ismount(place):
                raise PlaceIsDiskError(path=shown, example=example)
            with os.scandir(place) as entries:
                names = {entry.name for entry in entries}
            # What an `init` leaves that was cut off: it goes on with that.
            if names and not names <= {"keys", "locks", "snapshots", "index", "data"}:
                raise PlaceInUseError(path=shown, example=example)
        elif os.path.lexists(place):
            raise PlaceIsFileError(path=shown, example=example)
    except OSError as error:
        raise PlaceNotWritableError(path=shown, detail=readable(error.strerror or str(error))) from error


def _refuse_unwritable(place: Path, disk: Disk | None) -> None:
    """Try it, with a file that is gone at once: permissions alone do not tell on every system."""
    shown = readable(str(place))
    if disk is not None and disk.is_read_only:
        raise PlaceNotWritableError(path=shown, detail=disk.label or shown)
    nearest = next((folder for folder in (place, *place.parents) if folder.is_dir()), None)
    try:
        if nearest is None:
            raise FileNotFoundError(2, os.strerror(2))
        with tempfile.TemporaryFile(dir=nearest, prefix=".phoneward-"):
            pass
    except OSError as error:
        raise PlaceNotWritableError(path=shown, detail=readable(error.strerror or str(error))) from error


def _warnings(place: Path, disk: Disk | None, free: int | None, needed: int | None) -> Iterable[Words]:
    if disk is None:
        yield words("This folder is on this computer's own disk. If the computer is lost, the vault is lost with it.")
    service = cloud_of(place)
    if service is not None:
        yield words(
            "{service} copies this folder to its own computers. The vault is encrypted, so nobody can read it there; "
            "but it may fill your storage space, and two computers at once can damage it. A folder of its own is "
            "better.",
            service=service,
        )
    if needed is not None and free is not None and free < needed:
        yield words(
            "The phone holds {needed}, and {free} are free here. It may fit, because the vault is compressed; "
            "otherwise the backup stops and goes on when there is room.",
            needed=Size(needed),
            free=Size(free),
        )


def cloud_of(place: Path) -> str | None:
    """Return the service that copies a folder to its own computers, by the folders' names; None where none is known."""
    for part in place.parts:
        for pattern, service in _CLOUDS:
            if re.fullmatch(pattern, part.lower()):
                return service
    return None
