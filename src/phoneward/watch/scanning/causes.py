"""Ordinary causes of a copy, so that nobody is accused by a heuristic. None that fits says nothing against an app."""

import datetime as dt
from typing import Final

from phoneward.media import Kind, Verdict
from phoneward.watch.copies import Cause
from phoneward.watch.scanning.places import AppKind, Place, Role, app_rule, lies_in

TINY: Final = 128
"""Pixels: a picture no larger on both sides shows nothing but that it is a small one of that picture."""
_CLOCK: Final = dt.timedelta(seconds=2)
"""File systems round their times to seconds, FAT to two."""

_CAUSES: Final = {
    AppKind.MESSENGER: Cause.SENT,
    AppKind.GALLERY: Cause.THUMBNAIL,
    AppKind.EDITOR: Cause.EDITED,
    AppKind.BACKUP: Cause.BACKED_UP,
}


def is_thumbnail(place: Place, width: int, height: int) -> bool:
    """Tell whether a copy lies where thumbnails lie, or is as small as one.

    Args:
        place: where it lies.
        width: pixels, of the copy.
        height: likewise.
    """
    return place.role is Role.THUMBNAILS or max(width, height) <= TINY


def cause_of(place: Place, path: str, verdict: Verdict, written: dt.datetime | None, mine: dt.datetime | None) -> Cause:
    """Return the ordinary cause that fits a copy.

    Args:
        place: where the copy lies.
        path: the file that holds it.
        verdict: what it has in common with the person's picture.
        written: when the file with the copy was last written.
        mine: when the file of the person's picture was last written.
    """
    if place.role is Role.THUMBNAILS:
        return Cause.THUMBNAIL
    rule = app_rule(place.package)
    if rule is not None and lies_in(path, rule.sent):
        return Cause.SENT
    if written is not None and mine is not None and written < mine - _CLOCK:
        return Cause.RECEIVED
    if rule is None or (rule.kind is AppKind.MESSENGER and not lies_in(path, rule.chats)):
        return Cause.UNKNOWN
    if rule.kind is AppKind.GALLERY and verdict.kind is Kind.IDENTICAL:
        return Cause.UNKNOWN
    return _CAUSES[rule.kind]
