"""Files of records as apps on phones take them in, where those do not read what a snapshot holds.

Android's contacts app reads vCard 2.1 and 3.0 only (AOSP packages/apps/Contacts `ImportProcessor.java`); a snapshot
holds 4.0.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Final, TypeAlias, cast

from phoneward.snapshots.placing.items import Content
from phoneward.snapshots.records.vcard import cards_at_once, contact_in, for_android

if TYPE_CHECKING:
    from pathlib import Path

_PIECE: Final = 256 << 10

Open: TypeAlias = Callable[[], IO[bytes]]
"""Opens a stored file, anew on each call."""

Turn: TypeAlias = Callable[[Open], Content | None]
"""Returns what is given out in the place of a stored file; None: the file itself."""


class _Stored:
    """A stored file where a path is asked for to be opened."""

    def __init__(self, opened: Open) -> None:
        self._opened = opened

    def open(self, _mode: str) -> IO[bytes]:
        return self._opened()


def vcard_for_android(opened: Open) -> Content | None:
    """Return a file of contacts as vCard 3.0; None where Phoneward did not make it.

    Raises:
        VCardFileError: it is damaged.
    """
    with opened() as stream:
        if any(contact_in(card, {}) is None for card in cards_at_once(stream)):
            return None

    def pieces() -> Iterator[bytes]:
        waiting = bytearray()
        for line in for_android(cast("Path", _Stored(opened))):
            waiting += line
            if len(waiting) >= _PIECE:
                yield bytes(waiting)
                waiting.clear()
        yield bytes(waiting)

    sha = hashlib.sha256()
    size = 0
    for piece in pieces():
        sha.update(piece)
        size += len(piece)
    return Content(size, sha.digest, pieces)
