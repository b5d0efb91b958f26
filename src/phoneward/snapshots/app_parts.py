"""Which parts of a snapshot are which app's: its APK files, its data, and its folders on every storage.

Only the few folders above apps' folders are looked at here; what is in an app's folder is all the app's.
"""

import functools
from array import array
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from phoneward.snapshots.layout import (
    APP_DATA,
    APP_FOLDERS,
    BEFORE_UNLOCK,
    COMPUTER,
    PACKAGES,
    SHARED,
    USERS,
    VOLUMES,
    is_package_name,
)
from phoneward.snapshots.ownbackups import own_folder_owners
from phoneward.vault import BlobId, BlobMissingError, BlobType, Outline, Repository, Snapshot, load_outlines

_OF_PACKAGES: Final = frozenset({PACKAGES, APP_DATA, COMPUTER})
_CACHED: Final = 256
"""Folders kept parsed: from one snapshot to the next nearly all of them are the same."""
_ANDROID: Final = b"Android"

_BESIDE_DATA: Final = b"@" + BEFORE_UNLOCK.encode()
_ABOVE_ANDROID: Final = frozenset({b"", _ANDROID, *(_ANDROID + b"/" + folder for folder in APP_FOLDERS)})


@functools.cache
def _above_own() -> frozenset[bytes]:
    """Return the folders above those that are an app's own."""
    folders = (folder.split(b"/") for folder in own_folder_owners())
    return frozenset(b"/".join(parts[:count]) for parts in folders for count in range(1, len(parts)))


def app_of(path: bytes) -> str | None:
    """Return the package whose folder a path of a snapshot is; None for what is no app's.

    Args:
        path: such as `/packages/org.tasks` or `/shared/Android/media/com.whatsapp`.
    """
    above, _slash, name = path.rpartition(b"/")
    if above in _OF_PACKAGES:
        return _package(name.removesuffix(_BESIDE_DATA) if above == APP_DATA else name)
    place = _on_storage(path)
    if place is None or not place:
        return None
    if place in own_folder_owners():
        return own_folder_owners()[place]
    folder, _slash, name = place.rpartition(b"/")
    in_android = folder.startswith(_ANDROID + b"/") and folder.removeprefix(_ANDROID + b"/") in APP_FOLDERS
    return _package(name) if in_android else None


def is_above_apps(path: bytes) -> bool:
    """Tell whether apps' folders may lie below a folder of a snapshot; its root is `b""`."""
    if path in {b"", USERS, VOLUMES} or path in _OF_PACKAGES:
        return True
    place = _on_storage(path)
    return place in _ABOVE_ANDROID or place in _above_own()


def _on_storage(path: bytes) -> bytes | None:
    """Return a path as it is below a storage's root; None for what is on no storage."""
    if path == SHARED or path.startswith(SHARED + b"/"):
        return path[len(SHARED) + 1 :]
    top, slash, rest = path[1:].partition(b"/")
    if not slash or b"/" + top not in {USERS, VOLUMES}:
        return None
    return rest.partition(b"/")[2]


def _package(name: bytes) -> str | None:
    text = name.decode("ascii", "replace")
    return text if is_package_name(text) else None


class Part(NamedTuple):
    """A folder that is one app's, or nobody's (`app` None), with all in it; as the number of its record."""

    app: str | None
    tree: int
    is_apk: bool = False


@dataclass(slots=True)
class Above:
    """The folders above apps' folders, and files that lie in them: of no app.

    Attributes:
        blobs: record numbers of what they are made of, each once.
        files, size: as `vault.Contents`.
    """

    blobs: "array[int]" = field(default_factory=lambda: array("I"))
    files: int = 0
    size: int = 0


class _Folder(NamedTuple):
    parts: list[Part]
    above: list[tuple[bytes, BlobId]]
    blobs: list[int]
    files: int
    size: int


class AppParts:
    """Takes snapshots apart into what is which app's.

    Args:
        repo: open, its index loaded.
    """

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._known: OrderedDict[tuple[bytes, BlobId], _Folder] = OrderedDict()
        self._seen = bytearray(len(repo.index))

    def of(self, snapshot: Snapshot, above: Above) -> Iterable[Part]:
        """Yield the parts of a snapshot; what is above them is added to `above`.

        Raises:
            BlobMissingError, DamagedError, TreeDamagedError: a folder cannot be read.
            StorageError: it cannot be read.
        """
        pending = [(b"", snapshot.tree)]
        while pending:
            path, tree = pending.pop()
            folder = self._folder(path, tree)
            for number in folder.blobs:
                if not self._seen[number]:
                    self._seen[number] = 1
                    above.blobs.append(number)
            above.files += folder.files
            above.size += folder.size
            yield from folder.parts
            pending += folder.above

    def _folder(self, path: bytes, tree: BlobId) -> _Folder:
        known = self._known.get((path, tree))
        if known is not None:
            self._known.move_to_end((path, tree))
            return known
        folder = self._read(path, tree)
        self._known[path, tree] = folder
        if len(self._known) > _CACHED:
            self._known.popitem(last=False)
        return folder

    def _read(self, path: bytes, tree: BlobId) -> _Folder:
        parts, above = [], []
        blobs, files, size = [self._number(BlobType.TREE, tree)], 0, 0
        for node in load_outlines(self._repo, tree):
            if node.tree is None:
                if node.type != "dir":
                    files += 1
                    size += node.size if node.type == "file" else 0
                    blobs += [self._number(BlobType.DATA, blob) for blob in self._content(node)]
                continue
            inside = path + b"/" + node.raw_name
            app = app_of(inside)
            if app is None and is_above_apps(inside):
                above.append((inside, node.tree))
            else:
                parts.append(Part(app, self._number(BlobType.TREE, node.tree), path == PACKAGES))
        return _Folder(parts, above, blobs, files, size)

    @staticmethod
    def _content(node: Outline) -> list[BlobId]:
        return node.blobs if node.type == "file" else []

    def _number(self, blob_type: BlobType, blob_id: BlobId) -> int:
        number = self._repo.index.number(blob_type, blob_id)
        if number is None:
            raise BlobMissingError(blob=blob_id.hex()[:12])
        return number
