"""Snapshot documents: when, of what and by whom, and the tree that holds it all.

Source: restic internal/data/snapshot.go (fields, key order, `omitempty`). Keys unknown here survive reading and saving;
restic's own rewriting commands (`tag`, `rewrite`) drop them.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Annotated, Any, Final, Protocol

import msgspec

from phoneward.errors import PhonewardError, readable
from phoneward.texts import _, enumeration
from phoneward.vault.blobs import BlobId, FileId, FileType
from phoneward.vault.errors import (
    AmbiguousSnapshotError,
    AppendOnlyError,
    FileMissingError,
    LockLostError,
    NoSnapshotsError,
    SnapshotDamagedError,
    SnapshotNotFoundError,
)
from phoneward.vault.go_text import format_time, parse_time
from phoneward.vault.loading import load_each
from phoneward.vault.locks import HeldLock
from phoneward.vault.storage.base import ListedFile

LATEST: Final = "latest"
_FILE_ID: Final = re.compile(r"[0-9a-f]{64}")
_PREFIX: Final = re.compile(r"[0-9a-f]{1,64}")
_SHOWN_CANDIDATES: Final = 5
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST_TIME: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
_LAST_TIME: Final = dt.datetime.max.replace(tzinfo=dt.UTC)


class SnapshotStore(Protocol):
    """What snapshot documents need of a repository."""

    def load_unpacked(self, file_type: FileType, file_id: FileId) -> bytes:
        """Return a file's plaintext."""

    def save_unpacked(self, file_type: FileType, plaintext: bytes) -> FileId:
        """Store a file durably and return its name."""

    def list_files(self, file_type: FileType) -> Iterable[ListedFile]:
        """Yield the files of this type."""

    @property
    def requests_at_once(self) -> int:
        """How many files to ask for at once."""

    def load_listed(self, file_type: FileType, file: ListedFile) -> bytes:
        """Return the plaintext of a file that a listing has just named."""


class RemovableSnapshots(SnapshotStore, Protocol):
    """The same, where one can be taken back."""

    def remove_unpacked(self, file_type: FileType, name: FileId) -> None:
        """Remove a file."""


class SnapshotSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What the run that made a snapshot did. Times are nanoseconds since 1970 UTC, sizes bytes."""

    backup_start_ns: int
    backup_end_ns: int
    files_new: int = 0
    files_changed: int = 0
    files_unmodified: int = 0
    dirs_new: int = 0
    dirs_changed: int = 0
    dirs_unmodified: int = 0
    data_blobs: int = 0
    tree_blobs: int = 0
    data_added: int = 0
    data_added_packed: int = 0
    total_files_processed: int = 0
    total_bytes_processed: int = 0


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One snapshot. Never changes once saved.

    Attributes:
        id: the document's name in the repository; None until it is saved.
        time_ns: nanoseconds since 1970 UTC.
        utc_offset: minutes east of UTC in which the time is written.
        tree: the tree blob of the root folder.
        paths: what was backed up, in the maker's words; snapshots with equal paths form one series.
        parent, original: the snapshot compared with, and the one this was rewritten from.
        extra: keys unknown here, as JSON values.
    """

    time_ns: int
    tree: BlobId
    paths: tuple[str, ...]
    id: FileId | None = None
    utc_offset: int = 0
    parent: FileId | None = None
    hostname: str = ""
    username: str = ""
    uid: int = 0
    gid: int = 0
    excludes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    original: FileId | None = None
    program_version: str = ""
    summary: SnapshotSummary | None = None
    extra: dict[str, Any] = {}  # Any: JSON of programs we do not know

    @property
    def time(self) -> dt.datetime:
        """When it was made, UTC, to the microsecond; the years 0 and after 9999 are shown as the nearest possible."""
        try:
            return _EPOCH + dt.timedelta(microseconds=self.time_ns // 1000)
        except OverflowError:
            return _FIRST_TIME if self.time_ns < 0 else _LAST_TIME

    @property
    def short_id(self) -> str:
        """The first eight digits of the ID, as restic shows it; empty until it is saved."""
        return (self.id or "")[:8]


_Count = Annotated[int, msgspec.Meta(ge=0)]
_Uint32 = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]


class _WireSummary(msgspec.Struct, kw_only=True):
    backup_start: str
    backup_end: str
    files_new: _Count = 0
    files_changed: _Count = 0
    files_unmodified: _Count = 0
    dirs_new: _Count = 0
    dirs_changed: _Count = 0
    dirs_unmodified: _Count = 0
    data_blobs: _Count = 0
    tree_blobs: _Count = 0
    data_added: _Count = 0
    data_added_packed: _Count = 0
    total_files_processed: _Count = 0
    total_bytes_processed: _Count = 0


_COUNTS: Final = tuple(name for name in _WireSummary.__struct_fields__ if not name.startswith("backup_"))


class _WireSnapshot(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A snapshot as JSON, in restic's key order."""

    time: str
    parent: str | None = None
    tree: str | None
    paths: list[str] | None
    hostname: str = ""
    username: str = ""
    uid: _Uint32 = 0
    gid: _Uint32 = 0
    excludes: list[str] | None = None
    tags: list[str] | None = None
    original: str | None = None
    program_version: str = ""
    summary: _WireSummary | None = None


_KNOWN_KEYS: Final = frozenset(_WireSnapshot.__struct_fields__)


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return the document's JSON text as Go writes it, unknown keys at the end."""
    wire = _WireSnapshot(
        time=format_time(snapshot.time_ns, snapshot.utc_offset),
        parent=snapshot.parent,
        tree=snapshot.tree.hex(),
        paths=list(snapshot.paths),
        hostname=snapshot.hostname,
        username=snapshot.username,
        uid=snapshot.uid,
        gid=snapshot.gid,
        excludes=list(snapshot.excludes) or None,
        tags=list(snapshot.tags) or None,
        original=snapshot.original,
        program_version=snapshot.program_version,
        summary=_summary_to_wire(snapshot.summary),
    )
    text = msgspec.json.encode(wire)
    extra = {key: value for key, value in snapshot.extra.items() if key not in _KNOWN_KEYS}
    if extra:
        text = text[:-1] + b"," + msgspec.json.encode(extra)[1:]
    return text


def _summary_to_wire(summary: SnapshotSummary | None) -> _WireSummary | None:
    if summary is None:
        return None
    return _WireSummary(
        backup_start=format_time(summary.backup_start_ns),
        backup_end=format_time(summary.backup_end_ns),
        **{name: getattr(summary, name) for name in _COUNTS},
    )


def decode_snapshot(data: bytes, file_id: FileId) -> Snapshot:
    """Return the snapshot of a document's plaintext.

    Raises:
        SnapshotDamagedError: no JSON, fields missing or out of range, no tree.
    """
    try:
        wire = msgspec.json.decode(data, type=_WireSnapshot)
        extra = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        time_ns, utc_offset = parse_time(wire.time)
        if wire.tree is None:
            raise SnapshotDamagedError(name=file_id[:8], reason=_("it names no tree"))
        return Snapshot(
            id=file_id,
            time_ns=time_ns,
            utc_offset=utc_offset,
            tree=BlobId(bytes.fromhex(_checked_id(wire.tree))),
            paths=tuple(wire.paths or ()),
            parent=None if wire.parent is None else _checked_id(wire.parent),
            hostname=wire.hostname,
            username=wire.username,
            uid=wire.uid,
            gid=wire.gid,
            excludes=tuple(wire.excludes or ()),
            tags=tuple(wire.tags or ()),
            original=None if wire.original is None else _checked_id(wire.original),
            program_version=wire.program_version,
            summary=_summary_from_wire(wire.summary),
            extra={key: msgspec.json.decode(value) for key, value in extra.items() if key not in _KNOWN_KEYS},
        )
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:  # ValueError: UTF-8, times, IDs
        raise SnapshotDamagedError(name=file_id[:8], reason=readable(str(error))) from error


def _checked_id(text: str) -> FileId:
    if not _FILE_ID.fullmatch(text):
        raise ValueError("not an ID")
    return FileId(text)


def _summary_from_wire(wire: _WireSummary | None) -> SnapshotSummary | None:
    if wire is None:
        return None
    return SnapshotSummary(
        backup_start_ns=parse_time(wire.backup_start)[0],
        backup_end_ns=parse_time(wire.backup_end)[0],
        **{name: getattr(wire, name) for name in _COUNTS},
    )


def save_snapshot(repo: SnapshotStore, snapshot: Snapshot) -> FileId:
    """Store a snapshot and return its ID. All it refers to must be durable and in a durable index before."""
    return repo.save_unpacked(FileType.SNAPSHOT, encode_snapshot(snapshot))


def save_snapshot_held(repo: RemovableSnapshots, lock: HeldLock, snapshot: Snapshot) -> FileId:
    """Store a snapshot as `save_snapshot`, only if the lock is held before and still is afterwards.

    Looking before is not enough: between the look and the storing a program may stand still for long (a stopped
    process, a slow disk), while somebody takes its lock for stale and prunes what the new snapshot needs. Whoever
    takes the lock after the second look sees the snapshot and keeps what it needs.

    Raises:
        LockLostError: the lock is gone. There is no snapshot: where it was stored already, it was removed again,
            unless the place keeps everything.
        StorageError: the storage failed.
    """
    lock.confirm()
    name = save_snapshot(repo, snapshot)
    try:
        lock.confirm()
    except LockLostError:
        with suppress(AppendOnlyError):
            repo.remove_unpacked(FileType.SNAPSHOT, name)
        raise
    return name


def load_snapshot(repo: SnapshotStore, file_id: FileId) -> Snapshot:
    """Return one snapshot by its full ID. Errors of the repository pass through; see also `decode_snapshot`."""
    return decode_snapshot(repo.load_unpacked(FileType.SNAPSHOT, file_id), file_id)


def load_snapshots(
    repo: SnapshotStore, *, on_damaged: Callable[[FileId, PhonewardError], None] | None = None
) -> list[Snapshot]:
    """Return all snapshots, oldest first (by time, then ID).

    Args:
        repo: where they are stored.
        on_damaged: called for each that cannot be read, so that one damaged file does not hide the others. Without
            it the error is raised. One that somebody removes meanwhile is left out.
    """
    snapshots = []
    for file_id, found in load_each_snapshot(repo, list(repo.list_files(FileType.SNAPSHOT))):
        if isinstance(found, Snapshot):
            snapshots.append(found)
        elif isinstance(found, FileMissingError) and _is_gone(repo, file_id):
            continue
        elif on_damaged is None:
            raise found
        else:
            on_damaged(file_id, found)
    return sorted(snapshots, key=lambda snapshot: (snapshot.time_ns, snapshot.id or ""))


def load_each_snapshot(
    repo: SnapshotStore, files: Iterable[ListedFile]
) -> Iterator[tuple[FileId, Snapshot | PhonewardError]]:
    """Yield snapshots that a listing has just named, each as it comes; in the place of one, why it cannot be read."""
    for file_id, document in load_each(repo, FileType.SNAPSHOT, files):
        if isinstance(document, PhonewardError):
            yield file_id, document
            continue
        try:
            yield file_id, decode_snapshot(document, file_id)
        except SnapshotDamagedError as error:
            yield file_id, error


def _is_gone(repo: SnapshotStore, file_id: FileId) -> bool:
    """Tell whether somebody removed a snapshot after it was listed. One that is still listed is damaged."""
    return all(file.name != file_id for file in repo.list_files(FileType.SNAPSHOT))


def _any_snapshot(_snapshot: Snapshot) -> bool:
    return True


def find_snapshot(
    repo: SnapshotStore,
    name: str,
    *,
    is_candidate: Callable[[Snapshot], bool] = _any_snapshot,
    on_damaged: Callable[[FileId, PhonewardError], None] | None = None,
) -> Snapshot:
    """Return the snapshot a person named.

    Args:
        repo: where they are stored.
        name: `latest`, or the first digits of an ID.
        is_candidate: which snapshots `latest` may mean. Callers pass a test that says no to partial ones. An ID names
            any snapshot.
        on_damaged: see `load_snapshots`; used for `latest` only.

    Raises:
        NoSnapshotsError: `latest`, and there is none.
        SnapshotNotFoundError: no ID starts so, or the text is no ID.
        AmbiguousSnapshotError: several do.
    """
    wanted = name.strip().lower()
    if wanted == LATEST:
        candidates = [s for s in load_snapshots(repo, on_damaged=on_damaged) if is_candidate(s)]
        if not candidates:
            raise NoSnapshotsError
        return candidates[-1]
    return load_snapshot(repo, find_snapshot_name(repo, wanted))


def find_snapshot_name(repo: SnapshotStore, name: str) -> FileId:
    """Return the full ID whose first digits a person named, whether or not that snapshot can be read.

    Raises:
        SnapshotNotFoundError: no ID starts so, or the text is no ID.
        AmbiguousSnapshotError: several do.
    """
    wanted = name.strip().lower()
    if not _PREFIX.fullmatch(wanted):
        raise SnapshotNotFoundError(name=readable(name))
    found = sorted(f.name for f in repo.list_files(FileType.SNAPSHOT) if f.name.startswith(wanted))
    if not found:
        raise SnapshotNotFoundError(name=readable(name))
    if len(found) > 1:
        shown = enumeration(file_id[:12] for file_id in found[:_SHOWN_CANDIDATES])
        raise AmbiguousSnapshotError(name=readable(name), count=len(found), candidates=shown)
    return found[0]
