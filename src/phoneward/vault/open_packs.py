"""The packs a writer has open, and the bound on what it holds in memory."""

import os
import threading

from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.packs import PackBuilder

OPEN_PACKS = 2
"""Packs of each type open at once; a blob goes to one at random, so that a pack's run of sizes does not give away a
file (Truong et al., IACR eprint 2025/532; restic 0.18 does the same)."""
SPARE_BUFFERS = 2


class OpenPacks:
    """The open packs of all types, and the buffers they are built in."""

    def __init__(self, pack_size: int) -> None:
        self._pack_size = pack_size
        self._lock = threading.Lock()
        self._open: dict[BlobType, list[PackBuilder | None]] = {kind: [None] * OPEN_PACKS for kind in BlobType}
        self._spare: list[bytearray] = []

    def add(self, blob_type: BlobType, blob_id: BlobId, sealed: bytes, uncompressed_length: int) -> PackBuilder | None:
        """Add a sealed blob to one of the packs; return the pack that is to be stored now, if any."""
        place = os.urandom(1)[0] % OPEN_PACKS
        with self._lock:
            if len(sealed) > self._pack_size:  # a pack of its own
                pack = PackBuilder(bytearray(len(sealed)))
                pack.add(blob_type, blob_id, sealed, uncompressed_length)
                return pack
            packs, full = self._open[blob_type], None
            chosen = packs[place]
            if chosen is None or not chosen.fits(len(sealed)):
                full = chosen
                chosen = packs[place] = PackBuilder(self._spare.pop() if self._spare else bytearray(self._pack_size))
            chosen.add(blob_type, blob_id, sealed, uncompressed_length)
            return full

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
