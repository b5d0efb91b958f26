"""Making the index say again what the packs hold (restic internal/repository/repair_index.go).

What an index file says right stays. Packs that no index names, or that one describes wrongly, are asked themselves:
their own header lists their blobs. The new index is durable before anything of the old one goes; nothing else is ever
removed, so that a pack nobody can read today can still be looked at tomorrow.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.texts import _
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.errors import CleaningSpaceError, DamagedError, FileMissingError
from phoneward.vault.index import IndexedPack
from phoneward.vault.locks import HeldLock
from phoneward.vault.packs import MAX_BLOBS, PackEntry, encode_header, pack_size
from phoneward.vault.prune_index import IndexRewriter, IndexWriter, read_indexes
from phoneward.vault.prune_space import index_room, index_size
from phoneward.vault.repair_report import RepairFinding, RepairKind, RepairReport
from phoneward.vault.repository import Repository

_THREADS: Final = 4
_SMALL_BLOB: Final = 512


def repair_index(
    repo: Repository,
    lock: HeldLock | None,
    *,
    read_all_packs: bool = False,
    dry_run: bool = False,
    listener: Listener = silent,
) -> RepairReport:
    """Compare the index with the packs and write anew what is wrong in it.

    Args:
        repo: an open repository. Its index is let go of.
        lock: an exclusive one, held by the caller; None only for a dry run.
        read_all_packs: ask every pack, not only those of which the index cannot be right.
        dry_run: change nothing, say what would be done.
        listener: hears the phase `check`, for the packs that are asked.

    Raises:
        CleaningSpaceError: there is not enough free space. Nothing was changed.
        LockLostError: the lock was lost. Nothing was removed after that.
        StorageError: the storage failed. Nothing that was in the index is lost.
    """
    if not dry_run and lock is None:
        raise ValueError("repair needs a lock")
    repo.reset_index()
    work = _Repair(repo, RepairReport(dry_run=dry_run), listener)
    work.look(read_all_packs=read_all_packs)
    if lock is not None and not dry_run:
        work.write(lock)
    else:
        work.read_only()
    return work.report


@dataclass(slots=True)
class _Described:
    """What index files say of a pack. `whole` is false where they disagree or describe something impossible."""

    size: int
    blobs: int
    fingerprint: bytes
    whole: bool
    times: int = 1


@dataclass(slots=True)
class _Findings:
    """What is to be done.

    Attributes:
        ask: packs to read the header of.
        drop: packs whose description in the old index files is to go, if they were read or are missing.
        damaged: index files.
        twice: whether two index files describe a pack alike.
    """

    ask: list[FileId] = field(default_factory=list)
    drop: set[FileId] = field(default_factory=set)
    damaged: list[FileId] = field(default_factory=list)
    twice: bool = False


class _Repair:
    """One repair."""

    def __init__(self, repo: Repository, report: RepairReport, listener: Listener) -> None:
        self._repo = repo
        self._listener = listener
        self._described: dict[FileId, _Described] = {}
        self._present: dict[FileId, int] = {}
        self._todo = _Findings()
        self.report = report

    # -- looking -------------------------------------------------------------------------------------------------

    def look(self, *, read_all_packs: bool) -> None:
        """Read the index files, list the packs, and find out which to ask."""
        for name, found in read_indexes(self._repo, sorted(self._repo.list_files(FileType.INDEX))):
            if isinstance(found, DamagedError):
                self._todo.damaged.append(name)
                self._note(RepairKind.INDEX_DAMAGED, f"index/{name}", found.sentence())
            elif isinstance(found, PhonewardError):
                raise found
            else:
                for pack in found:
                    self._describe(pack)
        self._present = dict(self._repo.list_files(FileType.PACK))
        for name, described in self._described.items():
            if name not in self._present:
                self._todo.drop.add(name)
                self._note(RepairKind.PACK_MISSING, f"data/{name}", _("The pack is missing."))
            elif described.times > 1:
                self._todo.twice = True
        self._todo.ask = [name for name in self._present if read_all_packs or not self._is_right(name)]

    def _describe(self, pack: IndexedPack) -> None:
        entries = sorted(pack.entries, key=lambda entry: entry.offset)
        fingerprint = _fingerprint(entries)
        known = self._described.get(pack.pack)
        if known is None:
            self._described[pack.pack] = _Described(pack_size(entries), len(entries), fingerprint, _gapless(entries))
        else:
            known.whole = known.whole and known.fingerprint == fingerprint
            known.times += 1

    def _is_right(self, name: FileId) -> bool:
        described = self._described.get(name)
        return described is not None and described.whole and described.size == self._present[name]

    # -- asking the packs ----------------------------------------------------------------------------------------

    def read_only(self) -> None:
        """Find out all that `write` would, and change nothing."""
        for _pack in self._read_packs():
            pass
        self._count_packs()

    def _read_packs(self) -> Iterator[IndexedPack]:
        """Yield the packs that are to be described anew; a few at a time are in memory."""
        self._listener(PhaseStarted("check", len(self._todo.ask)))
        waiting = iter(self._todo.ask)
        with ThreadPoolExecutor(_THREADS, "repair") as pool:
            while batch := list(islice(waiting, _THREADS)):
                for name, header in zip(batch, pool.map(self._header, batch), strict=True):
                    self.report.packs_read += 1
                    if isinstance(header, PhonewardError):
                        self._unreadable(name, header)
                    elif self._is_news(name, header):
                        yield IndexedPack(name, header)
                self._listener(Advanced("check", self.report.packs_read, 0))
        self._listener(PhaseDone("check", self.report.packs_read, 0))

    def _header(self, name: FileId) -> list[PackEntry] | PhonewardError:
        try:
            return self._repo.read_pack_header(name)
        except (DamagedError, FileMissingError) as error:
            return error

    def _unreadable(self, name: FileId, error: PhonewardError) -> None:
        if self._is_right(name):
            sentence = _("{problem} The index has its own list of what is in the pack, so it stays in use.")
            self._note(RepairKind.HEADER_DAMAGED, f"data/{name}", sentence.format(problem=error.sentence()))
            return
        self._todo.drop.add(name)
        sentence = _("{problem} The pack stays where it is, but nothing in it can be found.")
        self._note(RepairKind.PACK_UNREADABLE, f"data/{name}", sentence.format(problem=error.sentence()))

    def _is_news(self, name: FileId, header: Sequence[PackEntry]) -> bool:
        """Compare a pack's own list with the index; tell whether it is to be described anew."""
        known = self._described.get(name)
        if known is None:
            self._note(RepairKind.PACK_ADDED, f"data/{name}", _("No index named the pack."))
            return True
        if self._is_right(name) and known.fingerprint == _fingerprint(header):
            return False
        self._todo.drop.add(name)
        self._note(RepairKind.PACK_REREAD, f"data/{name}", _("The index described the pack wrongly."))
        return True

    # -- writing -------------------------------------------------------------------------------------------------

    def write(self, lock: HeldLock) -> None:
        """Write the new descriptions, durably, and then take the old and wrong ones away."""
        if self._todo.drop or self._todo.damaged or self._todo.twice:
            self._repo.ensure_removable()
        self._refuse_without_room()
        rewriter_leave = self._write_new()
        if self._todo.drop or self._todo.damaged or self._todo.twice:
            rewriter = IndexRewriter(self._repo, lock, drop=self._todo.drop, leave=rewriter_leave)
            try:
                rewriter.run(self._todo.damaged)
            finally:
                self.report.indexes_written += rewriter.change.written
                self.report.indexes_removed += rewriter.change.removed
        self._count_packs()

    def _write_new(self) -> Sequence[FileId]:
        writer = IndexWriter(self._repo)
        try:
            for pack in self._read_packs():
                writer.add(pack)
            writer.flush()
        finally:
            self.report.indexes_written += len(writer.names)
        return writer.names

    def _refuse_without_room(self) -> None:
        space = self._repo.storage.free_space()
        if space is None:
            return
        known = sum(described.blobs for described in self._described.values())
        asked = [name for name in self._todo.ask if name not in self._described]
        # How many blobs an unknown pack holds stands in its header; their average is hardly ever as small as this.
        unknown = sum(min(self._present[name] // _SMALL_BLOB, MAX_BLOBS) for name in asked)
        again = sum(self._described[name].blobs for name in self._todo.ask if name in self._described)
        needed = index_room(self._repo, known, len(self._described), space.block)
        needed += index_size(self._repo, unknown + again, len(self._todo.ask), space.block)
        if needed > space.free:
            raise CleaningSpaceError(needed=needed, free=space.free)

    def _count_packs(self) -> None:
        unreadable = self.report.count(RepairKind.PACK_UNREADABLE)
        self.report.packs = len(self._present) - unreadable

    def _note(self, kind: RepairKind, file: str, sentence: str) -> None:
        self.report.findings.append(RepairFinding(kind, file, sentence))


def _fingerprint(entries: Sequence[PackEntry]) -> bytes:
    places = b"".join(entry.offset.to_bytes(4, "little") for entry in entries)
    return blake2b(encode_header(entries) + places, digest_size=16).digest()


def _gapless(entries: Sequence[PackEntry]) -> bool:
    position = 0
    for entry in entries:
        if entry.offset != position:
            return False
        position += entry.length
    return True
