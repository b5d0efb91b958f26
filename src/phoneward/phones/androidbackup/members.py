"""The members of the tar stream in a backup: headers as AOSP writes and reads them, with everything bounded.

Sources: POSIX.1-2017 `pax` ("ustar Interchange Format", "pax Extended Header"), AOSP libs/androidfw/BackupHelpers.cpp
(`write_tarfile`) and services/backup `TarBackupReader`. Why not `tarfile`: docs/decisions/0017-android-backups.md.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from phoneward.phones.androidbackup.content import Stream
from phoneward.phones.androidbackup.errors import AndroidBackupCutOffError, AndroidBackupDamagedError
from phoneward.phones.base import FileKind
from phoneward.phones.numbers import MAX_SIZE

BLOCK: Final = 512
MAX_EXTRA: Final = 32 << 10
"""Bytes of a pax header or GNU long name: AOSP's bound (`TarBackupReader.readPaxExtendedHeader`)."""

_ZERO: Final = bytes(BLOCK)
_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK = b"x", b"g", b"L", b"K"
_KINDS: Final = {
    b"0": FileKind.FILE,
    b"\0": FileKind.FILE,
    b"7": FileKind.FILE,
    b"5": FileKind.DIRECTORY,
    b"2": FileKind.SYMLINK,
}
"""Everything else (hard links, devices, sparse files) is told as OTHER. AOSP itself writes `0` and `5` only."""


class Member(NamedTuple):
    """One member. The stream stands at its content while it is handled.

    Attributes:
        path: as it stands there, not checked.
        offset: where its content begins in the stream.
        size: bytes of content that follow, whatever it is.
    """

    path: bytes
    kind: FileKind
    offset: int
    size: int
    mode: int
    mtime_s: int
    link_target: bytes


class _Header(NamedTuple):
    path: bytes
    type: bytes
    size: int
    mode: int
    mtime_s: int
    link_target: bytes


def members(stream: Stream) -> Iterator[Member]:
    """Yield the members of a stream to its end; content that was not read is read over.

    Raises:
        AndroidBackupError: the stream ends early, or is no tar stream.
    """
    extra: dict[str, bytes] = {}
    while True:
        block = stream.exactly(BLOCK)
        if block == _ZERO or (not block and stream.is_proven):
            return
        if len(block) < BLOCK:
            raise AndroidBackupCutOffError(path=stream.name)
        try:
            header = _parse(block)
            if header.type in {_PAX, _LONG_NAME, _LONG_LINK}:
                extra |= _extra(header.type, _content(stream, header.size))
                continue
            member = _member(header, extra, stream.position)
        except ValueError as error:
            raise AndroidBackupDamagedError(path=stream.name) from error
        end = member.offset + -(-member.size // BLOCK) * BLOCK
        if header.type != _PAX_GLOBAL:
            extra = {}
            yield member
        stream.skip(end - stream.position)


def _content(stream: Stream, size: int) -> bytes:
    """Return the content of a header that describes the next member."""
    if size > MAX_EXTRA:
        raise ValueError(size)
    data = stream.exactly(-(-size // BLOCK) * BLOCK)
    if len(data) < size:
        raise AndroidBackupCutOffError(path=stream.name)
    return data[:size]


def _parse(block: bytes) -> _Header:
    """Return a header block's fields. ValueError where it is none."""
    told = _octal(block[148:156])
    found = sum(block) - sum(block[148:156]) + 8 * 0x20
    if told not in {found, found & 0xFFFF}:  # BackupHelpers.cpp adds up in 16 bits
        raise ValueError(told)
    path = _text(block[:100])
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else b""
    if prefix:
        path = prefix + b"/" + path
    return _Header(
        path, block[156:157], _number(block[124:136]), _octal(block[100:108]), _time(block), _text(block[157:257])
    )


def _member(header: _Header, extra: dict[str, bytes], offset: int) -> Member:
    kind = _KINDS.get(header.type, FileKind.OTHER)
    size = _decimal(extra["size"]) if "size" in extra else header.size
    if kind in {FileKind.DIRECTORY, FileKind.SYMLINK}:
        size = 0  # as AOSP: whatever it says, nothing follows
    return Member(
        extra.get("path", header.path),
        kind,
        offset,
        size,
        header.mode & 0o7777,
        header.mtime_s,
        extra.get("linkpath", header.link_target),
    )


def _extra(kind: bytes, data: bytes) -> dict[str, bytes]:
    """Return what a header says of the next member."""
    if kind == _LONG_NAME:
        return {"path": _text(data)}
    if kind == _LONG_LINK:
        return {"linkpath": _text(data)}
    found: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 8)
        if space < 0:
            raise ValueError("a record without length")
        length = _decimal(data[at:space])
        record = data[space + 1 : at + length]
        key, equals, value = record.partition(b"=")
        if at + length > len(data) or not equals or not value.endswith(b"\n"):
            raise ValueError("a record that does not end")
        if key in {b"path", b"size", b"linkpath"}:
            found[key.decode("ascii")] = value[:-1]
        at += length
    return found


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _octal(field: bytes) -> int:
    """Return a number field. It ends at a NUL or a space (TarBackupReader.extractRadix); leading spaces are POSIX's."""
    text = field.lstrip(b" ").partition(b"\0")[0].partition(b" ")[0]
    if text.strip(b"01234567"):
        raise ValueError(text)
    return int(text or b"0", 8)


def _number(field: bytes) -> int:
    """Return a size; GNU tar writes large ones in base 256."""
    value = int.from_bytes(field[1:], "big") if field[:1] == b"\x80" else _octal(field)
    if value > MAX_SIZE:
        raise ValueError(value)
    return value


def _time(block: bytes) -> int:
    """Return the seconds since 1970; 0 where they cannot be read, which is no reason to refuse a file."""
    try:
        return _number(block[136:148])
    except ValueError:
        return 0


def _decimal(text: bytes) -> int:
    if not text.isdigit() or len(text) > 19 or int(text) > MAX_SIZE:
        raise ValueError(text)
    return int(text)
