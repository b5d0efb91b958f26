"""What the pictures room knows when it answers: gathered once, then only read."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.snapshots import Asking
from phoneward.watch.canary.notes import CanaryNotes
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.errors import WatchError
from phoneward.watch.scanned import Scanned

AT_ONCE: Final = dt.timedelta(minutes=1)
"""A copy that was written so soon after the picture was taken was not asked for by a person who looked at it first."""
_CLOCK: Final = dt.timedelta(seconds=-2)
"""File systems and cameras round their times to seconds, FAT to two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the room's answer is made from.

    Attributes:
        has_snapshot: there is one that is asked about.
        scanned: what was found in it; None where nobody has looked through it.
        test_pictures: how many were put on a phone and may still lie there.
    """

    has_snapshot: bool
    scanned: Scanned | None = None
    test_pictures: int = 0

    @property
    def unexplained(self) -> tuple[AppCopy, ...]:
        """The copies for which no ordinary cause is known."""
        return unexplained(self.scanned.copies) if self.scanned is not None else ()


def gather(asking: Asking) -> Facts:
    """Read what the last look through the snapshot found. Nothing is looked through here: that takes minutes.

    Raises:
        StorageError: the vault cannot be reached.
    """
    from phoneward.watch.scanning import kept_scan

    left = _test_pictures(asking)
    if asking.snapshot is None:
        return Facts(has_snapshot=False, test_pictures=left)
    return Facts(has_snapshot=True, scanned=kept_scan(asking), test_pictures=left)


def _test_pictures(asking: Asking) -> int:
    if asking.state_dir is None:
        return 0
    try:
        return len(CanaryNotes(asking.state_dir).left())
    except WatchError:  # the command for test pictures says what is wrong with its notes
        return 0


def unexplained(copies: Sequence[AppCopy]) -> tuple[AppCopy, ...]:
    """Return the copies for which no ordinary cause is known, thumbnails not among them."""
    return tuple(copy for copy in copies if copy.cause is Cause.UNKNOWN and not copy.is_thumbnail)


def was_taken_at_once(copy: AppCopy) -> bool:
    """Tell whether a copy was written within a minute after the picture was taken."""
    gap = copy.gap
    return gap is not None and _CLOCK <= gap <= AT_ONCE


def by_app(copies: Sequence[AppCopy]) -> dict[str, list[AppCopy]]:
    """Return copies by app, the app with most first; nobody's folders ("") are no app."""
    apps: dict[str, list[AppCopy]] = {}
    for copy in copies:
        if copy.package:
            apps.setdefault(copy.package, []).append(copy)
    return dict(sorted(apps.items(), key=lambda one: -len(one[1])))


def folder_of(copy: AppCopy) -> str:
    """Return the folder of a copy that belongs to nobody who is known."""
    return copy.path.rpartition("/")[0] or "/"
