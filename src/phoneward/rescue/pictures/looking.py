"""Looks through files for pictures, by content, and gathers what is told of each."""

import datetime as dt
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from phoneward.databases import MAGIC
from phoneward.media import FoundPicture, end_of
from phoneward.media.finding import LeftOut, find_in
from phoneward.rescue.pictures.found import Place, TimeFrom
from phoneward.rescue.pictures.mediastore import Known, known_pictures
from phoneward.rescue.pictures.traces import (
    Journal,
    Trace,
    gallery_trace,
    okhttp_trace,
    read_journal,
    simple_cache_trace,
    thumbdata_trace,
)

_MOST_PICTURES: Final = 1_000_000
"""Of one file: a thumbnail database has a slot for each picture there ever was."""
_BEFORE: Final = 1_040
_HEAD: Final = 9_000
_MOST_JOURNAL: Final = 64 << 20
_MOST_METADATA: Final = 64 << 10
_SMALL: Final = 320
"""Pixels of the longer side up to which a picture is called small: Android's thumbnails have 96 to 512."""
_ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".heic", ".heif", ".avif"})
_HIDDEN: Final = ("thumb", "cache", "trash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A picture at one place, with its bytes."""

    found: FoundPicture
    place: Place
    trace: Trace | None
    known: Known | None
    written: dt.datetime | None
    """When the file that it is was last written; None where it is one of several things in a file."""

    @property
    def sha256(self) -> str:
        """Of its bytes."""
        return hashlib.sha256(self.found.data).hexdigest()

    @property
    def is_whole(self) -> bool:
        """Whether its end is there."""
        return end_of(self.found.data, self.found.header) is not None

    @property
    def is_small(self) -> bool:
        """Whether it is a thumbnail, or as small as one."""
        header = self.found.header
        return (self.trace is not None and self.trace.is_small) or max(header.width, header.height) <= _SMALL

    def time(self) -> tuple[dt.datetime | None, TimeFrom]:
        """Return when it was, and what says so."""
        if self.found.header.taken is not None:
            return self.found.header.taken, TimeFrom.EXIF
        if self.known is not None and self.known.taken_ms and (known := _moment(self.known.taken_ms)):
            return known, TimeFrom.MEDIASTORE
        if self.trace is not None and self.trace.time_ms and (noted := _moment(self.trace.time_ms)):
            return noted, TimeFrom.NOTED
        return (self.written, TimeFrom.FILE) if self.written is not None else (None, TimeFrom.UNKNOWN)


@dataclass(slots=True)
class Looking:
    """A look through files.

    Attributes:
        folder: where databases may be copied to for reading.
        files, bytes: how many were looked through.
        open_already: pictures passed over since they lie there as ordinary picture files.
        left_out: what was not looked at, by file.
        unreadable: files that could not be read, with the system's words.
    """

    folder: Path
    files: int = 0
    bytes: int = 0
    open_already: int = 0
    left_out: list[tuple[Path, LeftOut]] = field(default_factory=list)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)
    _known: dict[int, Known] = field(default_factory=dict)
    _journals: dict[Path, Journal | None] = field(default_factory=dict)

    def through(self, paths: Sequence[Path]) -> Iterator[Seen]:
        """Yield the pictures of files, in the order of files and places."""
        for path in paths:
            if path.suffix in {".db", ""} and _begins_with(path, MAGIC):
                self._known |= known_pictures(path, self.folder)
        for path in paths:
            try:
                yield from self._in_file(path)
            except OSError as error:
                self.unreadable.append((path, error.strerror or str(error)))

    def _in_file(self, path: Path) -> Iterator[Seen]:
        status = path.stat()
        with path.open("rb") as file:
            self.files += 1
            self.bytes += status.st_size
            head = file.read(_HEAD)
            whole_file = simple_cache_trace(head) or self._beside(path)
            written = _moment(status.st_mtime_ns // 1_000_000)
            for found in find_in(
                file, status.st_size, most=_MOST_PICTURES, on_left_out=lambda one: self.left_out.append((path, one))
            ):
                if _is_ordinary(path, found, status.st_size):
                    self.open_already += 1
                    continue
                trace = whole_file
                if not found.via and found.offset:
                    trace = _trace_before(path, file, found) or trace
                known = self._known_of(trace)
                place = Place(path=path, offset=found.offset, inside=found.via)
                is_file = not found.offset and not found.via
                yield Seen(found=found, place=place, trace=trace, known=known, written=written if is_file else None)

    def _beside(self, path: Path) -> Trace | None:
        """Return what a cache's journal, and what OkHttp keeps beside an answer, say of a file."""
        key, ending = path.stem, path.suffix
        if ending not in {".0", ".1"}:
            return None
        journal = self._journal(path.parent)
        if ending == ".1":
            metadata = _beginning(path.with_suffix(".0"), _MOST_METADATA)
            if (trace := okhttp_trace(metadata)) is not None:
                return trace
        return Trace(how="journal") if journal is not None and key in journal.order else None

    def _journal(self, folder: Path) -> Journal | None:
        if folder not in self._journals:
            self._journals[folder] = read_journal(_beginning(folder / "journal", _MOST_JOURNAL))
        return self._journals[folder]

    def _known_of(self, trace: Trace | None) -> Known | None:
        """Return what the phone's list says of a picture; a thumbnail must bear the number that the list has for it."""
        if trace is None or trace.number is None:
            return None
        known = self._known.get(trace.number)
        if known is None or (trace.magic is not None and known.magic and known.magic != trace.magic):
            return None
        return known


def files_of(sources: Sequence[Path]) -> Iterator[Path]:
    """Yield the regular files that are named, or lie in folders that are named; links are not followed."""
    for source in sources:
        if not source.is_dir():
            yield source
            continue
        for parent, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                path = Path(parent, name)
                try:
                    if stat.S_ISREG(path.lstat().st_mode):
                        yield path
                except OSError:  # it is gone meanwhile
                    continue


def _trace_before(path: Path, file: BinaryIO, found: FoundPicture) -> Trace | None:
    begin = max(0, found.offset - _BEFORE)
    file.seek(begin)
    before = file.read(found.offset - begin)
    if path.name.startswith(".thumbdata") and (trace := thumbdata_trace(found.offset, before)) is not None:
        return trace
    return gallery_trace(before)


def _is_ordinary(path: Path, found: FoundPicture, size: int) -> bool:
    """Tell whether a picture is a file that any program opens, in no folder that is hidden or a cache's."""
    if found.offset or found.via or path.suffix.lower() not in _ENDINGS or len(found.data) < size - 64:
        return False
    folders = [part.lower() for part in path.parts[:-1]]
    return not path.name.startswith(".") and not any(
        part.startswith(".") or any(word in part for word in _HIDDEN) for part in folders
    )


def _begins_with(path: Path, magic: bytes) -> bool:
    return _beginning(path, len(magic)) == magic


def _beginning(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError:
        return b""


def _moment(time_ms: int) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None
