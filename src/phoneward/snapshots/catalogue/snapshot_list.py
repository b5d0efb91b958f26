"""All snapshots of a vault as a page lists them, without opening a thousand files for each look."""

import enum
import threading
import time
from dataclasses import dataclass
from typing import Final

import msgspec

from phoneward.errors import PhonewardError
from phoneward.snapshots.catalogue.kept import Kept
from phoneward.snapshots.catalogue.pages import PAGE_SIZE, Page, page_of
from phoneward.snapshots.reading import SnapshotInfo, describe
from phoneward.vault import (
    FileId,
    FileType,
    NoRepositoryError,
    Repository,
    Snapshot,
    decode_snapshot,
    encode_snapshot,
    load_each_snapshot,
    names_of,
    repository_exists,
)
from phoneward.vault.storage import ListedFile

STATE_TAG: Final = "phoneward-state"
"""Tag of snapshots of what a person decided (DESIGN, "Snapshot layout"): nothing of a phone is in them."""

_KEY: Final = b"snapshots"
_AGAIN_AFTER_S: Final = 30.0
"""A snapshot that could not be read is tried again after this time: a disk may come back."""


class SnapshotKind(enum.StrEnum):
    """What a snapshot is of."""

    WHOLE = "whole"
    PARTIAL = "partial"
    PROOF = "proof"
    STATE = "state"


def kind_of_snapshot(info: SnapshotInfo) -> SnapshotKind:
    """Return what a snapshot is of."""
    if info.proof:
        return SnapshotKind.PROOF
    if STATE_TAG in info.snapshot.tags:
        return SnapshotKind.STATE
    return SnapshotKind.PARTIAL if info.partial else SnapshotKind.WHOLE


@dataclass(frozen=True, slots=True)
class DamagedSnapshot:
    """A snapshot that is there and cannot be read."""

    id: FileId
    error: PhonewardError


@dataclass(frozen=True, slots=True)
class Listed:
    """The snapshots as they were at one look. Never changes.

    Attributes:
        infos: newest first (by time, then ID).
        damaged: by ID.
        version: grows with every change.
    """

    infos: tuple[SnapshotInfo, ...]
    damaged: tuple[DamagedSnapshot, ...]
    version: int

    def page(
        self,
        number: int = 1,
        size: int = PAGE_SIZE,
        *,
        device: str | None = None,
        kinds: frozenset[SnapshotKind] | None = None,
    ) -> Page[SnapshotInfo]:
        """Return a page of the snapshots.

        Args:
            number: from 1.
            size: rows on a page.
            device: only those of the phone with this id.
            kinds: only these.
        """
        return page_of(self.select(device=device, kinds=kinds), number, size)

    def select(self, *, device: str | None = None, kinds: frozenset[SnapshotKind] | None = None) -> list[SnapshotInfo]:
        """Return those of a phone, and of these kinds, newest first."""
        return [
            info
            for info in self.infos
            if (device is None or info.device == device) and (kinds is None or kind_of_snapshot(info) in kinds)
        ]

    def newest(self, device: str | None = None) -> SnapshotInfo | None:
        """Return the newest finished snapshot of a phone, or of any."""
        return next(iter(self.select(device=device, kinds=frozenset({SnapshotKind.WHOLE}))), None)

    def proofs_of(self, snapshot: Snapshot) -> list[SnapshotInfo]:
        """Return the later proofs about a snapshot, also by a name that it had elsewhere; newest first."""
        names = names_of(snapshot)
        return [info for info in self.infos if info.proof and info.subject in names]


class _Row(msgspec.Struct, array_like=True, frozen=True):
    """A snapshot as it is kept: read through, or as its document where it holds what MessagePack cannot."""

    id: str
    snapshot: Snapshot | None
    document: bytes = b""


_decoder: Final = msgspec.msgpack.Decoder(list[_Row])


class SnapshotList:
    """The snapshots of one vault. A look costs one listing of a folder; only what is new is read.

    Snapshots never change, so what was read once is true as long as the file is there. They are kept in memory and as
    one sealed entry. Several threads may ask at once: one reads, the others wait for it.
    """

    def __init__(self, repo: Repository, kept: Kept) -> None:
        self._repo = repo
        self._kept = kept
        self._lock = threading.Lock()
        self._known: dict[FileId, SnapshotInfo] | None = None
        self._failed: dict[FileId, tuple[float, PhonewardError]] = {}
        self._listed = Listed((), (), 0)

    def look(self) -> Listed:
        """Return the snapshots as they are now.

        Raises:
            NoRepositoryError: the vault is not there any more.
            StorageError: it cannot be listed.
        """
        there = {file.name: file for file in self._repo.list_files(FileType.SNAPSHOT)}
        if not there and not repository_exists(self._repo.storage):  # the disk was taken away
            raise NoRepositoryError(location=self._repo.storage.location)
        with self._lock:
            first = self._known is None
            known = self._known if self._known is not None else self._load()
            self._known = known
            changed = first
            for name in [name for name in known if name not in there]:
                del known[name]
                changed = True
            for name in [name for name in self._failed if name not in there]:
                del self._failed[name]
                changed = True
            new = [file for name, file in there.items() if name not in known and self._is_due(name)]
            read = self._read(known, new)
            if changed or new:
                self._listed = self._made(known)
            if read or (changed and not first):
                self._save(known)
            return self._listed

    def _is_due(self, name: FileId) -> bool:
        failed = self._failed.get(name)
        return failed is None or time.monotonic() - failed[0] > _AGAIN_AFTER_S

    def _read(self, known: dict[FileId, SnapshotInfo], files: list[ListedFile]) -> int:
        """Read what is new, many at once where each takes its time; return how many could be read."""
        read = 0
        for name, found in load_each_snapshot(self._repo, files):
            if isinstance(found, PhonewardError):  # named; one that was removed meanwhile is gone at the next look
                self._failed[name] = (time.monotonic(), found)
                continue
            self._failed.pop(name, None)
            known[name] = describe(found)
            read += 1
        return read

    def _made(self, known: dict[FileId, SnapshotInfo]) -> Listed:
        infos = sorted(known.values(), key=_newest_first)
        damaged = tuple(DamagedSnapshot(name, error) for name, (_when, error) in sorted(self._failed.items()))
        return Listed(tuple(infos), damaged, self._listed.version + 1)

    def _load(self) -> dict[FileId, SnapshotInfo]:
        known = {}
        for row in self._kept.get(_KEY, _decoder) or ():
            try:
                snapshot = row.snapshot or decode_snapshot(row.document, FileId(row.id))
                known[FileId(row.id)] = describe(snapshot)
            except PhonewardError:
                continue  # it is read again from the vault
        return known

    def _save(self, known: dict[FileId, SnapshotInfo]) -> None:
        self._kept.put(_KEY, [_row(name, info.snapshot) for name, info in known.items()])


def _row(name: FileId, snapshot: Snapshot) -> _Row:
    try:
        msgspec.msgpack.encode(snapshot)
    except OverflowError:  # a time or a number of more than 64 bits
        return _Row(name, None, encode_snapshot(snapshot))
    return _Row(name, snapshot)


def _newest_first(info: SnapshotInfo) -> tuple[int, str]:
    snapshot: Snapshot = info.snapshot
    return (-snapshot.time_ns, _reversed(snapshot.id or ""))


_MIRROR: Final = str.maketrans("0123456789abcdef", "fedcba9876543210")


def _reversed(name: str) -> str:
    """Return an ID that sorts the other way round."""
    return name.translate(_MIRROR)
