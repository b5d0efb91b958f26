"""What is saved of an app before it is touched: read off the coverage of a snapshot that was just made.

Nothing here asks phone or vault; whoever calls has the snapshot's coverage, and what `proving.py` found of its files.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.phones.appbackups import app_of_package
from phoneward.snapshots import (
    ApkState,
    AppCoverage,
    Coverage,
    Gap,
    GapReason,
    OwnBackup,
    Standing,
    State,
    gap_why,
    own_backup_row,
)
from phoneward.texts import Words, counted, verbatim, words

NAMED: Final = 5
"""Files that are named one by one where something is missing; all are counted."""

_NOT_TO_BE_HAD: Final = frozenset({GapReason.DENIED, GapReason.LOCKED, GapReason.SPECIAL})
"""What the system keeps from every computer: beyond reach, as an app's private data is."""

_ABOVE_APPS: Final = (b"/Android", b"/Android/data", b"/Android/media", b"/Android/obb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What stands outside the phone of one app, all users of the phone together.

    Attributes:
        package: the app.
        snapshot: full id of the snapshot, made a moment ago.
        taken: when, aware.
        files, bytes: of the app's data in it.
        phone_bytes: the phone's own figure for the app's data; None where it does not tell.
        beyond_bytes: what of it no computer can read; 0 where all is in the snapshot, None where nobody knows.
        own_backup: the newest backup that the app made of itself and can take back; None where there is none.
        made: when that was made; None where nobody can tell.
        is_old: whether that is too long ago, or cannot be told.
        guide: key of the guide that says how to make one; empty where there is none.
        uncovered: users of whose data, as far as it is beyond reach, there is no such backup.
        missing: why the snapshot lacks something that could be reached; empty where it has all.
        is_compared: whether the phone itself told that the vault has the same; False where it has no tool for it.
    """

    package: str
    snapshot: str
    taken: dt.datetime
    files: int
    bytes: int
    phone_bytes: int | None
    beyond_bytes: int | None
    own_backup: OwnBackup | None = None
    made: dt.datetime | None = None
    is_old: bool = False
    guide: str = ""
    uncovered: tuple[int, ...] = ()
    missing: tuple[Words, ...] = ()
    is_compared: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether the snapshot has all of the app that a computer can have."""
        return not self.missing

    @property
    def has_copy(self) -> bool:
        """Whether all of the app's data has a copy outside the phone: in the snapshot, or as the app's own backup."""
        return self.is_whole and not self.uncovered


def saved_of(
    package: str,
    coverage: Coverage,
    now: dt.datetime,
    *,
    unproven: Sequence[bytes] | None = (),
    apks: Sequence[Words] = (),
    users: Iterable[int] = (),
) -> Saved:
    """Return what is saved of an app.

    Args:
        package: which.
        coverage: of the snapshot that was just made.
        now: the time that ages are counted to.
        unproven: the app's files in it that were not shown to be what the phone has; None where the phone has no tool
            that could show it.
        apks: what is wrong with the saved APK files.
        users: who has the app; of one that the snapshot does not tell of, nothing is saved.
    """
    rows = [app for app in coverage.apps if app.package == package]
    gaps = [gap for gap in coverage.gaps if _touches(gap, package)]
    refused = any(gap.reason in _NOT_TO_BE_HAD for gap in gaps)
    found = [row for app in rows if (row := own_backup_row(app, now)) is not None]
    best = next((row for row in found if row.newest is not None and row.newest.restores), None)
    beyond = [app for app in rows if refused or _is_beyond(app)]
    sizes = [None if refused else app.out_of_reach_bytes for app in beyond]
    return Saved(
        package=package,
        snapshot=coverage.snapshot,
        taken=coverage.taken,
        files=sum(app.kept_files for app in rows),
        bytes=sum(app.kept_bytes for app in rows),
        phone_bytes=_known_sum([app.phone_bytes for app in rows]),
        beyond_bytes=_known_sum(sizes) if beyond else 0,
        own_backup=best.newest if best else None,
        made=best.made if best else None,
        is_old=best is not None and best.standing is not Standing.FRESH,
        guide=next((row.guide for row in found if row.guide), ""),
        uncovered=(
            *(app.user_id for app in beyond if not any(backup.restores for backup in app.own_backups)),
            *sorted(set(users) - {app.user_id for app in rows}),
        ),
        missing=tuple(_missing(rows, gaps, coverage, unproven or (), apks)),
        is_compared=unproven is not None,
    )


def _is_beyond(app: AppCoverage) -> bool:
    """Tell whether an app has, or may have, data that the snapshot does not hold."""
    return app.state is not State.KEPT and app.out_of_reach_bytes != 0


def _known_sum(sizes: Iterable[int | None]) -> int | None:
    """Return the sum; None where one of them, or every one, is not known (an app of no user has no row at all)."""
    known = list(sizes)
    return None if not known or None in known else sum(size for size in known if size is not None)


def _missing(
    rows: Sequence[AppCoverage],
    gaps: Sequence[Gap],
    coverage: Coverage,
    unproven: Sequence[bytes],
    apks: Sequence[Words],
) -> Iterable[Words]:
    if coverage.partial:
        yield words("The backup was cut short.")
    if not rows:
        yield words("The phone did not list this app during the backup.")
    lacking = [gap for gap in gaps if gap.reason not in _NOT_TO_BE_HAD]
    for gap in lacking[:NAMED]:
        yield words("{path}: {reason}", path=gap.path, reason=verbatim(gap_why(gap)))
    if len(lacking) > NAMED or sum(coverage.gap_counts.values()) > len(coverage.gaps):
        yield words("… and more; all are named by: phoneward coverage")
    if any(app.reason == "run-as-refused" for app in rows):
        yield words("The phone did not let its data be read, though the app allows it.")
    if any(app.apk not in {ApkState.KEPT, ApkState.NOT_WANTED} for app in rows):
        yield words("The app itself, as it is installed now, is not in the snapshot.")
    yield from apks
    if unproven:
        yield counted(
            "{count} file was not shown to be the same in the vault as on the phone: {files}",
            "{count} files were not shown to be the same in the vault as on the phone: {files}",
            len(unproven),
            files=", ".join(readable(path) for path in unproven[:NAMED]),
        )


def _touches(gap: Gap, package: str) -> bool:
    """Tell whether a gap is in an app's folders, on whichever storage, or is a folder above such."""
    path = gap.raw_path
    name = package.encode("ascii", "replace")
    if any(part == name or part.startswith(name + b"-") for part in path.split(b"/")):
        return True
    known = app_of_package(package)
    own = [b"/" + folder.encode() for folder in known.own_folders] if known else []
    return path.endswith(_ABOVE_APPS) or any(folder + b"/" in path + b"/" for folder in own)
