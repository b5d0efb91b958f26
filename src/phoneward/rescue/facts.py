"""What the rescue room knows when it answers: gathered once, then only read."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from phoneward.phones.appbackups import app_of_package
from phoneward.rescue.searching.coverages import Emptied, emptied_apps, told_coverages
from phoneward.rescue.searching.expiring import read_expiring
from phoneward.rescue.searching.in_snapshot import InSnapshot
from phoneward.snapshots import Asking, SnapshotInfo
from phoneward.texts import Words

LOOKED_BACK: Final = 8
"""Snapshots that are compared one after the other: a checkup has no time for years."""
LOOKED_AT: Final = 300_000
"""Files whose names are looked at for the trash."""
_MEDIA: Final = (b"/shared/DCIM", b"/shared/Pictures", b"/shared/Movies", b"/shared/Download", b"/shared/Documents")


@dataclass(frozen=True, slots=True)
class Trash:
    """What lies in the phone's own trash.

    Attributes:
        first: when the first of it may be deleted; None where none tells.
        example: one of the paths, readable.
    """

    files: int
    bytes: int
    first: dt.datetime | None
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the room's answer is made from.

    Attributes:
        snapshot: the one that is asked about; None where there is none.
        compared: how many snapshots of its phone were compared; 1 is itself alone.
        emptied: apps that were emptied between two of them and still are.
        trash: None where nothing lies there.
        missed: what could not be read.
    """

    snapshot: SnapshotInfo | None
    now: dt.datetime
    compared: int = 0
    emptied: tuple[Emptied, ...] = ()
    trash: Trash | None = None
    missed: tuple[Words, ...] = ()


def gather(asking: Asking) -> Facts:
    """Read coverages and names. No content is read.

    Raises:
        StorageError: the vault cannot be reached.
    """
    newest = asking.snapshot
    if newest is None:
        return Facts(snapshot=None, now=asking.now)
    older = [
        info
        for info in asking.every
        if info.device == newest.device
        and info.of_phone
        and not info.partial
        and not info.backup_file
        and info.snapshot.time_ns < newest.snapshot.time_ns
    ]
    newest_first = [newest, *reversed(older[-(LOOKED_BACK - 1) :])]
    told = told_coverages(asking.repo, newest_first)
    # An app that is gone was mostly removed on purpose; of one that locks its data away it is said all the same.
    emptied = tuple(one for one in emptied_apps(told) if not one.is_removed or app_of_package(one.package) is not None)
    place = InSnapshot(asking.repo, newest)
    return Facts(
        snapshot=newest,
        now=asking.now,
        compared=len(told),
        emptied=emptied,
        trash=_trash(place),
        missed=tuple(place.missed),
    )


def _trash(place: InSnapshot) -> Trash | None:
    files = size = looked = 0
    first: dt.datetime | None = None
    example = ""
    for folder in _MEDIA:
        for file in place.below(folder):
            looked += 1
            if looked > LOOKED_AT:
                break
            told = read_expiring(file.name)
            if told is None or not told.is_trash:
                continue
            files, size, example = files + 1, size + file.size, example or file.shown
            if told.expires is not None and (first is None or told.expires < first):
                first = told.expires
    return Trash(files, size, first, example) if files else None
