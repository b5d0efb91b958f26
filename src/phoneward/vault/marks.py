"""Sets that stay small: marks on the index's records, and fingerprints of whatever else was seen."""

from array import array
from hashlib import blake2b
from os import urandom
from typing import Final

from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.index_table import IndexTable

_WIDTH: Final = 16
_FIRST_SLOTS: Final = 1024


class BlobMarks:
    """A set of blobs: one byte for each record of the index, whatever is in it. What no index knows is kept apart.

    Args:
        index: loaded; nothing is added to it meanwhile.
    """

    def __init__(self, index: IndexTable) -> None:
        self._index = index
        self._marks = bytearray(len(index))
        self.unknown: set[tuple[BlobType, BlobId]] = set()

    def add(self, blob_type: BlobType, blob_id: BlobId) -> bool:
        """Put a blob in; return whether it is new."""
        number = self._index.number(blob_type, blob_id)
        if number is None:
            fresh = (blob_type, blob_id) not in self.unknown
            self.unknown.add((blob_type, blob_id))
            return fresh
        fresh = not self._marks[number]
        self._marks[number] = 1
        return fresh

    def __contains__(self, blob: tuple[BlobType, BlobId]) -> bool:
        number = self._index.number(*blob)
        return blob in self.unknown if number is None else bool(self._marks[number])

    @property
    def bytes(self) -> bytearray:
        """One byte a record: 1 where its blob is in."""
        return self._marks


class Fingerprints:
    """A set of anything that has bytes: 16 bytes an element, in a table that is filled to two thirds at most.

    Elements are told apart by a keyed 128-bit BLAKE2b, so that nobody can make two that are taken for one.
    """

    def __init__(self) -> None:
        self._key = urandom(32)
        self._slots = bytearray(_WIDTH * _FIRST_SLOTS)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, element: bytes) -> bool:
        """Put an element in; return whether it is new."""
        digest = blake2b(element, digest_size=_WIDTH, key=self._key).digest()
        place = self._place(self._slots, digest)
        if self._slots[place : place + _WIDTH] == digest:
            return False
        self._slots[place : place + _WIDTH] = digest
        self._count += 1
        if self._count * 3 > len(self._slots) // _WIDTH * 2:
            self._grow()
        return True

    def _grow(self) -> None:
        old = self._slots
        slots = bytearray(2 * len(old))
        empty = bytes(_WIDTH)
        for start in range(0, len(old), _WIDTH):
            digest = bytes(old[start : start + _WIDTH])
            if digest != empty:
                place = self._place(slots, digest)
                slots[place : place + _WIDTH] = digest
        self._slots = slots

    @staticmethod
    def _place(slots: bytearray, digest: bytes) -> int:
        """Return where a digest stands, or the free slot where it belongs."""
        mask = len(slots) // _WIDTH - 1
        number = int.from_bytes(digest[:8], "little") & mask
        empty = bytes(_WIDTH)
        while True:
            found = slots[number * _WIDTH : (number + 1) * _WIDTH]
            if found in (empty, digest):
                return number * _WIDTH
            number = (number + 1) & mask


class TreeNotes:
    """A row of numbers for each folder's tree: four bytes for each record of the index, and eight for each number.

    Args:
        index: loaded; nothing is added to it meanwhile.
        width: numbers in a row, each below 2^64.
    """

    def __init__(self, index: IndexTable, width: int) -> None:
        self._index = index
        self._width = width
        self._rows = array("I", bytes(4 * len(index)))
        self._numbers = array("Q")

    def get(self, tree_id: BlobId) -> tuple[int, ...] | None:
        """Return the row of a tree, None where none was put."""
        number = self._index.number(BlobType.TREE, tree_id)
        row = 0 if number is None else self._rows[number]
        return tuple(self._numbers[(row - 1) * self._width : row * self._width]) if row else None

    def put(self, tree_id: BlobId, row: tuple[int, ...]) -> None:
        """Note the row of a tree; one that no index knows is not noted."""
        number = self._index.number(BlobType.TREE, tree_id)
        if number is not None:
            self._numbers.extend(row)
            self._rows[number] = len(self._numbers) // self._width
