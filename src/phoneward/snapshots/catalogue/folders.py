"""A folder of a snapshot as a person reads it: folders first, then by name, numbers in names by their value.

What a folder of many names looks like is put in order once for each distinct tree and kept, sealed, page by page.
"""

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import msgspec

from phoneward.errors import readable
from phoneward.snapshots.catalogue.folding import fold
from phoneward.snapshots.catalogue.kept import Kept
from phoneward.snapshots.catalogue.pages import PAGE_SIZE, Page, bounds
from phoneward.vault import BlobId, Outline, PathNotFoundError, Repository, is_safe_name, load_outlines

KEPT_FROM: Final = 500
"""Names from which on a folder's order is kept on the disk; a smaller one is put in order in a few milliseconds."""
_IN_MEMORY: Final = 200_000
"""Names of folders that are kept in memory, packed: about 150 bytes each."""
_SLICE: Final = 200
_DIGITS: Final = re.compile("[0-9]+")
_WIDTH: Final = 20


@dataclass(frozen=True, slots=True)
class BrowseEntry:
    """One name in a folder.

    Attributes:
        name: raw bytes; may be hostile, but is one component of a path.
        path: in the snapshot, raw bytes.
        type: a `NodeType` value, or the text of a type unknown here.
        size: bytes; None for what is no file.
        mtime_ns: nanoseconds since 1970 UTC.
        linktarget: where a symbolic link leads, raw bytes as far as they can be told.
    """

    name: bytes
    path: bytes
    type: str
    size: int | None
    mtime_ns: int
    linktarget: bytes


@dataclass(frozen=True, slots=True)
class FolderView:
    """A page of a folder.

    Attributes:
        path: raw bytes; `b"/"` is the root.
        folders, files: how many folders and other names it holds, on all pages.
        unsafe: names that no file can have and that are not shown: a hostile vault.
    """

    path: bytes
    page: Page[BrowseEntry]
    folders: int
    files: int
    unsafe: int


class Listing(msgspec.Struct, array_like=True, frozen=True):
    """A folder in order.

    Attributes:
        total: how many names there are.
        slices: of 200 names each, packed.
        folders: the tree of each folder in it, by name.
        unsafe: names that are left out.
    """

    total: int
    slices: list[bytes]
    folders: dict[bytes, bytes]
    directories: int
    unsafe: int


_decoder: Final = msgspec.msgpack.Decoder(Listing)
_rows: Final = msgspec.msgpack.Decoder(list[Outline])
_encode: Final = msgspec.msgpack.Encoder().encode


def sort_key(node: Outline) -> tuple[bool, str, str]:
    """Return what a person expects the order of names to be: `IMG_2` before `IMG_10`, upper and lower case together."""
    return node.type != "dir", _DIGITS.sub(_padded, fold(node.name)), node.name


def _padded(digits: "re.Match[str]") -> str:
    return digits[0].lstrip("0").rjust(_WIDTH, "0")


def make_listing(nodes: list[Outline]) -> Listing:
    """Return a folder in order."""
    safe = [node for node in nodes if is_safe_name(node.raw_name)]
    safe.sort(key=sort_key)
    return Listing(
        len(safe),
        [_encode(safe[at : at + _SLICE]) for at in range(0, len(safe), _SLICE)],
        {node.raw_name: tree for node in safe if (tree := node.tree) is not None},
        sum(node.type == "dir" for node in safe),
        len(nodes) - len(safe),
    )


class Folders:
    """The folders of one vault's snapshots. Any number of threads may ask; the lock guards the dictionary only."""

    def __init__(self, repo: Repository, kept: Kept) -> None:
        self._repo = repo
        self._kept = kept
        self._lock = threading.Lock()
        self._memory: OrderedDict[BlobId, Listing] = OrderedDict()
        self._names = 0

    def browse(self, root: BlobId, path: bytes, number: int = 1, size: int = PAGE_SIZE) -> FolderView:
        """Return a page of a folder.

        Args:
            root: the tree of the snapshot.
            path: of the folder in the snapshot, raw bytes; `/` or nothing is the root.
            number: of the page, from 1.
            size: rows on a page.

        Raises:
            PathNotFoundError: no folder is there.
            TreeDamagedError, DamagedError, BlobMissingError: it cannot be read.
        """
        names = [name for name in path.split(b"/") if name]
        tree = root
        for name in names:
            found = self.listing(tree).folders.get(name)
            if found is None:
                raise PathNotFoundError(path=readable(path))
            tree = BlobId(found)
        listing = self.listing(tree)
        folder = b"".join(b"/" + name for name in names)
        start, size = bounds(number, size)
        rows = tuple(_entry(folder, node) for node in _part(listing, start, size))
        page = Page(rows, listing.total, max(number, 1), size)
        return FolderView(
            folder or b"/", page, listing.directories, listing.total - listing.directories, listing.unsafe
        )

    def listing(self, tree: BlobId) -> Listing:
        """Return a folder in order, from memory, from the cache or from the vault. Raises as `browse`."""
        with self._lock:
            known = self._memory.get(tree)
            if known is not None:
                self._memory.move_to_end(tree)
                return known
        listing = self._kept.get(b"listing\0" + tree, _decoder)
        if listing is None:
            listing = make_listing(load_outlines(self._repo, tree))
            if listing.total >= KEPT_FROM:
                self._kept.put(b"listing\0" + tree, listing)
        self._remember(tree, listing)
        return listing

    def prepare(self, tree: BlobId) -> None:
        """Put a folder in order and keep it, so that nobody waits for it. Raises as `browse`."""
        if self._kept.get(b"listing\0" + tree, _decoder) is None:
            self._kept.put(b"listing\0" + tree, make_listing(load_outlines(self._repo, tree)))

    def _remember(self, tree: BlobId, listing: Listing) -> None:
        with self._lock:
            if tree in self._memory:
                return
            self._memory[tree] = listing
            self._names += listing.total + 1
            while self._names > _IN_MEMORY and len(self._memory) > 1:
                self._names -= self._memory.popitem(last=False)[1].total + 1


def _part(listing: Listing, start: int, size: int) -> list[Outline]:
    first = start // _SLICE
    rows: list[Outline] = []
    for part in listing.slices[first : -(-(start + size) // _SLICE)]:
        rows += _rows.decode(part)
    return rows[start - first * _SLICE :][:size]


def _entry(folder: bytes, node: Outline) -> BrowseEntry:
    name = node.raw_name
    return BrowseEntry(
        name=name,
        path=folder + b"/" + name,
        type=node.type,
        size=node.size if node.type == "file" else None,
        mtime_ns=node.mtime_ns,
        linktarget=node.link,
    )
