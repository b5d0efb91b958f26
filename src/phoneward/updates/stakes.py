"""What this person has in an app: how much, since when, and what of it the newest snapshot has and cannot have."""

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.snapshots import (
    Coverage,
    CoverageMissingError,
    ProofLevel,
    State,
    app_content,
    coverage_of,
    list_snapshots,
)
from phoneward.texts import Day, Size, Words, words
from phoneward.vault import Repository


class Copy(enum.StrEnum):
    """Why nothing is said of a snapshot."""

    NOT_ASKED = "not-asked"
    """An APK was compared with an APK: nobody's data is meant."""
    NO_VAULT = "no-vault"
    NOT_OPENED = "vault-not-opened"
    """A vault is named and there was no password for it, and nobody to ask."""
    NO_SNAPSHOT = "no-snapshot"
    """The vault has no finished snapshot of this phone."""
    NO_COVERAGE = "no-coverage"
    """The newest snapshot does not say what it holds."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the newest finished snapshot of the phone has of one app.

    Attributes:
        snapshot: its full ID.
        taken: when.
        level, proven: how sure its files are, and since when.
        state: what it holds of the app; None where it does not know the app.
        kept_bytes: files of the app in it.
        out_of_reach_bytes: what it cannot have, by the phone's own figure; None where unknown.
        own_backup: when the app's own newest backup in it was made; None where there is none, or nobody can tell.
        app_kept: whether the app itself (its APKs) is in it.
    """

    snapshot: str
    taken: dt.datetime
    level: ProofLevel
    proven: dt.datetime
    state: State | None
    kept_bytes: int = 0
    out_of_reach_bytes: int | None = None
    own_backup: dt.datetime | None = None
    app_kept: bool = False


@dataclass(frozen=True, slots=True)
class Stakes:
    """What one person has in one app.

    Attributes:
        package: the app.
        data_bytes: the phone's own figure (`dumpsys diskstats`: caches included, at most a day old); None where the
            phone did not tell.
        since: when the app's data began (`firstInstallTime`); None where unknown.
        kept: what the newest snapshot has, or why nothing is said of one.
        users: how many users of the phone have the app: an update is for all of them.
    """

    package: str
    data_bytes: int | None = None
    since: dt.datetime | None = None
    kept: Kept | Copy = Copy.NO_VAULT
    users: int = 1

    @property
    def whatever(self) -> bool:
        """Whether nothing at all is known: an APK was compared with an APK."""
        return self.kept is Copy.NOT_ASKED


def newest_coverage(repo: Repository, device: str) -> Coverage | Copy:
    """Return what the newest finished snapshot of a phone holds, or why that is not known.

    Args:
        repo: open, its index loaded.
        device: the phone's id.
    """
    infos = list_snapshots(repo, on_damaged=lambda _name, _error: None)
    its = [one for one in infos if one.device == device and one.of_phone and not (one.partial or one.backup_file)]
    if not its:
        return Copy.NO_SNAPSHOT
    try:
        return coverage_of(repo, its[-1].snapshot.id or "")
    except CoverageMissingError:
        return Copy.NO_COVERAGE


def kept_of(coverage: Coverage, package: str) -> Kept | Copy:
    """Return what a snapshot has of an app, of all users of the phone together: the state that is worst."""
    if moment(coverage.taken) is None or moment(coverage.proof.date) is None:
        return Copy.NO_COVERAGE
    rows = [row for row in coverage.apps if row.package == package]
    base = Kept(coverage.snapshot, coverage.taken, coverage.proof.level, coverage.proof.date, None)
    if not rows:
        return base
    worst = max(rows, key=lambda row: _ORDER.index(row.state))
    lost = [size for row in rows if (size := figure(row.out_of_reach_bytes)) is not None]
    backups = [
        date for row in rows for one in row.own_backups if one.restores and (date := moment(one.date)) is not None
    ]
    return Kept(
        base.snapshot,
        base.taken,
        base.level,
        base.proven,
        worst.state,
        sum(figure(row.kept_bytes) or 0 for row in rows),
        max(lost, default=None),
        max(backups, default=None),
        all(row.apk == "kept" for row in rows),
    )


_FIRST: Final = 1970
_LAST: Final = 9000
_ORDER: Final = (State.KEPT, State.OWN_BACKUP, State.PART, State.OUT_OF_REACH)


def figure(size: int | None) -> int | None:
    """Return a number of bytes that a phone or a document told; None where none can be meant."""
    return size if size is not None and 0 <= size < 1 << 63 else None


def moment(time: dt.datetime | None) -> dt.datetime | None:
    """Return a time that a document told; None where no moment can be meant: no time zone, a year of no phone."""
    return time if time is not None and time.tzinfo is not None and _FIRST <= time.year <= _LAST else None


def stake_clause(stakes: Stakes) -> Words:
    """Return what the app holds, as a clause: how much of what, since when."""
    what = app_content(readable(stakes.package))
    size, since = stakes.data_bytes, stakes.since
    if size is not None and since is not None:
        return words("{size} of {content} since {date}", size=Size(size), content=what, date=Day(since))
    if size is not None:
        return words("{size} of {content}", size=Size(size), content=what)
    if since is not None:
        return words("{content} since {date}, how much the phone does not say", content=what, date=Day(since))
    return words("{content}, how much the phone does not say", content=what)


def kept_clause(stakes: Stakes) -> Words:
    """Return what the newest snapshot has of the app and cannot have, as a clause."""
    kept = stakes.kept
    if isinstance(kept, Copy):
        return _NO_COPY[kept]
    if kept.state is None:
        return words("the snapshot of {date} does not know this app", date=Day(kept.taken))
    if kept.state is State.KEPT:
        return _whole(kept)
    if kept.state is State.OWN_BACKUP:
        return _own_backup(kept)
    return _part(kept)


def _own_backup(kept: Kept) -> Words:
    day = Day(kept.taken)
    if kept.own_backup is None:
        return words("of it the snapshot of {date} has only a backup that the app made of itself", date=day)
    made = Day(kept.own_backup)
    return words("of it the snapshot of {date} has only the app's own backup of {made}", date=day, made=made)


def _whole(kept: Kept) -> Words:
    day = Day(kept.taken)
    if kept.level is ProofLevel.RESTORED:
        return words("the snapshot of {date} has all of it as it was then, and a restore was tried", date=day)
    if kept.level is ProofLevel.MATCHED:
        return words("the snapshot of {date} has all of it as it was then, compared with the phone", date=day)
    return words("the snapshot of {date} has all of it as it was then, not yet compared with the phone", date=day)


def _part(kept: Kept) -> Words:
    day, size, lost = Day(kept.taken), Size(kept.kept_bytes), kept.out_of_reach_bytes
    if not kept.kept_bytes and kept.state is State.PART:
        return words("the snapshot of {date} has only a part of it", date=day)
    if not kept.kept_bytes:
        return words("the snapshot of {date} has none of it, because the phone keeps it out of reach", date=day)
    if not lost:
        return words(
            "the snapshot of {date} has {kept} of it, and the phone keeps the rest out of reach", date=day, kept=size
        )
    return words(
        "the snapshot of {date} has {kept} of it, and the phone keeps {lost} out of reach",
        date=day,
        kept=size,
        lost=Size(lost),
    )


_NO_COPY: Final = {
    Copy.NOT_ASKED: words("whose data that is was not looked at"),
    Copy.NO_VAULT: words("no vault is named, so no copy of it is known"),
    Copy.NOT_OPENED: words("the vault was not opened, so no copy of it is known"),
    Copy.NO_SNAPSHOT: words("the vault has no snapshot of this phone"),
    Copy.NO_COVERAGE: words("the newest snapshot does not say what it holds of it"),
}
