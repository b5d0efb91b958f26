"""Finds the two pieces of a state snapshot without the index of the whole vault, which takes seconds in a large one.

The snapshot's document notes where they were stored, under a key of its own that restic passes over. It is a hint and
no more: `prune` may have moved them since, restic's `tag` drops it, and whoever wrote it may lie. What is read there
must have the right SHA-256, else the index is asked.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Final

import msgspec

from phoneward.snapshots.state import MAX_DOCUMENT
from phoneward.texts import _
from phoneward.vault import (
    BlobId,
    BlobMissingError,
    BlobType,
    DamagedError,
    FileId,
    FileMissingError,
    Location,
    PackEntry,
    Repository,
    Snapshot,
)

HINT: Final = "phoneward_pieces"
MAX_HINTED: Final = 32
"""Pieces of one snapshot that are noted; a longer document is found by the index."""

_Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Length = Annotated[int, msgspec.Meta(ge=0, le=2 * MAX_DOCUMENT)]


class _Piece(msgspec.Struct, frozen=True):
    """Where a blob was stored; lengths as in a pack's header."""

    type: BlobType
    id: _Hex
    pack: _Hex
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**32)]
    length: Annotated[int, msgspec.Meta(ge=32, le=2 * MAX_DOCUMENT)]
    uncompressed_length: _Length = 0

    def location(self) -> Location:
        entry = PackEntry(
            self.type, BlobId(bytes.fromhex(self.id)), self.offset, self.length, self.uncompressed_length
        )  # fmt: skip
        return Location(FileId(self.pack), entry)


def hint_for(repo: Repository, blobs: list[tuple[BlobType, BlobId]]) -> dict[str, object]:
    """Return what a snapshot's document notes of these blobs, which were just stored."""
    places = [place for blob in blobs[:MAX_HINTED] if (place := next(repo.index.lookup(*blob), None)) is not None]
    return {
        HINT: [
            {
                "type": place.entry.type.value,
                "id": place.entry.id.hex(),
                "pack": place.pack,
                "offset": place.entry.offset,
                "length": place.entry.length,
                "uncompressed_length": place.entry.uncompressed_length,
            }
            for place in places
        ]
    }


@dataclass(slots=True)
class Pieces:
    """The blobs of one state snapshot: where its hint says, else where the index says, which is loaded only then."""

    repo: Repository
    snapshot: Snapshot
    _hinted: dict[tuple[BlobType, BlobId], Location] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with suppress(msgspec.ValidationError):
            hint = self.snapshot.extra.get(HINT)
            listed = hint[:MAX_HINTED] if isinstance(hint, list) else []
            places = [piece.location() for piece in msgspec.convert(listed, list[_Piece])]
            self._hinted = {(place.entry.type, place.entry.id): place for place in places}

    def size(self, blob_type: BlobType, blob_id: BlobId) -> int:
        """Return a blob's size in bytes, as far as hint or index tell.

        Raises:
            BlobMissingError: neither knows it.
            DamagedError, StorageError: the index cannot be read.
        """
        place = self._hinted.get((blob_type, blob_id))
        if place is not None:
            return place.entry.plaintext_length
        size = self.repo.blob_size(blob_type, blob_id)
        if size is None:
            self.repo.load_index()  # not yet loaded, or another computer wrote it since
            size = self.repo.blob_size(blob_type, blob_id)
        if size is None:
            raise BlobMissingError(blob=blob_id.hex())
        return size

    def load_blob(self, blob_type: BlobType, blob_id: BlobId) -> bytes:
        """Return a blob's plaintext, its SHA-256 verified.

        Raises:
            ValueError: it is larger than any honest state, whatever the hint said.
            PhonewardError: it cannot be had.
        """
        place = self._hinted.pop((blob_type, blob_id), None)
        if place is not None:
            with suppress(DamagedError, FileMissingError):
                return self.repo.load_copy(place)
        if self.size(blob_type, blob_id) > MAX_DOCUMENT:
            raise ValueError(_("its state.json is too large"))
        return self.repo.load_blob(blob_type, blob_id)
