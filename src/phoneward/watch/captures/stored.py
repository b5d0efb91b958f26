"""The person's own pictures as a snapshot holds them, to be looked for in a capture."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward.snapshots import Asking
from phoneward.vault import NoSnapshotsError, Repository, open_file
from phoneward.watch.captures.own import LARGEST, OwnPicture
from phoneward.watch.scanning.listing import StoredFile, list_files
from phoneward.watch.scanning.looking import has_extra
from phoneward.watch.scanning.places import Role
from phoneward.watch.scanning.sealed import Memory, Sealed
from phoneward.watch.scanning.sensitive import in_snapshot

if TYPE_CHECKING:
    from phoneward.media.comparing import Print

_SMALLEST: Final = 400
"""Bytes; nothing smaller shows anything."""
_DIGEST: Final = 32


@dataclass(frozen=True, slots=True)
class _Stored:
    """Reads one file again and again."""

    repo: Repository
    file: StoredFile

    def __call__(self) -> bytes:
        with open_file(self.repo, self.file.node) as stored:
            return io.BufferedReader(stored).read(self.file.size)


def pictures_in_snapshot(
    asking: Asking, *, mine: Sequence[str] = (), on_damaged: Callable[[bytes], None]
) -> Iterator[OwnPicture]:
    """Yield the person's own pictures (camera, screenshots, folders that they name) of a snapshot.

    What `scan` saw of them is not looked at again.

    Args:
        asking: the vault, the snapshot and where derived data is kept.
        mine: further folders of the person's own, such as "Pictures/Family".
        on_damaged: called with the path of each folder that cannot be read.

    Raises:
        NoSnapshotsError: there is none.
        StorageError: the vault cannot be reached.
    """
    if asking.snapshot is None:
        raise NoSnapshotsError
    folders = frozenset(in_snapshot(folder).removeprefix("/shared/").casefold() for folder in mine)
    files = [
        file
        for file in list_files(asking.repo, asking.snapshot.snapshot.tree, mine=folders, on_damaged=on_damaged)
        if file.place.role is Role.OWN and _SMALLEST <= file.size <= LARGEST
    ]
    memory = Memory(Sealed(asking.repo, asking.cache_dir))
    alone = {file.content: sha256 for file in files if (sha256 := _picture(memory, file))}
    prints: dict[bytes, Print] = {}
    if has_extra():
        prints = {seen.sha256: seen for seen in memory.prints(alone.values())}
    for file in files:
        sha256 = alone.get(file.content, b"")
        whole = {file.blobs} if len(file.blobs) == _DIGEST else set()  # a piece's ID is its SHA-256
        known = frozenset({sha256, *whole}) if sha256 else frozenset()
        yield OwnPicture(file.shown, _Stored(asking.repo, file), known, prints.get(sha256), file.path)


def _picture(memory: Memory, file: StoredFile) -> bytes:
    """Return the SHA-256 of the picture that a file is, as far as anybody looked; else nothing."""
    seen = memory.file(file.content)
    if seen is None or not seen.pictures or seen.pictures[0].offset or seen.pictures[0].via:
        return b""
    return seen.pictures[0].sha256
