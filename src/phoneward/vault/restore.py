"""Restoring a snapshot, or parts of it, into a folder.

- A file is written under a name of its own in the same folder, every blob's hash verified, put on the disk, and only
  then given its name: a half-written file is never taken for whole.
- Nothing that exists is written over unless that was asked for; what has the same content already is left alone.
- Nothing is written outside the target: see `restore_target`; names are checked and mapped by `safe_names`.
- Links are restored as they are and never followed. Devices, pipes and sockets are left out and named.
- Owners are not restored (the files belong to whoever restores), nor extended attributes, nor the bits by which a
  program would run with more rights (setuid, setgid). Folders keep setgid and sticky, which Android's shared storage
  uses and which give nobody any rights. Hard links become separate files.
"""

import contextlib
import os
import queue
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from phoneward.errors import PhonewardError, readable
from phoneward.progress import Listener, PhaseDone, PhaseStarted, silent
from phoneward.texts import _, enumeration
from phoneward.vault.blobs import BlobId
from phoneward.vault.errors import (
    NotEnoughSpaceError,
    RestoreTargetError,
    StorageError,
    TooManyFilesError,
)
from phoneward.vault.loading import reading_threads
from phoneward.vault.nodes import SPECIAL_TYPES, Node, NodeType
from phoneward.vault.opened import FileSource
from phoneward.vault.restore_files import READ_AHEAD_BYTES, FileRestorer
from phoneward.vault.restore_publish import FileJob, Publisher
from phoneward.vault.restore_report import Existing, IssueKind, RestoreLog, RestoreReport
from phoneward.vault.restore_target import InTheWayError, OpenFolders, TargetFolder, open_target
from phoneward.vault.safe_names import CHANGE_SENTENCES, LINUX, MACOS, WINDOWS, NameRules, SafeName, safe_names
from phoneward.vault.tree_totals import MAX_ENTRIES, TreeMeasurer, TreeTotals, totals_of_node
from phoneward.vault.trees import MAX_DEPTH, find_node, load_tree, split_path

_FOLDER_PERMISSIONS: Final = 0o3777
_BATCH_FILES: Final = 256
_BATCH_BYTES: Final = 4 << 20
_QUEUED_BATCHES: Final = 4

_Wanted: TypeAlias = dict[bytes, "_Wanted"] | None
"""What to restore of a folder: some of its names and what of each, or all (None)."""


def rules_of_this_system() -> NameRules:
    """Return which names this computer can hold."""
    return {"win32": WINDOWS, "darwin": MACOS}.get(sys.platform, LINUX)


def restore_tree(
    repo: FileSource,
    tree_id: BlobId,
    target: Path,
    *,
    include: Sequence[bytes] = (),
    existing: Existing = Existing.KEEP,
    dry_run: bool = False,
    rules: NameRules | None = None,
    durable: bool = True,
    listener: Listener = silent,
) -> RestoreReport:
    """Restore a snapshot's tree into a folder and return what was done.

    Args:
        repo: where the blobs are; its index is loaded.
        tree_id: the snapshot's root.
        target: the folder, made where it is missing. The tree's paths appear below it.
        include: paths in the snapshot (a file, or a folder with all in it); empty for everything. Each appears below
            the target at its full path.
        existing: what happens to files that are there and differ.
        dry_run: only find out what would be done; nothing is written.
        rules: which names can be held; None for this system's.
        durable: see `FileRestorer`.
        listener: hears phases, progress and every issue.

    Raises:
        PathNotFoundError: a path asked for is not in the snapshot.
        TooManyFilesError: it unfolds into more names than any phone holds.
        NotEnoughSpaceError: a new folder's disk has too little room.
        RestoreTargetError: the target cannot be used, or its disk filled up.
        StorageError: the repository cannot be reached.
    """
    wanted = _parse_include(repo, tree_id, include)
    totals = _measure(repo, tree_id, wanted)
    if totals.entries > MAX_ENTRIES:
        raise TooManyFilesError(count=totals.entries, limit=MAX_ENTRIES)
    label = readable(str(target))
    try:
        if not dry_run:
            _check_space(target, totals.size, label)
        pool, folder = open_target(target, create=not dry_run)
    except OSError as error:
        raise RestoreTargetError(path=label, reason=readable(error.strerror or str(error))) from error
    log = RestoreLog(listener, dry_run=dry_run)
    listener(PhaseStarted("restore", totals.files, totals.size))
    options = _Options(existing, dry_run, durable, rules or rules_of_this_system(), label)
    with contextlib.closing(pool):
        _Restore(repo, log, options, pool).run(tree_id, folder, wanted)
    listener(PhaseDone("restore", *log.done))
    return log.report


def _parse_include(repo: FileSource, tree_id: BlobId, include: Sequence[bytes]) -> _Wanted:
    wanted: dict[bytes, _Wanted] = {}
    for path in include:
        components = split_path(path)
        if not components:
            return None
        find_node(repo, tree_id, path)
        level = wanted
        for component in components[:-1]:
            below = level.setdefault(component, {})
            if below is None:
                break  # a folder above is wanted whole
            level = below
        else:
            level[components[-1]] = None
    return wanted if include else None


def _measure(repo: FileSource, tree_id: BlobId, wanted: _Wanted) -> TreeTotals:
    # Folders that cannot be read count as nothing here; the restore itself names them.
    measurer = TreeMeasurer(repo, on_damaged=lambda _tree, _error: None)
    if wanted is None:
        return measurer.measure(tree_id)
    totals = TreeTotals()
    stack: list[tuple[BlobId, dict[bytes, _Wanted]]] = [(tree_id, wanted)]
    while stack:
        folder, names = stack.pop()
        for node in load_tree(repo, folder, keep_unsafe_names=True):
            if node.name not in names:
                continue
            totals = totals.plus(totals_of_node(node))
            below = names[node.name]
            if node.type == NodeType.DIR and node.subtree is not None:
                if below is None:
                    totals = totals.plus(measurer.measure(node.subtree))
                else:
                    stack.append((node.subtree, below))
    return totals


def _check_space(target: Path, needed: int, label: str) -> None:
    """Refuse a restore that cannot fit. A folder with something in it may hold a part already, so it is let pass."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(target) as entries:
        if next(entries, None) is not None:
            return
    place = next((p for p in (target, *target.absolute().parents) if p.exists()), None)
    if place is not None:
        free = shutil.disk_usage(place).free
        if needed > free:
            raise NotEnoughSpaceError(needed=needed, free=free, path=label)


@dataclass(frozen=True, slots=True)
class _Options:
    existing: Existing
    dry_run: bool
    durable: bool
    rules: NameRules
    target_label: str


@dataclass(slots=True)
class _Level:
    """A folder on the way down. `folder` is None in a dry run where it does not exist."""

    folder: TargetFolder | None
    path: bytes
    nodes: Iterator[Node]
    names: dict[bytes, SafeName]
    wanted: _Wanted


class _Restore:
    """One restore: this thread walks and makes folders and links, others write files."""

    def __init__(self, repo: FileSource, log: RestoreLog, options: _Options, pool: OpenFolders) -> None:
        self._repo = repo
        self._log = log
        self._options = options
        self._pool = pool
        self._made: list[tuple[TargetFolder, Node, bytes]] = []
        self._batch: list[FileJob] = []
        self._batch_bytes = 0

    def run(self, tree_id: BlobId, target: TargetFolder | None, wanted: _Wanted) -> None:
        threads = reading_threads(self._repo)
        with ThreadPoolExecutor(threads, "restore-load") as loaders:
            workers = _Workers(threads)
            restorer = FileRestorer(
                self._repo,
                self._log,
                loaders,
                target_label=self._options.target_label,
                existing=self._options.existing,
                dry_run=self._options.dry_run,
                durable=self._options.durable,
                is_stopped=workers.is_stopped,
                read_ahead=READ_AHEAD_BYTES // threads,
            )
            with contextlib.closing(restorer.publisher) as publisher:
                try:
                    with workers.running(restorer.restore):
                        self._walk(tree_id, target, wanted, workers)
                        self._send(workers)
                finally:
                    # Also when it broke off: what is whole gets its name, and the next run finds these folders there
                    # and leaves them as they are.
                    try:
                        publisher.finish()
                    finally:
                        self._finish_folders(target, publisher)

    def _walk(self, tree_id: BlobId, target: TargetFolder | None, wanted: _Wanted, workers: "_Workers") -> None:
        top = self._open_level(target, b"", tree_id, wanted)
        stack = [] if top is None else [top]
        while stack:
            level = stack[-1]
            node = next(level.nodes, None)
            if node is None:
                stack.pop()
                continue
            if level.wanted is not None and node.name not in level.wanted:
                continue
            below = self._one(level, node, workers)
            if below is not None and len(stack) >= MAX_DEPTH:
                self._log.issue(below.path, IssueKind.FAILED, detail=_("it lies too deep in other folders"))
            elif below is not None:
                stack.append(below)

    def _open_level(self, folder: TargetFolder | None, path: bytes, tree_id: BlobId, wanted: _Wanted) -> _Level | None:
        try:
            nodes = load_tree(self._repo, tree_id, keep_unsafe_names=True)
        except StorageError:
            raise
        except PhonewardError as error:
            self._log.issue(path or b"/", IssueKind.FAILED, detail=error.sentence())
            return None
        names = safe_names((node.name for node in nodes if node.has_safe_name), self._options.rules)
        return _Level(folder, path, iter(nodes), names, wanted)

    def _one(self, level: _Level, node: Node, workers: "_Workers") -> _Level | None:
        """Restore one node; return the level below, if it is a folder that can be entered."""
        path = level.path + b"/" + node.name
        if not node.has_safe_name:
            self._log.issue(path, IssueKind.UNSAFE_NAME)
            return None
        safe = level.names[node.name]
        if safe.changes:
            reasons = enumeration(_(CHANGE_SENTENCES[change]) for change in safe.changes)
            self._log.issue(path, IssueKind.RENAMED, name=safe.name, detail=reasons)
        if node.type == NodeType.FILE:
            self._add(FileJob(level.folder, safe.name, path, node), workers)
        elif node.type == NodeType.DIR:
            return self._folder(level, node, safe.name, path)
        elif node.type == NodeType.SYMLINK:
            self._link(level.folder, node, safe.name, path)
        elif node.type in SPECIAL_TYPES:
            self._log.issue(path, IssueKind.SPECIAL)
        else:
            self._log.issue(path, IssueKind.UNKNOWN_TYPE, detail=readable(node.type))
        return None

    def _folder(self, level: _Level, node: Node, name: bytes, path: bytes) -> _Level | None:
        folder, made = None, level.folder is None
        if level.folder is not None:
            try:
                folder, made = level.folder.enter(name, create=not self._options.dry_run)
                made = made or folder is None
            except InTheWayError:
                self._log.issue(path, IssueKind.IN_THE_WAY)
                return None
            except OSError as error:
                self._fail(path, error)
                return None
        if made:
            self._log.folder_made()
        if folder is not None and (made or self._options.existing is Existing.REPLACE):
            self._made.append((folder, node, path))
        if node.subtree is None:
            self._log.issue(path, IssueKind.FAILED, detail=_("its list of files is missing"))
            return None
        return self._open_level(folder, path, node.subtree, None if level.wanted is None else level.wanted[node.name])

    def _link(self, folder: TargetFolder | None, node: Node, name: bytes, path: bytes) -> None:
        replace = self._options.existing is Existing.REPLACE
        try:
            status = None if folder is None else folder.lstat(name)
            if folder is not None and status is not None:
                if stat.S_ISLNK(status.st_mode) and folder.read_link(name) == node.linktarget:
                    self._log.already_there()
                    return
                if stat.S_ISDIR(status.st_mode) or not replace:
                    kind = IssueKind.IN_THE_WAY if stat.S_ISDIR(status.st_mode) else IssueKind.KEPT
                    self._log.issue(path, kind, name=name)
                    return
            if folder is not None and not self._options.dry_run:
                folder.make_link(name, node.linktarget, node.mtime_ns, replace=status is not None)
        except FileExistsError:
            self._log.issue(path, IssueKind.KEPT, name=name)
        except (OSError, ValueError) as error:  # ValueError: a target no link can hold
            self._fail(path, error)
        else:
            self._log.link_made(replaced=status is not None)

    def _fail(self, path: bytes, error: Exception) -> None:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self._log.issue(path, IssueKind.FAILED, detail=readable(reason))

    def _add(self, job: FileJob, workers: "_Workers") -> None:
        self._batch.append(job)
        self._batch_bytes += job.node.size
        if len(self._batch) >= _BATCH_FILES or self._batch_bytes >= _BATCH_BYTES:
            self._send(workers)

    def _send(self, workers: "_Workers") -> None:
        workers.put(self._batch)
        self._batch, self._batch_bytes = [], 0

    def _finish_folders(self, target: TargetFolder | None, publisher: Publisher) -> None:
        """Set modes and times of folders, deepest first: writing into a folder changes its time."""
        for folder, node, path in reversed(self._made):
            try:
                folder.finish(node.permissions & _FOLDER_PERMISSIONS, node.mtime_ns)
                publisher.sync_folder(folder)
            except OSError as error:
                self._fail(path, error)
        if target is None or self._options.dry_run:
            return
        with contextlib.suppress(OSError):  # some network file systems cannot
            publisher.sync_folder(target)
        try:
            publisher.sync_file_systems()
        except OSError:
            self._sync_each(target)

    def _sync_each(self, target: TargetFolder) -> None:
        """Find out which folders are not on the disk: it may have been another program's file."""
        for folder, path in [*((folder, path) for folder, _node, path in self._made), (target, b"/")]:
            try:
                folder.sync()
            except OSError as error:
                self._fail(path, error)


class _Workers:
    """Threads that take batches of files from a short queue. The first error stops all and is raised by the owner."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._queue: queue.Queue[list[FileJob] | None] = queue.Queue(_QUEUED_BATCHES)
        self._stopped = threading.Event()
        self._error: BaseException | None = None

    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def put(self, batch: list[FileJob]) -> None:
        if batch:
            self._queue.put(batch)
        if self._error is not None:
            raise self._error

    @contextlib.contextmanager
    def running(self, work: Callable[[list[FileJob]], None]) -> Iterator[None]:
        threads = [threading.Thread(target=self._run, args=(work,), name="restore") for _ in range(self._threads)]
        for thread in threads:
            thread.start()
        try:
            yield
        except BaseException:  # an interrupt too: the threads must end
            self._stopped.set()
            raise
        finally:
            for _thread in threads:
                self._queue.put(None)
            for thread in threads:
                thread.join()
        if self._error is not None:
            raise self._error

    def _run(self, work: Callable[[list[FileJob]], None]) -> None:
        while (batch := self._queue.get()) is not None:
            if self._stopped.is_set():
                continue
            try:
                work(batch)
            except BaseException as error:  # noqa: BLE001 - carried to the owner's thread, which raises it
                self._error = self._error or error
                self._stopped.set()
