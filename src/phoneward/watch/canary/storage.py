"""Look for canaries in storage: of a phone that is there, of a snapshot, of folders and files of this computer."""

import datetime as dt
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.phones import Entry, FileKind, FileReadError, Phone, Unreadable, VolumeKind
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.texts import Words, counted, words
from phoneward.watch.canary.errors import NothingThereError
from phoneward.watch.canary.looking import LARGEST, CanaryLooker, Sighting
from phoneward.watch.canary.owners import owner_of, owner_on_computer

_EARLIER: Final = dt.timedelta(minutes=1)
"""Files written so long before the picture was put count too: an app's clock and a file system's may differ."""
_SMALLEST: Final = 64
"""Bytes. No picture is smaller."""


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file that may hold a canary.

    Attributes:
        path: readable.
        written: when it was last changed, as far as the place tells.
        size: bytes, as the place tells.
        read: returns its bytes, at most `LARGEST`; raises FileReadError or OSError.
        owner: the app whose folder it lies in (empty where nobody can tell), and whether thumbnails lie there.
    """

    path: str
    written: dt.datetime | None
    size: int
    read: Callable[[], bytes]
    owner: tuple[str, bool] = ("", False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryCopy:
    """A canary that was found in a file.

    Attributes:
        sighting: what the picture shows, and where in the file.
        path: the file, readable.
        package: the app whose folder it lies in; empty where the folder tells none.
        written: when the file was last changed.
        is_thumbnail: it lies where galleries keep their small pictures.
    """

    sighting: Sighting
    path: str
    package: str
    written: dt.datetime | None
    is_thumbnail: bool


@dataclass(slots=True)
class Search:
    """What was found, and what was not looked at.

    Attributes:
        copies: in the order they were met.
        files, pictures: so many were looked at.
        missed: what could not be looked at, one sentence each.
    """

    copies: list[CanaryCopy] = field(default_factory=list)
    files: int = 0
    pictures: int = 0
    missed: list[Words] = field(default_factory=list)


def search(files: Iterable[FileSeen], looker: CanaryLooker, *, into: Search, listener: Listener = silent) -> Search:
    """Look into each file; what cannot be read is told in `missed` and stops nothing.

    Raises:
        PhoneGoneError: the connection was lost.
    """
    listener(PhaseStarted("look-for-canary"))
    unreadable = large = closed = done = 0
    for file in files:
        try:
            data = file.read()
        except (FileReadError, OSError):
            unreadable += 1
            continue
        done += len(data)
        large += file.size > LARGEST
        looked = looker.look(data)
        into.files += 1
        into.pictures += looked.pictures
        closed += looked.unread
        into.copies += [_copy(file, sighting) for sighting in looked.sightings]
        listener(Advanced("look-for-canary", into.files, done, os.fsencode(file.path)))
    listener(PhaseDone("look-for-canary", into.files, done))
    if unreadable:
        into.missed.append(counted("{count} file could not be read.", "{count} files could not be read.", unreadable))
    if large:
        into.missed.append(
            counted(
                "{count} file is large: only its first 64 MB were looked at.",
                "{count} files are large: only their first 64 MB were looked at.",
                large,
            )
        )
    if closed:
        into.missed.append(
            counted("{count} picture could not be opened.", "{count} pictures could not be opened.", closed)
        )
    return into


def _copy(file: FileSeen, sighting: Sighting) -> CanaryCopy:
    package, is_thumbnail = file.owner
    return CanaryCopy(
        sighting=sighting,
        path=file.path,
        package=package,
        written=file.written,
        is_thumbnail=is_thumbnail,
    )


# -- places ------------------------------------------------------------------------------------------------------------


def on_phone(phone: Phone, since: dt.datetime | None, into: Search) -> Iterator[FileSeen]:
    """Yield the files of a phone's storages that were written since a time, by the phone's clock.

    What the phone does not show is told in `into.missed`.

    Args:
        phone: open.
        since: None: all files.
        into: where to tell.
    """
    denied = 0
    for volume in phone.volumes():
        if volume.obstacle is not None:
            into.missed.append(
                words("The storage {name} could not be looked at.", name=readable(volume.label or volume.name))
            )
            continue
        for item in phone.list(volume.root):
            if isinstance(item, Unreadable):
                denied += 1
            elif item.kind is FileKind.FILE and was_written_since(since, item.size, item.mtime_ns, item.ctime_ns):
                owner = owner_of(readable(item.path[len(volume.root) + 1 :]))
                yield FileSeen(readable(item.path), moment(item.mtime_ns), item.size, _reader(phone, item), owner)
    if denied:
        into.missed.append(
            counted(
                "{count} folder or file is closed to a computer on a cable.",
                "{count} folders or files are closed to a computer on a cable.",
                denied,
            )
        )
    if all(volume.kind is not VolumeKind.APP_DATA for volume in phone.volumes()):
        into.missed.append(
            words("What apps keep in their private folders is closed to a computer on a cable; a copy may lie there.")
        )


def was_written_since(since: dt.datetime | None, size: int, mtime_ns: int, ctime_ns: int | None) -> bool:
    """Tell whether a file may hold a picture, and was written since a time.

    The later of its two times counts: an app may give a copy the time of its original.
    """
    if size < _SMALLEST:
        return False
    return since is None or moment(max(mtime_ns, ctime_ns or mtime_ns)) >= since - _EARLIER


def _reader(phone: Phone, item: Entry) -> Callable[[], bytes]:
    def read() -> bytes:
        data = bytearray()
        for stream in phone.read([item.path]):
            for piece in stream:
                data += piece
                if len(data) >= LARGEST:
                    return bytes(data[:LARGEST])  # a phone may send a file for ever
        return bytes(data)

    return read


def on_computer(paths: Iterable[Path], into: Search) -> Iterator[FileSeen]:
    """Yield files, and all files below folders, of this computer; links are not followed.

    Raises:
        NothingThereError: something that was named is not there.
    """
    for path in paths:
        if not path.exists():
            raise NothingThereError(path=readable(str(path)))
        if path.is_dir() and not path.is_symlink():
            for folder, _folders, names in os.walk(path, onerror=lambda error: into.missed.append(_closed(error))):
                yield from filter(None, (_of_file(Path(folder) / name) for name in sorted(names)))
        elif (seen := _of_file(path)) is not None:
            yield seen


def _closed(error: OSError) -> Words:
    return words("The folder {name} could not be looked at.", name=readable(str(error.filename)))


def _of_file(path: Path) -> FileSeen | None:
    try:
        about = path.lstat()
    except OSError:
        return FileSeen(readable(os.fsencode(path)), None, 0, path.read_bytes)
    if not stat.S_ISREG(about.st_mode) or about.st_size < _SMALLEST:
        return None

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(LARGEST)

    name = readable(os.fsencode(path))
    return FileSeen(name, moment(about.st_mtime_ns), about.st_size, read, owner_on_computer(name))


def moment(time_ns: int) -> dt.datetime:
    """Return a time; one that no calendar holds is the nearest that one does."""
    seconds = min(max(time_ns // 1000 / 1_000_000, -62_135_596_800), 253_402_300_799)
    return dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(seconds=seconds)
