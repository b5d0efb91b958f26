"""Where phones keep screenshots, by maker; each line of the data file says where it was seen."""

import functools
from pathlib import Path
from typing import Final

import msgspec

_FILE: Final = Path(__file__).with_name("screenshots.toml")


class ScreenshotStyle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one maker's phones keep screenshots; see the data file.

    Attributes:
        makers: keys of `maker_named`; empty for all others.
        folders: below the root of a storage.
        name: of a file, for `datetime.strftime`, then `str.format` with `ms` and `cs`.
    """

    makers: tuple[str, ...]
    folders: tuple[str, ...]
    name: str
    seen: str
    is_confirmed: bool


class _Styles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    style: tuple[ScreenshotStyle, ...]


@functools.cache
def screenshot_styles() -> tuple[ScreenshotStyle, ...]:
    """Return the data file that is part of the program; the last line is for all makers that are not named."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=_Styles).style


def screenshot_folders() -> tuple[str, ...]:
    """Return every folder below a storage's root in which some phone keeps screenshots."""
    return tuple(dict.fromkeys(folder for style in screenshot_styles() for folder in style.folders))
