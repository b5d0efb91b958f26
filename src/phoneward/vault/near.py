"""Index files, snapshots and folders' lists of a distant vault, kept on this computer.

They never change and are named by what they hold, so a copy is as good as the original as long as that is there. Kept
is what was read anyway, sealed under the vault's key (docs/decisions/0007-sealed-cache.md); what is opened from here is
proved by its hash once more. Keys, the config and locks are always asked for where they lie. Reasons:
docs/decisions/0060-far-vaults.md.
"""

import hashlib
import itertools
import struct
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, NamedTuple

from phoneward.vault.blobs import BlobId, BlobType, BytesLike, FileId, FileType
from phoneward.vault.cache import SealedCache
from phoneward.vault.errors import DamagedError, FileMissingError
from phoneward.vault.index_table import IndexTable, Location
from phoneward.vault.packs import PackEntry

if TYPE_CHECKING:
    from phoneward.vault.repository import Repository

NEAR_PURPOSE: Final = "vault files 1"
NEAR_FOLDER: Final = "vaults"
"""Where all distant vaults' files are kept, in the program's folder for what can be made again."""
STRETCH_BYTES: Final = 256 << 10
"""Folders' lists that lie together in a pack come together: about what a fast connection carries in one round trip."""
LONGEST_TREE: Final = 32 << 20
"""A longer list, sealed, is not kept; a folder of 600,000 names takes about half of it."""
MEMORY_BYTES: Final = 16 << 20
_KEPT: Final = frozenset({FileType.INDEX, FileType.SNAPSHOT})
_START: Final = struct.Struct("<I")


class _Stretch(NamedTuple):
    """Some bytes of a pack."""

    start: int
    data: bytes

    def part(self, offset: int, length: int) -> memoryview | None:
        """Return a part by its place in the pack, None where not all of it is here."""
        begin = offset - self.start
        return memoryview(self.data)[begin : begin + length] if 0 <= begin <= len(self.data) - length else None


_Key = tuple[FileId, int]
"""A pack, and the number of the stretch in it; of a list that is long itself -1 less its place in the pack."""


class NearFiles:
    """What is near of a vault that is far away. Safe for several threads; the cache also for several processes.

    Args:
        cache: keeps it between runs; None keeps only the last stretches of folders' lists, in memory.
    """

    def __init__(self, cache: SealedCache | None = None) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._memory: OrderedDict[_Key, _Stretch] = OrderedDict()
        self._held = 0
        self._coming: dict[_Key, Future[_Stretch]] = {}

    # -- whole files ---------------------------------------------------------------------------------------------

    def file(self, file_type: FileType, name: FileId) -> bytes | None:
        """Return the stored bytes of a snapshot or index file that is known to be there, None where it is not kept."""
        if self._cache is None or file_type not in _KEPT:
            return None
        key = _file_key(file_type, name)
        raw = self._cache.get(key)
        if raw is not None and hashlib.sha256(raw).hexdigest() != name:
            self._cache.discard(key)
            return None
        return raw

    def keep_file(self, file_type: FileType, name: FileId, raw: bytes) -> None:
        """Keep a file whose hash was just proved. Where it cannot be kept, nothing happens."""
        if self._cache is not None and file_type in _KEPT:
            self._cache.put(_file_key(file_type, name), raw)

    # -- folders' lists ------------------------------------------------------------------------------------------

    def tree(self, repo: "Repository", tree_id: BlobId) -> bytes | None:
        """Return a folder's list, its hash proved; with it come those that lie beside it in its pack.

        Returns:
            None where it is not to be had this way: it must be asked for alone, and that tells what is wrong.

        Raises:
            StorageError: the repository cannot be reached.
        """
        number = repo.index.number(BlobType.TREE, tree_id)
        if number is None:
            return None
        location = repo.index.location(number)
        entry = location.entry
        if entry.length > LONGEST_TREE:
            return None
        key = (location.pack, _stretch_number(entry))
        try:
            sealed = self._stretch(repo, key, number).part(entry.offset, entry.length)
            if sealed is not None:
                return repo.open_blob(location.pack, entry, sealed)
        except FileMissingError:
            return None
        except DamagedError:
            pass  # on its way, perhaps, or where it was kept
        self._forget(key)
        return None

    def keep_trees(self, pack: FileId, entries: Sequence[PackEntry], pieces: Sequence[BytesLike]) -> None:
        """Keep the folders' lists of a pack that was just stored: the next backup compares with them.

        Args:
            pack: its name.
            entries: what it holds, from its start and without a gap.
            pieces: its bytes.
        """
        if self._cache is None or any(entry.type is not BlobType.TREE for entry in entries):
            return
        data = memoryview(b"".join(pieces))
        for number, group in itertools.groupby(entries, _stretch_number):
            some = list(group)
            if some[-1].length <= LONGEST_TREE:
                start, end = some[0].offset, some[-1].offset + some[-1].length
                self._cache.put(_stretch_key((pack, number)), _START.pack(start) + data[start:end])

    def _stretch(self, repo: "Repository", key: _Key, number: int) -> _Stretch:
        with self._lock:
            known = self._memory.get(key)
            if known is not None:
                self._memory.move_to_end(key)
                return known
            coming = self._coming.get(key)
            mine = coming is None
            if coming is None:
                coming = self._coming[key] = Future()
        if not mine:
            return coming.result()  # another thread has asked for it already
        try:
            found = self._kept(key) or self._load(repo, key, number)
            self._remember(key, found)
            coming.set_result(found)
        except BaseException as error:  # an interrupt too: whoever waits for this one must not wait for ever
            coming.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._coming[key]
        return found

    def _kept(self, key: _Key) -> _Stretch | None:
        value = self._cache.get(_stretch_key(key)) if self._cache is not None else None
        if value is None or len(value) < _START.size:
            return None
        return _Stretch(_START.unpack_from(value)[0], value[_START.size :])

    def _load(self, repo: "Repository", key: _Key, number: int) -> _Stretch:
        start, length = stretch_around(repo.index, number)
        found = _Stretch(start, repo.storage.load(FileType.PACK, key[0], start, length))
        if self._cache is not None:
            self._cache.put(_stretch_key(key), _START.pack(start) + found.data)
        return found

    def _remember(self, key: _Key, found: _Stretch) -> None:
        with self._lock:
            self._memory[key] = found
            self._held += len(found.data)
            while self._held > MEMORY_BYTES and len(self._memory) > 1:
                self._held -= len(self._memory.popitem(last=False)[1].data)

    def _forget(self, key: _Key) -> None:
        with self._lock:
            known = self._memory.pop(key, None)
            self._held -= 0 if known is None else len(known.data)
        if self._cache is not None:
            self._cache.discard(_stretch_key(key))


def stretch_around(index: IndexTable, number: int) -> tuple[int, int]:
    """Return the place in its pack, and the length, of the folders' lists that lie without a gap around one of them.

    Those belong together whose first bytes lie within the same `STRETCH_BYTES` of the pack. A pack's records stand
    together in the index, in the order of their places, as a rule; where they do not, fewer come together. A long list
    comes alone.
    """
    middle = index.location(number)
    if is_long(middle.entry):
        return middle.entry.offset, middle.entry.length
    start, end = middle.entry.offset, middle.entry.offset + middle.entry.length
    before = number - 1
    while before >= 0 and _belongs(other := index.location(before), middle) and _end_of(other) == start:
        start = other.entry.offset
        before -= 1
    after = number + 1
    while after < len(index) and _belongs(other := index.location(after), middle) and other.entry.offset == end:
        end = _end_of(other)
        after += 1
    return start, end - start


def _stretch_number(entry: PackEntry) -> int:
    return -1 - entry.offset if is_long(entry) else entry.offset // STRETCH_BYTES


def is_long(entry: PackEntry) -> bool:
    """Tell whether a list takes a stretch of its own."""
    return entry.length > STRETCH_BYTES


def _belongs(other: Location, middle: Location) -> bool:
    same = other.pack == middle.pack and other.entry.type is BlobType.TREE
    return same and _stretch_number(other.entry) == _stretch_number(middle.entry)


def _end_of(location: Location) -> int:
    return location.entry.offset + location.entry.length


def _file_key(file_type: FileType, name: FileId) -> bytes:
    return f"{file_type.value}/{name}".encode()


def _stretch_key(key: _Key) -> bytes:
    pack, number = key
    return f"stretch/{STRETCH_BYTES}/{pack}/{number}".encode()
