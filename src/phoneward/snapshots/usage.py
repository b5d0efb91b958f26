"""How much of the vault each phone, or each app, takes: what a restore would give, and what is stored for it alone."""

import enum
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots.app_parts import Above, AppParts
from phoneward.snapshots.coverage_words import app_called
from phoneward.snapshots.forgetting import phone_of
from phoneward.snapshots.layout import DEVICE_TAG_PREFIX, is_of_backup_file, is_record
from phoneward.snapshots.reading import is_partial
from phoneward.snapshots.state import OwnerState
from phoneward.texts import _
from phoneward.vault import Contents, Repository, Share, Shares, Snapshot


class Per(enum.StrEnum):
    """What usage is told of."""

    PHONE = "phone"
    APP = "app"


@dataclass(slots=True)
class Usage:
    """What one phone or one app takes. Sizes in bytes.

    Attributes:
        key: the phone's id, or the package; empty for what is no phone's, or no app's.
        label: what the phone is called, readable; the package of an app; empty for the rest.
        snapshots: in how many snapshots it is.
        newest_files, newest_size: what restoring it from the newest snapshot of each phone would give.
        files, size: what restoring it from each of its snapshots would give, all together.
        alone: what the vault stores for it and for nothing else.
        together: what the vault stores for it and for others too.
    """

    key: str
    label: str
    snapshots: int = 0
    newest_files: int = 0
    newest_size: int = 0
    files: int = 0
    size: int = 0
    alone: int = 0
    together: int = 0


@dataclass(frozen=True, slots=True)
class UsageTable:
    """What all of them take.

    Attributes:
        rows: of phones or apps, what takes the most alone first.
        rest: what is no phone's (proofs, what the person decided), or no app's.
        shared: what several of these need, counted once.
        snapshots: how many were looked at.
    """

    per: Per
    rows: list[Usage]
    rest: Usage
    shared: int
    snapshots: int

    @property
    def stored(self) -> int:
        """All that the vault stores for these snapshots, bytes: as `restic stats --mode raw-data` says."""
        return sum(row.alone for row in (*self.rows, self.rest)) + self.shared

    @property
    def size(self) -> int:
        """What restoring each of these snapshots would give, bytes."""
        return sum(row.size for row in (*self.rows, self.rest))

    @property
    def files(self) -> int:
        """How many names that would be."""
        return sum(row.files for row in (*self.rows, self.rest))


def usage(
    repo: Repository,
    snapshots: Sequence[Snapshot],
    per: Per,
    *,
    state: OwnerState | None = None,
    listener: Listener = silent,
) -> UsageTable:
    """Return who takes how much.

    A file with several names is counted for each: restic's `restore-size` counts such a file once.

    Args:
        repo: open, its index loaded.
        snapshots: which are looked at.
        per: whether phones or apps are told apart.
        state: knows what the person calls their phones.
        listener: hears how many snapshots, or apps, were looked at.

    Raises:
        BlobMissingError, DamagedError, TreeDamagedError: a folder cannot be read: no figure would be true.
        StorageError: it cannot be read.
    """
    listener(PhaseStarted("find-used"))
    if per is Per.PHONE:
        table = _per_phone(repo, snapshots, state or OwnerState(), listener)
    else:
        table = _per_app(repo, snapshots, listener)
    listener(PhaseDone("find-used", len(snapshots), 0))
    return table


def _newest(snapshots: Sequence[Snapshot]) -> set[str | None]:
    """Return the newest finished snapshot of each phone."""
    found: dict[tuple[str, str], Snapshot] = {}
    for snapshot in sorted(snapshots, key=lambda snapshot: snapshot.time_ns):
        if not is_record(snapshot) and not is_partial(snapshot) and not is_of_backup_file(snapshot):
            found[phone_of(snapshot)] = snapshot
    return {snapshot.id for snapshot in found.values()}


# -- phones --------------------------------------------------------------------------------------------------------


def _per_phone(repo: Repository, snapshots: Sequence[Snapshot], state: OwnerState, listener: Listener) -> UsageTable:
    shares, newest = Shares(repo), _newest(snapshots)
    by_phone: dict[tuple[str, str] | None, list[Snapshot]] = {}
    for snapshot in sorted(snapshots, key=lambda snapshot: snapshot.time_ns):
        by_phone.setdefault(None if is_record(snapshot) else phone_of(snapshot), []).append(snapshot)
    rest, done = Usage("", ""), 0
    groups: dict[int, Usage] = {}
    for phone, its in by_phone.items():
        row = rest if phone is None else _phone_row(phone, its, state)
        groups[shares.next_group()] = row
        for snapshot in its:
            _count(row, shares.add_tree(snapshot.tree), is_newest=snapshot.id in newest)
            row.snapshots += 1
            done += 1
            listener(Advanced("find-used", done, 0))
    return _table(Per.PHONE, rest, groups, shares.shares(), len(snapshots))


def _phone_row(phone: tuple[str, str], its: Sequence[Snapshot], state: OwnerState) -> Usage:
    device = phone[0].removeprefix(DEVICE_TAG_PREFIX)
    return Usage(device, state.called(device, its[-1].hostname))


def _count(row: Usage, contents: Contents, *, is_newest: bool, times: int = 1) -> None:
    row.files += contents.files * times
    row.size += contents.size * times
    if is_newest:
        row.newest_files += contents.files
        row.newest_size += contents.size


def _table(per: Per, rest: Usage, groups: dict[int, Usage], shares: list[Share], snapshots: int) -> UsageTable:
    for group, row in groups.items():
        row.alone, row.together = shares[group].alone, shares[group].together
    rows = [row for row in groups.values() if row is not rest]
    ordered = sorted(rows, key=lambda row: (-row.alone, -row.size, row.key))
    return UsageTable(per, ordered, rest, shares[0].together, snapshots)


# -- apps ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Roots:
    """The folders of one app: record numbers, one for each snapshot that has it; and those of newest snapshots."""

    every: "array[int]"
    newest: "array[int]"
    snapshots: int = 0


def _per_app(repo: Repository, snapshots: Sequence[Snapshot], listener: Listener) -> UsageTable:
    roots: dict[str | None, _Roots] = {None: _Roots(array("I"), array("I"))}
    rest, newest, parts = Usage("", ""), _newest(snapshots), AppParts(repo)
    blobs = array("I")
    for number, snapshot in enumerate(sorted(snapshots, key=lambda snapshot: snapshot.time_ns), 1):
        above, seen = Above(blobs), set()
        for app, tree, _is_apk in parts.of(snapshot, above):
            its = roots.setdefault(app, _Roots(array("I"), array("I")))
            its.every.append(tree)
            if snapshot.id in newest:
                its.newest.append(tree)
            seen.add(app)
        for app in seen:
            roots[app].snapshots += 1
        _count(rest, Contents(above.files, above.size), is_newest=snapshot.id in newest)
        listener(Advanced("find-used", number, 0))
    shares = Shares(repo)
    groups: dict[int, Usage] = {}
    for app, its in roots.items():
        row = rest if app is None else Usage(app, app)
        row.snapshots = its.snapshots if app is not None else len(snapshots)
        groups[shares.next_group()] = row
        _add_roots(repo, shares, row, its)
        for number in () if app is not None else blobs:  # last: such a folder may stand elsewhere, with all in it
            entry = repo.index.location(number).entry
            shares.add_blob(entry.type, entry.id)
        listener(Advanced("find-used", len(snapshots), 0))
    return _table(Per.APP, rest, groups, shares.shares(), len(snapshots))


def _add_roots(repo: Repository, shares: Shares, row: Usage, roots: _Roots) -> None:
    newest = {number: len(list(same)) for number, same in groupby(sorted(roots.newest))}
    for number, same in groupby(sorted(roots.every)):
        entry = repo.index.location(number).entry
        contents = shares.add_tree(entry.id)
        _count(row, contents, is_newest=False, times=len(list(same)))
        row.newest_files += contents.files * newest.get(number, 0)
        row.newest_size += contents.size * newest.get(number, 0)


def usage_name(table: UsageTable, row: Usage) -> str:
    """Return what a row of a table is called, for a person."""
    if table.per is Per.PHONE:
        return _("notes and proofs") if row is table.rest else row.label or _("a phone without a name")
    if row is table.rest:
        return _("all that is no app's")
    known = app_called(row.key)
    return _("{name} ({package})").format(name=known, package=row.label) if known else row.label
