"""Writes Android backup files, as Android itself does: for `adb restore`.

Sources: AOSP libs/androidfw/BackupHelpers.cpp (`write_tarfile`: ustar, a pax header for what does not fit), and of
services/backup `PerformAdbBackupTask` (header lines, two empty blocks at the end), `UserBackupManagerService` (version
5: Android 8 and later read it), `TarBackupReader` and `FullRestoreEngine` (what is read back, and in which order).
"""

import zlib
from collections.abc import Callable, Iterable
from typing import Final

HEADER: Final = b"ANDROID BACKUP\n5\n1\nnone\n"
"""Version 5, compressed, not encrypted."""

MANIFEST: Final = b"_manifest"
META: Final = b"_meta"
MAX_FACTS: Final = 64 << 10
"""Android ends a restore at a larger manifest or metadata file (`TarBackupReader`)."""

MAX_MANIFEST_NUMBER: Final = 2**31 - 1

_BLOCK: Final = 512
_NAME, _PREFIX = 100, 155
"""Bytes of the two fields of a ustar header that hold a path."""

_MAX_OCTAL: Final = 8**11 - 1
"""What the size and time fields of a ustar header can hold."""


def manifest_fits(text: bytes, package: str) -> bool:
    """Tell whether Android would take a manifest for this app's (`TarBackupReader.readAppManifestAndReturnSignatures`).

    Args:
        text: lines of format, package, version, API level, installer, whether the app itself is there, how many
            signatures, and those.
        package: the folder that it lies in.
    """
    lines = text.split(b"\n")
    if len(text) > MAX_FACTS or lines[:2] != [b"1", package.encode("utf-8", "surrogateescape")] or len(lines) < 8:
        return False
    numbers = [lines[2], lines[3], lines[6]]
    if not all(number.isdigit() and int(number[:20]) <= MAX_MANIFEST_NUMBER for number in numbers):
        return False
    return 0 < int(lines[6]) <= len(lines) - 7


def member_header(package: bytes, path: bytes, *, is_folder: bool, mode: int, mtime_s: int, size: int) -> bytes:
    """Return what stands before a member's content: one header block, or more where a pax header comes first.

    Args:
        package: whose it is.
        path: below the app's folder: `f/notes.txt`, or `_manifest`.
        is_folder: it is no file.
        mode: permission bits 0…0o7777.
        mtime_s: seconds since 1970 UTC; what a header cannot hold becomes the nearest that it can.
        size: bytes of content; 0 for a folder.
    """
    domain, slash, below = path.rpartition(b"/") if path.count(b"/") == 0 else path.partition(b"/")
    prefix = b"apps/" + package + slash + domain
    whole = prefix + b"/" + below
    name, above = (whole, b"") if len(whole) <= _NAME else (below, prefix)
    kind = b"5" if is_folder else b"0"
    header = _block(name, above, kind, size, mode=mode, mtime_s=mtime_s)
    if len(prefix) < _PREFIX and len(below) < _NAME and not any(byte & 0x80 for byte in whole) and size <= _MAX_OCTAL:
        return header
    records = _record(b"size", b"%d" % size) + _record(b"path", whole)
    leaf = b"PaxHeader/" + whole.rpartition(b"/")[2]
    above = _block(leaf[: _NAME - 1], prefix, b"x", len(records), mode=mode, mtime_s=mtime_s)
    return above + _padded(records) + header


def _block(name: bytes, prefix: bytes, kind: bytes, size: int, *, mode: int, mtime_s: int) -> bytes:
    block = bytearray(_BLOCK)

    def put(at: int, data: bytes) -> None:
        block[at : at + len(data)] = data

    put(0, name[:_NAME])
    put(100, b"%06o \0" % mode)
    put(108, b"00\0")  # user and group: Android gives a file to the app that it restores
    put(116, b"00\0")
    put(124, (b"%011o" % size)[:11])
    put(136, b"%o" % min(max(mtime_s, 0), _MAX_OCTAL))
    put(156, kind)
    put(257, b"ustar\x0000")
    put(345, prefix[:_PREFIX])
    put(148, b" " * 8)
    put(148, b"%06o\0" % sum(block))
    return bytes(block)


def _record(key: bytes, value: bytes) -> bytes:
    """Return a record of a pax header; its length counts its own digits (POSIX.1-2017, pax)."""
    rest = len(key) + len(value) + 3
    length = rest + len(str(rest))
    length = rest + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _BLOCK)


class BackupWriter:
    """Writes one backup file, member by member; memory is bounded by the largest piece that is given.

    Args:
        write: takes the file's bytes in order.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._deflater = zlib.compressobj()
        write(HEADER)

    def folder(self, package: bytes, path: bytes, *, mode: int, mtime_s: int) -> None:
        """Write a folder; see `member_header`. Android takes none that is the top of a domain (`f`)."""
        self._add(member_header(package, path, is_folder=True, mode=mode, mtime_s=mtime_s, size=0))

    def file(self, package: bytes, path: bytes, *, mode: int, mtime_s: int, size: int, pieces: Iterable[bytes]) -> None:
        """Write a file; see `member_header`.

        Raises:
            ValueError: the pieces are not of the size that was told.
        """
        self._add(member_header(package, path, is_folder=False, mode=mode, mtime_s=mtime_s, size=size))
        written = 0
        for piece in pieces:
            self._add(piece)
            written += len(piece)
        if written != size:
            raise ValueError(f"{written} bytes instead of {size}")
        self._add(bytes(-size % _BLOCK))

    def finish(self) -> None:
        """Write the end; without it no reader takes the file for whole."""
        self._add(bytes(2 * _BLOCK))
        self._write(self._deflater.flush())

    def _add(self, data: bytes) -> None:
        packed = self._deflater.compress(data)
        if packed:
            self._write(packed)
