"""The files of a snapshot that a look for copies is about: the person's own pictures, and what apps keep."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.vault import (
    MAX_DEPTH,
    BlobId,
    Node,
    NodeType,
    Outline,
    Repository,
    StorageError,
    is_safe_name,
    load_outlines,
)
from phoneward.watch.scanning.places import Place, Role, Walker, package_of_data

SHARED: Final = b"shared"
USERS: Final = b"users"
VOLUMES: Final = b"volumes"
APP_DATA: Final = b"appdata"
MAX_FILES: Final = 1_000_000
"""Files of a snapshot that are looked at."""

OnDamaged = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in a snapshot.

    Attributes:
        path: in the snapshot, raw bytes.
        size: bytes.
        mtime_ns: when it was last written, nanoseconds since 1970 UTC; 0 where that is not known.
        blobs: the IDs of its pieces, 32 bytes each, one after the other.
        place: what the folder is that it lies in.
    """

    path: bytes
    size: int
    mtime_ns: int
    blobs: bytes
    place: Place

    @property
    def content(self) -> bytes:
        """What names its content: equal for files stored in the same pieces. 32 bytes."""
        return self.blobs if len(self.blobs) == 32 else hashlib.sha256(self.blobs).digest()

    @property
    def node(self) -> Node:
        """The file as the vault reads it."""
        pieces = tuple(BlobId(self.blobs[at : at + 32]) for at in range(0, len(self.blobs), 32))
        return Node(name=self.path.rpartition(b"/")[2], type=NodeType.FILE, size=self.size, content=pieces)

    @property
    def shown(self) -> str:
        """Its path, readable."""
        return readable(self.path)


def list_files(
    repo: Repository, tree: BlobId, *, mine: frozenset[str] = frozenset(), on_damaged: OnDamaged
) -> Iterator[StoredFile]:
    """Yield the files of a snapshot that lie in a place of the person's own or of an app, folder by folder.

    Args:
        repo: open, its index loaded.
        tree: of the snapshot.
        mine: further folders of the person's own, below a storage's root, folded.
        on_damaged: called with the path of each folder that cannot be read.

    Raises:
        StorageError: the vault cannot be reached.
    """
    waiting = list(_roots(repo, tree, mine, on_damaged))
    left = MAX_FILES
    while waiting and left > 0:
        path, folder, walker = waiting.pop()
        below = []
        for outline in _load(repo, path, folder, on_damaged):
            name, subtree = outline.raw_name, outline.tree
            if subtree is not None and path.count(b"/") < MAX_DEPTH:
                below.append((path + b"/" + name, subtree, walker.enter(readable(name))))
            file = _file(path, name, outline, walker.of_files)
            if file is not None:
                left -= 1
                yield file
        waiting += reversed(below)


def _roots(
    repo: Repository, tree: BlobId, mine: frozenset[str], on_damaged: OnDamaged
) -> Iterator[tuple[bytes, BlobId, Walker]]:
    """Yield the roots of storages, and of apps' inner folders, last first."""
    for outline in reversed(_load(repo, b"", tree, on_damaged)):
        name, subtree = outline.raw_name, outline.tree
        if subtree is None or name not in {SHARED, USERS, VOLUMES, APP_DATA}:
            continue
        path = b"/" + name
        if name == SHARED:
            yield path, subtree, Walker(mine=mine)
            continue
        for below in reversed(_load(repo, path, subtree, on_damaged)):
            inner, root = below.raw_name, below.tree
            if root is None:
                continue
            if name == APP_DATA:
                walker = Walker(Place(Role.APP, package_of_data(readable(inner))), is_fixed=True)
            else:
                user = int(inner) if name == USERS and inner.isdigit() and len(inner) < 9 else 0
                walker = Walker(user=user, mine=mine)
            yield path + b"/" + inner, root, walker


def _load(repo: Repository, path: bytes, tree: BlobId, on_damaged: OnDamaged) -> list[Outline]:
    try:
        return [outline for outline in load_outlines(repo, tree) if is_safe_name(outline.raw_name)]
    except StorageError:
        raise
    except PhonewardError:
        on_damaged(path or b"/")
        return []


def _file(path: bytes, name: bytes, outline: Outline, place: Place | None) -> StoredFile | None:
    if place is None or place.role is Role.LEFT_OUT or outline.type != NodeType.FILE or not outline.content:
        return None
    try:
        blobs = b"".join(outline.blobs)
    except ValueError:
        return None
    return StoredFile(path + b"/" + name, outline.size, outline.mtime_ns, blobs, place)
