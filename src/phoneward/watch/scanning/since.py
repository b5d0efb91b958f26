"""Since when a file has lain in a phone: the same pieces under the same path in its snapshots. No file is read."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.snapshots import SnapshotInfo
from phoneward.vault import BlobId, Repository, StorageError, load_outlines

_MOST_TREES: Final = 4_000
"""Folders whose list of subfolders is remembered."""


def earlier_of(every: Iterable[SnapshotInfo], snapshot: SnapshotInfo) -> list[SnapshotInfo]:
    """Return the finished snapshots of the same phone from before one, newest first."""
    earlier = [
        info
        for info in every
        if info.device == snapshot.device
        and info.of_phone
        and not info.partial
        and not info.backup_file
        and info.snapshot.time_ns < snapshot.snapshot.time_ns
    ]
    return sorted(earlier, key=lambda info: info.snapshot.time_ns, reverse=True)


def first_seen(
    repo: Repository, earlier: Sequence[SnapshotInfo], contents: Mapping[bytes, bytes]
) -> dict[bytes, dt.datetime]:
    """Return for files the time of the oldest snapshot up to which they lay there in all, with this content.

    Args:
        repo: open, its index loaded.
        earlier: snapshots of the phone, newest first.
        contents: the IDs of each file's pieces, one after the other, by its path.

    Raises:
        StorageError: the vault cannot be reached. A folder that is damaged holds nothing.
    """
    looking = _Looking(repo)
    folders: dict[bytes, dict[bytes, bytes]] = {}
    for path, blobs in contents.items():
        folder, _slash, name = path.rpartition(b"/")
        folders.setdefault(folder, {})[name] = blobs
    trees: dict[bytes, BlobId] = {}
    found: dict[bytes, dt.datetime] = {}
    for info in earlier:
        for folder in list(folders):
            tree = looking.tree(info.snapshot.tree, folder)
            if tree is None:
                del folders[folder]
            elif tree != trees.get(folder):
                folders[folder] = looking.same(tree, folders[folder])
                trees[folder] = tree
            for name in folders.get(folder, ()):
                found[folder + b"/" + name] = info.snapshot.time
        if not folders:
            break
    return found


class _Looking:
    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._below: dict[bytes, dict[bytes, BlobId]] = {}

    def tree(self, root: BlobId, path: bytes) -> BlobId | None:
        """Return a folder's tree; None where it is not there."""
        tree: BlobId | None = root
        for name in path.split(b"/")[1:]:
            tree = self._subtrees(tree).get(name) if tree is not None else None
        return tree

    def same(self, tree: BlobId, files: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
        """Return those files that a folder holds with the same content."""
        there = {}
        try:
            for outline in load_outlines(self._repo, tree):
                wanted = files.get(outline.raw_name)
                if wanted is not None and b"".join(outline.blobs) == wanted:
                    there[outline.raw_name] = wanted
        except StorageError:
            raise
        except (PhonewardError, ValueError):
            return {}
        return there

    def _subtrees(self, tree: BlobId) -> dict[bytes, BlobId]:
        known = self._below.get(tree)
        if known is None:
            try:
                outlines = load_outlines(self._repo, tree)
            except StorageError:
                raise
            except PhonewardError:
                outlines = []
            if len(self._below) >= _MOST_TREES:
                self._below.clear()
            known = self._below[tree] = {one.raw_name: one.tree for one in outlines if one.tree is not None}
        return known
