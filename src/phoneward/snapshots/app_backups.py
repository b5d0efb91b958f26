"""How each app stands with backups of its own: which is the newest in a snapshot, and whether it is old."""

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from phoneward.findings import Severity
from phoneward.phones.appbackups import AppFile, app_of_key, app_of_package
from phoneward.snapshots.answer_ages import is_ahead, own_backup_severity, plausible
from phoneward.snapshots.coverage import AppCoverage, Coverage, OwnBackup, State

STALE_DAYS: Final = 8
"""For apps of which nothing is known."""

_LOST: Final = (State.OUT_OF_REACH, State.PART)


class Standing(enum.StrEnum):
    """How an app stands."""

    FRESH = "fresh"
    OLD = "old"
    UNDATED = "undated"
    """A time that cannot be right: nobody can tell how old it is."""
    EXPORT = "export"
    """Only an export, which can be read and not put back."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class OwnBackupRow:
    """One app of one user.

    Attributes:
        known: what the data say of the app; None where they say nothing.
        newest: its newest backup, an export where there is nothing else; None where there is none.
        made: when, aware; None where nobody can tell.
    """

    app: AppCoverage
    known: AppFile | None
    newest: OwnBackup | None
    made: dt.datetime | None
    standing: Standing
    severity: Severity

    @property
    def guide(self) -> str:
        """The key of the guide that says how to make one; empty where there is none."""
        return self.known.key if self.known is not None and self.known.make else ""


def own_backup_rows(coverage: Coverage, now: dt.datetime) -> list[OwnBackupRow]:
    """Return the apps that have backups of their own in a snapshot, and those that should: what matters most first."""
    rows = [row for app in coverage.apps if (row := own_backup_row(app, now)) is not None]
    if coverage.is_of_backup_file:
        rows = [row for row in rows if row.newest is not None]
    return sorted(rows, key=lambda row: (-row.severity.rank, row.app.package, row.app.user_id))


def own_backup_row(app: AppCoverage, now: dt.datetime) -> OwnBackupRow | None:
    """Return how one app stands; None where it has no such backup and nobody would expect one."""
    known = app_of_package(app.package)
    newest = newest_of(app.own_backups)
    if newest is None:
        if known is None or known.of_others or not known.make or app.state not in _LOST:
            return None
        return OwnBackupRow(app, known, None, None, Standing.MISSING, Severity.WARNING)
    made = plausible(newest.date)
    if made is not None and is_ahead(made, now):
        made = None
    if not newest.restores:
        return OwnBackupRow(app, known, newest, made, Standing.EXPORT, Severity.ADVICE)
    if made is None:
        return OwnBackupRow(app, known, newest, None, Standing.UNDATED, Severity.ADVICE)
    severity = own_backup_severity(made, now, stale_days(newest, known))
    standing = Standing.FRESH if severity is Severity.FINE else Standing.OLD
    return OwnBackupRow(app, known, newest, made, standing, severity)


def newest_of(backups: Iterable[OwnBackup]) -> OwnBackup | None:
    """Return the newest backup that its app can take back, else the newest export; None for none."""
    found = list(backups)
    return next((one for one in found if one.restores), found[0] if found else None)


def stale_days(backup: OwnBackup, known: AppFile | None) -> int:
    """Return from how many days on a backup is old; one that another app made (of Xiaomi, say) by that app's days."""
    maker = app_of_key(backup.app) or known
    return maker.stale_days if maker is not None else STALE_DAYS
