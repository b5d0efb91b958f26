"""One file out of an archive, in memory: nothing is unpacked, so no name in it can lead anywhere."""

import errno
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final

_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_MAX_COMMENT: Final = 0xFFFF
_MAX_DIRECTORY: Final = 32 << 20
_PIECE: Final = 1 << 20


def member(path: Path, names: tuple[str, ...], limit: int) -> tuple[str, bytes] | None:
    """Return the first of these files that an archive holds, and its content; None where it holds none of them.

    Args:
        path: the archive.
        names: as they stand in it.
        limit: bytes of content; an archive can say that it holds less than it does.

    Raises:
        ValueError: it is damaged, encrypted, or holds more than the limit.
        OSError: it cannot be read.
    """
    _bound_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            known = set(archive.namelist())
            name = next((one for one in names if one in known), None)
            if name is None:
                return None
            content = bytearray()
            with archive.open(name) as stream:
                while piece := stream.read(_PIECE):
                    content += piece
                    if len(content) > limit:
                        raise ValueError("too large")
            return name, bytes(content)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, UnicodeError):
        raise ValueError("no whole archive") from None
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise ValueError("a place before the file's beginning") from None


def _bound_directory(path: Path) -> None:
    """Refuse an archive whose list of files alone would fill the memory: zipfile reads it whole."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _END_SIZE - _MAX_COMMENT))
        tail = stream.read(_END_SIZE + _MAX_COMMENT)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise ValueError("no whole archive")
    (directory,) = struct.unpack_from("<I", tail, at + 12)
    if directory > _MAX_DIRECTORY:  # 0xFFFFFFFF too, which says that a zip64 record tells: no export needs one
        raise ValueError("too many files")
