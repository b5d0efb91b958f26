"""Restoring the content of files: each is written aside, verified, made durable, and only then given its name."""

import contextlib
import errno
import hashlib
import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.vault.errors import RestoreTargetError, StorageError
from phoneward.vault.nodes import Node
from phoneward.vault.opened import FileSource, content_sizes, load_piece
from phoneward.vault.restore_report import Existing, IssueKind, RestoreLog
from phoneward.vault.restore_target import InTheWayError, TargetFolder

READ_AHEAD_BYTES: Final = 24 << 20
"""Most plaintext of one file that is loaded ahead of the writing."""
_SPARSE_BYTES: Final = 64 << 10
_ZEROS: Final = bytes(1 << 20)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


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


class FileRestorer:
    """Restores files; used by several threads at once.

    Args:
        repo: where the blobs are.
        loaders: threads that load blobs of large files ahead. Not the threads that call `restore`.
        durable: whether each file is on the disk before it gets its name. Without it a power cut soon after may leave
            empty files under their names.
    """

    def __init__(
        self,
        repo: FileSource,
        log: RestoreLog,
        loaders: ThreadPoolExecutor,
        *,
        target_label: str,
        existing: Existing,
        dry_run: bool,
        durable: bool,
        is_stopped: Callable[[], bool],
    ) -> None:
        self._repo = repo
        self._log = log
        self._loaders = loaders
        self._target_label = target_label
        self._existing = existing
        self._dry_run = dry_run
        self._durable = durable
        self._is_stopped = is_stopped

    def restore(self, job: FileJob) -> None:
        """Restore one file. What fails with this file only is noted in the log.

        Raises:
            RestoreTargetError: the disk is full.
            StorageError: the repository cannot be reached.
        """
        if self._is_stopped():
            return
        try:
            self._restore(job)
        except StorageError:
            raise
        except InTheWayError:
            self._log.issue(job.path, IssueKind.IN_THE_WAY)
        except PhonewardError as error:
            self._log.issue(job.path, IssueKind.FAILED, detail=error.sentence())
        except (OSError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno in _FULL:
                raise RestoreTargetError(path=self._target_label, reason=os.strerror(error.errno)) from error
            self._log.issue(job.path, IssueKind.FAILED, detail=readable(str(error)))
        self._log.advance(job.path, files=1)

    def _restore(self, job: FileJob) -> None:
        sizes = content_sizes(self._repo, job.node)
        status = None if job.folder is None else job.folder.lstat(job.name)
        if job.folder is not None and status is not None:
            if stat.S_ISREG(status.st_mode) and status.st_size == job.node.size and self._same_content(job, sizes):
                self._log.already_there()
                self._log.advance(job.path, size=job.node.size)
                return
            if stat.S_ISDIR(status.st_mode):
                raise InTheWayError
            if self._existing is Existing.KEEP:
                self._log.issue(job.path, IssueKind.KEPT, name=job.name)
                return
        if not self._dry_run and job.folder is not None:
            try:
                self._write(job, job.folder, sizes)
            except FileExistsError:
                self._log.issue(job.path, IssueKind.KEPT, name=job.name)
                return
        self._log.file_made(job.node.size, replaced=status is not None)

    def _same_content(self, job: FileJob, sizes: list[int]) -> bool:
        """Compare with the IDs of the blobs, which are hashes of their content: no blob need be loaded."""
        if job.folder is None:
            return False
        try:
            descriptor = job.folder.open_file(job.name)
        except OSError:
            return False
        with open(descriptor, "rb", buffering=0) as stream:
            for blob_id, size in zip(job.node.content or (), sizes, strict=True):
                digest, left = hashlib.sha256(), size
                while left > 0:
                    data = stream.read(min(left, 1 << 20))
                    if not data:
                        return False
                    digest.update(data)
                    left -= len(data)
                if digest.digest() != blob_id:
                    return False
            return not stream.read(1)

    def _write(self, job: FileJob, folder: TargetFolder, sizes: list[int]) -> None:
        temporary, descriptor = folder.new_file()
        try:
            try:
                self._write_content(job, descriptor, sizes)
                # setuid, setgid and sticky are dropped: no repository may plant a program with more rights.
                permissions, times = job.node.permissions & 0o777, (job.node.atime_ns, job.node.mtime_ns)
                folder.describe(descriptor, permissions, times)
                if self._durable:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            folder.describe_by_name(temporary, permissions, times)
            folder.publish(temporary, job.name, replace=self._existing is Existing.REPLACE)
        except BaseException:  # whatever happened, even an interrupt: no half-written file is left
            with contextlib.suppress(OSError):
                folder.remove(temporary)
            raise

    def _write_content(self, job: FileJob, descriptor: int, sizes: list[int]) -> None:
        position = 0
        for piece in self._pieces(job.node, sizes):
            if len(piece) < _SPARSE_BYTES or not _is_zero(piece):
                if os.lseek(descriptor, 0, os.SEEK_CUR) != position:
                    os.lseek(descriptor, position, os.SEEK_SET)
                _write_all(descriptor, piece)
            position += len(piece)
            self._log.advance(job.path, size=len(piece))
        if position and os.fstat(descriptor).st_size != position:
            os.ftruncate(descriptor, position)

    def _pieces(self, node: Node, sizes: list[int]) -> Iterator[bytes]:
        content = node.content or ()
        if len(content) == 1:
            yield load_piece(self._repo, node, content[0], sizes[0])
            return
        waiting: deque[tuple[Future[bytes], int]] = deque()
        ahead = 0
        try:
            for blob_id, size in zip(content, sizes, strict=True):
                while waiting and ahead + size > READ_AHEAD_BYTES:
                    future, loaded = waiting.popleft()
                    ahead -= loaded
                    yield future.result()
                waiting.append((self._loaders.submit(load_piece, self._repo, node, blob_id, size), size))
                ahead += size
            while waiting:
                yield waiting.popleft()[0].result()
        finally:
            for future, _size in waiting:
                future.cancel()


def _is_zero(data: bytes) -> bool:
    if data[0] or data[-1]:
        return False
    return all(data[i : i + len(_ZEROS)] == _ZEROS[: len(data) - i] for i in range(0, len(data), len(_ZEROS)))


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
