"""The whole index in memory, compact: about 60 bytes a blob, so that a million files fit a small computer."""

import struct
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from phoneward.vault.blobs import BlobId, BlobType, FileId
from phoneward.vault.crypto import OVERHEAD
from phoneward.vault.index import IndexedPack, PackColumns
from phoneward.vault.packs import PackEntry

_RECORD = struct.Struct("<32sIIII")
_LENGTHS = struct.Struct("<II")
_LENGTHS_AT = _RECORD.size - _LENGTHS.size
_ID_SIZE = 32
_FIRST_SLOTS = 1024
_TREE_BIT = 1 << 31


class Location(NamedTuple):
    """Where a blob lies."""

    pack: FileId
    entry: PackEntry


class Row(NamedTuple):
    """A record without the blob's id and offset; lengths in bytes, `uncompressed_length` 0 where not compressed."""

    pack_number: int
    is_tree: bool
    length: int
    uncompressed_length: int


class IndexTable:
    """Finds a blob's place in any pack.

    Records of fixed width lie in one growing byte string, in the order they came; an open-addressing hash table of
    32-bit record numbers points at them. The hash is Python's own of `bytes`, keyed per process, so that nobody can
    choose blob ids that collide. The same blob in several packs is normal (interrupted runs, two writers).

    Reading is safe while another thread adds.
    """

    def __init__(self) -> None:
        self._records = bytearray()
        self._slots = array("I", bytes(4 * _FIRST_SLOTS))
        self._pack_names = bytearray()
        self._pack_numbers: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._records) // _RECORD.size

    def add(self, pack: IndexedPack) -> None:
        """Add a pack's blobs. What is known already (the same pack in two index files) is left out."""
        self.add_columns(PackColumns.of(pack))

    def add_columns(self, pack: PackColumns) -> None:
        """Add a pack's blobs, as `add`."""
        with self._lock:
            name = bytes.fromhex(pack.pack)
            number = self._pack_numbers.get(name)
            known = number is not None
            if number is None:
                number = self._pack_numbers[name] = len(self._pack_numbers)
                self._pack_names += name
            numbers = [number | _TREE_BIT if is_tree else number for is_tree in pack.is_tree]
            ids = pack.ids
            records = list(map(_RECORD.pack, ids, numbers, pack.offsets, pack.lengths, pack.uncompressed_lengths))
            if known:
                records = [record for record in records if record not in self._find(record[:_ID_SIZE])]
                ids = [record[:_ID_SIZE] for record in records]
            self._append(ids, records)

    def reserve(self, blobs: int) -> None:
        """Make room for about so many more blobs at once: growing step by step costs as much as filling."""
        with self._lock:
            size = len(self._slots)
            while (len(self) + blobs) * 5 > size * 3:
                size *= 2
            if size > len(self._slots):
                self._slots = self._grown(size)

    def has(self, blob_type: BlobType, blob_id: BlobId) -> bool:
        """Tell whether the blob is in any pack."""
        slots, records = self._slots, self._records
        mask = len(slots) - 1
        wanted, is_tree = bytes(blob_id), blob_type is BlobType.TREE
        place = hash(wanted) & mask
        while number := slots[place]:
            end = number * _RECORD.size - _RECORD.size + _ID_SIZE
            if records[end - _ID_SIZE : end] == wanted and (records[end + 3] >= 0x80) == is_tree:
                return True
            place = (place + 1) & mask
        return False

    def lookup(self, blob_type: BlobType, blob_id: BlobId) -> Iterator[Location]:
        """Yield every place where the blob lies."""
        for record in self._find(blob_id):
            location = self._location(record)
            if location.entry.type is blob_type:
                yield location

    def size(self, blob_type: BlobType, blob_id: BlobId) -> int | None:
        """Return the blob's plaintext size in bytes, or None when it is not known."""
        number = self.number(blob_type, blob_id)
        if number is None:
            return None
        place = number * _RECORD.size + _LENGTHS_AT
        length, uncompressed_length = _LENGTHS.unpack(self._records[place : place + _LENGTHS.size])
        plaintext: int = uncompressed_length or length - OVERHEAD
        return plaintext

    def packs(self) -> Iterator[FileId]:
        """Yield the names of all packs that some index describes."""
        for position in range(0, len(self._pack_names), _ID_SIZE):
            yield FileId(self._pack_names[position : position + _ID_SIZE].hex())

    def __iter__(self) -> Iterator[Location]:
        """Yield every record, the blobs of a pack together as they were added."""
        for position in range(0, len(self) * _RECORD.size, _RECORD.size):
            yield self._location(self._records[position : position + _RECORD.size])

    def by_pack(self) -> Iterator[IndexedPack]:
        """Yield every pack with its blobs by offset. A pack split over index files comes once, whole."""
        firsts: dict[int, list[int]] = {}
        previous = -1
        runs: list[tuple[int, int, int]] = []  # pack number, first record, number of records
        for index in range(len(self)):
            number = struct.unpack_from("<I", self._records, index * _RECORD.size + _ID_SIZE)[0] & ~_TREE_BIT
            if number == previous:
                runs[-1] = (number, runs[-1][1], runs[-1][2] + 1)
            else:
                firsts.setdefault(number, []).append(len(runs))
                runs.append((number, index, 1))
                previous = number
        for places in firsts.values():
            entries = [
                PackEntry(BlobType.TREE if number & _TREE_BIT else BlobType.DATA, BlobId(blob_id), *place)
                for run in map(runs.__getitem__, places)
                for blob_id, number, *place in _RECORD.iter_unpack(self._slice(run[1], run[2]))
            ]
            entries.sort(key=lambda entry: entry.offset)
            yield IndexedPack(self._location(self._record(runs[places[0]][1])).pack, entries)

    # -- by number: for work on every record at once, such as prune --------------------------------------------

    @property
    def pack_count(self) -> int:
        """How many packs there are; they have the numbers from 0, in the order of `packs`."""
        return len(self._pack_numbers)

    def numbers(self, blob_type: BlobType, blob_id: BlobId) -> list[int]:
        """Return the numbers of the blob's records, of every copy. The first record has number 0."""
        slots, records = self._slots, self._records
        mask = len(slots) - 1
        is_tree = blob_type is BlobType.TREE
        wanted = bytes(blob_id)
        found = []
        place = hash(wanted) & mask
        while number := slots[place]:
            start = (number - 1) * _RECORD.size
            if records[start : start + _ID_SIZE] == wanted and (records[start + _ID_SIZE + 3] >= 0x80) == is_tree:
                found.append(number - 1)
            place = (place + 1) & mask
        return found

    def number(self, blob_type: BlobType, blob_id: BlobId) -> int | None:
        """Return the number of the blob's first record, None where there is none."""
        slots, records = self._slots, self._records
        mask = len(slots) - 1
        is_tree = blob_type is BlobType.TREE
        wanted = bytes(blob_id)
        place = hash(wanted) & mask
        while number := slots[place]:
            start = (number - 1) * _RECORD.size
            if records[start : start + _ID_SIZE] == wanted and (records[start + _ID_SIZE + 3] >= 0x80) == is_tree:
                return number - 1
            place = (place + 1) & mask
        return None

    def location(self, number: int) -> Location:
        """Return the record of this number."""
        return self._location(self._record(number))

    def pack_number(self, number: int) -> int:
        """Return the number of the pack in which the record of this number says its blob lies."""
        start = number * _RECORD.size + _ID_SIZE
        return int.from_bytes(self._records[start : start + 4], "little") & ~_TREE_BIT

    def stored_length(self, number: int) -> int:
        """Return what the blob of the record of this number takes in its pack, bytes."""
        place = number * _RECORD.size + _LENGTHS_AT
        return int.from_bytes(self._records[place : place + 4], "little")

    def rows(self) -> Iterator[Row]:
        """Yield what every record says but its place in the pack, by number. Nobody can add meanwhile (BufferError)."""
        for _blob_id, pack, _offset, length, uncompressed in _RECORD.iter_unpack(self._records):
            yield Row(pack & ~_TREE_BIT, pack >= _TREE_BIT, length, uncompressed)

    def _slice(self, first: int, count: int) -> bytes:
        return bytes(self._records[first * _RECORD.size : (first + count) * _RECORD.size])

    def _record(self, index: int) -> bytes:
        return bytes(self._records[index * _RECORD.size : (index + 1) * _RECORD.size])

    def _location(self, record: bytes | bytearray) -> Location:
        blob_id, number, offset, length, uncompressed_length = _RECORD.unpack(record)
        blob_type = BlobType.TREE if number & _TREE_BIT else BlobType.DATA
        start = (number & ~_TREE_BIT) * _ID_SIZE
        pack = FileId(self._pack_names[start : start + _ID_SIZE].hex())
        return Location(pack, PackEntry(blob_type, BlobId(blob_id), offset, length, uncompressed_length))

    def _find(self, blob_id: bytes) -> Iterator[bytes]:
        slots, records = self._slots, self._records
        mask = len(slots) - 1
        place = hash(blob_id) & mask
        while number := slots[place]:
            start = (number - 1) * _RECORD.size
            if records[start : start + _ID_SIZE] == blob_id:
                yield bytes(records[start : start + _RECORD.size])
            place = (place + 1) & mask

    def _append(self, ids: Sequence[bytes], records: list[bytes]) -> None:
        first = len(self) + 1
        while (len(self) + len(records)) * 5 > len(self._slots) * 3:
            self._slots = self._grown(2 * len(self._slots))
        self._records += b"".join(records)  # before any slot points at them, so that a reader never looks past the end
        self._enter(self._slots, first, ids)

    def _grown(self, size: int) -> "array[int]":
        """Return a larger table with all records in it."""
        slots = array("I", bytes(4 * size))
        records = self._records
        self._enter(slots, 1, (bytes(records[at : at + _ID_SIZE]) for at in range(0, len(records), _RECORD.size)))
        return slots

    @staticmethod
    def _enter(slots: "array[int]", first: int, ids: Iterable[bytes]) -> None:
        mask = len(slots) - 1
        for number, blob_id in enumerate(ids, first):
            place = hash(blob_id) & mask
            while slots[place]:
                place = (place + 1) & mask
            slots[place] = number
