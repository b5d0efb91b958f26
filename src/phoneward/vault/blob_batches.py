"""Many small blobs at once: those that lie side by side in a pack come with one read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from phoneward.errors import PhonewardError
from phoneward.vault.blobs import BlobId, BlobType, FileId, FileType
from phoneward.vault.errors import BlobMissingError, DamagedError, FileMissingError, StorageError
from phoneward.vault.packs import PackEntry

if TYPE_CHECKING:
    from phoneward.vault.repository import Repository

RUN_BYTES: Final = 4 << 20
"""Most bytes read from a pack in one call."""
_GAP_BYTES: Final = 64 << 10
"""Bytes between two blobs that are read and thrown away rather than asked for apart."""

BlobOrError: TypeAlias = bytes | PhonewardError


class _Place(NamedTuple):
    pack: FileId
    offset: int
    number: int
    entry: PackEntry


def load_blobs(repo: "Repository", blob_type: BlobType, blob_ids: Sequence[BlobId]) -> list[BlobOrError]:
    """Return blobs' plaintexts in the order asked for, each hash verified; in the place of one that is lost, its error.

    All are in memory together: ask for as many as may be. Where one copy is damaged, others are tried.

    Raises:
        StorageError: the repository cannot be reached.
    """
    found: list[BlobOrError | None] = [None] * len(blob_ids)
    places = []
    for number, blob_id in enumerate(blob_ids):
        location = next(repo.index.lookup(blob_type, blob_id), None)
        if location is None:
            found[number] = BlobMissingError(blob=blob_id.hex())
        elif location.entry.length <= RUN_BYTES:
            places.append(_Place(location.pack, location.entry.offset, number, location.entry))
    places.sort()
    start = 0
    while start < len(places):
        stop = _end_of_run(places, start)
        _load_run(repo, places[start:stop], found)
        start = stop
    return [
        _load_alone(repo, blob_type, blob_id) if blob is None else blob
        for blob_id, blob in zip(blob_ids, found, strict=True)
    ]


def _end_of_run(places: Sequence[_Place], start: int) -> int:
    pack, first, _number, entry = places[start]
    end = first + entry.length
    for stop in range(start + 1, len(places)):
        place = places[stop]
        furthest = max(end, place.offset + place.entry.length)
        if place.pack != pack or place.offset > end + _GAP_BYTES or furthest > first + RUN_BYTES:
            return stop
        end = furthest
    return len(places)


def _load_run(repo: "Repository", places: Sequence[_Place], found: list[BlobOrError | None]) -> None:
    """Read one stretch of a pack and open the blobs in it. What fails stays None: it is looked for alone."""
    pack, start, _number, _entry = places[0]
    length = max(place.offset + place.entry.length for place in places) - start
    try:
        data = memoryview(repo.storage.load(FileType.PACK, pack, start, length))
    except (DamagedError, FileMissingError):
        return
    for _pack, offset, number, entry in places:
        begin = offset - start
        try:
            found[number] = repo.open_blob(pack, entry, data[begin : begin + entry.length])
        except DamagedError:
            continue


def _load_alone(repo: "Repository", blob_type: BlobType, blob_id: BlobId) -> BlobOrError:
    try:
        return repo.load_blob(blob_type, blob_id)
    except StorageError:
        raise
    except PhonewardError as error:
        return error
