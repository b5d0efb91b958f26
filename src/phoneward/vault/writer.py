"""Writing blobs: hash, leave out what is known, compress, seal, verify, pack, store, index; on several threads.

The caller's thread only cuts files and hands over; worker threads do the rest in calls that release the GIL. What is
in flight is bounded in bytes, so a fast phone cannot outrun a slow disk. Order: a pack is durable before an index file
names it, and an index file is durable before anybody else may rely on its blobs (restic `doc/design.rst`, "Backups").
"""

import contextlib
import itertools
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import NamedTuple, Protocol, Self, TypeAlias

from phoneward.vault.blobs import MAX_BLOB_SIZE, BlobId, BlobType, FileId, FileType
from phoneward.vault.chunker import MIN_SIZE, Chunker, seed_from_polynomial
from phoneward.vault.config import Config
from phoneward.vault.crypto import OVERHEAD, SealError, SealingKey
from phoneward.vault.errors import AppendOnlyError, ReadBackError, TooLargeError, VerifyError
from phoneward.vault.index import FLUSH_BLOBS, FLUSH_SECONDS, IndexedPack, encode_index
from phoneward.vault.index_table import IndexTable
from phoneward.vault.near import NearFiles
from phoneward.vault.open_packs import Gate, OpenPacks
from phoneward.vault.packs import TARGET_SIZE, FinishedPack, PackBuilder
from phoneward.vault.sealing import Inner, NewBlob, hash_of, may_shrink, pack_inner, seal_batch, seal_in_place
from phoneward.vault.storage.base import Storage, requests_at_once
from phoneward.vault.storage.retrying import under_new_names

SMALL_BLOB = 128 * 1024
"""Blobs below this many bytes go to the workers in batches: handing one over costs as much as sealing 4 KB."""
BATCH_BYTES = 512 * 1024
BATCH_BLOBS = 128
TINY_BLOB = 16 * 1024
"""Batches whose blobs average less than this go to one thread of their own: on several, the calls are so short that
the threads spend their time waiting for the GIL (4 KB blobs: 24,800 a second on one thread, 18,500 on two; 16 KB: the
same on both; 24 KB: 7,900 and 11,000)."""
IN_FLIGHT_BYTES = 32 * 2**20
FAR_PACKS = 4
"""Full packs in memory on their way to a distant place and back. Each goes there, is read back, and waits for a few
answers meanwhile: fewer leave the link idle, more are only memory."""
FAR_UPLOADS = 2
"""Of these so many go there at once. Were it all of them, they would come back all at once, and the way there would
be idle meanwhile."""


@dataclass(slots=True)
class WriterStats:
    """What a writer did so far.

    Attributes:
        blobs_new, blobs_known: blobs that were stored, and that the repository had already.
        bytes_in: plaintext bytes handed over.
        bytes_new: plaintext bytes of new blobs.
        bytes_packed: sealed bytes of new blobs.
        packs, bytes_stored: pack files stored, and their bytes.
    """

    blobs_new: int = 0
    blobs_known: int = 0
    bytes_in: int = 0
    bytes_new: int = 0
    bytes_packed: int = 0
    packs: int = 0
    bytes_stored: int = 0


class StoredFile(NamedTuple):
    """A file's content in blobs; `size` in bytes."""

    ids: tuple[BlobId, ...]
    size: int


class WriterStoppedError(Exception):
    """The writer ended before this blob was worked on. The reason was raised elsewhere."""


class Pending:
    """A blob on its way. Its id is known before it is durable; `BlobWriter.flush` makes it so."""

    __slots__ = ("_id", "_job")

    def __init__(self) -> None:
        self._id: BlobId | None = None
        self._job: _Job | None = None

    def result(self) -> BlobId:
        """Wait for the blob's id.

        Raises:
            Exception: whatever stopped the worker.
        """
        if self._id is None:
            assert self._job is not None  # noqa: S101 - set by put()
            self._job.wait()
            assert self._id is not None  # noqa: S101 - set by a job that ended well
        return self._id


class PendingFile:
    """A file on its way."""

    __slots__ = ("_chunks", "size")

    def __init__(self, chunks: list[Pending], size: int) -> None:
        self._chunks = chunks
        self.size = size

    def result(self) -> StoredFile:
        """Wait for the ids of the file's blobs.

        Raises:
            Exception: whatever stopped a worker.
        """
        return StoredFile(tuple(chunk.result() for chunk in self._chunks), self.size)


class _Job:
    """Blobs that a worker takes at once."""

    __slots__ = ("_done", "_writer", "blobs", "error", "size")

    def __init__(self, writer: "BlobWriter") -> None:
        self.blobs: list[tuple[BlobType, bytes, Pending]] = []
        self.size = 0
        self.error: BaseException | None = None
        self._writer = writer
        self._done = threading.Event()

    def finish(self, error: BaseException | None = None) -> None:
        self.error = error
        self.blobs = []
        self._done.set()

    def wait(self) -> None:
        if not self._done.is_set():
            self._writer.submit_batch(self)
            self._done.wait()
        if self.error is not None:
            raise self.error


class _FullPack(NamedTuple):
    """A pack whose thread went on with other work."""

    pack: PackBuilder


_Task: TypeAlias = "_Job | PackBuilder | _FullPack | None"
"""What a worker takes next; None ends it."""


@dataclass(slots=True)
class _IndexQueue:
    """Stored packs that no index file names yet."""

    packs: list[IndexedPack] = field(default_factory=list)
    blobs: int = 0
    since: float = 0.0


class WritableRepository(Protocol):
    """What writing blobs needs of a repository."""

    @property
    def key(self) -> SealingKey:
        """The master key."""

    @property
    def config(self) -> Config:
        """Its parameters."""

    @property
    def storage(self) -> Storage:
        """Where its files lie."""

    @property
    def index(self) -> IndexTable:
        """The blobs it has."""

    @property
    def near(self) -> NearFiles:
        """What of it is kept on this computer."""

    def save_unpacked(self, file_type: FileType, plaintext: bytes) -> FileId:
        """Store an index file; durable on return."""

    def index_saved(self, name: FileId) -> None:
        """Note that this index file's content is in `index`."""


class BlobWriter:
    """Stores blobs; a context manager, fed by one thread.

    Leaving the block normally flushes. Leaving it by an exception stops the work at once: packs stored already stay
    behind unnamed by any index ("orphan packs"), which harm nothing.

    Args:
        repo: with its index loaded, so that known blobs are not stored again.
        pack_size: a pack is closed when it has this many bytes.
        workers: number of threads for all but tiny blobs; None takes one more than there are processors, at most five:
            the one more works while another waits for the disk. For a distant place there are `FAR_PACKS` more.
        save_index: stores an index file's content, durably, and returns its name; what it raises ends the work. None
            for `repo.save_unpacked`.
    """

    def __init__(
        self,
        repo: WritableRepository,
        *,
        pack_size: int = TARGET_SIZE,
        workers: int | None = None,
        save_index: Callable[[bytes], FileId] | None = None,
    ) -> None:
        self._repo = repo
        self._store_index = save_index or partial(repo.save_unpacked, FileType.INDEX)
        self._key: SealingKey = repo.key
        self._compresses = repo.config.version >= 2
        self._chunker = Chunker(seed_from_polynomial(repo.config.chunker_polynomial))
        waiting = min(FAR_PACKS, requests_at_once(repo.storage))
        self._workers = workers or min(4, os.cpu_count() or 1) + waiting
        self._uploading = threading.Semaphore(FAR_UPLOADS) if waiting > 1 else contextlib.nullcontext()
        self._threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._tiny_jobs: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._gate = Gate(IN_FLIGHT_BYTES)
        self._batch = _Job(self)
        self._batch_lock = threading.Lock()
        self._packs = OpenPacks(pack_size)
        self._handed_over = threading.Semaphore(waiting)
        self._lock = threading.Lock()
        self._unindexed: set[bytes] = set()
        self._index_queue = _IndexQueue()
        self._error: BaseException | None = None
        self.stats = WriterStats()

    def __enter__(self) -> Self:
        for number, jobs in enumerate([self._tiny_jobs] + [self._jobs] * self._workers):
            name = f"phoneward-writer-{number}"
            thread = threading.Thread(target=self._work, args=(jobs,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._error = self._error or WriterStoppedError()  # whoever still puts or waits gets an answer
            self._batch.finish(self._error)
            self._tiny_jobs.put(None)
            for _number in range(self._workers):
                self._jobs.put(None)
            for thread in self._threads:
                thread.join()

    # -- the caller's side ---------------------------------------------------------------------------------------

    def put(self, blob_type: BlobType, data: bytes) -> Pending:
        """Hand over a blob. Waits while too much is in flight.

        Raises:
            TooLargeError: larger than any blob may be.
            Exception: whatever stopped a worker before.
        """
        size = len(data)
        if size > MAX_BLOB_SIZE[blob_type]:
            raise TooLargeError(size=size, limit=MAX_BLOB_SIZE[blob_type])
        if self._error is not None:
            raise self._error
        self.stats.bytes_in += size
        pending = Pending()
        if size >= SMALL_BLOB:
            job = _Job(self)
            self._append(job, blob_type, data, pending)
            self._submit(job)
        else:
            with self._batch_lock:
                job = self._batch
                self._append(job, blob_type, data, pending)
                full = job.size >= BATCH_BYTES or len(job.blobs) >= BATCH_BLOBS
            if full:
                self.submit_batch(job)
        return pending

    def put_file(self, pieces: Iterable[bytes]) -> PendingFile:
        """Cut a file's content into blobs and hand them over. Returns when all of it was taken from `pieces`.

        Raises:
            Exception: whatever `pieces` raised, or what stopped a worker before. Blobs handed over until then stay.
        """
        source = iter(pieces)
        start = list(itertools.islice(source, 2))
        if len(start) == 1 and 0 < len(start[0]) <= MIN_SIZE:  # most files of a phone: nothing to cut
            return PendingFile([self.put(BlobType.DATA, start[0])], len(start[0]))
        chunks: list[Pending] = []
        size = 0
        for chunk in self._chunker.split(itertools.chain(start, source)):
            chunks.append(self.put(BlobType.DATA, chunk))
            size += len(chunk)
        return PendingFile(chunks, size)

    def flush(self) -> None:
        """Wait until all blobs put so far are in durable packs that a durable index file names.

        Raises:
            Exception: whatever stopped a worker. Nothing put since the last flush counts as stored then.
        """
        self.submit_batch(self._batch)
        self._gate.wait_empty()
        self._raise_error()
        for pack in self._packs.take_all():
            self._gate.enter(1)
            self._jobs.put(pack)
        self._gate.wait_empty()
        self._raise_error()
        self._packs.drop_spare()  # folders and sums that are built afterwards find their room here
        self._save_index(self._take_index())

    def submit_batch(self, job: _Job) -> None:
        """Hand the batch to a worker before it is full, if it is still the one being filled."""
        with self._batch_lock:  # whoever waits for a blob may be another thread than the one that feeds
            if job is not self._batch:
                return
            self._batch = _Job(self)
        self._submit(job)

    @staticmethod
    def _append(job: _Job, blob_type: BlobType, data: bytes, pending: Pending) -> None:
        pending._job = job  # noqa: SLF001 - Pending is this module's own
        job.blobs.append((blob_type, data, pending))
        job.size += len(data)

    def _submit(self, job: _Job) -> None:
        tiny = job.size < TINY_BLOB * len(job.blobs)
        job.size += 1  # so that empty blobs count as in flight too
        self._gate.enter(job.size)
        (self._tiny_jobs if tiny else self._jobs).put(job)

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    # -- the workers' side ---------------------------------------------------------------------------------------

    def _work(self, jobs: "queue.SimpleQueue[_Task]") -> None:
        while (task := jobs.get()) is not None:
            error = self._error
            size = task.size if isinstance(task, _Job) else 1
            try:
                if error is None and isinstance(task, _Job):
                    self._store_blobs(task)
                elif error is None and isinstance(task, PackBuilder):
                    self._store_pack(task)
                elif error is None and isinstance(task, _FullPack):
                    self._store_pack(task.pack)
            except BaseException as caught:  # noqa: BLE001 - a thread must hand over whatever ended it
                error = self._error = caught
            finally:
                if isinstance(task, _Job):
                    task.finish(error)
                elif isinstance(task, _FullPack):
                    self._handed_over.release()
                self._gate.leave(size)
                del task

    def _store_blobs(self, job: _Job) -> None:
        blobs = [NewBlob(blob_type, hash_of(data), data) for blob_type, data, _pending in job.blobs]
        new = self._claim(blobs)
        if len(blobs) == 1 and len(blobs[0].data) >= SMALL_BLOB:
            bytes_packed = self._store_large(blobs[0]) if new else 0
        else:
            sealed = seal_batch(self._key, new, compresses=self._compresses)
            bytes_packed = sum(len(blob.sealed) for blob in sealed)
            for pack in self._packs.add(sealed):
                self._hand_over(pack)
        for (_type, _data, pending), blob in zip(job.blobs, blobs, strict=True):
            pending._id = blob.id  # noqa: SLF001 - Pending is this module's own
        with self._lock:
            self.stats.blobs_new += len(new)
            self.stats.blobs_known += len(blobs) - len(new)
            self.stats.bytes_new += sum(len(blob.data) for blob in new)
            self.stats.bytes_packed += bytes_packed

    def _claim(self, blobs: list[NewBlob]) -> list[NewBlob]:
        """Return the blobs that are new; from then on they are this worker's to store."""
        new = []
        has, unindexed = self._repo.index.has, self._unindexed
        with self._lock:
            for blob in blobs:
                mark = _mark(blob.type, blob.id)
                # A blob leaves this set only after it has entered the index: asked in this order, it is never missed.
                if mark not in unindexed and not has(blob.type, blob.id):
                    unindexed.add(mark)
                    new.append(blob)
        return new

    def _store_large(self, blob: NewBlob) -> int:
        """Seal a blob where it will lie; return the sealed length."""
        shrinks = self._compresses and (blob.type is BlobType.TREE or may_shrink(blob.data))
        inner = pack_inner(blob.type, blob.data) if shrinks else Inner(blob.data, 0)
        length = len(inner.content) + OVERHEAD
        pack, place, full = self._packs.reserve(blob.type, blob.id, length, inner.uncompressed_length)
        seal_in_place(self._key, blob.id, inner, place)
        place.release()
        for ready in (full, self._packs.filled(pack)):
            if ready is not None:
                self._store_pack(ready)
        return length

    def _hand_over(self, pack: PackBuilder) -> None:
        """Let another thread wait for the disk, as long as none does: one full pack more in memory, no pile.

        For a distant place some wait at once.
        """
        if self._handed_over.acquire(blocking=False):
            self._gate.enter_within(1)
            self._jobs.put(_FullPack(pack))
        else:
            self._store_pack(pack)

    def _store_pack(self, builder: PackBuilder) -> None:
        storage = self._repo.storage
        with self._uploading:
            pack = under_new_names(lambda: self._save_pack(builder))
        if not storage.holds(FileType.PACK, pack.name, pack.pieces):
            with suppress(AppendOnlyError):  # it stays there, and nothing ever names it
                storage.remove(FileType.PACK, pack.name)
            raise ReadBackError(blob=f"data/{pack.name}")
        self._repo.near.keep_trees(pack.name, pack.entries, pack.pieces)
        self._packs.reuse(builder)
        with self._lock:
            self.stats.packs += 1
            self.stats.bytes_stored += pack.size
            waiting = self._index_queue
            waiting.since = waiting.since if waiting.packs else time.monotonic()
            waiting.packs.append(IndexedPack(pack.name, pack.entries))
            waiting.blobs += len(pack.entries)
            due = waiting.blobs >= FLUSH_BLOBS or time.monotonic() - waiting.since >= FLUSH_SECONDS
            if due:
                self._index_queue = _IndexQueue()
        if due:
            self._save_index(waiting)

    def _save_pack(self, builder: PackBuilder) -> FinishedPack:
        try:
            pack = builder.finish(self._key)  # its header is sealed anew each time, and so the pack has a new name
        except (SealError, ValueError) as error:
            raise VerifyError(blob="pack") from error
        self._repo.storage.save(FileType.PACK, pack.name, pack.pieces)
        return pack

    def _take_index(self) -> _IndexQueue:
        with self._lock:
            taken, self._index_queue = self._index_queue, _IndexQueue()
            return taken

    def _save_index(self, waiting: _IndexQueue) -> None:
        """Store an index file, and only then let its blobs count as known to everybody."""
        if not waiting.packs:
            return
        self._repo.index_saved(self._store_index(encode_index(waiting.packs)))
        for pack in waiting.packs:
            self._repo.index.add(pack)
            with self._lock:
                self._unindexed.difference_update(_mark(entry.type, entry.id) for entry in pack.entries)


def _mark(blob_type: BlobType, blob_id: BlobId) -> bytes:
    return blob_id if blob_type is BlobType.DATA else b"t" + blob_id
