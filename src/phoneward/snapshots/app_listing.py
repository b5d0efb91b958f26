"""Apps' own backups, all that is known of them: in the newest snapshot of each phone, and on this computer."""

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from phoneward.findings import Severity
from phoneward.phones.appbackups import OnComputer, app_of_key
from phoneward.snapshots.answer_ages import is_ahead, own_backup_severity
from phoneward.snapshots.app_backups import STALE_DAYS, OwnBackupRow, own_backup_rows
from phoneward.snapshots.app_folders import KeptFolder, kept_folders
from phoneward.snapshots.coverage import Coverage
from phoneward.snapshots.errors import CoverageMissingError
from phoneward.snapshots.reading import SnapshotInfo, coverage_of
from phoneward.snapshots.state import OwnerState
from phoneward.vault import Repository


@dataclass(frozen=True, slots=True)
class PhonesOwnBackups:
    """How the apps of one phone stand, by its newest finished snapshot.

    Attributes:
        name: what the person calls the phone, readable.
        rows: what matters most first.
    """

    device: str
    name: str
    info: SnapshotInfo
    rows: tuple[OwnBackupRow, ...]


@dataclass(frozen=True, slots=True)
class Here:
    """A backup on this computer, or a folder that goes along.

    Attributes:
        id: a short name for its path.
        path: where.
        found: what is there; None where a folder that goes along is absent, or nothing was recognised in it.
        kept: into which phones' snapshots it goes along.
        severity: how much its age matters.
    """

    id: str
    path: Path
    found: OnComputer | None
    kept: tuple[KeptFolder, ...]
    severity: Severity

    @property
    def is_there(self) -> bool:
        """Whether the folder is there now."""
        return self.found is not None or self.path.is_dir()


def phones_own_backups(
    repo: Repository,
    infos: Sequence[SnapshotInfo],
    state: OwnerState,
    now: dt.datetime,
    *,
    device: str | None = None,
) -> list[PhonesOwnBackups]:
    """Return how the apps of each phone of the vault stand, or of one phone.

    Args:
        repo: open, its index loaded.
        infos: all snapshots, oldest first.
        state: what the person decided.
        now: the time that ages are counted to.
        device: of this phone alone.
    """
    newest = {info.device: info for info in infos if info.device and info.of_phone and not info.partial}
    found = []
    for info in newest.values():
        coverage = _coverage(repo, info) if device in {None, info.device} else None
        if coverage is not None:
            rows = tuple(own_backup_rows(coverage, now))
            found.append(PhonesOwnBackups(info.device, state.called(info.device, info.label), info, rows))
    return sorted(found, key=lambda phone: (phone.name.casefold(), phone.device))


def _coverage(repo: Repository, info: SnapshotInfo) -> Coverage | None:
    try:
        return coverage_of(repo, info.snapshot.id or "")
    except CoverageMissingError:  # another program's, or damaged: the checkup says so
        return None


def found_here(found: Iterable[OnComputer], state: OwnerState, computer: str | None, now: dt.datetime) -> list[Here]:
    """Return what was found on this computer, and the folders of it that go along, each once.

    Args:
        found: what a search found, the newest first.
        state: what the person decided.
        computer: this one's id; None where it has none yet.
        now: the time that ages are counted to.
    """
    kept: dict[str, list[KeptFolder]] = {}
    for one in kept_folders(state, computer=computer) if computer is not None else ():
        kept.setdefault(one.path, []).append(one)
    rows = []
    for backup in found:
        path = str(backup.path)
        rows.append(Here(path_id(path), backup.path, backup, tuple(kept.pop(path, ())), _severity(backup, now)))
    rows += [Here(path_id(p), Path(p), None, tuple(those), Severity.ADVICE) for p, those in sorted(kept.items())]
    return rows


def _severity(backup: OnComputer, now: dt.datetime) -> Severity:
    app = app_of_key(backup.app)
    if backup.kind != "backup" or backup.made is None or is_ahead(backup.made, now):
        return Severity.ADVICE
    return own_backup_severity(backup.made, now, app.stale_days if app is not None else STALE_DAYS)


def path_id(path: str) -> str:
    """Return a short name for a path on this computer, for forms and actions: 16 hexadecimal digits."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
