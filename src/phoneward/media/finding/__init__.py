"""Find pictures by content in any bytes: files without a name that tells, caches, containers, databases, zips.

A picture may begin anywhere: Chromium's cache keeps a JPEG behind a header and its address, chat apps keep thumbnails
one after another in one file. What is within a picture (its EXIF thumbnail) is no picture of its own.

Everything here is plain Python that reads headers: nothing is decoded. Bounds of a file: `limits.py`; each that was
reached is told (`LeftOut`).
"""

from collections.abc import Iterator

from phoneward.media.finding.databases import START as DATABASE
from phoneward.media.finding.databases import NoDatabaseError, pictures_in_database
from phoneward.media.finding.leftout import LeftOut
from phoneward.media.finding.limits import MOST_PICTURES, Limits, OnLeftOut, nothing
from phoneward.media.finding.pictures import pictures_in
from phoneward.media.finding.source import BytesSource, FileSource, Readable, Source
from phoneward.media.finding.starts import REACH, format_at, is_film
from phoneward.media.finding.zips import START as ZIP
from phoneward.media.finding.zips import NoZipError, pictures_in_zip
from phoneward.media.picture import FoundPicture

__all__ = ["LeftOut", "Readable", "find_in", "find_pictures", "format_at", "is_film"]


def find_pictures(
    data: bytes | memoryview, *, most: int = MOST_PICTURES, on_left_out: OnLeftOut = nothing
) -> Iterator[FoundPicture]:
    """Yield the pictures that lie in some bytes, in their order.

    Args:
        data: anything.
        most: so many at most.
        on_left_out: told, once each, why something was not looked at.
    """
    return _find(BytesSource(data), Limits(pictures=most, on_left_out=on_left_out))


def find_in(
    file: Readable, size: int, *, most: int = MOST_PICTURES, on_left_out: OnLeftOut = nothing
) -> Iterator[FoundPicture]:
    """Yield the pictures that lie in a file of any size, in their order. Held are a window of 1 MiB and one picture.

    Args:
        file: open; its position is moved. What reading raises goes through.
        size: bytes.
        most: so many at most.
        on_left_out: told, once each, why something was not looked at.
    """
    return _find(FileSource(file, size), Limits(pictures=most, on_left_out=on_left_out))


def _find(source: Source, limits: Limits) -> Iterator[FoundPicture]:
    head = source.at(0, REACH)
    if is_film(head):
        limits.leave_out(LeftOut.FILM)
        return
    try:
        if head.startswith(DATABASE):
            yield from pictures_in_database(source, limits)
            return
        if head.startswith(ZIP):
            yield from pictures_in_zip(source, limits)
            return
    except (NoDatabaseError, NoZipError):  # before anything was yielded
        pass
    yield from pictures_in(source, limits)
