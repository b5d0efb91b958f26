"""Read pictures out of a vault: a file's, one that lies in it, and which there are."""

import hashlib
import io
import threading
from collections.abc import Iterator
from typing import Final

from phoneward.media import FoundPicture
from phoneward.media.finding import LeftOut, find_in
from phoneward.vault import Repository, open_file
from phoneward.watch.scanning.listing import StoredFile
from phoneward.watch.scanning.sealed import SeenFile, SeenPicture

LEAST_SIDE: Final = 48
"""Pixels: what is smaller on a side is an icon."""
MOST_PICTURES: Final = 20_000
"""Pictures of one file that are looked at: a database of thumbnails."""
_CACHE_BYTES: Final = 8 << 20
_HELD_BYTES: Final = 32 << 20


def pictures_in(repo: Repository, file: StoredFile, left_out: set[str]) -> Iterator[tuple[SeenPicture, bytes]]:
    """Yield the pictures that lie in a stored file, and their bytes. Icons are passed over.

    Args:
        repo: open, its index loaded.
        file: which.
        left_out: takes why not all of it was looked at.

    Raises:
        PhonewardError: it is damaged, or the vault cannot be read.
    """

    def note(reason: LeftOut) -> None:
        left_out.add(reason.value)

    with open_file(repo, file.node, cache_bytes=_CACHE_BYTES) as stored:
        for found in find_in(stored, file.size, most=MOST_PICTURES, on_left_out=note):
            if min(found.header.width, found.header.height) >= LEAST_SIDE:
                yield _seen(found), found.data


def sha256_of(data: bytes) -> str:
    """Return what names a picture, hex."""
    return hashlib.sha256(data).hexdigest()


def _seen(found: FoundPicture) -> SeenPicture:
    header = found.header
    upright = (header.height, header.width) if header.orientation >= 5 else (header.width, header.height)
    return SeenPicture(
        hashlib.sha256(found.data).digest(),
        found.offset,
        len(found.data),
        *upright,
        found.via,
        "" if header.taken is None else header.taken.isoformat(),
    )


class Fetcher:
    """Reads pictures again, by where they lie. May be called from several threads.

    Args:
        repo: open, its index loaded.
    """

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._lock = threading.Lock()
        self._held: tuple[bytes, dict[bytes, bytes]] = (b"", {})

    def bytes_of(self, file: StoredFile, picture: SeenPicture) -> bytes:
        """Return a picture's bytes; nothing where it is not there any more.

        Raises:
            PhonewardError: it is damaged, or the vault cannot be read.
        """
        if picture.via:
            return self._unwrapped(file, picture.sha256)
        with open_file(self._repo, file.node, cache_bytes=_CACHE_BYTES) as stored:
            stored.seek(picture.offset)
            return io.BufferedReader(stored).read(picture.size)

    def _unwrapped(self, file: StoredFile, sha256: bytes) -> bytes:
        """A database or zip has to be gone through: what comes after the picture is held for the next questions."""
        with self._lock:
            content = file.content
            held = self._held[1] if self._held[0] == content else {}
            if sha256 in held:
                return held[sha256]
            held, size = {}, 0
            for seen, data in pictures_in(self._repo, file, set()):
                if held or seen.sha256 == sha256:
                    held[seen.sha256] = data
                    size += len(data)
                if size > _HELD_BYTES:
                    break
            self._held = (content, held)
            return held.get(sha256, b"")


def seen_file(pictures: list[SeenPicture], left_out: set[str]) -> SeenFile:
    """Return what was found in a file."""
    return SeenFile(tuple(pictures), tuple(sorted(left_out)))
