"""Whose the folder is in which a canary was found: by the rules for copies (`watch/scanning/places.py`)."""

import re

from phoneward.watch.scanning.places import Role, Walker, package_of_data

_ANDROID = re.compile(r"(?:^|/)(Android/(?:data|media)/.*)")
_STORAGE = re.compile(r"/(?:shared|users/[^/]+|volumes/[^/]+)/")


def owner_of(below: str) -> tuple[str, bool]:
    """Return the app that a file's folder belongs to, and whether thumbnails lie there.

    Args:
        below: the file's path below its storage's root, readable.

    Returns:
        The package, empty where nobody can tell, and True for a folder of thumbnails.
    """
    walker = Walker()
    for name in below.split("/")[:-1]:
        walker = walker.enter(name)
    place = walker.of_files
    return ("", False) if place is None else (place.package, place.role is Role.THUMBNAILS)


def owner_in_snapshot(path: str) -> tuple[str, bool]:
    """Return the same for a path in a snapshot."""
    if path.startswith("/appdata/"):
        return package_of_data(path.split("/")[2]), False
    storage = _STORAGE.match(path)
    return owner_of(path[storage.end() :]) if storage else ("", False)


def owner_on_computer(path: str) -> tuple[str, bool]:
    """Return the same for a path on this computer: known where a phone's `Android/data/…` was copied with it."""
    android = _ANDROID.search(path)
    return owner_of(android[1]) if android else ("", False)
