"""Restoring the content of files: each is written aside, verified, made durable, and only then given its name."""

import contextlib
import errno
import functools
import hashlib
import itertools
import os
import stat
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

from phoneward.errors import PhonewardError, readable
from phoneward.vault.blobs import BlobType
from phoneward.vault.errors import RestoreTargetError, SizeMismatchError, StorageError
from phoneward.vault.nodes import Node
from phoneward.vault.opened import FileSource, content_sizes, load_piece
from phoneward.vault.restore_publish import FileJob, Publisher, Written
from phoneward.vault.restore_report import Existing, IssueKind, RestoreLog
from phoneward.vault.restore_target import HeldFolder, InTheWayError, TargetFolder, describe

READ_AHEAD_BYTES: Final = 96 << 20
"""Most plaintext that is loaded ahead of the writing, by all threads together."""
SMALL_FILE_BYTES: Final = 512 << 10
"""Files up to this size have their blobs loaded together, many files at once."""
_SMALL_FILE_BLOBS: Final = 8
_SPARSE_BYTES: Final = 64 << 10
_ZEROS: Final = bytes(1 << 20)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class _Ready(NamedTuple):
    """A file that is to be written."""

    job: FileJob
    folder: TargetFolder
    sizes: list[int]
    replaces: bool


class FileRestorer:
    """Restores files; used by several threads at once.

    Args:
        repo: where the blobs are.
        loaders: threads that load blobs of large files ahead. Not the threads that call `restore`.
        durable: whether each file is on the disk before it gets its name. Without it a power cut soon after may leave
            empty files under their names.
        read_ahead: most plaintext bytes of one file that are loaded ahead of the writing.
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
        read_ahead: int,
    ) -> None:
        self._repo = repo
        self._log = log
        self._loaders = loaders
        self._target_label = target_label
        self._existing = existing
        self._dry_run = dry_run
        self._is_stopped = is_stopped
        self._read_ahead = read_ahead
        replace = existing is Existing.REPLACE
        self.publisher = Publisher(log, replace=replace, durable=durable, on_error=self._failed)

    def restore(self, jobs: Sequence[FileJob]) -> None:
        """Restore some files. What fails with one file only is noted in the log.

        A file may have its name only after `publisher.finish()`.

        Raises:
            RestoreTargetError: the disk is full.
            StorageError: the repository cannot be reached.
        """
        small = []
        for job in jobs:
            if self._is_stopped():
                return
            ready = self._guarded(job, self._prepare)
            if ready is None:
                self._log.advance(job.path, files=1)
            elif job.node.size <= SMALL_FILE_BYTES and len(ready.sizes) <= _SMALL_FILE_BLOBS:
                small.append(ready)
            else:
                self._guarded(job, functools.partial(self._write_large, ready))
                self._log.advance(job.path, files=1)
        if small:
            self._write_small(small)

    def _guarded(self, job: FileJob, step: Callable[[FileJob], _Ready | None]) -> _Ready | None:
        try:
            return step(job)
        except (PhonewardError, OSError, OverflowError) as error:
            self._failed(job, error)
            return None

    def _failed(self, job: FileJob, error: Exception) -> None:
        """Note why a file was not restored; an error that concerns all files is raised."""
        if isinstance(error, StorageError | RestoreTargetError):
            raise error
        if isinstance(error, InTheWayError):
            self._log.issue(job.path, IssueKind.IN_THE_WAY)
        elif isinstance(error, PhonewardError):
            self._log.issue(job.path, IssueKind.FAILED, detail=error.sentence())
        elif isinstance(error, OSError) and error.errno in _FULL:
            raise RestoreTargetError(path=self._target_label, reason=os.strerror(error.errno)) from error
        else:
            self._log.issue(job.path, IssueKind.FAILED, detail=readable(str(error)))

    def _prepare(self, job: FileJob) -> _Ready | None:
        """Find out whether a file is to be written; if not, say in the log what became of it."""
        sizes = content_sizes(self._repo, job.node)
        # In a folder made in this run nothing can be; what somebody puts there meanwhile keeps its name all the same.
        status = None if job.folder is None or job.folder.made else job.folder.lstat(job.name)
        if job.folder is not None and status is not None:
            if stat.S_ISREG(status.st_mode) and status.st_size == job.node.size and self._same_content(job, sizes):
                self._log.already_there()
                self._log.advance(job.path, size=job.node.size)
                return None
            if stat.S_ISDIR(status.st_mode):
                raise InTheWayError
            if self._existing is Existing.KEEP:
                self._log.issue(job.path, IssueKind.KEPT, name=job.name)
                return None
        if job.folder is None or self._dry_run:
            self._log.files_made(1, job.node.size, replaced=status is not None)
            return None
        return _Ready(job, job.folder, sizes, status is not None)

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

    def _write_large(self, ready: _Ready, _job: FileJob) -> _Ready | None:
        with ready.folder.held() as held, contextlib.closing(self._pieces(ready.job.node, ready.sizes)) as pieces:
            written = self._write(ready, held, self._told(ready.job, pieces))
        self.publisher.add([written])
        return None

    def _told(self, job: FileJob, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            self._log.advance(job.path, size=len(piece))

    def _write_small(self, files: Sequence[_Ready]) -> None:
        """Write files whose content fits in memory together."""
        ids = [blob_id for ready in files for blob_id in ready.job.node.content or ()]
        blobs = iter(self._repo.load_blobs(BlobType.DATA, ids))
        loaded = [(ready, [next(blobs) for _size in ready.sizes]) for ready in files]
        for folder, group in itertools.groupby(loaded, lambda pair: pair[0].folder):
            if self._is_stopped():
                return
            self._write_small_in(folder, list(group))
        size = sum(ready.job.node.size for ready in files)
        self._log.advance(files[-1].job.path, files=len(files), size=size)

    def _write_small_in(
        self, folder: TargetFolder, files: Sequence[tuple[_Ready, list[bytes | PhonewardError]]]
    ) -> None:
        written = []
        try:
            with folder.writing, folder.held() as held:
                for ready, blobs in files:
                    try:
                        written.append(self._write(ready, held, _verified(ready, blobs)))
                    except (PhonewardError, OSError, OverflowError) as error:
                        self._failed(ready.job, error)
        except OSError as error:  # the folder itself cannot be reached any more
            for ready, _blobs in files:
                self._failed(ready.job, error)
        finally:
            self.publisher.add(written)  # whatever came after them, these are whole

    def _write(self, ready: _Ready, held: HeldFolder, pieces: Iterable[bytes]) -> Written:
        folder, node = ready.folder, ready.job.node
        later = self.publisher.flushes_later(folder)
        temporary, descriptor = held.new_file()
        try:
            try:
                _write_content(descriptor, pieces)
                # setuid, setgid and sticky are dropped: no repository may plant a program with more rights.
                permissions, times = node.permissions & 0o777, (node.atime_ns, node.mtime_ns)
                describe(descriptor, permissions, times)
                if not later:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            folder.describe_by_name(temporary, permissions, times)
        except BaseException:  # whatever happened, even an interrupt: no half-written file is left
            with contextlib.suppress(OSError):
                folder.remove(temporary)
            raise
        return Written(ready.job, folder, temporary, ready.replaces)

    def _pieces(self, node: Node, sizes: list[int]) -> Generator[bytes, None, None]:
        content = node.content or ()
        if len(content) == 1:
            yield load_piece(self._repo, node, content[0], sizes[0])
            return
        waiting: deque[tuple[Future[bytes], int]] = deque()
        ahead = 0
        try:
            for blob_id, size in zip(content, sizes, strict=True):
                while waiting and ahead + size > self._read_ahead:
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


def _verified(ready: _Ready, blobs: Iterable[bytes | PhonewardError]) -> Iterator[bytes]:
    for blob, size in zip(blobs, ready.sizes, strict=True):
        if not isinstance(blob, bytes):
            raise blob
        if len(blob) != size:
            raise SizeMismatchError(name=readable(ready.job.node.name), expected=size, actual=len(blob))
        yield blob


def _write_content(descriptor: int, pieces: Iterable[bytes]) -> None:
    """Write a file's pieces; long runs of zeros become holes."""
    position = written = 0
    for piece in pieces:
        if len(piece) < _SPARSE_BYTES or not _is_zero(piece):
            if written != position:
                os.lseek(descriptor, position, os.SEEK_SET)
            _write_all(descriptor, piece)
            written = position + len(piece)
        position += len(piece)
    if written != position:
        os.ftruncate(descriptor, position)


def _is_zero(data: bytes) -> bool:
    if data[0] or data[-1]:
        return False
    return all(data[i : i + len(_ZEROS)] == _ZEROS[: len(data) - i] for i in range(0, len(data), len(_ZEROS)))


def _write_all(descriptor: int, data: bytes) -> None:
    written = os.write(descriptor, data)
    view = memoryview(data)[written:]
    while view:
        view = view[os.write(descriptor, view) :]
