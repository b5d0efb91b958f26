"""What a move would do: every part planned, nothing written."""

from collections.abc import Collection
from dataclasses import dataclass, field

from phoneward import snapshots
from phoneward.moving.apps import AppMove, AppState, of_state, plan_apps
from phoneward.moving.notes import Noted
from phoneward.moving.parts import Part, PartState
from phoneward.moving.phones import NewPhone, OldPhone, lies_on_data
from phoneward.phones import AdbPhone, WritablePhone
from phoneward.progress import Listener, silent
from phoneward.snapshots import (
    AppBackupsPlan,
    Asked,
    NoAppBackupsError,
    NoRecordsError,
    RecordsPlan,
    ReturnPlan,
)
from phoneward.vault import Repository

_STORAGES = (b"/users", b"/volumes")
_SHARED = b"/shared"
_APP_OVERHEAD = 64 << 10
"""What installing takes beside the files themselves, at least."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants of a move.

    Attributes:
        only: these parts; empty for all.
        again: do also what an earlier run has done.
    """

    only: frozenset[Part] = frozenset()
    again: bool = False

    def wants(self, part: Part) -> bool:
        """Whether a part was asked for."""
        return not self.only or part in self.only


@dataclass(slots=True)
class MovePlan:
    """What would go over.

    Attributes:
        noted: how far an earlier run came; None where there was none.
        states: of every part.
        files, app_backups, records, apps: what is to be done of them; None (or empty) where nothing is.
        room: free and needed bytes of each storage, by its root; files and apps share the phone's own.
    """

    old: OldPhone
    new: NewPhone
    wanted: Wanted
    noted: Noted | None = None
    states: dict[Part, PartState] = field(default_factory=dict)
    files: ReturnPlan | None = None
    app_backups: AppBackupsPlan | None = None
    records: RecordsPlan | None = None
    apps: list[AppMove] = field(default_factory=list)
    room: dict[bytes, tuple[int, int | None]] = field(default_factory=dict)

    @property
    def is_same_phone(self) -> bool:
        """Whether the new phone is the old one."""
        return self.old.device == self.new.device

    @property
    def writes_nothing(self) -> bool:
        """Whether there is nothing left to do."""
        return not any(state is PartState.TO_DO for state in self.states.values()) or not any(
            (
                self.files is not None and not self.files.writes_nothing,
                self.app_backups is not None and not self.app_backups.placing.writes_nothing,
                self.records is not None and not self.records.placing.writes_nothing,
                any(of_state(self.apps, AppState.NEW)),
            )
        )

    @property
    def fits(self) -> bool:
        """Whether all of it has room, as far as the phone tells."""
        return all(free is None or needed <= free for needed, free in self.room.values())

    def to_do(self) -> list[Part]:
        """Return the parts that are to be done, in their order."""
        return [part for part in Part if self.states.get(part) is PartState.TO_DO]


class MovePlanner:
    """Plans the parts of one move.

    Args:
        repo: open, its index loaded.
        phone: the new one, open.
        writer: of it, open; only asked.
        listener: hears the phases inventory, catalogue, read-back and plan.
    """

    def __init__(self, repo: Repository, phone: AdbPhone, writer: WritablePhone, listener: Listener = silent) -> None:
        self._repo = repo
        self._phone = phone
        self._writer = writer
        self._listener = listener

    def plan(self, old: OldPhone, new: NewPhone, wanted: Wanted, noted: Noted | None) -> MovePlan:
        """Return the plan.

        Args:
            old: the phone that moves, as its snapshot has it.
            new: the phone it moves to.
            wanted: which parts.
            noted: how far an earlier run came.

        Raises:
            PhoneGoneError: the connection was lost.
            VaultError: what is needed lies in a damaged part of the vault.
        """
        plan = MovePlan(old, new, wanted, noted)
        for part in Part:
            plan.states[part] = self._state(plan, part)
        if plan.states[Part.FILES] is PartState.TO_DO:
            plan.files = self.files(old)
        if plan.states[Part.APP_BACKUPS] is PartState.TO_DO:
            plan.app_backups = self.app_backups(old)
        if plan.states[Part.RECORDS] is PartState.TO_DO:
            plan.records = self.records(old)
        if plan.states[Part.APPS] is PartState.TO_DO:
            moved = noted.apps if noted is not None and not wanted.again else {}
            plan.apps = plan_apps(self._repo, old, new, moved, self._listener)
        there: dict[Part, object] = {
            Part.FILES: plan.files,
            Part.APP_BACKUPS: plan.app_backups,
            Part.RECORDS: plan.records,
            Part.APPS: plan.apps,
        }
        for part, planned in there.items():
            if plan.states[part] is PartState.TO_DO and not planned:
                plan.states[part] = PartState.NOTHING
        plan.room = self._room(plan)
        return plan

    @staticmethod
    def _state(plan: MovePlan, part: Part) -> PartState:
        if not plan.wanted.wants(part):
            return PartState.LEFT_OUT
        before = plan.noted.part(part) if plan.noted is not None else None
        is_done = before is not None and before.done and before.snapshot == plan.old.id
        return PartState.DONE if is_done and not plan.wanted.again else PartState.TO_DO

    def files(self, old: OldPhone) -> ReturnPlan | None:
        """Return what would become of the files; None where the snapshot holds none. Raises as `plan`."""
        paths = tuple(self._storages(old))
        if not paths:
            return None
        asked = Asked(include=paths)
        return snapshots.plan_return(self._repo, old.id, self._phone, self._writer, asked, listener=self._listener)

    def _storages(self, old: OldPhone) -> list[bytes]:
        top = [entry.path for entry in snapshots.list_path(self._repo, old.id)]
        found = [_SHARED] if _SHARED in top else []
        for above in _STORAGES:
            if above in top:
                found += [entry.path for entry in snapshots.list_path(self._repo, old.id, above)]
        return found

    def app_backups(self, old: OldPhone) -> AppBackupsPlan | None:
        """Return what would become of the apps' own backups; None where there are none. Raises as `plan`."""
        try:
            return snapshots.plan_app_backups(self._repo, old.id, self._phone, self._writer, listener=self._listener)
        except NoAppBackupsError:
            return None

    def records(self, old: OldPhone) -> RecordsPlan | None:
        """Return what would become of messages and the like; None where there are none. Raises as `plan`."""
        try:
            return snapshots.plan_records_onto_phone(
                self._repo, old.id, self._phone, self._writer, listener=self._listener
            )
        except NoRecordsError:
            return None

    def app(self, old: OldPhone, package: str) -> ReturnPlan:
        """Return what would become of one app.

        Raises:
            PathNotFoundError: the snapshot does not hold it.
            PhoneGoneError: the connection was lost.
        """
        asked = Asked(include=(b"/packages/" + package.encode(),))
        return snapshots.plan_return(self._repo, old.id, self._phone, self._writer, asked)

    def _room(self, plan: MovePlan) -> dict[bytes, tuple[int, int | None]]:
        needed: dict[bytes, int] = {}
        free: dict[bytes, int | None] = {}
        rooms = [*(plan.files.rooms.values() if plan.files else ())]
        for placing in (plan.app_backups, plan.records):
            rooms += placing.placing.rooms if placing is not None else []
        for room in rooms:
            root = plan.new.root if lies_on_data(room.root) else room.root
            needed[root] = needed.get(root, 0) + room.needed
            free[root] = room.free
        apps = sum(app.size + _APP_OVERHEAD for app in of_state(plan.apps, AppState.NEW))
        if apps:
            needed[plan.new.root] = needed.get(plan.new.root, 0) + apps
        free[plan.new.root] = plan.new.free
        return {root: (amount, free.get(root)) for root, amount in needed.items() if amount}


def wanted_of(only: Collection[str], *, again: bool) -> Wanted:
    """Return what a command line or a form asks for."""
    return Wanted(frozenset(Part(word) for word in only), again)
