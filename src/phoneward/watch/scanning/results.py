"""The last result for a snapshot, kept sealed by the tree it was found in: another look through it is not needed."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import msgspec

from phoneward.snapshots import SnapshotInfo
from phoneward.watch.copies import AppCopy
from phoneward.watch.scanned import Scanned
from phoneward.watch.scanning.missed import Missed
from phoneward.watch.scanning.sealed import Sealed

VERSION: Final = 1


class _Kept(msgspec.Struct):
    """`Scanned` without the sentences, which are made anew in the reader's language."""

    version: int
    device: str
    looked: dt.datetime
    own: int
    files: int
    pictures: int
    is_by_bytes: bool
    copies: list[AppCopy]
    missed: list[Missed]


def _key(info: SnapshotInfo) -> bytes:
    return b"result\0" + info.snapshot.tree + info.device.encode("utf-8", "surrogateescape")


def keep_result(sealed: Sealed, info: SnapshotInfo, scanned: Scanned, missed: Sequence[Missed]) -> None:
    """Keep what was found in a snapshot, in place of what was found before."""
    kept = _Kept(
        VERSION,
        scanned.device,
        scanned.looked,
        scanned.own,
        scanned.files,
        scanned.pictures,
        scanned.is_by_bytes,
        list(scanned.copies),
        list(missed),
    )
    sealed.put(_key(info), kept)


def kept_result(sealed: Sealed, info: SnapshotInfo) -> tuple[Scanned, list[Missed]] | None:
    """Return what was found in a snapshot, and what was not looked at; None where nothing is kept."""
    kept = sealed.get(_key(info), _Kept)
    if kept is None or kept.version != VERSION:
        return None
    scanned = Scanned(
        snapshot=info.snapshot.id or "",
        device=kept.device,
        taken=info.snapshot.time,
        looked=kept.looked,
        own=kept.own,
        files=kept.files,
        pictures=kept.pictures,
        is_by_bytes=kept.is_by_bytes,
        copies=tuple(kept.copies),
    )
    return scanned, kept.missed
