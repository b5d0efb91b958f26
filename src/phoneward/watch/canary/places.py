"""Where a canary is put so that it comes as a screenshot of this phone comes: folder, name, format."""

import datetime as dt
import functools
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import msgspec

from phoneward.media import Format
from phoneward.phones import maker_named

_FILE = Path(__file__).with_name("screenshots.toml")


class Style(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one maker's phones keep screenshots; see the data file."""

    makers: tuple[str, ...]
    folders: tuple[str, ...]
    name: str
    seen: str
    is_confirmed: bool


class _Styles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    style: tuple[Style, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a canary goes.

    Attributes:
        folder: below the storage's root.
        name: of the file.
        format: which the name promises.
        is_confirmed: whether phones of this maker are known to do it so.
    """

    folder: str
    name: str
    format: Format
    is_confirmed: bool


@functools.cache
def styles() -> tuple[Style, ...]:
    """Return the data file that is part of the program."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=_Styles).style


def screenshot_folders() -> tuple[str, ...]:
    """Return every folder below a storage's root in which some phone keeps screenshots."""
    return tuple(dict.fromkeys(folder for style in styles() for folder in style.folders))


def place_for(manufacturer: str, model: str, now: dt.datetime, there: Collection[str]) -> Place:
    """Return where a screenshot taken now would come to lie.

    Args:
        manufacturer: as the phone says.
        model: the same.
        now: by the phone's clock, in its time zone.
        there: which of `screenshot_folders` the phone has: its own choice counts more than ours.
    """
    maker = maker_named(manufacturer, model)
    style = next(style for style in styles() if not style.makers or (maker is not None and maker.key in style.makers))
    folders = (*style.folders, *screenshot_folders())
    folder = next((one for one in folders if one in there), style.folders[0])
    name = now.strftime(style.name).format(ms=f"{now.microsecond // 1000:03d}", cs=f"{now.microsecond // 10_000:02d}")
    return Place(folder, name, Format.PNG if name.endswith(".png") else Format.JPEG, style.is_confirmed)
