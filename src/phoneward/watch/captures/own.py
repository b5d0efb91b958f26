"""The person's pictures, as they are looked for."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phoneward.errors import PhonewardError
from phoneward.media import find_pictures
from phoneward.vault import StorageError
from phoneward.watch.errors import NoSuchFolderError

if TYPE_CHECKING:
    from phoneward.media.comparing import Print

LARGEST: Final = 128 << 20
"""Bytes; a larger file is no picture."""


@dataclass(frozen=True, slots=True)
class OwnPicture:
    """One of the person's pictures.

    Attributes:
        name: as it is told.
        load: returns the file's bytes.
        known: what `digests` says of it, where that is known without reading it; else empty.
        seen: its print, where that is known.
        path: where it lies in the snapshot, raw bytes; empty for a file of this computer.
    """

    name: str
    load: Callable[[], bytes]
    known: frozenset[bytes] = frozenset()
    seen: "Print | None" = None
    path: bytes = b""

    def content(self) -> bytes:
        """Return the file's bytes; nothing where it is gone or damaged.

        Raises:
            StorageError: the vault that it lies in cannot be reached.
        """
        try:
            return self.load()
        except StorageError:
            raise
        except (OSError, PhonewardError):
            return b""


def pictures_in_folder(folder: str) -> Iterator[OwnPicture]:
    """Yield the files of a folder and its folders, in the order of their names; links are not followed.

    Args:
        folder: also one file. Names begin with it, as it is given.

    Raises:
        NoSuchFolderError: there is none, or it cannot be read.
    """
    if os.path.isfile(folder):
        yield OwnPicture(folder, Path(folder).read_bytes)
        return
    if not os.path.isdir(folder):
        raise NoSuchFolderError(folder=folder)
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(parent, name)
            if not os.path.islink(path) and os.path.isfile(path) and os.path.getsize(path) <= LARGEST:
                yield OwnPicture(path, Path(path).read_bytes)


def _raise(error: OSError) -> None:
    raise NoSuchFolderError(folder=str(error.filename)) from error


def digests(data: bytes) -> frozenset[bytes]:
    """Return what a picture is known by: SHA-256 of the file, and of the picture without what stands behind its end."""
    found = {hashlib.sha256(data).digest()}
    first = next(find_pictures(data, most=1), None)
    if first is not None and first.offset == 0:
        found.add(hashlib.sha256(first.data).digest())
    return frozenset(found)
