"""Checking a repository: all that `restic check` looks at, and what it does not.

Like restic (internal/checker/checker.go, internal/repository/checker.go): index files decrypt and parse; every pack
they describe exists with the exact size and is described whole in one of them; every snapshot and every folder
decrypts, hashes and parses; every blob of every file is in the index; with `read_data`, every byte of the packs.
Beyond restic: the sizes of a file's blobs add up to its own, names can be file names, an index's places in a pack
follow each other without gaps.
"""

import itertools
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from hashlib import blake2b
from random import SystemRandom
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.texts import _
from phoneward.vault.blobs import BlobId, BlobType, FileId, FileType
from phoneward.vault.check_data import EVERYTHING, Subset, parse_subset, read_packs
from phoneward.vault.check_lost import name_lost_files
from phoneward.vault.check_report import CheckLog, CheckReport, ProblemKind, label
from phoneward.vault.errors import StorageError
from phoneward.vault.index import PackColumns, decode_columns
from phoneward.vault.loading import load_each, reading_threads
from phoneward.vault.nodes import SPECIAL_TYPES, Node, NodeType
from phoneward.vault.packs import header_size_of
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import Snapshot, load_snapshots
from phoneward.vault.trees import load_tree

_TREES_PER_EVENT: Final = 64
_MAX_PATH: Final = 4096
_TREE_BYTES: Final = 4 << 20
"""Folders' lists that are read at once have so many bytes together, unless one has more. In memory they take four times
that."""


def check(repo: Repository, *, read_data: bool | str | Subset = False, listener: Listener = silent) -> CheckReport:
    """Check a repository and return what was found.

    The repository is read anew: what `repo` knows of its index does not matter. Hold a lock meanwhile, so that nobody
    removes packs under it. Memory holds the index, 32 bytes for every folder, and a few packs' pieces.

    Args:
        repo: an open repository.
        read_data: False for the structure only; True to read every pack too; or which of them: `n/t`, `x%`, a size.
        listener: hears the phases `check` and `read-data`.

    Raises:
        SubsetError: `read_data` names no subset.
        StorageError: the repository cannot be reached.
    """
    subset: Subset | bool | None = parse_subset(read_data) if isinstance(read_data, str) else read_data
    if isinstance(subset, bool):
        subset = EVERYTHING if subset else None
    return _Check(repo, listener).run(subset)


@dataclass(slots=True)
class _KnownPack:
    """What the index says of a pack, small."""

    size: int
    fingerprint: bytes
    index: FileId


@dataclass(frozen=True, slots=True)
class _TreeJob:
    tree_id: BlobId
    path: bytes
    snapshot: str


class _Check:
    """One check."""

    def __init__(self, repo: Repository, listener: Listener) -> None:
        # A repository object of our own: its index is filled from the index files that turn out sound.
        self._repo = Repository(repo.storage, repo.key, repo.config, repo.key_name)
        self._listener = listener
        self._log = CheckLog()
        self._packs: dict[FileId, _KnownPack] = {}
        self._threads = reading_threads(self._repo)

    def run(self, subset: Subset | None) -> CheckReport:
        report = self._log.report
        self._listener(PhaseStarted("check"))
        # Snapshots, then index, then packs: what comes later is there for all that was listed before (restic, "Locks").
        snapshots = self._snapshots()
        self._indexes()
        sizes = self._pack_files()
        self._trees(snapshots)
        self._listener(PhaseDone("check", report.files, 0))
        if subset is not None:
            chosen = subset.choose(sizes, SystemRandom())
            self._read_data(chosen, sum(sizes[pack] for pack in chosen))
        name_lost_files(self._repo, snapshots, self._log)
        return report

    # -- snapshots, index, packs ---------------------------------------------------------------------------------

    def _snapshots(self) -> list[Snapshot]:
        def damaged(name: FileId, error: PhonewardError) -> None:
            if isinstance(error, StorageError):
                raise error
            self._log.error(ProblemKind.SNAPSHOT_DAMAGED, label(FileType.SNAPSHOT, name), error.sentence())

        snapshots = load_snapshots(self._repo, on_damaged=damaged)
        self._log.report.snapshots = len(snapshots)
        return snapshots

    def _indexes(self) -> None:
        for name, document in load_each(self._repo, FileType.INDEX, list(self._repo.list_files(FileType.INDEX))):
            file = label(FileType.INDEX, name)
            if isinstance(document, StorageError):
                raise document
            if isinstance(document, PhonewardError):
                self._log.error(ProblemKind.INDEX_DAMAGED, file, document.sentence())
                continue
            try:
                packs = decode_columns(document)
            except ValueError as error:
                sentence = _("The index file {name} cannot be used: {problem}").format(name=name, problem=error)
                self._log.error(ProblemKind.INDEX_DAMAGED, file, sentence)
            else:
                self._log.report.index_files += 1
                for pack in packs:
                    self._indexed_pack(pack, name)
        self._log.report.packs = len(self._packs)
        self._log.report.blobs = len(self._repo.index)

    def _indexed_pack(self, pack: PackColumns, index: FileId) -> None:
        ordered = _by_offset(pack)
        file = label(FileType.PACK, pack.pack)
        if list(itertools.accumulate(ordered.lengths[:-1], initial=0))[: len(ordered.offsets)] != ordered.offsets:
            sentence = _(
                "The index file {name} describes the pack {pack} wrongly: its pieces do not follow each other."
            )
            self._log.error(ProblemKind.INDEX_WRONG, file, sentence.format(name=index, pack=pack.pack))
        fingerprint = _fingerprint(ordered)
        known = self._packs.get(pack.pack)
        if known is None:
            self._packs[pack.pack] = _KnownPack(_pack_size(ordered), fingerprint, index)
        elif known.fingerprint == fingerprint:
            sentence = _("Two index files describe the pack {pack}, both alike.")
            self._log.hint(ProblemKind.PACK_TWICE, file, sentence.format(pack=pack.pack))
        else:
            sentence = _("Two index files describe the pack {pack} differently.")
            self._log.error(ProblemKind.PACK_SPLIT, file, sentence.format(pack=pack.pack))
        if known is None and len(set(pack.is_tree)) > 1:
            sentence = _("The pack {pack} holds both files' content and folders' lists.")
            self._log.hint(ProblemKind.PACK_MIXED, file, sentence.format(pack=pack.pack))
        self._repo.index.add_columns(pack)

    def _pack_files(self) -> dict[FileId, int]:
        """Compare the packs that are there with the index; return the sizes of those that can be read."""
        present: dict[FileId, int] = {}
        for name, size in self._repo.list_files(FileType.PACK):
            if name in self._packs:
                present[name] = size
            else:
                self._log.report.orphan_packs += 1
                sentence = _("No index describes the pack {pack}: an interrupted run left it, and it does no harm.")
                self._log.hint(ProblemKind.PACK_ORPHANED, label(FileType.PACK, name), sentence.format(pack=name))
        for name, known in self._packs.items():
            file = label(FileType.PACK, name)
            if name not in present:
                self._log.error(ProblemKind.PACK_MISSING, file, _("The pack {pack} is missing.").format(pack=name))
            elif present[name] != known.size:
                sentence = _("The pack {pack} should be {expected} bytes long, but has {actual}.")
                self._log.error(
                    ProblemKind.PACK_SIZE,
                    file,
                    sentence.format(pack=name, expected=known.size, actual=present[name]),
                )
        return present

    # -- trees ---------------------------------------------------------------------------------------------------

    def _trees(self, snapshots: Sequence[Snapshot]) -> None:
        """Visit every distinct folder once, deep before wide, so that few wait; long ones one at a time."""
        seen: set[BlobId] = set()
        pending = [_TreeJob(s.tree, b"", label(FileType.SNAPSHOT, s.id or "")) for s in reversed(snapshots)]
        with ThreadPoolExecutor(self._threads, "check") as pool:
            running: dict[Future[list[Node]], tuple[_TreeJob, int]] = {}
            try:
                while pending or running:
                    self._start_trees(pool, pending, running, seen)
                    done = wait(running, return_when=FIRST_COMPLETED).done if running else set()
                    while done:
                        # Nothing but `_tree` holds the nodes: 50,000 of them take 70 MB.
                        pending.extend(self._tree(*_taken(done, running)))
            finally:
                for future in running:
                    future.cancel()

    def _start_trees(
        self,
        pool: ThreadPoolExecutor,
        pending: list[_TreeJob],
        running: dict[Future[list[Node]], tuple[_TreeJob, int]],
        seen: set[BlobId],
    ) -> None:
        room = _TREE_BYTES - sum(size for _job, size in running.values())
        while pending and len(running) < 2 * self._threads:
            job = pending[-1]
            size = self._repo.blob_size(BlobType.TREE, job.tree_id) or 0
            if job.tree_id not in seen:
                if running and size > room:
                    return
                seen.add(job.tree_id)
                running[pool.submit(load_tree, self._repo, job.tree_id, keep_unsafe_names=True)] = (job, size)
                room -= size
            pending.pop()

    def _tree(self, job: _TreeJob, future: Future[list[Node]]) -> Iterator[_TreeJob]:
        try:
            nodes = future.result()
        except StorageError:
            raise
        except PhonewardError as error:
            self._log.error(ProblemKind.TREE_DAMAGED, job.snapshot, error.sentence(), job.path or b"/")
            return
        report = self._log.report
        report.trees += 1
        for node in nodes:
            self._node(job, node)
            if node.type == NodeType.DIR and node.subtree is not None:
                # Folders made to lie a million deep must not cost a million long paths.
                path = job.path + b"/" + node.name if len(job.path) < _MAX_PATH else job.path
                yield _TreeJob(node.subtree, path, job.snapshot)
        if report.trees % _TREES_PER_EVENT == 0:
            self._listener(Advanced("check", report.files, 0, job.path))

    def _node(self, job: _TreeJob, node: Node) -> None:
        if not node.has_safe_name:
            self._node_error(job, node, _("{path} has a name that no file can have."))
        if node.type == "file":
            self._log.report.files += 1
            self._content(job, node)
        elif node.type == "dir":
            if node.subtree is None:
                self._node_error(job, node, _("The folder {path} has no list of files."))
        elif node.type != NodeType.SYMLINK and node.type not in SPECIAL_TYPES:
            self._node_error(job, node, _("{path} is of an unknown kind."))

    def _node_error(self, job: _TreeJob, node: Node, sentence: str) -> None:
        path = job.path + b"/" + node.name
        self._log.error(ProblemKind.NODE_WRONG, job.snapshot, sentence.format(path=readable(path)), path)

    def _content(self, job: _TreeJob, node: Node) -> None:
        if node.content is None:
            self._node_error(job, node, _("The file {path} has no list of pieces."))
            return
        total = missing = 0
        for blob_id in node.content:
            size = self._repo.blob_size(BlobType.DATA, blob_id)
            missing += size is None
            total += size or 0
        if not missing and total == node.size:
            return
        path = job.path + b"/" + node.name
        if missing:
            sentence = _("{missing} of {count} pieces of the file {path} are in no index.")
            self._log.error(
                ProblemKind.BLOB_MISSING,
                job.snapshot,
                sentence.format(missing=missing, count=len(node.content), path=readable(path)),
                path,
            )
        else:
            sentence = _("The file {path} should be {expected} bytes long, but its pieces have {actual}.")
            self._log.error(
                ProblemKind.SIZE_WRONG,
                job.snapshot,
                sentence.format(path=readable(path), expected=node.size, actual=total),
                path,
            )

    # -- data ----------------------------------------------------------------------------------------------------

    def _read_data(self, packs: Sequence[FileId], total: int) -> None:
        self._listener(PhaseStarted("read-data", len(packs), total))
        done = read = 0

        def on_read(size: int) -> None:
            nonlocal done, read
            done, read = done + 1, read + size
            self._listener(Advanced("read-data", done, read))

        wanted = set(packs)
        described = (pack for pack in self._repo.index.by_pack() if pack.pack in wanted)
        read_packs(self._repo, described, self._log, on_read=on_read, threads=self._threads)
        self._listener(PhaseDone("read-data", done, read))


def _taken(
    done: set[Future[list[Node]]], running: dict[Future[list[Node]], tuple[_TreeJob, int]]
) -> tuple[_TreeJob, Future[list[Node]]]:
    future = done.pop()
    return running.pop(future)[0], future


def _by_offset(pack: PackColumns) -> PackColumns:
    """Return the pack's blobs in the order of their places. An index has them so as a rule."""
    offsets = list(pack.offsets)
    if offsets == sorted(offsets):
        return pack._replace(offsets=offsets)
    order = sorted(range(len(offsets)), key=offsets.__getitem__)
    return PackColumns(
        pack.pack,
        [pack.ids[number] for number in order],
        [pack.is_tree[number] for number in order],
        [offsets[number] for number in order],
        [pack.lengths[number] for number in order],
        [pack.uncompressed_lengths[number] for number in order],
    )


def _fingerprint(pack: PackColumns) -> bytes:
    digest = blake2b(b"".join(pack.ids), digest_size=16)
    digest.update(bytes(pack.is_tree))
    for column in (pack.offsets, pack.lengths, pack.uncompressed_lengths):
        digest.update(array("Q", column).tobytes())
    return digest.digest()


def _pack_size(pack: PackColumns) -> int:
    compressed = len(pack.ids) - list(pack.uncompressed_lengths).count(0)
    return sum(pack.lengths) + header_size_of(len(pack.ids), compressed)
