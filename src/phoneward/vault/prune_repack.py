"""Packs blobs anew: each is opened and hashed before it is written again, sealed bytes and all, as they were.

Sealed bytes are copied, not sealed again: they were just proved to open, so nothing new can go wrong with them.
"""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Final, NamedTuple

from phoneward.vault.blobs import BlobType, FileId, FileType
from phoneward.vault.compression import CompressionError, compress, decompress_exactly
from phoneward.vault.crypto import SealError
from phoneward.vault.errors import DamagedError, FileMissingError, ReadBackError, VaultError, VerifyError
from phoneward.vault.index import IndexedPack
from phoneward.vault.loading import reading_threads
from phoneward.vault.locks import HeldLock
from phoneward.vault.open_packs import OPEN_PACKS
from phoneward.vault.packs import FinishedPack, PackBuilder, PackEntry
from phoneward.vault.prune_copies import load_proved
from phoneward.vault.prune_index import IndexWriter
from phoneward.vault.prune_report import DamagedPack
from phoneward.vault.repository import Repository
from phoneward.vault.storage.retrying import under_new_names

_READ_BYTES: Final = 4 << 20
_GAP_BYTES: Final = 64 << 10
"""So few bytes between two wanted blobs are read with them."""


class _Copy(NamedTuple):
    """A proved blob, ready to be written; `sealed` is None and `problem` set where no copy of it is whole."""

    entry: PackEntry
    sealed: bytes | None
    problem: str = ""


class _OpenPacks:
    """The packs being filled: two of each type, chosen at random (see `open_packs.OPEN_PACKS`)."""

    def __init__(self, pack_size: int) -> None:
        self._pack_size = pack_size
        self._open: dict[tuple[BlobType, int], PackBuilder] = {}

    def room_for(self, blob_type: BlobType, length: int, store: Callable[[PackBuilder], None]) -> PackBuilder:
        """Return a pack that has room for a blob of this length; one that has none is stored and begun anew."""
        place = blob_type, os.urandom(1)[0] % OPEN_PACKS
        builder = self._open.get(place)
        if builder is not None and builder.fits(length):
            return builder
        if builder is not None:
            store(builder)
        keeps = builder is not None and len(builder.buffer) == max(self._pack_size, length)
        buffer = builder.buffer if builder is not None and keeps else bytearray(max(self._pack_size, length))
        builder = self._open[place] = PackBuilder(buffer)
        return builder

    def close_all(self, store: Callable[[PackBuilder], None]) -> None:
        """Store all that hold anything."""
        while self._open:
            _place, builder = self._open.popitem()
            store(builder)


class Repacker:
    """Writes chosen blobs into new packs, and index files that name those.

    Args:
        repo: with its index loaded.
        lock: an exclusive one.
        pack_size: of the new packs, bytes.
        compresses: compress what is not compressed yet.

    Attributes:
        indexes: names of the new index files.
        damaged: packs of which a needed blob is damaged. They must stay.
        packs, bytes_stored: new packs, and their size.
    """

    def __init__(self, repo: Repository, lock: HeldLock, *, pack_size: int, compresses: bool) -> None:
        self._repo = repo
        self._lock = lock
        self._compresses = compresses
        self._open = _OpenPacks(pack_size)
        self._index = IndexWriter(repo)
        self._threads = reading_threads(repo)
        self._unindexed: list[FileId] = []
        self.damaged: dict[FileId, DamagedPack] = {}
        self.packs = 0
        self.bytes_stored = 0

    @property
    def indexes(self) -> list[FileId]:
        """The new index files."""
        return self._index.names

    def run(self, wanted: Iterable[Iterable[IndexedPack]], on_read: Callable[[int], None]) -> None:
        """Write the blobs of these packs (each with those that are wanted), durably, and name them in index files.

        Args:
            wanted: in several goes, so that data and trees need not be in memory at once; packs are asked for a few
                at a time, and one may come in several parts.
            on_read: called with the bytes just read.

        Raises:
            LockLostError, StorageError, VerifyError: the new packs that no index names yet are removed again.
        """
        try:
            for packs in wanted:
                for pack, copies in self._read_all(packs):
                    self._write(pack, copies)
                    on_read(sum(copy.entry.length for copy in copies))
                self._open.close_all(self._store)
            self._flush_index()
        except BaseException:  # an interrupt too must not leave what nobody needs on a disk that may be full
            with suppress(VaultError):
                self._take_back()
            raise

    def _read_all(self, wanted: Iterable[IndexedPack]) -> Iterator[tuple[FileId, list[_Copy]]]:
        groups = ((pack.pack, group) for pack in wanted for group in _groups(pack.entries))
        with ThreadPoolExecutor(self._threads, "repack") as pool:

            def start(count: int) -> list[tuple[FileId, Future[list[_Copy]]]]:
                return [(pack, pool.submit(self._read, pack, group)) for pack, group in itertools.islice(groups, count)]

            running = start(self._threads + 1)
            try:
                while running:
                    pack, future = running.pop(0)
                    yield pack, future.result()
                    del future
                    running += start(1)
            finally:
                for _pack, future in running:
                    future.cancel()

    # -- reading: on several threads -----------------------------------------------------------------------------

    def _read(self, pack: FileId, group: list[PackEntry]) -> list[_Copy]:
        start = group[0].offset
        try:
            data = self._repo.storage.load(FileType.PACK, pack, start, group[-1].offset + group[-1].length - start)
        except (DamagedError, FileMissingError) as error:
            return [self._elsewhere(pack, entry, error) for entry in group]
        view = memoryview(data)
        return [self._prove(pack, entry, bytes(view[entry.offset - start :][: entry.length])) for entry in group]

    def _prove(self, pack: FileId, entry: PackEntry, sealed: bytes) -> _Copy:
        try:
            plain = self._repo.open_blob(pack, entry, sealed)
        except DamagedError as error:
            return self._elsewhere(pack, entry, error)
        if self._compresses and not entry.uncompressed_length and plain:
            return self._compressed(entry, plain, sealed)
        return _Copy(entry, sealed)

    def _elsewhere(self, pack: FileId, entry: PackEntry, error: VaultError) -> _Copy:
        """Look for a whole copy in other packs."""
        for location in self._repo.index.lookup(entry.type, entry.id):
            if location != (pack, entry):
                with suppress(DamagedError, FileMissingError):
                    return _Copy(location.entry, load_proved(self._repo, location))
        return _Copy(entry, None, error.sentence())

    def _compressed(self, entry: PackEntry, plain: bytes, sealed: bytes) -> _Copy:
        frame = compress(plain)
        if len(frame) >= len(plain):
            return _Copy(entry, sealed)
        key = self._repo.key
        again = key.seal(frame)
        try:
            same = decompress_exactly(key.open(again), len(plain)) == plain
        except (SealError, CompressionError):
            same = False
        if not same:
            raise VerifyError(blob=entry.id.hex())
        return _Copy(PackEntry(entry.type, entry.id, 0, len(again), len(plain)), again)

    # -- writing: on the caller's thread -------------------------------------------------------------------------

    def _write(self, pack: FileId, copies: Iterable[_Copy]) -> None:
        for copy in copies:
            if copy.sealed is None:
                known = self.damaged.get(pack)
                self.damaged[pack] = (
                    DamagedPack(pack, known.pieces + 1, known.sentence) if known else DamagedPack(pack, 1, copy.problem)
                )
                continue
            entry = copy.entry
            builder = self._open.room_for(entry.type, len(copy.sealed), self._store)
            builder.add(entry.type, entry.id, copy.sealed, entry.uncompressed_length)

    def _store(self, builder: PackBuilder) -> None:
        self._lock.ensure_held()
        pack = under_new_names(lambda: self._save(builder))
        if not self._repo.storage.holds(FileType.PACK, pack.name, pack.pieces):  # read back from the disk
            raise ReadBackError(blob=f"data/{pack.name}")
        self.packs += 1
        self.bytes_stored += pack.size
        if self._index.is_full_with(len(pack.entries)):
            self._unindexed.remove(pack.name)
            try:
                self._flush_index()
            finally:
                self._unindexed.append(pack.name)
        self._index.add(IndexedPack(pack.name, pack.entries))

    def _save(self, builder: PackBuilder) -> FinishedPack:
        try:
            pack = builder.finish(self._repo.key)
        except (SealError, ValueError) as error:
            raise VerifyError(blob="pack") from error
        self._unindexed.append(pack.name)
        self._repo.storage.save(FileType.PACK, pack.name, pack.pieces)
        return pack

    def _flush_index(self) -> None:
        waiting, self._unindexed = self._unindexed, []
        before = self._index_files()
        try:
            self._index.flush()
        except VaultError:
            # Where the name is there although storing it failed, it counts: then its packs must stay.
            if self._index_files() == before:
                self._unindexed = waiting
            raise

    def _index_files(self) -> set[FileId]:
        return {name for name, _size in self._repo.list_files(FileType.INDEX)}

    def _take_back(self) -> None:
        for name in self._unindexed:
            self._lock.confirm()
            with suppress(FileMissingError):
                self._repo.storage.remove(FileType.PACK, name)


def _groups(entries: Iterable[PackEntry]) -> Iterator[list[PackEntry]]:
    """Join neighbours, so that small blobs do not cost a read each."""
    group: list[PackEntry] = []
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if group:
            end = group[-1].offset + group[-1].length
            far = entry.offset - end > _GAP_BYTES or entry.offset < end
            if far or entry.offset + entry.length - group[0].offset > _READ_BYTES:
                yield group
                group = []
        group.append(entry)
    if group:
        yield group
