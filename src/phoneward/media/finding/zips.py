"""Pictures in a zip, one level deep."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from phoneward.errors import readable
from phoneward.media.finding.leftout import LeftOut
from phoneward.media.finding.limits import MAX_PICTURE, Limits
from phoneward.media.finding.pictures import pictures_in
from phoneward.media.finding.source import BytesSource, Source
from phoneward.media.picture import FoundPicture

START: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_TAIL: Final = 65_535 + _END_SIZE
"""An end record with the longest comment (PKWARE APPNOTE 4.3.16)."""
_MAX_DIRECTORY: Final = 4 << 20
"""Bytes of the list of members, which is held whole; about 30,000 members with names of usual length."""
_MAX_UNPACKED: Final = 512 << 20
"""Bytes of all members together."""
_MAX_RATIO: Final = 200
"""A picture does not shrink when it is packed; a member that does more than this is none, or a trap."""
_FREE: Final = 1 << 20
"""Bytes of a member below which its ratio does not matter."""
_SMALLEST: Final = 64


class NoZipError(Exception):
    """It begins like a zip and has no directory. Never shown to a person."""


def pictures_in_zip(source: Source, limits: Limits) -> Iterator[FoundPicture]:
    """Yield the pictures in the members of a zip.

    Raises:
        NoZipError: it has no directory of members, or one that is too large; nothing was yielded.
    """
    _check_directory(source, limits)
    try:
        archive = zipfile.ZipFile(_File(source))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise NoZipError from error
    left = _MAX_UNPACKED
    with archive:
        for member in archive.infolist():
            data = _unpacked(archive, member, min(left, MAX_PICTURE), limits)
            left -= len(data)
            if len(data) >= _SMALLEST:
                yield from pictures_in(BytesSource(data), limits, (readable(member.filename),))
            if left <= 0 or limits.pictures < 0:
                if left <= 0:
                    limits.leave_out(LeftOut.ZIP_TOO_LARGE)
                return


def _check_directory(source: Source, limits: Limits) -> None:
    """`zipfile` takes in the whole directory, of whatever size: so that is looked at before."""
    length = min(_TAIL, source.size)
    tail = source.at(source.size - length, length)
    place = tail.rfind(_END)
    if place < 0 or place + _END_SIZE > len(tail):
        raise NoZipError
    size = int.from_bytes(tail[place + 12 : place + 16], "little")
    if size > _MAX_DIRECTORY:  # a zip64's too, which says 0xFFFFFFFF here
        limits.leave_out(LeftOut.ZIP_TOO_LARGE)
        raise NoZipError


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, limits: Limits) -> bytes:
    """Return a member's content, at most so much; nothing, and told, where it cannot be had."""
    if member.filename.endswith("/") or member.file_size < _SMALLEST:
        return b""
    if member.flag_bits & 0x1:
        limits.leave_out(LeftOut.ZIP_ENCRYPTED)
        return b""
    if member.file_size > max(_FREE, member.compress_size * _MAX_RATIO):
        limits.leave_out(LeftOut.ZIP_TOO_LARGE)
        return b""
    if member.file_size > most:
        limits.leave_out(LeftOut.ZIP_TOO_LARGE)
    data = bytearray()
    try:
        with archive.open(member) as file:
            while len(data) < most and (piece := file.read(min(_FREE, most - len(data)))):
                data += piece
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError, OverflowError):
        limits.leave_out(LeftOut.ZIP_DAMAGED)
    except (OSError, MemoryError) as error:  # of bzip2 and lzma, whose frames are not read
        if isinstance(error, OSError) and error.errno is not None:
            raise
        limits.leave_out(LeftOut.ZIP_DAMAGED)
    return bytes(data)


class _File:
    """A source as `zipfile` wants it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._place = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = 0, /) -> int:
        base = (0, self._place, self._source.size)[whence]
        if base + offset < 0:
            raise ValueError("before the start")
        self._place = base + offset
        return self._place

    def read(self, size: int = -1, /) -> bytes:
        left = max(0, self._source.size - self._place)
        data = self._source.at(self._place, left if size < 0 else min(size, left))
        self._place += len(data)
        return data
