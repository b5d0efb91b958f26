"""The end record of a ZIP file, which says where the central directory is."""

import struct
from dataclasses import dataclass
from typing import Final

from phoneward.apk.errors import ContainerError
from phoneward.apk.source import Source
from phoneward.texts import words

_MAGIC: Final = b"PK\x05\x06"
_RECORD: Final = struct.Struct("<4s6xHIIH")
"""Signature; three numbers about disks that nobody reads; count, size and offset of the directory; comment length."""
_MAX_COMMENT: Final = 0xFFFF
_LOCATOR_MAGIC: Final = b"PK\x06\x07"
_LOCATOR_SIZE: Final = 20
_ZIP64: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class End:
    """What the end record says.

    Attributes:
        offset: of the record in the file, bytes.
        directory_offset, directory_size: of the central directory, bytes.
        count: records that Android reads of it.
        has_zip64_locator: a ZIP64 locator stands before the record: such a file has no v2 or later signature for
            Android (frameworks/base `ApkSigningBlockUtils.findSignature`, "ZIP64 APK not supported").
    """

    offset: int
    directory_offset: int
    directory_size: int
    count: int
    has_zip64_locator: bool


def find_end(source: Source) -> End:
    """Find the end record: the last signature in the file decides, as in libziparchive `FindCentralDirectoryInfo`.

    apksig goes on looking before a signature whose comment does not reach to the end of the file; Android does not.

    Raises:
        ContainerError: there is none, or it contradicts itself.
        ApkError: the file cannot be read.
    """
    record_at, record = _last_record(source)
    _magic, count, size, offset, comment = _RECORD.unpack(record)
    if record_at + _RECORD.size + comment != source.size:
        raise ContainerError(file=source.name, problem=words("something follows its end, or a part of it is missing"))
    if _ZIP64 in {size, offset}:
        raise ContainerError(file=source.name, problem=words("it is a ZIP64 file, which Android does not install"))
    if offset + size > record_at:
        raise ContainerError(file=source.name, problem=words("its list of contents is not where it should be"))
    locator_at = record_at - _LOCATOR_SIZE
    has_locator = locator_at >= 0 and source.read_at(locator_at, 4) == _LOCATOR_MAGIC
    return End(record_at, offset, size, count, has_locator)


def _last_record(source: Source) -> tuple[int, bytes]:
    """Return the place of the last end record, and its bytes without the comment."""
    last = source.size - _RECORD.size
    if last >= 0:
        record = source.read_at(last, _RECORD.size)
        if record.startswith(_MAGIC):
            return last, record
        start = max(0, last - _MAX_COMMENT)
        tail = source.read_at(start, source.size - start)
        found = tail.rfind(_MAGIC, 0, last - start + len(_MAGIC))
        if found >= 0:
            return start + found, tail[found : found + _RECORD.size]
    raise ContainerError(file=source.name, problem=words("it is not a ZIP file, or its end is missing"))
