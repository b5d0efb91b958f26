"""Where apps look for backups of their own on a phone, and what else they need of the snapshot: data with sources."""

import functools
from pathlib import Path

import msgspec

from phoneward.texts import in_language

_FILE = Path(__file__).parent / "places.toml"


class AppPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one app looks on some versions of Android; see the head of the file."""

    app: str
    folder: str
    why: dict[str, str]
    sources: tuple[str, ...]
    android_from: int | None = None
    android_to: int | None = None

    def reason(self) -> str:
        """Why there, in the reader's language."""
        return in_language(self.why)


class Along(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What lies beside a backup and must come along with it."""

    app: str
    unit: str
    names: tuple[str, ...]
    sources: tuple[str, ...]


class PlacesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    place: tuple[AppPlace, ...]
    along: tuple[Along, ...]


@functools.cache
def places_file() -> PlacesFile:
    """Return the data file that is part of the program."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=PlacesFile)


FIRST_LEVELS = {11: 30, 10: 29}
"""Android versions of the file, and their API levels (AOSP `Build.VERSION_CODES`)."""


def place_for(app: str, api_level: int | None) -> AppPlace | None:
    """Return where an app looks on a phone; None: where the backup lay before.

    Args:
        app: its key in phones/appbackups.
        api_level: of the phone; None takes the newest Android.
    """
    found = [place for place in places_file().place if place.app == app]
    level = api_level if api_level is not None else max(FIRST_LEVELS.values())
    return next((place for place in found if _covers(place, level)), None)


def _covers(place: AppPlace, level: int) -> bool:
    first = FIRST_LEVELS[place.android_from] if place.android_from else 0
    last = FIRST_LEVELS[place.android_to] if place.android_to else level
    return first <= level <= last


def names_along(app: str, unit: str) -> list[bytes]:
    """Return the names beside a backup that must come along with it."""
    found = [along for along in places_file().along if (along.app, along.unit) == (app, unit)]
    return [name.encode() for along in found for name in along.names]
