"""From what a person wishes to a schedule that will work when nobody is there: every part of it is tried first."""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from phoneward import phones, snapshots, vault
from phoneward.errors import PhonewardError, readable
from phoneward.schedules.desk import Desk, password_source, second_password_source, taken_along
from phoneward.schedules.errors import (
    AccessForScheduleError,
    NoPasswordForScheduleError,
    NoPhoneForScheduleError,
    SecondPasswordForScheduleError,
    TimeOfDayError,
)
from phoneward.schedules.rhythm import first_day
from phoneward.schedules.running import utc_now
from phoneward.schedules.settings_file import Password, Schedule, Target
from phoneward.schedules.wishes import Wished
from phoneward.settings import Settings
from phoneward.vault import Repository
from phoneward.vaultplace import RemoteKind, VaultPlace, shown_place

_IN_USE: Final = dt.timedelta(days=90)
"""A phone of which nothing came for so long is not looked after unless it is named, or the only one."""
_PHONE: Final = "adb"


def prepare(wished: Wished, settings: Settings, environ: Mapping[str, str], now: dt.datetime) -> Schedule:
    """Return the schedule, after the vault was opened the way it will be opened then. Nothing is written down.

    Args:
        wished: what the person asks for.
        settings: name the state folder.
        environ: this process's environment.
        now: aware.

    Raises:
        TimeOfDayError: what should be a time is none.
        NoPasswordForScheduleError, SecondPasswordForScheduleError: a password is nowhere to be had then.
        NoPhoneForScheduleError: it is not known which phone is meant.
        PhonewardError: a vault cannot be opened, or a phone is not known.
    """
    at = _time_of_day(wished.at)
    place = _settled(wished.vault, wished, settings)
    password = password_source(settings, environ, wished.password_file, place)
    if password is None:
        raise NoPasswordForScheduleError
    copy_to = None if wished.copy_to is None else _settled(wished.copy_to, wished, settings)
    schedule = Schedule(
        vault=str(place),
        every_days=wished.every_days,
        at=f"{at:%H:%M}",
        first=first_day(at, now),
        set_at=now,
        targets=(),
        password=password,
        on_plug_in=wished.on_plug_in,
        plug_in_hours=wished.plug_in_hours,
        copy_to="" if copy_to is None else str(copy_to),
        access_file=str(_absolute(Path(wished.access_file))) if wished.access_file else "",
        read_data=wished.read_data,
        language=wished.language,
        environment=taken_along(environ, _adb()),
    )
    desk = Desk(schedule, settings.state_dir)
    repo = desk.repo()
    if copy_to is not None:
        chosen = second_password_source(settings, environ, wished.second_password_file, copy_to) or Password("same")
        schedule = _replaced(schedule, second_password=chosen)
        _try_second(Desk(schedule, settings.state_dir, _opened=desk.opened()), repo)
    return _replaced(schedule, targets=wished.targets or _targets(repo, wished, now))


def _replaced(schedule: Schedule, **changes: object) -> Schedule:
    return msgspec.structs.replace(schedule, **changes)


def _settled(place: VaultPlace, wished: Wished, settings: Settings) -> VaultPlace:
    """Return a place as it is written down: whole, and without secrets.

    Raises:
        AccessForScheduleError: secrets would be needed that are only here.
    """
    if isinstance(place, Path):
        return whole(place)
    has_secrets = place.kind is not RemoteKind.SFTP and bool(settings.access)  # SSH has keys of its own
    if place.password or (has_secrets and not wished.access_file):
        raise AccessForScheduleError(place=shown_place(place))
    return place


def whole(place: VaultPlace) -> VaultPlace:
    """Return a place whose folder is named from the root on."""
    return _absolute(place) if isinstance(place, Path) else place


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))


def _adb() -> Path | None:
    """Return the adb on the PATH that a timer will not have; one that came with a library is found again without."""
    try:
        found = phones.find_adb()
    except PhonewardError:
        return None
    return found if "adbutils" not in found.parts else None


def _time_of_day(text: str) -> dt.time:
    hours, colon, minutes = text.strip().partition(":")
    is_number = hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()
    if colon and is_number and len(hours) <= 2 and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60:
        return dt.time(int(hours), int(minutes))
    raise TimeOfDayError(value=readable(text[:40]))


def _try_second(desk: Desk, repo: Repository) -> None:
    settings, place = desk.settings, desk.second_place
    snapshots.refuse_nested(settings.repository_place(), place)
    try:
        snapshots.open_second(repo, vault.open_storage(place, settings.access), desk.second_password())
    except vault.WrongPasswordError as error:
        if desk.schedule.second_password.source == "same":
            raise SecondPasswordForScheduleError from error
        raise


def _targets(repo: Repository, wished: Wished, now: dt.datetime) -> tuple[Target, ...]:
    folders = []
    for folder in wished.folders:
        with phones.open_folder(folder) as phone:
            folders.append(Target(folder=str(_absolute(folder)), name=readable(snapshots.default_label(phone))))
    infos = snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
    state = snapshots.load_state(repo, snapshots=[info.snapshot for info in infos], on_damaged=lambda _n, _e: None)
    if wished.names:
        known = [snapshots.which_phone(name, infos, state) for name in wished.names]
    elif folders:
        return tuple(folders)
    else:
        known = _in_use(repo, infos, now)
    named = [Target(device=one.device, name=state.called(one.device, one.label)) for one in dict.fromkeys(known)]
    if not named and not folders:
        raise NoPhoneForScheduleError
    return (*named, *folders)


def known_phones(repo: Repository, now: dt.datetime | None = None) -> list[Target]:
    """Return the phones that a schedule looks after unless others are named: those of which something came lately.

    Args:
        repo: open, its index loaded.
        now: aware; by default now.
    """
    now = now or utc_now()
    infos = snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
    state = snapshots.load_state(repo, snapshots=[info.snapshot for info in infos], on_damaged=lambda _n, _e: None)
    return [Target(device=one.device, name=state.called(one.device, one.label)) for one in _in_use(repo, infos, now)]


def _in_use(repo: Repository, infos: Sequence[snapshots.SnapshotInfo], now: dt.datetime) -> list[snapshots.KnownPhone]:
    """Return the phones of which something came lately; the last one whenever that was. Folders are no phones."""
    newest = {info.device: info for info in infos if info.of_phone and info.device and not info.backup_file}
    ours = [info for info in newest.values() if _is_phone(repo, info)]
    since = int((now - _IN_USE).timestamp() * 1e9)
    ours.sort(key=lambda info: info.snapshot.time_ns)
    used = [info for info in ours if info.snapshot.time_ns >= since] or ours[-1:]
    return [snapshots.KnownPhone(info.device, info.label) for info in used]


def _is_phone(repo: Repository, info: snapshots.SnapshotInfo) -> bool:
    try:
        return snapshots.device_of(repo, info.snapshot).kind == _PHONE
    except (ValueError, PhonewardError):  # a partial one may lack the document
        return False
