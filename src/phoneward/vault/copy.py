"""Copies snapshots into another repository: what it lacks, proved by its hash and sealed under the other's key.

As restic's `copy` (cmd/restic/cmd_copy.go): a snapshot that was copied before is recognised by its `original` and by
what it says; a copy names as `original` what it was copied from; `parent` does not count in the other repository. Packs
are durable before the index that names them, and that before a snapshot. Unlike restic, a piece that cannot be read
keeps only the snapshots from being copied that need it.
"""

import itertools
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from phoneward.errors import PhonewardError
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.vault.blobs import BlobId, BlobType, FileId
from phoneward.vault.copy_walk import SnapshotWalk, WholeTrees
from phoneward.vault.errors import BlobMissingError, SameVaultError, StorageError
from phoneward.vault.loading import reading_threads
from phoneward.vault.locks import HeldLock
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import Snapshot, save_snapshot_held
from phoneward.vault.writer import BlobWriter

COPIED_FROM: Final = "phoneward_copied_from"
"""A copy's own key (restic passes over it): the IDs it had in other repositories, where `original` is an older one."""
_MAX_NAMES: Final = 32

READ_BYTES: Final = 4 << 20
"""Plaintext bytes that one thread reads at a time."""
_READ_BLOBS: Final = 512
FLUSH_BYTES: Final = 512 << 20
FLUSH_SECONDS: Final = 60.0
"""So often, at the latest, all that was copied counts: a run that is cut off loses no more than this."""


@dataclass(slots=True)
class CopyReport:
    """What came of copying.

    Attributes:
        copied: the source's snapshots that are in the destination now, and under which name.
        known: the source's snapshots that were there already, and under which name.
        failed: snapshots that were not copied, and why.
        blobs, bytes: pieces that the destination lacked, and their plaintext bytes.
        bytes_stored: what was written for them; 0 where nothing was.
    """

    copied: dict[FileId, FileId] = field(default_factory=dict)
    known: dict[FileId, FileId] = field(default_factory=dict)
    failed: dict[FileId, PhonewardError] = field(default_factory=dict)
    blobs: int = 0
    bytes: int = 0
    bytes_stored: int = 0

    @property
    def ok(self) -> bool:
        """Whether all that were to be copied are there now."""
        return not self.failed


@dataclass(slots=True)
class _Planned:
    snapshot: Snapshot
    wanted: "array[int]"


@dataclass(slots=True)
class CopyPlan:
    """What is to be copied: nothing has been written yet.

    Attributes:
        report: what is known so far: snapshots that are there already, and those that cannot be read.
        snapshots: to be copied, in this order.
        bytes: plaintext bytes that the destination lacks.
        bytes_stored: what they take in the source; the destination will need about as much.
    """

    report: CopyReport
    planned: list[_Planned] = field(default_factory=list)
    blobs: int = 0
    bytes: int = 0
    bytes_stored: int = 0

    @property
    def snapshots(self) -> list[Snapshot]:
        """To be copied, in this order."""
        return [one.snapshot for one in self.planned]


def refuse_same(source: Repository, destination: Repository) -> None:
    """Refuse to copy a repository into itself, or into a copy of its folder.

    Raises:
        SameVaultError: both have one identity.
    """
    if source.config.id == destination.config.id:
        raise SameVaultError(source=source.storage.location, destination=destination.storage.location)


class KnownCopies:
    """Recognises snapshots that the destination has already, as restic does.

    Args:
        there: the destination's snapshots.
    """

    def __init__(self, there: Iterable[Snapshot]) -> None:
        self._by_name: dict[str, list[Snapshot]] = {}
        for snapshot in there:
            for name in names_of(snapshot):
                self._by_name.setdefault(name, []).append(snapshot)

    def of(self, snapshot: Snapshot) -> Snapshot | None:
        """Return the destination's copy of a snapshot of the source, None where there is none."""
        named = (other for name in names_of(snapshot) for other in self._by_name.get(name, ()))
        return next((other for other in named if _similar(snapshot, other)), None)


def _similar(one: Snapshot, other: Snapshot) -> bool:
    return (
        one.time_ns == other.time_ns
        and one.tree == other.tree
        and (one.hostname, one.username, one.uid, one.gid) == (other.hostname, other.username, other.uid, other.gid)
        and sorted(one.paths) == sorted(other.paths)
        and sorted(one.tags) == sorted(other.tags)
        and one.excludes == other.excludes
    )


def names_of(snapshot: Snapshot) -> list[FileId]:
    """Return the IDs by which others may call a snapshot: its own, and those it had before it was copied or tagged."""
    listed: Any = snapshot.extra.get(COPIED_FROM)
    earlier = (
        [FileId(name) for name in listed[:_MAX_NAMES] if isinstance(name, str)] if isinstance(listed, list) else []
    )
    return [name for name in (snapshot.id, snapshot.original, *earlier) if name is not None]


def plan_copy(
    source: Repository,
    destination: Repository,
    chosen: Sequence[Snapshot],
    there: Iterable[Snapshot],
    *,
    listener: Listener = silent,
) -> CopyPlan:
    """Return what copying these snapshots takes. Memory: five bytes for each piece that the source's index knows.

    Args:
        source: open, its index loaded.
        destination: likewise.
        chosen: of the source, in the order in which they are to be copied.
        there: all snapshots of the destination.
        listener: hears how many folders were looked at.

    Raises:
        StorageError: one of the two cannot be read.
    """
    plan = CopyPlan(CopyReport())
    known = KnownCopies(there)
    walk = SnapshotWalk(source, destination)
    listener(PhaseStarted("find-used"))
    with ThreadPoolExecutor(reading_threads(source), "copy") as pool:
        for snapshot in chosen:
            name = snapshot.id or FileId("")
            copy = known.of(snapshot)
            if copy is not None:
                plan.report.known[name] = copy.id or FileId("")
                continue
            try:
                wanted = walk.wanted(snapshot.tree, pool)
            except StorageError:
                raise
            except PhonewardError as error:
                plan.report.failed[name] = error
                continue
            plan.planned.append(_Planned(snapshot, wanted))
            listener(Advanced("find-used", walk.trees, 0))
    plan.blobs, plan.bytes, plan.bytes_stored = _measure(source, plan.planned)
    listener(PhaseDone("find-used", walk.trees, 0))
    return plan


def _measure(source: Repository, planned: Iterable[_Planned]) -> tuple[int, int, int]:
    blobs = plain = stored = 0
    for one in planned:
        for number in one.wanted:
            entry = source.index.location(number).entry
            blobs += 1
            plain += entry.plaintext_length
            stored += entry.length
    return blobs, plain, stored


def run_copy(
    source: Repository, destination: Repository, lock: HeldLock, plan: CopyPlan, *, listener: Listener = silent
) -> CopyReport:
    """Copy what was planned and return what came of it. What was finished stays, whatever happens to the rest.

    Args:
        source: as planned with.
        destination: likewise; it is written to.
        lock: held in the destination; a shared one will do. The source should be locked too, so that nobody prunes it.
        plan: from `plan_copy`.
        listener: hears the progress in bytes.

    Raises:
        LockLostError, StorageError, VerifyError: the destination cannot be written, or one of both not be read.
    """
    listener(PhaseStarted("copy", total_files=len(plan.planned), total_bytes=plan.bytes))
    with destination.writer() as writer, ThreadPoolExecutor(reading_threads(source), "copy") as pool:
        _Run(source, destination, lock=lock, plan=plan, writer=writer, pool=pool, listener=listener).all()
    report = plan.report
    report.bytes_stored = writer.stats.bytes_stored
    listener(PhaseDone("copy", len(report.copied), report.bytes))
    return report


@dataclass(slots=True)
class _Run:
    """One run of copying."""

    source: Repository
    destination: Repository
    lock: HeldLock
    plan: CopyPlan
    writer: BlobWriter
    pool: ThreadPoolExecutor
    listener: Listener
    _lost: dict[BlobId, PhonewardError] = field(default_factory=dict)
    _waiting: list[Snapshot] = field(default_factory=list)
    _flushed_at: float = field(default_factory=time.monotonic)
    _flushed_bytes: int = 0

    def all(self) -> None:
        """Copy everything: the pieces of a snapshot, and when they are durable, the snapshot."""
        for one in self.plan.planned:
            self._copy(one.wanted)
            self._waiting.append(one.snapshot)
            one.wanted = array("I")
            if self._is_due():
                self._flush()
        self._flush()

    def _is_due(self) -> bool:
        late = time.monotonic() - self._flushed_at >= FLUSH_SECONDS
        return late or self.plan.report.bytes - self._flushed_bytes >= FLUSH_BYTES

    def _flush(self) -> None:
        """Have all pieces durable and indexed, then name the snapshots that are whole."""
        self.writer.flush()
        self._flushed_at, self._flushed_bytes = time.monotonic(), self.plan.report.bytes
        whole = WholeTrees(self.source, self.destination)
        for snapshot in self._waiting:
            name = snapshot.id or FileId("")
            lost = whole.missing(snapshot.tree) if self._lost else None
            if lost is not None:
                self.plan.report.failed[name] = self._lost.get(lost) or BlobMissingError(blob=lost.hex()[:12])
                continue
            self.plan.report.copied[name] = save_snapshot_held(self.destination, self.lock, copy_of(snapshot))
        self._waiting.clear()

    def _copy(self, wanted: "array[int]") -> None:
        # In the index, the pieces of a pack stand together: in this order each pack is read once, from front to back.
        batches = self._batches(sorted(wanted))
        running = [self._start(batch) for batch in itertools.islice(batches, reading_threads(self.source) + 1)]
        try:
            while running:
                blob_type, ids, future = running.pop(0)
                self._put(blob_type, ids, future.result())
                del future
                running += [self._start(batch) for batch in itertools.islice(batches, 1)]
                self.listener(Advanced("copy", len(self.plan.report.copied), self.plan.report.bytes))
                if self._is_due():
                    self._flush()
        finally:
            for _type, _ids, left in running:
                left.cancel()

    def _batches(self, numbers: Iterable[int]) -> Iterator[tuple[BlobType, list[BlobId]]]:
        batch: list[BlobId] = []
        kind, size = BlobType.DATA, 0
        for number in numbers:
            entry = self.source.index.location(number).entry
            full = size + entry.plaintext_length > READ_BYTES or len(batch) >= _READ_BLOBS
            if batch and (full or entry.type is not kind):
                yield kind, batch
                batch, size = [], 0
            kind = entry.type
            batch.append(entry.id)
            size += entry.plaintext_length
        if batch:
            yield kind, batch

    def _start(
        self, batch: tuple[BlobType, list[BlobId]]
    ) -> tuple[BlobType, list[BlobId], "Future[list[bytes | PhonewardError]]"]:
        return *batch, self.pool.submit(self.source.load_blobs, *batch)

    def _put(self, blob_type: BlobType, ids: list[BlobId], blobs: list[bytes | PhonewardError]) -> None:
        for blob_id, blob in zip(ids, blobs, strict=True):
            if isinstance(blob, PhonewardError):
                self._lost[blob_id] = blob
                continue
            self.writer.put(blob_type, blob)
            self.plan.report.blobs += 1
            self.plan.report.bytes += len(blob)


def copy_of(snapshot: Snapshot) -> Snapshot:
    """Return the document of a copy: the same, but for what only counts in the repository it comes from."""
    original = snapshot.original or snapshot.id
    earlier = [name for name in dict.fromkeys(names_of(snapshot)) if name != original]
    extra = {key: value for key, value in snapshot.extra.items() if key != COPIED_FROM}
    if earlier:
        extra[COPIED_FROM] = earlier
    return msgspec.structs.replace(snapshot, id=None, parent=None, original=original, extra=extra)
