"""Unpacks a zip that an app exported into the folder that the archive is made in, bounded, whatever the zip claims."""

import shutil
import zipfile
import zlib
from pathlib import Path
from typing import Final

_MOST: Final = 200_000
"""Members."""
_MOST_DIRECTORY: Final = 64 << 20
"""Bytes of the list of members, which is held whole."""
_MOST_RATIO: Final = 1_000
"""Text packs to a hundredth; what unpacks to more than a thousand times its size is a trap."""
_FREE: Final = 1 << 20
"""Bytes of a member below which its ratio does not matter."""
_ROOM_LEFT: Final = 256 << 20
"""Bytes of the disk that stay free."""
_PIECE: Final = 1 << 20
_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


def unpack(path: Path, to: Path) -> int:
    """Unpack a zip; what cannot be unpacked is left out.

    Args:
        path: of the zip.
        to: a new folder; nothing is written outside it.

    Returns:
        How many members were left out: damaged, encrypted, or a trap.

    Raises:
        OSError: the zip cannot be read, or there is no room.
    """
    to.mkdir(parents=True)
    left_out = 0
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            # Unlike `infolist`, the directory was read already: its size is bounded by the file's.
            members = archive.infolist()
            if len(members) > _MOST:
                left_out += len(members) - _MOST
            for member in members[:_MOST]:
                if member.filename.endswith("/"):
                    continue
                place = _place(to, member.filename)
                if place is None or not _unpack_one(archive, member, place):
                    left_out += 1
    except _ERRORS:
        left_out += 1
    return left_out


def is_sane(path: Path) -> bool:
    """Tell whether a zip's list of members is of bounded size, which `zipfile` does not ask."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - 65_557))
            tail = stream.read(65_557)
    except OSError:
        return False
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + 22 > len(tail):
        return False
    directory = int.from_bytes(tail[place + 12 : place + 16], "little")
    return directory <= _MOST_DIRECTORY or directory == 0xFFFFFFFF


def _place(to: Path, name: str) -> Path | None:
    """Return where a member goes; None for a name that leads elsewhere."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]
    if not parts or any(part == ".." or ":" in part or "\0" in part or len(part.encode()) > 200 for part in parts):
        return None
    return to.joinpath(*parts) if len(parts) <= 16 else None


def _unpack_one(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path) -> bool:
    if member.flag_bits & 0x1 or member.file_size > max(_FREE, member.compress_size * _MOST_RATIO):
        return False
    if shutil.disk_usage(place.parents[len(place.parents) - 1]).free < member.file_size + _ROOM_LEFT:
        raise OSError(28, "no room to unpack")
    written = 0
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, place.open("xb") as target:
            while piece := source.read(_PIECE):
                written += len(piece)
                if written > member.file_size:
                    raise zipfile.BadZipFile("longer than it says")
                target.write(piece)
    except (*_ERRORS, FileExistsError, NotADirectoryError):
        place.unlink(missing_ok=True)
        return False
    return True
