"""What one app was in each snapshot of a phone, as periods in which nothing about it changed."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from phoneward.apk.signing.facts import Signing

MAX_APPS: Final = 60_000
"""Apps of one phone that are followed, counted for each user: three times what a phone is believed at once."""
MAX_PERIODS: Final = 600_000
"""Periods of one phone that are kept, of all its apps together."""


@dataclass(frozen=True, slots=True)
class At:
    """One snapshot: its full ID, and when it was taken."""

    snapshot: str
    taken: dt.datetime


@dataclass(frozen=True, slots=True)
class AppThen:
    """One app of one user as a snapshot tells of it. None is unknown everywhere.

    Attributes:
        installer: the package that installed it; empty where Android recorded none.
        first_installed: when its data began: Android keeps this through every update that keeps the data.
        last_updated: when this version came.
        signing: who signed the APK that the snapshot keeps.
        signer_hashes: 32-bit hashes of the signers' certificates, as Android shows them: they can prove a difference,
            never a match. Empty where unknown.
        is_system: it came with the phone's system.
    """

    version_code: int | None = None
    version_name: str = ""
    installer: str | None = None
    first_installed: dt.datetime | None = None
    last_updated: dt.datetime | None = None
    signing: Signing | None = None
    signer_hashes: tuple[int, ...] = ()
    is_system: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """Snapshots one after the other in which an app was the same.

    Attributes:
        app: how it was; None where it was not on the phone.
        first, last: the oldest and the newest of these snapshots.
        snapshots: how many they are.
    """

    app: AppThen | None
    first: At
    last: At
    snapshots: int = 1


AppKey = tuple[str, int]
"""Package and user."""


@dataclass(slots=True)
class Timelines:
    """All apps of one phone over time. Snapshots are added oldest first.

    Attributes:
        left_out: apps that were not followed any further, because there were too many.
    """

    left_out: set[AppKey] = field(default_factory=set)
    _periods: dict[AppKey, list[Period]] = field(default_factory=dict)
    _present: set[AppKey] = field(default_factory=set)
    _kept: int = 0

    def add(self, at: At, apps: Mapping[AppKey, AppThen], *, untold: Iterable[int] | None = ()) -> None:
        """Take in one snapshot.

        Args:
            at: which.
            apps: those that it tells of.
            untold: users whose apps the phone did not tell; None where it may not have told of all users. An app that
                is not named is not gone then.
        """
        for key, app in apps.items():
            self._tell(key, app, at)
        silent = None if untold is None else set(untold)
        for key in list(self._present - apps.keys()):
            if silent is not None and key[1] not in silent:
                self._present.discard(key)
                self._append(key, Period(None, at, at))

    def __iter__(self) -> Iterator[tuple[AppKey, tuple[Period, ...]]]:
        """Yield each app with its periods, oldest first; apps by name."""
        for key in sorted(self._periods):
            yield key, tuple(self._periods[key])

    def _tell(self, key: AppKey, app: AppThen, at: At) -> None:
        known = self._periods.get(key)
        if known is not None and known[-1].app == app:
            last = known[-1]
            known[-1] = Period(last.app, last.first, at, last.snapshots + 1)
        else:
            self._append(key, Period(app, at, at))
        self._present.add(key)

    def _append(self, key: AppKey, period: Period) -> None:
        if (key not in self._periods and len(self._periods) >= MAX_APPS) or self._kept >= MAX_PERIODS:
            self.left_out.add(key)
            return
        self._periods.setdefault(key, []).append(period)
        self._kept += 1
