"""When restored files get their names: after their content is on the disk, many after one flush where that can be.

A flush of each file costs a turn of the disk each; one flush of the whole file system for some thousand small files
costs hardly more than one of them. Until then they keep their temporary names: after a power cut no file has a name
without having its content.
"""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.vault.nodes import Node
from phoneward.vault.restore_report import IssueKind, RestoreLog
from phoneward.vault.restore_system import can_flush_file_system, flush_file_system
from phoneward.vault.restore_target import TargetFolder

GROUP_FILES: Final = 4096
GROUP_BYTES: Final = 256 << 20
"""So many files or bytes wait for one flush at most."""


@dataclass(frozen=True, slots=True)
class FileJob:
    """One file to restore.

    Attributes:
        folder: where to; None in a dry run whose folder does not exist.
        name: on the disk.
        path: in the snapshot.
    """

    folder: TargetFolder | None
    name: bytes
    path: bytes
    node: Node


@dataclass(frozen=True, slots=True)
class Written:
    """A file whose content stands under a temporary name.

    Attributes:
        replaces: whether something else had its name before.
    """

    job: FileJob
    folder: TargetFolder
    temporary: bytes
    replaces: bool


@dataclass(slots=True)
class _FileSystem:
    """One file system files are written to. `descriptor` is open for as long as failed writes must be heard of."""

    descriptor: int
    waiting: list[Written] = field(default_factory=list)
    size: int = 0


class Publisher:
    """Gives written files their names. Used by several threads at once; `finish` and `close` it in the end.

    Args:
        replace: whether what has a name already makes way.
        durable: whether content is on the disk before it gets its name.
        on_error: told of a file that failed; may raise to end the restore.
    """

    def __init__(
        self, log: RestoreLog, *, replace: bool, durable: bool, on_error: Callable[[FileJob, Exception], None]
    ) -> None:
        self._log = log
        self._replace = replace
        self._durable = durable
        self._on_error = on_error
        self._lock = threading.Lock()
        self._systems: dict[int, _FileSystem | None] = {}

    def flushes_later(self, folder: TargetFolder) -> bool:
        """Tell, before a file is written into a folder, whether it needs no flush of its own."""
        return not self._durable or self._system(folder) is not None

    def add(self, files: Sequence[Written]) -> None:
        """Take finished, closed files of one folder; they get their names now or with others later."""
        system = self._system(files[0].folder) if files and self._durable else None
        if system is None:
            self._name(files)
            return
        group: list[Written] = []
        with self._lock:
            system.waiting += files
            system.size += sum(written.job.node.size for written in files)
            if len(system.waiting) >= GROUP_FILES or system.size >= GROUP_BYTES:
                group, system.waiting, system.size = system.waiting, [], 0
        if group:
            self._publish(system, group)

    def finish(self) -> None:
        """Give all that wait their names, also where a restore broke off: they are whole."""
        for system in self._systems.values():
            if system is not None and system.waiting:
                group, system.waiting, system.size = system.waiting, [], 0
                self._publish(system, group)

    def sync_folder(self, folder: TargetFolder) -> None:
        """Make a folder's names, mode and time durable, unless `sync_file_systems` will.

        Raises:
            OSError: they could not be.
        """
        if self._durable and self._system(folder) is None:
            folder.sync()

    def sync_file_systems(self) -> None:
        """Make all names, modes and times durable where a whole file system is flushed.

        Raises:
            OSError: they could not be.
        """
        for system in self._systems.values():
            if system is not None:
                flush_file_system(system.descriptor)

    def close(self) -> None:
        """Close what is open."""
        for system in self._systems.values():
            if system is not None:
                os.close(system.descriptor)
        self._systems.clear()

    def _system(self, folder: TargetFolder) -> _FileSystem | None:
        device = folder.device
        if device not in self._systems:
            with self._lock, folder.held() as held:
                if device not in self._systems:
                    system = None
                    if held.descriptor is not None and can_flush_file_system(held.descriptor):
                        # Kept from before anything is written: syncfs(2) tells of what failed since it was opened.
                        system = _FileSystem(os.dup(held.descriptor))
                    self._systems[device] = system
        return self._systems[device]

    def _publish(self, system: _FileSystem, group: list[Written]) -> None:
        try:
            flush_file_system(system.descriptor)
        except OSError:
            # It may have been another program's file that could not be written: ask for each of ours.
            group = self._flush_each(group)
        self._name(group)

    def _flush_each(self, group: list[Written]) -> list[Written]:
        flushed = []
        try:
            for written in group:
                try:
                    _flush(written)
                    flushed.append(written)
                except OSError as error:
                    _remove([written])
                    self._on_error(written.job, error)
        except BaseException:  # the disk is full, or an interrupt
            _remove(group)
            raise
        return flushed

    def _name(self, group: Sequence[Written]) -> None:
        waiting = deque(group)
        try:
            while waiting:
                self._name_in(waiting[0].folder, waiting)
        except BaseException:  # an interrupt too: nothing is left under a temporary name
            _remove(waiting)
            raise

    def _name_in(self, folder: TargetFolder, waiting: deque[Written]) -> None:
        """Name the first files that wait, as far as they lie in one folder; at an error, up to the file that had it."""
        count = size = replaced = 0
        try:
            with folder.writing, folder.held() as held:
                while waiting and waiting[0].folder is folder:
                    written = waiting[0]
                    try:
                        held.publish(written.temporary, written.job.name, replace=self._replace)
                    except FileExistsError:
                        _remove([waiting.popleft()])
                        self._log.issue(written.job.path, IssueKind.KEPT, name=written.job.name)
                        continue
                    waiting.popleft()
                    count += 1
                    size += written.job.node.size
                    replaced += written.replaces
        except OSError as error:
            failed = waiting.popleft()
            _remove([failed])
            self._on_error(failed.job, error)
        finally:
            self._log.files_made(count, size, replaced=replaced)


def _flush(written: Written) -> None:
    descriptor = written.folder.open_file(written.temporary)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(group: Iterable[Written]) -> None:
    for written in group:
        with contextlib.suppress(OSError):
            written.folder.remove(written.temporary)
