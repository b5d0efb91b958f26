"""Look through a snapshot for copies of the person's pictures among what apps keep."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from phoneward.errors import PhonewardError
from phoneward.media import Reason, Skipped
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.snapshots import Asking, SnapshotInfo
from phoneward.vault import NoSnapshotsError, Repository, StorageError
from phoneward.watch.copies import AppCopy
from phoneward.watch.scanned import Scanned
from phoneward.watch.scanning.causes import cause_of, is_thumbnail
from phoneward.watch.scanning.comparing import Comparing, Copied, same_bytes
from phoneward.watch.scanning.listing import MAX_FILES, StoredFile, list_files
from phoneward.watch.scanning.missed import DAMAGED, Missed, missed_words
from phoneward.watch.scanning.moments import Taken, taken
from phoneward.watch.scanning.places import Role
from phoneward.watch.scanning.reading import Fetcher, pictures_in, seen_file
from phoneward.watch.scanning.results import keep_result, kept_result
from phoneward.watch.scanning.sealed import Memory, Sealed, SeenFile, SeenPicture
from phoneward.watch.scanning.sensitive import Labels, in_snapshot
from phoneward.watch.scanning.since import earlier_of, first_seen

if TYPE_CHECKING:
    from phoneward.media.comparing import Looker

PHASE: Final = "find-pictures"
_EXTRA: Final = ("numpy", "cv2", "simplejpeg", "PIL", "threadpoolctl")


def has_extra() -> bool:
    """Tell whether the parts that compare pictures are installed (extra `watch`)."""
    return all(find_spec(name) is not None for name in _EXTRA)


def scan(asking: Asking, *, mine: Sequence[str] = (), by_bytes: bool = False) -> Scanned:
    """Look through a snapshot. The first time takes minutes; what was seen before is not looked at again.

    Args:
        asking: the vault, the snapshot and where derived data is kept.
        mine: further folders of the person's own pictures, below a storage's root.
        by_bytes: look for the very same bytes only; so it is too where the extra `watch` is not installed.

    Raises:
        NoSnapshotsError: there is none.
        StorageError: the vault cannot be reached. What is damaged in it is named in the result.
        WorkerStartError: pictures cannot be decoded safely on this computer.
    """
    if asking.snapshot is None:
        raise NoSnapshotsError
    with ExitStack() as stack:
        looker = None
        if not by_bytes and has_extra():
            from phoneward.media.comparing import Looker

            looker = stack.enter_context(Looker())
        return _Scan(asking, asking.snapshot, looker).run(mine)


def kept_scan(asking: Asking) -> Scanned | None:
    """Return what the last look through this snapshot found, without another; None where nobody has looked."""
    if asking.snapshot is None or asking.cache_dir is None:
        return None
    kept = kept_result(Sealed(asking.repo, asking.cache_dir), asking.snapshot)
    return None if kept is None else _shown(asking, asking.snapshot, *kept)


def _shown(asking: Asking, info: SnapshotInfo, scanned: Scanned, missed: Sequence[Missed]) -> Scanned:
    """Return a result with what the person says of their pictures now."""
    import dataclasses

    labels = Labels(asking.state)
    copies = [dataclasses.replace(copy, label=labels.of(copy.original)) for copy in scanned.copies]
    return dataclasses.replace(
        scanned,
        snapshot=info.snapshot.id or "",
        taken=info.snapshot.time,
        copies=tuple(copies),
        not_looked_at=tuple(missed_words(missed)),
        damaged=sum(one.count for one in missed if one.reason in DAMAGED),
    )


@dataclass(slots=True)
class _Own:
    """One of the person's pictures: where it lies, and when it was taken."""

    file: StoredFile
    taken: Taken
    written: dt.datetime | None


@dataclass(slots=True)
class _Held:
    """A picture that an app keeps: in which file, and what it is."""

    file: StoredFile
    picture: SeenPicture
    is_alone: bool


@dataclass(slots=True)
class _Counts:
    """What was not looked at, by reason and name."""

    missed: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, reason: str, name: str = "") -> None:
        self.missed[reason, name] = self.missed.get((reason, name), 0) + 1

    def all(self) -> list[Missed]:
        return [Missed(reason, name, count) for (reason, name), count in sorted(self.missed.items())]


class _Scan:
    def __init__(self, asking: Asking, info: SnapshotInfo, looker: "Looker | None") -> None:
        self._asking = asking
        self._info = info
        self._looker = looker
        self._repo: Repository = asking.repo
        self._tell: Listener = asking.listener
        self._sealed = Sealed(asking.repo, asking.cache_dir)
        retry = {Reason.NEEDS_HEIF} if find_spec("pillow_heif") else set()
        self._memory = Memory(self._sealed, retry=frozenset(retry))
        self._counts = _Counts()
        self._where: dict[bytes, tuple[StoredFile, SeenPicture]] = {}
        self._fetcher = Fetcher(asking.repo)

    def run(self, mine: Sequence[str]) -> Scanned:
        files = self._list(mine)
        try:
            self._look(files)
        finally:
            self._memory.save()
        own, held = self._own(files), self._held(files)
        copies = self._copies(own, held)
        self._memory.tidy()
        scanned = Scanned(
            snapshot=self._info.snapshot.id or "",
            device=self._info.device,
            taken=self._info.snapshot.time,
            looked=self._asking.now,
            own=len(own),
            files=sum(file.place.role is not Role.OWN for file in files),
            pictures=len(held),
            is_by_bytes=self._looker is None,
            copies=tuple(copies),
        )
        missed = self._counts.all()
        keep_result(self._sealed, self._info, scanned, missed)
        return _shown(self._asking, self._info, scanned, missed)

    # -- which files -------------------------------------------------------------------------------------------------

    def _list(self, mine: Sequence[str]) -> list[StoredFile]:
        folders = frozenset(in_snapshot(folder).removeprefix("/shared/").casefold() for folder in mine)
        files = list(
            list_files(
                self._repo,
                self._info.snapshot.tree,
                mine=folders,
                on_damaged=lambda path: self._counts.add("folder-damaged", path.decode("utf-8", "replace")),
            )
        )
        if len(files) >= MAX_FILES:
            self._counts.add("too-many-files")
        return files

    # -- what lies in them ---------------------------------------------------------------------------------------------

    def _look(self, files: Sequence[StoredFile]) -> None:
        """Find the pictures in what is new, and look at each that was never seen."""
        todo: dict[bytes, StoredFile] = {}
        for file in files:
            if self._memory.file(file.content) is None:
                todo.setdefault(file.content, file)
        self._tell(PhaseStarted(PHASE, len(todo), sum(file.size for file in todo.values())))
        new = self._new_pictures(todo)
        if self._looker is None:
            for _picture in new:
                pass
        else:
            for sha256, seen in self._looker.prints(new):
                if isinstance(seen, Skipped):
                    self._memory.note_skipped(sha256, seen.reason)
                else:
                    self._memory.note_print(seen)
        self._tell(PhaseDone(PHASE, len(todo), sum(file.size for file in todo.values())))

    def _new_pictures(self, files: dict[bytes, StoredFile]) -> Iterator[tuple[bytes, bytes]]:
        """Yield the pictures in files that were not looked at yet."""
        read = 0
        asked: set[bytes] = set()
        for number, (content, file) in enumerate(files.items()):
            self._tell(Advanced(PHASE, number, read, file.path))
            found: list[SeenPicture] = []
            left_out: set[str] = set()
            try:
                for picture, data in pictures_in(self._repo, file, left_out):
                    found.append(picture)
                    if picture.sha256 not in asked and not self._memory.was_looked_at(picture.sha256):
                        asked.add(picture.sha256)
                        yield picture.sha256, data
                    if file.place.role is Role.OWN:
                        break
            except StorageError:
                raise
            except PhonewardError:  # damaged: a repair may bring it back, so nothing is remembered
                self._counts.add("file-damaged", file.shown)
            else:
                self._memory.note_file(content, seen_file(found, left_out))
            read += file.size

    def _own(self, files: Sequence[StoredFile]) -> dict[bytes, _Own]:
        """Return the person's pictures by SHA-256; of the same one twice, the one that was written first."""
        own: dict[bytes, _Own] = {}
        for file in sorted(files, key=lambda one: one.mtime_ns):
            seen = self._memory.file(file.content) if file.place.role is Role.OWN else None
            if seen is None or not seen.pictures or seen.pictures[0].offset or seen.pictures[0].via:
                continue
            picture = seen.pictures[0]
            if picture.sha256 not in own:
                own[picture.sha256] = _mine(file, picture)
                self._where[picture.sha256] = file, picture
                self._note_reason(picture.sha256)
        return own

    def _held(self, files: Sequence[StoredFile]) -> list[_Held]:
        held = []
        for file in files:
            if file.place.role is Role.OWN:
                continue
            seen = self._memory.file(file.content) or SeenFile()
            for reason in seen.left_out:
                self._counts.add(reason)
            for picture in seen.pictures:
                is_alone = len(seen.pictures) == 1 and not picture.via
                held.append(_Held(file, picture, is_alone))
                if picture.sha256 not in self._where:
                    self._where[picture.sha256] = file, picture
                    self._note_reason(picture.sha256)
        return held

    def _note_reason(self, sha256: bytes) -> None:
        reason = self._memory.reason(sha256)
        if reason is not None:
            self._counts.add(f"picture-{reason.value}")

    # -- what is a copy ------------------------------------------------------------------------------------------------

    def _copies(self, own: dict[bytes, _Own], held: Sequence[_Held]) -> list[AppCopy]:
        found = same_bytes(own, ((one.picture.sha256, one.picture.width) for one in held))
        if self._looker is not None:
            others = dict.fromkeys(one.picture.sha256 for one in held if one.picture.sha256 not in own)
            comparing = Comparing(self._sealed, self._memory, self._looker, self._fetch, self._info.device)
            wanted = [sha256 for sha256 in own if self._memory.reason(sha256) is None]
            suspects = [sha256 for sha256 in others if self._memory.reason(sha256) is None]
            found |= comparing.copies(wanted, suspects, self._tell)
        kept = [one for one in held if one.picture.sha256 in found]
        since = first_seen(
            self._repo,
            earlier_of(self._asking.every, self._info),
            {one.file.path: one.file.blobs for one in kept},
        )
        copies = [
            _copy(one, own[found[one.picture.sha256].original], found[one.picture.sha256], since.get(one.file.path))
            for one in kept
        ]
        oldest = dt.datetime.min.replace(tzinfo=dt.UTC)
        return sorted(copies, key=lambda copy: (copy.copied or copy.since or oldest, copy.path), reverse=True)

    def _fetch(self, sha256: bytes) -> bytes:
        file, picture = self._where[sha256]
        try:
            return self._fetcher.bytes_of(file, picture)
        except StorageError:
            raise
        except PhonewardError:
            return b""


def _mine(file: StoredFile, picture: SeenPicture) -> _Own:
    written = _time(file.mtime_ns)
    exif = dt.datetime.fromisoformat(picture.taken) if picture.taken else None
    name = file.shown.rpartition("/")[2]
    return _Own(file, taken(exif, name, written or dt.datetime.fromtimestamp(0, dt.UTC)), written)


def _copy(held: _Held, mine: _Own, copied: Copied, since: dt.datetime | None) -> AppCopy:
    file, picture = held.file, held.picture
    written = _time(file.mtime_ns)
    return AppCopy(
        package=file.place.package,
        path=file.shown,
        inside=picture.via,
        offset=picture.offset,
        sha256=picture.sha256.hex(),
        size=picture.size,
        copied=written if held.is_alone else None,
        original=mine.file.shown,
        original_sha256=copied.original.hex(),
        taken=mine.taken.time,
        verdict=copied.verdict,
        cause=cause_of(file.place, file.shown, copied.verdict, written, mine.written),
        since=since,
        is_thumbnail=is_thumbnail(file.place, picture.width, picture.height),
        raw_path=file.path,
        raw_original=mine.file.path,
        taken_by=mine.taken.by.value,
    )


def _time(mtime_ns: int) -> dt.datetime | None:
    """Return a file's time to the microsecond; None where there is none that makes sense."""
    if mtime_ns <= 0:
        return None
    try:
        return dt.datetime.fromtimestamp(mtime_ns // 10**9, dt.UTC) + dt.timedelta(
            microseconds=mtime_ns % 10**9 // 1000
        )
    except (ValueError, OverflowError, OSError):
        return None
