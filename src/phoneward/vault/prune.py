"""Removing what no snapshot needs, so that a crash at any moment leaves a sound repository.

The order (reasons: docs/decisions/0008-prune.md):
1. What every snapshot needs is found first. Where anything cannot be read, nothing is changed.
2. Packs that no index names go: nobody else writes while the lock is exclusive.
3. What is needed of a pack is written into new packs, then named by new index files; all durable.
4. Index files are replaced by ones that no longer name the old packs; the new one is durable before the old one goes.
5. The old packs go.
Before each removal the lock is asked for. Source: restic internal/repository/prune.go.
"""

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.texts import _
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.errors import (
    CleaningSpaceError,
    FileMissingError,
    LockLostError,
    StorageError,
    VaultNotWholeError,
)
from phoneward.vault.index import IndexedPack
from phoneward.vault.locks import HeldLock
from phoneward.vault.packs import PackEntry
from phoneward.vault.prune_index import IndexRewriter
from phoneward.vault.prune_options import PruneOptions
from phoneward.vault.prune_plan import Action, PackTable, Plan
from phoneward.vault.prune_repack import Repacker
from phoneward.vault.prune_report import PruneFigures, PruneReport
from phoneward.vault.prune_space import Round, Schedule, Scheduler
from phoneward.vault.prune_used import KEPT, UsedBlobs
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import Snapshot, load_snapshots

_DEFAULT: Final = PruneOptions()
_LEAST_BUFFER: Final = 4096
_LEFTOVER_AGE_S: Final = 86_400.0
"""Temporary files of cut-off writes this old are nobody's any more, whatever the clocks say."""


def prune(
    repo: Repository,
    lock: HeldLock | None,
    *,
    options: PruneOptions = _DEFAULT,
    dry_run: bool = False,
    without: AbstractSet[FileId] = frozenset(),
    on_plan: Callable[[PruneFigures], None] | None = None,
    listener: Listener = silent,
) -> PruneReport:
    """Remove what no snapshot needs. The repository's index is read anew, and let go of at the end.

    Args:
        repo: an open repository.
        lock: an exclusive one, held by the caller; None only for a dry run that may come too late.
        options: how thorough to be.
        dry_run: change nothing, say what would be done.
        without: snapshots to take for removed already; for a dry run only.
        on_plan: called with what is meant to be done, before anything is.
        listener: hears the phases `find-used`, `repack` and `remove`.

    Raises:
        VaultNotWholeError: something that a snapshot needs cannot be read or found. Nothing was changed.
        CleaningSpaceError: there is not enough free space. Nothing was changed.
        LockLostError: the lock was lost, or a snapshot came up all the same. Nothing was removed after that.
        AppendOnlyError: the place removes nothing. Nothing was changed.
        StorageError: the storage failed. Nothing that is needed is lost.
    """
    if not dry_run and (lock is None or without):
        raise ValueError("prune needs a lock, and counts every snapshot")
    if not dry_run:
        repo.ensure_removable()
    try:
        packs, found, snapshots = _look(repo, without, listener)
        plan = Plan(repo, packs, found, options, proves=not dry_run)
        schedule = Scheduler(repo, plan, options.pack_size).schedule()
        report = PruneReport(_figures(plan, schedule, len(snapshots)), dry_run=dry_run)
        if on_plan is not None:
            on_plan(report.figures)
        if not dry_run and lock is not None:
            if not schedule.fits:
                raise CleaningSpaceError(needed=schedule.needs_free_bytes, free=schedule.free_bytes)
            _Pruner(lock, plan, snapshots, report, listener).run(schedule.rounds)
        return report
    finally:
        repo.reset_index()


def _look(
    repo: Repository, without: AbstractSet[FileId], listener: Listener
) -> tuple[PackTable, UsedBlobs, frozenset[FileId]]:
    """Return the packs, what of them is needed, and the snapshots that need it."""
    try:
        snapshots = [snapshot for snapshot in load_snapshots(repo) if snapshot.id not in without]
        repo.reset_index()
        repo.load_index()
    except StorageError:
        raise
    except PhonewardError as error:
        raise VaultNotWholeError(problem=error.sentence()) from error
    packs = PackTable(repo)
    found = UsedBlobs(repo, packs.sound, packs.names, listener)
    found.find(_newest_first(snapshots))
    return packs, found, frozenset(snapshot.id for snapshot in snapshots if snapshot.id is not None)


def _newest_first(snapshots: Sequence[Snapshot]) -> Sequence[Snapshot]:
    """A damage is named with the snapshot in which it matters most."""
    return snapshots[::-1]


def _figures(plan: Plan, schedule: Schedule, snapshots: int) -> PruneFigures:
    blobs, size, packs = plan.figures()
    return PruneFigures(
        snapshots=snapshots,
        blobs=blobs,
        size=size,
        packs=packs,
        unreferenced_bytes=sum(plan.packs.unreferenced.values()),
        frees_bytes=schedule.frees_bytes,
        rewrites_bytes=schedule.rewrites_bytes,
        needs_free_bytes=schedule.needs_free_bytes,
        free_bytes=schedule.free_bytes,
    )


class _Pruner:
    """Carries a plan out."""

    def __init__(
        self, lock: HeldLock, plan: Plan, snapshots: AbstractSet[FileId], report: PruneReport, listener: Listener
    ) -> None:
        self._repo = plan.repo
        self._snapshots = snapshots
        self._lock = lock
        self._plan = plan
        self._options = plan.options
        self._report = report
        self._listener = listener

    def run(self, rounds: Sequence[Round]) -> None:
        """Carry out all rounds."""
        self._confirm()
        self._repo.storage.remove_leftovers(_LEFTOVER_AGE_S)
        self._remove_packs(self._plan.packs.unreferenced)
        for round_ in rounds:
            gone, indexes = self._repack(round_) if round_.repack else ([], [])
            self._drop(round_, gone, indexes)

    def _confirm(self) -> None:
        """Look at the lock, and whether a snapshot is there that nobody looked at.

        None can come while the lock is exclusive, except by a program that heeds no lock (a copying of files), or
        from a listing that left it out the first time (a network drive that was just coming back).
        """
        self._lock.confirm()
        if any(name not in self._snapshots for name, _size in self._repo.list_files(FileType.SNAPSHOT)):
            raise LockLostError(problem=_("a snapshot came up meanwhile"))

    def _repack(self, round_: Round) -> tuple[list[int], list[FileId]]:
        """Write what is needed of the round's packs anew.

        Returns:
            The numbers of the packs that are to go, and the names of the index files that describe the new ones.
        """
        names, report = self._plan.packs.names, self._report
        self._listener(PhaseStarted("repack", total_bytes=round_.bytes_out))
        repacker = Repacker(
            self._repo,
            self._lock,
            pack_size=min(self._options.pack_size, max(round_.bytes_out, _LEAST_BUFFER)),
            compresses=self._plan.compresses,
        )
        read = 0

        def on_read(size: int) -> None:
            nonlocal read
            read += size
            self._listener(Advanced("repack", 0, read))

        try:
            data = {number for number in round_.repack if self._plan.packs.is_pure_data(number)}
            repacker.run([self._wanted(data), self._wanted(set(round_.repack) - data)], on_read)
        finally:
            report.packs_written += repacker.packs
            report.rewritten_bytes += repacker.bytes_stored
            report.freed_bytes -= repacker.bytes_stored
            report.indexes_written += len(repacker.indexes)
        report.damaged += repacker.damaged.values()
        self._listener(PhaseDone("repack", 0, read))
        return [number for number in round_.repack if names[number] not in repacker.damaged], repacker.indexes

    def _wanted(self, numbers: AbstractSet[int]) -> Iterator[IndexedPack]:
        """Yield what is to be kept of these packs, as the records lie in the index: a pack may come in parts."""
        table, marks, names = self._repo.index, self._plan.marks, self._plan.packs.names
        previous, entries = -1, list[PackEntry]()
        for number, mark in enumerate(marks):
            if not mark & KEPT:
                continue
            pack = table.pack_number(number)
            if pack not in numbers:
                continue
            if pack != previous and entries:
                yield IndexedPack(names[previous], entries)
                entries = []
            previous = pack
            entries.append(table.location(number).entry)
        if entries:
            yield IndexedPack(names[previous], entries)

    def _drop(self, round_: Round, repacked: Sequence[int], indexes: Collection[FileId]) -> None:
        """Have no index name the packs that are to go, then remove them."""
        plan, names = self._plan, self._plan.packs.names
        there = list(repacked)
        gone: list[int] = []
        if round_.removes_unused:
            there += [number for number, action in enumerate(plan.actions) if action == Action.REMOVE]
            gone = [number for number, action in enumerate(plan.actions) if action == Action.FORGET]
        if there or gone:
            self._confirm()
            drop = {names[number] for number in (*there, *gone)}
            rewriter = IndexRewriter(self._repo, self._lock, drop=drop, leave=indexes)
            try:
                rewriter.run()
            finally:
                self._report.indexes_written += rewriter.change.written
                self._report.indexes_removed += rewriter.change.removed
        self._remove_packs({names[number]: plan.packs.sizes[number] for number in there})

    def _remove_packs(self, packs: Mapping[FileId, int]) -> None:
        if not packs:
            return
        self._listener(PhaseStarted("remove", len(packs), sum(packs.values())))
        count = freed = 0
        waiting = iter(packs.items())
        # One by one on a disk of this computer; far away so many at once as come and go in one round.
        with ThreadPoolExecutor(self._repo.requests_at_once, "remove") as pool:
            while some := list(itertools.islice(waiting, self._repo.requests_at_once)):
                self._lock.confirm()
                for size in pool.map(self._remove_pack, some):
                    count, freed = count + 1, freed + size
                    self._report.packs_removed += 1
                    self._report.freed_bytes += size
                self._listener(Advanced("remove", count, freed))
        self._listener(PhaseDone("remove", count, freed))

    def _remove_pack(self, pack: tuple[FileId, int]) -> int:
        name, size = pack
        with suppress(FileMissingError):
            self._repo.storage.remove(FileType.PACK, name)
        return size
