"""The newest screenshots of a phone, shown only when asked for, held in memory, kept only where the person picks them.

An app once offered this "to help with complaints" and copied a bank's screen for it. Here: folders of screenshots are
listed when the person asks, and nothing else of the phone; a picture is read when it is to be shown or was picked; what
is not picked is written nowhere.
"""

import contextlib
import datetime as dt
import heapq
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.cases.case import Case
from phoneward.cases.custody import Source
from phoneward.cases.errors import ScreenshotGoneError, ScreenshotTooLargeError
from phoneward.cases.items import Incoming, Item
from phoneward.errors import readable
from phoneward.phones import Entry, FileKind, FileReadError, Obstacle, Phone, Unreadable, screenshot_folders

FOLDER: Final = "screenshots"
"""In the case."""
MOST: Final = 60
"""Screenshots that are listed at most."""
MAX_BYTES: Final = 64 << 20
"""Of one picture: twice what a long screenshot takes."""
_SUFFIXES: Final = (b".png", b".jpg", b".jpeg", b".webp", b".heic", b".heif", b".avif")
_SECOND: Final = 10**9


@dataclass(frozen=True, slots=True)
class Screenshot:
    """One screenshot as the phone lists it.

    Attributes:
        path: on the phone.
        name: readable.
        taken: when the file was written, by the phone's clock, in UTC.
        size: in bytes, as the phone says.
    """

    path: bytes
    name: str
    taken: dt.datetime
    size: int


@dataclass(frozen=True, slots=True)
class Screenshots:
    """The newest screenshots of a phone.

    Attributes:
        shots: newest first.
        others: how many more there are.
        refused: folders that the phone did not let us list; readable.
    """

    shots: tuple[Screenshot, ...]
    others: int = 0
    refused: tuple[str, ...] = ()


def newest_screenshots(phone: Phone, *, count: int = 12) -> Screenshots:
    """List the newest screenshots. Nothing of them is read.

    Args:
        phone: open.
        count: how many, at most `MOST`.

    Raises:
        PhoneError: the phone is gone.
    """
    best: list[tuple[int, bytes, Entry]] = []
    seen = 0
    folders, refused = _folders(phone)
    for root in folders:
        for item in phone.list(root):
            if isinstance(item, Unreadable):
                if item.path == root and item.obstacle is not Obstacle.VANISHED:
                    refused.append(root)
                continue
            if not _is_screenshot(item):
                continue
            seen += 1
            heapq.heappush(best, (item.mtime_ns, item.path, item))
            if len(best) > min(count, MOST):
                heapq.heappop(best)
    shots = tuple(_shot(entry) for _time, _path, entry in sorted(best, reverse=True, key=lambda one: one[:2]))
    return Screenshots(shots, seen - len(shots), tuple(readable(folder) for folder in refused))


def read_screenshot(phone: Phone, shot: Screenshot) -> bytes:
    """Return the bytes of a screenshot, in memory.

    Raises:
        ScreenshotGoneError: it cannot be read any more.
        ScreenshotTooLargeError: it is larger than any screenshot.
        PhoneError: the phone is gone.
    """
    data = bytearray()
    for stream in phone.read([shot.path]):
        try:
            for piece in stream:
                data += piece
                if len(data) > MAX_BYTES:
                    raise ScreenshotTooLargeError(name=shot.name)
        except FileReadError as error:
            raise ScreenshotGoneError(name=shot.name) from error
        return bytes(data)
    raise ScreenshotGoneError(name=shot.name)


def attach_screenshots(case: Case, phone: Phone, chosen: Sequence[Screenshot], *, note: str = "") -> list[Item]:
    """Put the screenshots that were picked into a case, all of them or none.

    Args:
        case: open.
        phone: open.
        chosen: by the person.
        note: what they show.

    Raises:
        ScreenshotGoneError, ScreenshotTooLargeError: one cannot be had.
        CaseError, PhoneError: as they say.
    """
    if not chosen:
        return []
    return case.add_many(_incoming(phone, shot, note) for shot in chosen)


def _incoming(phone: Phone, shot: Screenshot, note: str) -> Incoming:
    source = Source(
        kind="phone",
        path=readable(shot.path),
        phone=phone.identity.id,
        size=shot.size,
        modified_ns=int(shot.taken.timestamp()) * _SECOND,
    )
    return Incoming(
        name=shot.name,
        open=lambda: contextlib.closing(io.BytesIO(read_screenshot(phone, shot))),
        source=source,
        modified_ns=source.modified_ns,
        folder=FOLDER,
        note=note,
    )


def picked(shots: Iterable[Screenshot], numbers: Iterable[int]) -> list[Screenshot]:
    """Return the screenshots of these numbers, counted from 1, each once; a number that names none is left out."""
    known = dict(enumerate(shots, 1))
    return [known[number] for number in dict.fromkeys(numbers) if number in known]


def _folders(phone: Phone) -> tuple[list[bytes], list[bytes]]:
    """Return the folders of screenshots that are there, and those that the phone does not let us see."""
    roots = [
        volume.root.rstrip(b"/") + b"/" + folder.encode()
        for volume in phone.volumes()
        if volume.obstacle is None and not volume.package
        for folder in screenshot_folders()
    ]
    there: list[bytes] = []
    refused: list[bytes] = []
    for root, item in zip(roots, phone.stat(roots), strict=True):
        if isinstance(item, Unreadable):
            if item.obstacle is not Obstacle.VANISHED:
                refused.append(root)
        elif item.kind is FileKind.DIRECTORY:
            there.append(root)
    return there, refused


def _is_screenshot(item: Entry) -> bool:
    name = item.path.rpartition(b"/")[2]
    return item.kind is FileKind.FILE and not name.startswith(b".") and name.lower().endswith(_SUFFIXES)


def _shot(entry: Entry) -> Screenshot:
    try:
        taken = dt.datetime.fromtimestamp(entry.mtime_ns // _SECOND, dt.UTC)
    except (ValueError, OverflowError, OSError):
        taken = dt.datetime.fromtimestamp(0, dt.UTC)
    return Screenshot(entry.path, readable(entry.path.rpartition(b"/")[2]), taken, entry.size)
