"""The data files about apps' own backups, as they are stored: one file an app."""

import datetime as dt
import functools
from pathlib import Path
from typing import Literal

import msgspec

_FOLDER = Path(__file__).parent / "apps"

ORDER = (
    "wechat",
    "qq",
    "whatsapp",
    "whatsapp-business",
    "signal",
    "line",
    "telegram",
    "threema",
    "aegis",
    "sms",
    "xiaomi",
    "neo-backup",
    "app-manager",
    "swift-backup",
)
"""The files there are, in the order they are shown: apps that lock their data away first."""

Text = dict[str, str]
"""One sentence by language ("en", "zh_CN")."""
Lines = dict[str, tuple[str, ...]]
"""Sentences by language."""
Kind = Literal["backup", "export"]
"""Whether the app itself can put it back, or a person can only read it."""
System = Literal["windows", "macos", "linux"]


class PhoneLayout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How backups look on a phone's storage.

    Attributes:
        folder: templates of the folder below a storage's root.
        name: templates of the file by which a backup is recognised.
        unit: what the backup is: that file, its folder, the folder of the same name beside it, or all files in its
            folder whose names begin the same.
        confirmed: whether the maker, or the app's own source, says so.
    """

    folder: tuple[str, ...]
    name: tuple[str, ...]
    unit: Literal["file", "folder", "beside", "siblings"] = "file"
    kind: Kind = "backup"
    sources: tuple[str, ...]
    confirmed: bool


class ComputerLayout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where backups lie on a computer.

    Attributes:
        systems: on which it is so.
        inside: the places the path begins at, by name (`places.py`).
        path: template of the folder that is the backup (or the file), below such a place.
        markers: templates of names; one of them must be in the folder, where any are given.
        unit: whether the backup is a folder or a file.
    """

    systems: tuple[System, ...]
    inside: tuple[str, ...]
    path: str
    markers: tuple[str, ...] = ()
    unit: Literal["folder", "file"] = "folder"
    kind: Kind = "backup"
    called: Text
    sources: tuple[str, ...]
    confirmed: bool


class Steps(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way to make a backup, or to put one back.

    Attributes:
        confirmed: the languages in which a page of the app's maker gives these words.
    """

    title: Text
    steps: Lines
    confirmed: tuple[str, ...] = ()
    sources: tuple[str, ...]


class AppFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One app.

    Attributes:
        key: a stable word for it.
        packages: its package names, the usual one first.
        looked_up: when the sources were last looked at.
        stale_days: after so many days a backup of it is called old.
        own_folders: folders on the phone's storage that are its own though the system does not say so.
        of_others: whether it makes backups of other apps, not of itself.
        holds, misses: what is in such a backup, and what is not.
        make, put_back: ways; the one for the newest version first.
        move: the app's own ways from one phone to another, while both are there.
    """

    key: str
    name: Text
    packages: tuple[str, ...]
    looked_up: dt.date
    stale_days: int
    own_folders: tuple[str, ...] = ()
    of_others: bool = False
    holds: Text
    misses: Text
    phone: tuple[PhoneLayout, ...] = ()
    computer: tuple[ComputerLayout, ...] = ()
    make: tuple[Steps, ...] = ()
    put_back: tuple[Steps, ...] = ()
    move: tuple[Steps, ...] = ()


def read_app_file(data: bytes) -> AppFile:
    """Return what a data file says.

    Raises:
        msgspec.ValidationError: it is of another shape.
    """
    return msgspec.toml.decode(data, type=AppFile)


@functools.cache
def app_files() -> tuple[AppFile, ...]:
    """Return the data files that are part of the program."""
    return tuple(read_app_file((_FOLDER / f"{key}.toml").read_bytes()) for key in ORDER)
