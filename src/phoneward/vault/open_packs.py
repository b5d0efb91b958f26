"""The packs a writer has open, and the bound on what it holds in memory."""

import mmap
import os
import threading
from collections.abc import Sequence

from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.packs import PackBuffer, PackBuilder
from phoneward.vault.sealing import SealedBlob

OPEN_PACKS = 2
"""Packs of each type open at once; a blob goes to one at random, so that a pack's run of sizes does not give away a
file (Truong et al., IACR eprint 2025/532; restic 0.18 does the same)."""
SPARE_BUFFERS = 1
TREE_SHARE = 4
"""Packs of trees are so many times smaller: two more large buffers would hold little for most of a backup."""


def _buffer(size: int) -> PackBuffer:
    """Return fresh memory for a pack, straight from the system and back to it.

    From malloc it would go to the heap once the first was freed (glibc's dynamic threshold), and leave holes there:
    of 215 MB after 120,000 files, 86 were such holes.
    """
    return mmap.mmap(-1, size)


class OpenPacks:
    """The open packs of all types, and the buffers they are built in."""

    def __init__(self, pack_size: int) -> None:
        self._pack_size = pack_size
        self._lock = threading.Lock()
        self._open: dict[BlobType, list[PackBuilder | None]] = {kind: [None] * OPEN_PACKS for kind in BlobType}
        self._spare: list[PackBuffer] = []

    def add(self, blobs: Sequence[SealedBlob]) -> list[PackBuilder]:
        """Add small sealed blobs, each to one of the packs; return the packs that are to be stored now."""
        places = os.urandom(len(blobs))
        ready = []
        with self._lock:
            for place, (blob_type, blob_id, sealed, uncompressed_length) in zip(places, blobs, strict=True):
                chosen, full = self._choose(blob_type, place % OPEN_PACKS, len(sealed))
                chosen.add(blob_type, blob_id, sealed, uncompressed_length)
                if len(sealed) > self._size_of(blob_type):
                    ready.append(chosen)
                if full is not None:
                    ready.append(full)
        return ready

    def reserve(
        self, blob_type: BlobType, blob_id: BlobId, length: int, uncompressed_length: int
    ) -> tuple[PackBuilder, memoryview, PackBuilder | None]:
        """Return a pack, the place in it for a sealed blob, and the pack that is to be stored now, if any.

        `filled` must follow, unless all the writing is given up.
        """
        place = os.urandom(1)[0] % OPEN_PACKS
        with self._lock:
            chosen, full = self._choose(blob_type, place, length)
            return chosen, chosen.reserve(blob_type, blob_id, length, uncompressed_length), full

    def filled(self, pack: PackBuilder) -> PackBuilder | None:
        """Note that a reserved place was filled; return the pack if it is to be stored now."""
        with self._lock:
            pack.unfilled -= 1
            closed = all(pack is not other for packs in self._open.values() for other in packs)
            return pack if closed and not pack.unfilled else None

    def _choose(self, blob_type: BlobType, place: int, length: int) -> tuple[PackBuilder, PackBuilder | None]:
        """Return the pack for a blob of this length, and the pack that had to give way, if nobody writes to it."""
        if length > self._size_of(blob_type):  # a pack of its own
            return PackBuilder(_buffer(length)), None
        packs = self._open[blob_type]
        chosen = packs[place]
        if chosen is not None and chosen.fits(length):
            return chosen, None
        full = chosen if chosen is not None and not chosen.unfilled else None
        fresh = packs[place] = self._fresh(blob_type)
        return fresh, full

    def _fresh(self, blob_type: BlobType) -> PackBuilder:
        if blob_type is BlobType.DATA and self._spare:
            return PackBuilder(self._spare.pop())
        return PackBuilder(_buffer(self._size_of(blob_type)))

    def _size_of(self, blob_type: BlobType) -> int:
        return self._pack_size if blob_type is BlobType.DATA else self._pack_size // TREE_SHARE

    def take_all(self) -> list[PackBuilder]:
        """Return the packs that hold anything and start anew."""
        with self._lock:
            taken = [pack for packs in self._open.values() for pack in packs if pack is not None]
            self._open = {kind: [None] * OPEN_PACKS for kind in BlobType}
            return taken

    def reuse(self, pack: PackBuilder) -> None:
        """Take back the buffer of a stored pack."""
        with self._lock:
            if len(pack.buffer) == self._pack_size and len(self._spare) < SPARE_BUFFERS:
                self._spare.append(pack.buffer)

    def drop_spare(self) -> None:
        """Give the buffers back to the system that nothing is in."""
        with self._lock:
            self._spare.clear()


class Gate:
    """Bounds the bytes in flight, and knows when none are."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._lock = threading.Lock()  # entered itself, not through the condition: no Ctrl-C comes between
        self._changed = threading.Condition(self._lock)

    def enter(self, size: int) -> None:
        """Wait until there is room. A blob larger than the limit waits until it is alone."""
        with self._lock:
            while self._used and self._used + size > self._limit:
                self._changed.wait()
            self._used += size

    def enter_within(self, size: int) -> None:
        """Count more as in flight, for work that comes of what is in flight already: it never waits for itself."""
        with self._lock:
            self._used += size

    def leave(self, size: int) -> None:
        """Give the room back."""
        with self._lock:
            self._used -= size
            self._changed.notify_all()

    def wait_empty(self) -> None:
        """Wait until nothing is in flight."""
        with self._lock:
            while self._used:
                self._changed.wait()
