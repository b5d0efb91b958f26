"""Copies attached files into the archive, each once, under names of its own."""

import contextlib
import hashlib
import os
import secrets
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from phoneward.rescue.archive.filekinds import LOOKED_AT, Shown, kind_of
from phoneward.rescue.archive.message import Attachment, NotReadableError

_PIECE: Final = 1 << 20
_LARGEST: Final = 16 << 30
"""Bytes of one attached file; the largest that an app sends are 4 GB."""
MOST_NAMES: Final = 1_000


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """An attached file as the archive has it.

    Attributes:
        name: what it was called, for showing.
        place: in the archive, from its top, with `/`; empty where it is missing.
        size: bytes.
        shown: how a page shows it.
        is_sticker: shown small.
    """

    name: str
    place: str = ""
    size: int = 0
    shown: Shown = Shown.FILE
    is_sticker: bool = False


class Keeper:
    """Keeps the files of one archive.

    Args:
        folder: the archive's top.

    Attributes:
        files, bytes: how many different ones were kept.
        missing: names of those that the sources do not hold, at most `MOST_NAMES`.
        missing_count: how many in all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files = 0
        self.bytes = 0
        self.missing: list[str] = []
        self.missing_count = 0

    def keep(self, attachment: Attachment) -> Kept:
        """Copy one; one that cannot be read is missing. OSError where the archive cannot be written."""
        copied = None if attachment.open is None else self._copy(attachment)
        if copied is None:
            self.missing_count += 1
            if len(self.missing) < MOST_NAMES:
                self.missing.append(attachment.name)
            return Kept(attachment.name, is_sticker=attachment.is_sticker)
        return copied

    def _copy(self, attachment: Attachment) -> Kept | None:
        assert attachment.open is not None  # noqa: S101 - looked at by the caller
        self._folder.joinpath("media").mkdir(exist_ok=True)
        temporary = self._folder / "media" / f"new-{secrets.token_hex(8)}"
        digest, size, head = hashlib.sha256(), 0, b""
        try:
            source = attachment.open()
        except (OSError, NotReadableError):
            return None
        try:
            with source, open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600), "wb") as copy:
                while piece := _read(source.read):
                    head = head or piece[:LOOKED_AT]
                    size += len(piece)
                    if size > _LARGEST:
                        return None
                    digest.update(piece)
                    copy.write(piece)
            if not size:
                return None
            kind = kind_of(head, attachment.name)
            name = digest.hexdigest()[:32]
            place = f"media/{name[:2]}/{name[2:]}{kind.ending}"
            whole = self._folder / place
            if not whole.exists():
                whole.parent.mkdir(exist_ok=True)
                os.replace(temporary, whole)
                self.files += 1
                self.bytes += size
            return Kept(attachment.name, place, size, kind.shown, attachment.is_sticker)
        except NotReadableError:
            return None
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()


def _read(read: Callable[[int], bytes]) -> bytes:
    """Return the next piece; what fails in the source is told apart from what fails in the archive."""
    try:
        return read(_PIECE)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise NotReadableError from error


_BINARY: Final = getattr(os, "O_BINARY", 0)
