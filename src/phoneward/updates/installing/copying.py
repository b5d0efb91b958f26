"""A private copy of what is to be installed: judged from the copy, sent from the copy, hashed again on the way.

Whoever may write to a download folder could change a file between its judging and its installing. The copy lies in a
folder that only this person may enter (0700); what is sent is hashed once more, and a byte that differs ends the
attempt before anything on the phone has changed.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from phoneward.apk.source import Source
from phoneward.errors import readable
from phoneward.phones import ApkFile
from phoneward.updates.installing.errors import NotTheJudgedError

PIECE: Final = 1 << 20
_PREFIX: Final = "copy-"


@dataclass(frozen=True, slots=True)
class CopiedApk:
    """One APK file of the private copy.

    Attributes:
        name: in the set: `base.apk`, `split_config.de.apk`.
        path: where it lies.
        sha256: of its bytes, 32 bytes.
    """

    name: str
    path: Path
    size: int
    sha256: bytes

    def to_send(self) -> ApkFile:
        """Return it as what a phone takes; its pieces raise NotTheJudgedError where a byte is another one."""
        return ApkFile(self.name, self.size, self._pieces)

    def _pieces(self) -> Iterator[bytes]:
        """Yield the content; the last piece only once all of it was seen to be what was judged."""
        digest = hashlib.sha256()
        left = self.size
        try:
            with self.path.open("rb") as stream:
                while left:
                    piece = stream.read(min(PIECE, left))
                    left -= len(piece)
                    digest.update(piece)
                    if not piece or (not left and (stream.read(1) or digest.digest() != self.sha256)):
                        raise NotTheJudgedError(file=readable(self.name))
                    yield piece
        except OSError as error:
            raise NotTheJudgedError(file=readable(self.name)) from error


def split_name(split: str) -> str:
    """Return the file name of a split (AOSP `PackageInstallerSession`: `split_<name>.apk`); empty for the base."""
    return f"split_{split}.apk" if split else "base.apk"


def new_folder(above: Path) -> Path:
    """Return a new folder that only this person may enter (0700); `remove_leftovers` removes it.

    Raises:
        OSError: it cannot be made.
    """
    above.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = above / f"{_PREFIX}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    return folder


def remove_leftovers(above: Path, kept: str = "") -> None:
    """Remove private copies, also those that runs which were killed left behind, but one that is still needed."""
    with contextlib.suppress(OSError):
        for folder in above.iterdir():
            if folder.name.startswith(_PREFIX) and folder.name != kept:
                shutil.rmtree(folder, ignore_errors=True)


def copy_apk(source: Source, folder: Path, name: str) -> CopiedApk:
    """Copy one APK into the private folder, and hash what was written.

    Args:
        source: its bytes.
        folder: private, new.
        name: in the set; made by `split_name` of a name that was checked.

    Raises:
        ApkError: it cannot be read.
        OSError: it cannot be written.
    """
    path = folder / name
    digest = hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as stream:
        _pour(source, stream, digest.update)
    return CopiedApk(name, path, source.size, digest.digest())


def _pour(source: Source, stream: IO[bytes], update: Callable[[bytes], None]) -> None:
    at = 0
    while at < source.size:
        piece = source.read_at(at, min(PIECE, source.size - at))
        update(piece)
        stream.write(piece)
        at += len(piece)


def hash_file(path: Path) -> bytes:
    """Return the SHA-256 of a file, 32 bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
