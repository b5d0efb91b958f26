"""What a snapshot holds of an app's data: asked where that data is gone from the phone."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.snapshots import AppCoverage, Coverage, coverage_of
from phoneward.updates.timeline import AppKey, At
from phoneward.vault import Repository

LOOKED_BACK: Final = 24
"""Snapshots in which an app's data is looked for, from the last one before the loss backwards."""

_MOST: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Held:
    """What one snapshot holds of one app's data.

    Attributes:
        at: the snapshot.
        files, bytes: the app's files in it.
        own_backup: when the newest backup that the app made of itself was made; None where there is none.
        lacking: bytes that Android let nobody read, by the phone's own figure; None where unknown.
    """

    at: At
    files: int = 0
    bytes: int = 0
    own_backup: dt.datetime | None = None
    lacking: int | None = None

    @property
    def is_anything(self) -> bool:
        """Whether there is anything that could be brought back."""
        return bool(self.files) or self.own_backup is not None


@dataclass(slots=True)
class HeldReader:
    """Answers for many apps; each coverage document is read once, and the last few are remembered."""

    repo: Repository
    _known: dict[str, Coverage | None] = field(default_factory=dict)

    def last(self, key: AppKey, snapshots: Iterable[At]) -> Held | None:
        """Return the newest snapshot that holds anything of an app, and what; where none does, what the newest lacks.

        Args:
            key: the app.
            snapshots: newest first: those in which the app still had its data.
        """
        newest: Held | None = None
        for number, at in enumerate(snapshots):
            if number >= LOOKED_BACK:
                break
            held = self._held(key, at)
            if held is not None and held.is_anything:
                return held
            newest = newest or held
        return newest

    def _held(self, key: AppKey, at: At) -> Held | None:
        coverage = self.coverage(at.snapshot)
        row = None if coverage is None else next(
            (app for app in coverage.apps if (app.package, app.user_id) == key), None
        )  # fmt: skip
        return None if row is None else _of(row, at)

    def coverage(self, snapshot: str) -> Coverage | None:
        """Return what a snapshot covers; None where nobody can tell."""
        if snapshot not in self._known:
            try:
                self._known[snapshot] = coverage_of(self.repo, snapshot)
            except PhonewardError:  # damaged, or without such a document: nobody knows what it holds
                self._known[snapshot] = None
            while len(self._known) > LOOKED_BACK:
                self._known.pop(next(iter(self._known)))
        return self._known[snapshot]


def _of(row: AppCoverage, at: At) -> Held:
    dates = [backup.date for backup in row.own_backups if backup.date.tzinfo is not None]
    lacking = row.out_of_reach_bytes
    return Held(
        at,
        _figure(row.kept_files),
        _figure(row.kept_bytes),
        max(dates, default=None),
        None if lacking is None else _figure(lacking),
    )


def _figure(number: int) -> int:
    return min(max(number, 0), _MOST)
