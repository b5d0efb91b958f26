"""Writes the index anew without some packs, so that every moment in between is sound.

Index files are replaced group by group: the new file is durable before the old ones go. Meanwhile two files may
describe one pack alike, which every program takes for what it is. One index file at a time is in memory; of a place far
away, those that are on the way as well (`loading.IN_FLIGHT_BYTES`).
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b

from phoneward.errors import PhonewardError
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.errors import DamagedError, FileMissingError
from phoneward.vault.index import FLUSH_BLOBS, IndexedPack, decode_index, encode_index
from phoneward.vault.loading import load_each
from phoneward.vault.locks import HeldLock
from phoneward.vault.packs import encode_header
from phoneward.vault.repository import Repository
from phoneward.vault.storage.base import ListedFile


@dataclass(slots=True)
class IndexChange:
    """How many index files were written and removed."""

    written: int = 0
    removed: int = 0


def read_indexes(
    repo: Repository, files: Iterable[ListedFile]
) -> Iterator[tuple[FileId, list[IndexedPack] | PhonewardError]]:
    """Yield what index files describe as they lie there, several on the way at once where each takes its time.

    Nothing that is kept on this computer is taken for them: what is cleaned or repaired is what lies there.

    Args:
        repo: open.
        files: as listed; from a disk of this computer they come in this order, from elsewhere as they arrive.

    Yields:
        A name, and its packs or why it cannot be read.
    """
    for name, found in load_each(_AsTheyLie(repo), FileType.INDEX, files):
        if isinstance(found, PhonewardError):
            yield name, found
            continue
        try:
            yield name, decode_index(found)
        except ValueError as error:
            yield name, DamagedError(name=f"index/{name}", problem=str(error))


class _AsTheyLie:
    """A repository's files, past what is kept of them on this computer."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo

    @property
    def requests_at_once(self) -> int:
        """As many as the place bears."""
        return self._repo.requests_at_once

    def load_listed(self, file_type: FileType, file: ListedFile) -> bytes:
        """Ask for the file."""
        return self._repo.load_unpacked(file_type, file.name)


class IndexWriter:
    """Stores index files of at most `FLUSH_BLOBS` blobs, unless one pack has more.

    Attributes:
        names: of the files stored.
    """

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._packs: list[IndexedPack] = []
        self._blobs = 0
        self.names: list[FileId] = []

    def add(self, pack: IndexedPack) -> None:
        """Have a pack described. It is, durably, when `flush` has returned."""
        if self.is_full_with(len(pack.entries)):
            self.flush()
        self._packs.append(pack)
        self._blobs += len(pack.entries)

    def is_full_with(self, blobs: int) -> bool:
        """Whether what waits has to be stored before a pack of so many blobs."""
        return bool(self._packs) and self._blobs + blobs > FLUSH_BLOBS

    def flush(self) -> None:
        """Store what waits."""
        if self._packs:
            packs, self._packs, self._blobs = self._packs, [], 0
            self.names.append(self._repo.save_index(encode_index(packs)))


class IndexRewriter:
    """Replaces the index files that name certain packs.

    Args:
        repo: where they are.
        lock: an exclusive one.
        drop: packs that no index is to name any more, unless in a file of `leave`.
        leave: index files that stay as they are: those this program has just written.
    """

    def __init__(
        self, repo: Repository, lock: HeldLock, *, drop: Collection[FileId], leave: Collection[FileId]
    ) -> None:
        self._repo = repo
        self._lock = lock
        self._drop = drop
        self._leave = leave
        self._seen: dict[FileId, bytes] = {}
        self._group: list[FileId] = []
        self._group_packs: list[IndexedPack] = []
        self._group_blobs = 0
        self._group_changed = False
        self.change = IndexChange()

    def run(self, damaged: Collection[FileId] = ()) -> IndexChange:
        """Replace them, and at last remove the damaged ones: all that is right in the others is durable by then.

        Raises:
            LockLostError: nothing was removed since the lock was lost.
            DamagedError: an index file beside those named damaged cannot be read.
            StorageError: the repository cannot be read or written.
        """
        listed = sorted(self._repo.list_files(FileType.INDEX))
        wanted = [file for file in listed if file.name not in self._leave and file.name not in damaged]
        for name, found in read_indexes(self._repo, wanted):
            if isinstance(found, PhonewardError):
                raise found
            self._take(name, found)
        self._finish_group()
        self._remove(damaged)
        return self.change

    def _take(self, name: FileId, packs: list[IndexedPack]) -> None:
        kept = list(self._kept(packs))
        blobs = sum(len(pack.entries) for pack in kept)
        changed = len(kept) < len(packs)
        if not changed and blobs >= FLUSH_BLOBS // 2:
            return
        if self._group and self._group_blobs + blobs > FLUSH_BLOBS:
            self._finish_group()
        self._group.append(name)
        self._group_packs += kept
        self._group_blobs += blobs
        self._group_changed |= changed

    def _kept(self, packs: Iterable[IndexedPack]) -> Iterator[IndexedPack]:
        """Yield the packs that stay. What another file describes alike comes once."""
        for pack in packs:
            if pack.pack in self._drop:
                continue
            fingerprint = _fingerprint(pack)
            if self._seen.get(pack.pack) != fingerprint:
                self._seen.setdefault(pack.pack, fingerprint)
                yield pack

    def _finish_group(self) -> None:
        """Write the group's packs, then remove its files. One file alone with nothing to change stays."""
        if self._group_changed or len(self._group) > 1:
            writer = IndexWriter(self._repo)
            for pack in self._group_packs:
                writer.add(pack)
            writer.flush()
            self.change.written += len(writer.names)
            self._remove(self._group)
        self._group, self._group_packs, self._group_blobs, self._group_changed = [], [], 0, False

    def _remove(self, names: Iterable[FileId]) -> None:
        for name in names:
            self._lock.confirm()
            with suppress(FileMissingError):
                self._repo.remove_unpacked(FileType.INDEX, name)
                self.change.removed += 1


def _fingerprint(pack: IndexedPack) -> bytes:
    entries = sorted(pack.entries, key=lambda entry: entry.offset)
    places = b"".join(entry.offset.to_bytes(4, "little") for entry in entries)
    return blake2b(encode_header(entries) + places, digest_size=16).digest()
