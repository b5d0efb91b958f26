"""What the numbers pages hold: what hangs on the numbers of the vault's phones, and the plans for leaving one."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward import numbers, snapshots
from phoneward.numbers import Inventory, KeptPlan, NewHolder, Plan
from phoneward.progress import Listener
from phoneward.snapshots import Asking, Change, OwnerState, SnapshotInfo
from phoneward.texts import words
from phoneward.vault import Repository
from phoneward.web.jobs import Job, Kind, Outcome

if TYPE_CHECKING:
    from phoneward.web.context import WebContext
    from phoneward.web.library import Opened

NUMBERS: Final = "/numbers"
NEW: Final = "/numbers/new"
OFFERS: Final = "/numbers/offers"
MAX_PHONES: Final = 10
PATIENCE_S: Final = 1.5
"""So long a page waits for the messages to be looked through, so that a small vault's are there at once."""
_TOLD: Final = ("number-own", "number-sims", "number-account")
"""What of a person's own words the inventory rests on."""


@dataclass(frozen=True, slots=True)
class OfPhone:
    """What was found of one phone.

    Attributes:
        device, name: which, and what the person calls it.
        inventory: what was found in its newest snapshot, and in exports that were kept.
    """

    device: str
    name: str
    inventory: Inventory


@dataclass(frozen=True, slots=True)
class Inventories:
    """What was worked out, and of which state of the vault.

    Attributes:
        version: of the list of snapshots, and of what the person said.
        phones: the phone with the newest snapshot first.
    """

    version: str
    phones: tuple[OfPhone, ...]

    def of_number(self, number: str) -> Inventory | None:
        """Return what was found of the phone to which a number belongs: messages came to it; else of the first."""
        of = (one.inventory for one in self.phones)
        found = next((i for i in of if any(number in account.numbers for account in i.accounts)), None)
        return found if found is not None else next((one.inventory for one in self.phones), None)


def inventories(context: "WebContext", opened: "Opened") -> tuple[Inventories | None, Job | None]:
    """Return what hangs on the vault's numbers, and the job that works it out where that is not of today."""
    version = f"{opened.listed.version}:{hash(tuple(_told(opened.state)))}"
    known = context.answers.get(NUMBERS, Inventories)
    if known is not None and known.version == version:
        return known, None
    infos = list(reversed(opened.listed.infos))
    newest = newest_of_phones(infos)
    names = {info.device: opened.phone(info) for info in newest}
    state = opened.state

    def work(listener: Listener) -> Outcome:
        with context.door.own() as repo:
            read = [
                OfPhone(info.device, names[info.device], numbers.inventory_of(_asking(info, repo, listener)))
                for info in newest
            ]
        context.answers.put(NUMBERS, Inventories(version, tuple(read)))
        return Outcome(words("It is known what hangs on your numbers."), next_label=words("See it"), next_href=NUMBERS)

    def _asking(info: SnapshotInfo, repo: Repository, listener: Listener) -> Asking:
        cache_dir = context.settings.cache_dir
        return Asking(repo, info, infos, dt.datetime.now(dt.UTC), cache_dir, listener, state=state)

    kind = Kind(words("Looking what hangs on your numbers"), ("phoneward", "number", "scan"))
    job, _is_new = context.jobs.start(kind, f"numbers:{version}", work)
    job.ended.wait(PATIENCE_S)
    now = context.answers.get(NUMBERS, Inventories)
    return now, None if now is not None and now.version == version else job


@dataclass(frozen=True, slots=True)
class NewHolders:
    """What was found of a number that is new to its holder, and what was asked."""

    asked: tuple[object, ...]
    found: NewHolder


def new_holders(
    context: "WebContext", opened: "Opened", number: str, since: dt.date | None, name: str
) -> tuple[NewHolder | None, Job | None]:
    """Return which services mean somebody else, and the job that works it out where that is not known yet."""
    asked = (opened.listed.version, number, since, name)
    known = context.answers.get(NEW, NewHolders)
    if known is not None and known.asked == asked:
        return known.found, None
    infos = list(reversed(opened.listed.infos))
    state = opened.state

    def work(listener: Listener) -> Outcome:
        with context.door.own() as repo:
            for info in newest_of_phones(infos):
                cache_dir = context.settings.cache_dir
                asking = Asking(repo, info, infos, dt.datetime.now(dt.UTC), cache_dir, listener, state=state)
                inventory = numbers.inventory_of(asking, own={number: frozenset()})
                names = (name,) if name else ()
                found = numbers.new_holder(
                    number, since=since, names=names, inventory=inventory, repo=repo, snapshot=info
                )
                if found.messages:
                    break
            else:
                found = numbers.new_holder(number, since=since)
        context.answers.put(NEW, NewHolders(asked, found))
        return Outcome(words("Your messages were looked through."), next_label=words("See it"), next_href=NEW)

    kind = Kind(words("Looking who is meant by your messages"), ("phoneward", "number", "new", number))
    job, _is_new = context.jobs.start(kind, f"numbers:new:{hash(asked)}", work)
    job.ended.wait(PATIENCE_S)
    now = context.answers.get(NEW, NewHolders)
    return (now.found, None) if now is not None and now.asked == asked else (None, job)


def newest_of_phones(infos: Iterable[SnapshotInfo]) -> list[SnapshotInfo]:
    """Return the newest whole snapshot of each phone, the newest of all first.

    Args:
        infos: oldest first.
    """
    whole = [i for i in infos if i.of_phone and not i.partial and not i.backup_file and i.device]
    newest = {info.device: info for info in whole}
    return sorted(newest.values(), key=lambda info: -info.snapshot.time_ns)[:MAX_PHONES]


def _told(state: OwnerState) -> list[tuple[str, str, object]]:
    return sorted(
        (kind, subject, str(state.value(kind, subject))) for kind, subject in state.entries if kind in _TOLD
    )  # fmt: skip


def plan_of(state: OwnerState, kept: KeptPlan, inventory: Inventory) -> Plan:
    """Return a number's plan as it stands today."""
    return numbers.plan_kept(inventory, state, kept, dt.datetime.now().astimezone().date())


def decide(context: "WebContext", changes: Iterable[Change]) -> None:
    """Keep what the person decided, in the vault."""
    with context.door.own() as repo, repo.lock(exclusive=False) as lock:
        infos = snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
        stored = [info.snapshot for info in infos]
        snapshots.change_state(repo, lock, changes, snapshots=stored)
    context.checkups.forget()
