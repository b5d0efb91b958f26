"""Asks every room that exists. A room that fails does not hide the others."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from phoneward.checkup.durations import past_durations, remember_durations
from phoneward.checkup.errors import RoomFailedError
from phoneward.checkup.marks import marked
from phoneward.checkup.report import CheckupReport, RoomReport
from phoneward.checkup.rooms import ROOMS, Room
from phoneward.errors import PhonewardError, readable
from phoneward.findings import Finding, sorted_findings
from phoneward.phones.appbackups import OnComputer
from phoneward.progress import Event, Listener, StepDone, StepStarted, silent
from phoneward.remaining import Remaining
from phoneward.snapshots import (
    Asking,
    OwnerState,
    SnapshotInfo,
    describe,
    find,
    list_snapshots,
    load_state,
    looked_after,
)
from phoneward.texts import N_
from phoneward.vault import FileId, Repository

LATEST: Final = "latest"

LISTING: Final = "list-snapshots"
"""The first step, before any room is asked."""


def checkup(
    repo: Repository,
    *,
    snapshot: str = LATEST,
    now: dt.datetime | None = None,
    cache_dir: Path | None = None,
    listener: Listener = silent,
    last_read_data: dt.datetime | None = None,
    last_restore_test: dt.datetime | None = None,
    on_computer: Sequence[OnComputer] = (),
    computer: str | None = None,
    state_dir: Path | None = None,
    also: Sequence[Finding] = (),
) -> CheckupReport:
    """Ask all rooms about one snapshot.

    Args:
        repo: open, its index loaded.
        snapshot: `latest`, the newest finished one of a phone, or the first digits of an ID.
        now: the time ages are counted to; by default now.
        cache_dir: where derived data is kept, sealed, and how long each room took.
        listener: hears how far it is: a StepStarted and a StepDone for each room that is asked.
        last_read_data: when the whole vault was last read back; by default what the vault has noted.
        last_restore_test: when a restore was last compared; by default what the vault has noted beside its proofs.
        on_computer: apps' own backups that were found on this computer.
        computer: this computer's id.
        state_dir: the person's state folder: what was begun on a phone and cut off is told.
        also: findings from elsewhere on this computer, such as of its schedule; each is told by its room, once there
            is a snapshot.

    Raises:
        SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        StorageError: the vault cannot be reached.
    """
    now = now or dt.datetime.now(dt.UTC)
    steps = _Steps(listener)
    steps.begin(LISTING, N_("Snapshots in the vault"))
    damaged: list[FileId] = []
    every = list_snapshots(repo, on_damaged=lambda name, _error: damaged.append(name))
    chosen = _newest(every) if snapshot.strip().lower() == LATEST else describe(find(repo, snapshot))
    state = load_state(repo, snapshots=[info.snapshot for info in every], on_damaged=lambda _name, _error: None)
    noted = looked_after(state)
    steps.end(LISTING)
    asking = Asking(
        repo,
        chosen,
        every,
        now,
        cache_dir,
        listener,
        damaged=tuple(damaged),
        last_read_data=last_read_data or noted.read_data,
        last_restore_test=last_restore_test or noted.restore_test,
        state=state,
        on_computer=on_computer,
        computer=computer,
        state_dir=state_dir,
    )
    parts = tuple(_ask(room, asking, steps, state, () if chosen is None else also) for room in ROOMS)
    failed = {part.room.name for part in parts if part.failure is not None}  # sooner than one that answers
    took = {name: seconds for name, seconds in steps.took.items() if name not in failed}
    remember_durations(cache_dir, repo.config.id, took)
    phone = "" if chosen is None else state.called(chosen.device, chosen.label)
    return CheckupReport(now, repo.storage.location, chosen, parts, phone)


def expected_durations(repo: Repository, cache_dir: Path | None) -> Remaining:
    """Return the estimator of a checkup that is about to begin; it hears what `checkup`'s listener hears."""
    return Remaining(past_durations(cache_dir, repo.config.id))


class _Steps:
    """Announces the steps: the list of snapshots, then each room that exists."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._names = (LISTING, *(room.name for room in ROOMS if room.answer is not None))
        self._watch = Remaining()

    @property
    def took(self) -> dict[str, float]:
        return self._watch.took

    def begin(self, name: str, title: str) -> None:
        self._tell(StepStarted(self._names, self._names.index(name) + 1, title))

    def end(self, name: str) -> None:
        self._tell(StepDone(name))

    def _tell(self, event: Event) -> None:
        self._watch(event)
        self._listener(event)


def _newest(every: Sequence[SnapshotInfo]) -> SnapshotInfo | None:
    """Return the newest finished snapshot of a phone; where there is none, another program's."""
    whole = [info for info in every if not info.partial and not info.proof]
    ours = [info for info in whole if info.device]
    foreign = [info for info in whole if not _is_our_own(info)]
    found = [info for info in ours if not info.backup_file] or ours or foreign
    return found[-1] if found else None


def _is_our_own(info: SnapshotInfo) -> bool:
    """Whether it is one of the small snapshots that Phoneward writes beside those of phones."""
    return any(tag.startswith("phoneward-") for tag in info.snapshot.tags)


def _ask(room: Room, asking: Asking, steps: _Steps, state: OwnerState, also: Sequence[Finding]) -> RoomReport:
    if room.answer is None:
        return RoomReport(room)
    steps.begin(room.name, room.title)
    try:
        answer = room.answer(asking)
        told = sorted_findings((*answer.findings, *(finding for finding in also if finding.room == room.name)))
        return RoomReport(room, marked(dataclasses.replace(answer, findings=told), state))
    except PhonewardError as error:
        return RoomReport(room, failure=error)
    except Exception as error:  # noqa: BLE001 - what one room did not foresee must not take the report away
        failure = RoomFailedError(kind=readable(f"{type(error).__name__}: {error}"[:200]))
        failure.__cause__ = error
        return RoomReport(room, failure=failure)
    finally:
        steps.end(room.name)
