"""What a person should know of an app's past: its data wiped, another signer, an older version, another installer.

**When an app's data began.** Android writes `firstInstallTime` once, when it makes the record of an installed app, and
keeps it through every update (AOSP `ScanPackageUtils.scanPackageOnlyLI`: set only where it is 0).
The record goes with an uninstall, and so does the data; `uninstall -k` keeps both. So another time means that the data
was wiped in between. What is wiped inside the app, or with "clear data", leaves no such trace.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from phoneward.apk.signing.facts import Signing
from phoneward.updates.installers import Origin, origin_of
from phoneward.updates.timeline import AppKey, AppThen, At, Period

ZONE_STEP: Final = dt.timedelta(minutes=15)
ZONE_SPAN: Final = dt.timedelta(hours=26)
"""Phones print local times. One that travelled, or whose time zone is only half known, prints an old time shifted by
whole quarters of an hour, by at most 26 hours (UTC-12 to UTC+14)."""

RESET_SHARE: Final = 0.8
RESET_APPS: Final = 5
"""Where so much of the apps that a person installed began anew between the same two snapshots, and so many at least,
the phone itself was set up anew."""


class Kind(enum.StrEnum):
    """What happened. The gravest first."""

    WIPED = "wiped"
    """It was removed, with all its data, and installed anew."""
    SIGNER = "signer-changed"
    """Somebody else signs it now, and the former signer did not hand over."""
    DOWNGRADED = "downgraded"
    """An older version took the place of a newer one."""
    SIDELOADED = "sideloaded"
    """It came from a store, and was then installed from a file."""
    INSTALLER = "installer-changed"
    """Another program installs its updates now."""
    GONE = "gone"
    """It is not on the phone any more."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that happened to an app between two snapshots.

    Attributes:
        before: the last snapshot in which it was as before; for `WIPED` and `GONE` the last with the data.
        after: the first snapshot that shows it.
        was, now: the app there; `now` is None where it is gone.
        with_reset: the phone itself was set up anew between these two.
        is_certain: False where another explanation is left: for `WIPED` a phone's clock that was wrong, since it tells
            a time before `before` was taken; for `SIGNER` a proof of rotation that nobody could read.
    """

    package: str
    user_id: int
    kind: Kind
    before: At
    after: At
    was: AppThen
    now: AppThen | None
    with_reset: bool = False
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class _Known:
    """The last known of each fact, with the last snapshot that told it."""

    app: AppThen
    at: At
    began: tuple[AppThen, At] | None = None
    version: tuple[AppThen, At] | None = None
    installer: tuple[AppThen, At] | None = None
    signing: tuple[AppThen, At] | None = None
    hashes: tuple[AppThen, At] | None = None

    def then(self, period: Period, app: AppThen) -> "_Known":
        here = (app, period.last)
        return replace(
            self,
            app=app,
            at=period.last,
            began=here if app.first_installed is not None else self.began,
            version=here if app.version_code is not None else self.version,
            installer=here if app.installer is not None else self.installer,
            signing=here if app.signing is not None else self.signing,
            hashes=here if app.signer_hashes else self.hashes,
        )


def alarms_of(key: AppKey, periods: Sequence[Period]) -> list[Alarm]:
    """Return what happened to one app, oldest first."""
    found: list[Alarm] = []
    known: _Known | None = None
    for period in periods:
        app = period.app
        if app is None:
            if known is not None:
                found.append(Alarm(*key, Kind.GONE, known.at, period.first, known.app, None))
            continue
        if known is not None:
            found += _between(key, known, period.first, app)
        known = (known or _Known(app, period.last)).then(period, app)
    return found


def _between(key: AppKey, known: _Known, after: At, now: AppThen) -> Iterator[Alarm]:
    """Yield what changed from what was known before to a later snapshot."""
    if known.began is not None and now.first_installed is not None:
        was, before = known.began
        began = _began_anew(was.first_installed or before.taken, now.first_installed, before.taken)
        if began is not None:
            yield Alarm(*key, Kind.WIPED, before, after, was, now, is_certain=began)
    yield from _signer(key, known, after, now)
    if known.version is not None and now.version_code is not None:
        was, before = known.version
        if now.version_code < (was.version_code or 0):
            yield Alarm(*key, Kind.DOWNGRADED, before, after, was, now)
    if known.installer is not None and now.installer is not None:
        was, before = known.installer
        kind = _installer(was.installer or "", now.installer)
        if kind is not None:
            yield Alarm(*key, kind, before, after, was, now)


def _began_anew(was: dt.datetime, now: dt.datetime, taken: dt.datetime) -> bool | None:
    """Tell whether an app's data began anew; True for certain, False by the phone's clock alone, None for no.

    Args:
        was: when it began, as a snapshot told.
        now: as a later one tells.
        taken: when the earlier snapshot was taken.
    """
    if was == now:
        return None
    if now > taken:  # it began after a snapshot that already had it
        return True
    shift = abs(now - was)
    return None if shift <= ZONE_SPAN and shift % ZONE_STEP == dt.timedelta(0) else False


def _signer(key: AppKey, known: _Known, after: At, now: AppThen) -> Iterator[Alarm]:
    """Yield an alarm where the signer is another one. One that was handed over to by a proof of rotation is not."""
    if known.signing is not None and now.signing is not None:
        was, before = known.signing
        if was.signing is not None and not _are_one(was.signing, now.signing):
            yield Alarm(*key, Kind.SIGNER, before, after, was, now)
    elif known.hashes is not None and now.signer_hashes:
        was, before = known.hashes
        if set(was.signer_hashes) != set(now.signer_hashes):
            yield Alarm(*key, Kind.SIGNER, before, after, was, now, is_certain=False)


def _are_one(was: Signing, now: Signing) -> bool:
    """Tell whether two apps have the same signers, or the signer of one hands over to that of the other."""
    if set(was.signers) == set(now.signers):
        return True
    if len(was.signers) != 1 or len(now.signers) != 1:
        return False
    return was.signers[0] in _past(now) or now.signers[0] in _past(was)


def _past(signing: Signing) -> set[bytes]:
    return {node.certificate for node in signing.past}


def _installer(was: str, now: str) -> Kind | None:
    if was == now:
        return None
    if origin_of(was) is Origin.STORE and origin_of(now) is Origin.FILE:
        return Kind.SIDELOADED
    if origin_of(was) is origin_of(now) is Origin.FILE:  # a file by another way is a file
        return None
    return Kind.INSTALLER


def of_phone(timelines: Mapping[AppKey, Sequence[Period]]) -> list[Alarm]:
    """Return what happened to all apps of a phone, oldest first; where the phone was set up anew that is marked."""
    alarms = list(_once(alarm for key in sorted(timelines) for alarm in alarms_of(key, timelines[key])))
    anew: dict[tuple[At, At], set[AppKey]] = {}
    for alarm in alarms:
        if alarm.kind is Kind.WIPED and not alarm.was.is_system:
            anew.setdefault((alarm.before, alarm.after), set()).add((alarm.package, alarm.user_id))
    resets = {pair for pair, apps in anew.items() if _is_reset(pair, apps, timelines)}
    marked = [replace(alarm, with_reset=(alarm.before, alarm.after) in resets) for alarm in alarms]
    order = list(Kind)
    return sorted(marked, key=lambda alarm: (alarm.after.taken, order.index(alarm.kind), alarm.package, alarm.user_id))


def _once(alarms: Iterable[Alarm]) -> Iterator[Alarm]:
    """Leave out what is told of several users and happened to the app that they share; data is each user's own."""
    seen = set()
    for alarm in alarms:
        event = (alarm.package, alarm.kind, alarm.before, alarm.after)
        if alarm.kind in {Kind.WIPED, Kind.GONE} or event not in seen:
            yield alarm
        seen.add(event)


def _is_reset(pair: tuple[At, At], anew: set[AppKey], timelines: Mapping[AppKey, Sequence[Period]]) -> bool:
    if len(anew) < RESET_APPS:
        return False
    before, after = pair
    survived = sum(
        key not in anew and _is_there(periods, before.taken) and _is_there(periods, after.taken)
        for key, periods in timelines.items()
    )
    return len(anew) >= RESET_SHARE * (len(anew) + survived)


def _is_there(periods: Sequence[Period], time: dt.datetime) -> bool:
    """Tell whether a person had installed an app at the time of a snapshot."""
    return any(
        period.app is not None and not period.app.is_system and period.first.taken <= time <= period.last.taken
        for period in periods
    )
