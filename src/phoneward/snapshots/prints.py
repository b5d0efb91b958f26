"""Fingerprints of folders: whether a folder is listed exactly as it stands in a tree of the snapshot before.

A folder whose fingerprint is that of a stored tree holds the same names with the same sizes, permissions and times, as
far as a listing in whole seconds can tell. So nothing of it has to be compared name by name.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

import msgspec

from phoneward.errors import PhonewardError
from phoneward.phones.bulk import BulkRow
from phoneward.snapshots.compare import SECOND_NS
from phoneward.snapshots.ownbackups import may_be_own_backup
from phoneward.vault import BlobId, Node, NodeType, Repository, SealedCache, Snapshot, posix_permissions

PRINT_BYTES: Final = 16

_FILE, _DIRECTORY = 0, 1
_SLICE: Final = 4_096
"""Names of a folder that are looked at together: a long one takes no more memory for it."""

_encode: Final = msgspec.msgpack.Encoder().encode
_name: Final = itemgetter(0)
_node_name: Final = attrgetter("name")
_mtime: Final = itemgetter(4)
_ctime: Final = itemgetter(5)


class Print(NamedTuple):
    """What is known of a folder as a whole.

    Attributes:
        digest: of its names and what was told of each.
        files, size: of the files in it.
        folders: how many folders are in it.
        latest_ns: the latest of all their times.
    """

    digest: bytes
    files: int
    size: int
    folders: int
    latest_ns: int


def print_of_rows(rows: list[BulkRow]) -> Print | None:
    """Return the fingerprint of a listed folder (its rows are put in order); None where it needs a closer look.

    That is where a file may be a backup that an app made of itself: those are noted one by one.
    """
    rows.sort(key=_name)
    return _print((rows[start : start + _SLICE] for start in range(0, len(rows), _SLICE)), len(rows))


def print_of_nodes(nodes: Sequence[Node]) -> Print | None:
    """Return the fingerprint that a listing of a stored folder has when nothing changed; None as `print_of_rows`."""
    if any(node.type != NodeType.DIR and (node.type != NodeType.FILE or node.content is None) for node in nodes):
        return None
    nodes = sorted(nodes, key=_node_name)
    return _print((list(map(_listed, nodes[at : at + _SLICE])) for at in range(0, len(nodes), _SLICE)), len(nodes))


def _listed(node: Node) -> BulkRow:
    kind, size = (_FILE, node.size) if node.type == NodeType.FILE else (_DIRECTORY, 0)
    mtime_ns, ctime_ns = node.mtime_ns // SECOND_NS * SECOND_NS, node.ctime_ns // SECOND_NS * SECOND_NS
    return node.name, kind, size, posix_permissions(node.mode), mtime_ns, ctime_ns, None


def _print(slices: Iterable[list[BulkRow]], length: int) -> Print | None:
    """Return the fingerprint of `length` rows in order, given some at a time."""
    digest = hashlib.blake2b(_head(length), digest_size=PRINT_BYTES)
    files = size = latest = 0
    for rows in slices:
        if any(map(may_be_own_backup, map(_name, rows))):
            return None
        digest.update(memoryview(_encode(rows))[len(_head(len(rows))) :])
        sizes = [row[2] for row in rows if row[1] == _FILE]
        files, size = files + len(sizes), size + sum(sizes)
        latest = max(chain((latest,), map(_mtime, rows), map(_ctime, rows)))
    return Print(digest.digest(), files, size, length - files, latest)


def _head(length: int) -> bytes:
    """Return how MessagePack begins an array (specification, "array format family"): slices join to one array."""
    if length < 16:
        return bytes([0x90 | length])
    return b"\xdc" + length.to_bytes(2, "big") if length < 1 << 16 else b"\xdd" + length.to_bytes(4, "big")


class Prints:
    """Fingerprints of the folders of a listing, by number: of those that came whole and at once."""

    def __init__(self) -> None:
        self._prints: dict[int, Print] = {}

    def add(self, number: int, rows: list[BulkRow], *, whole: bool) -> None:
        """Take in what was listed of a folder; `whole`: all of it, for the first time."""
        found = print_of_rows(rows) if whole else None
        if found is None:
            self._prints.pop(number, None)
        else:
            self._prints[number] = found

    def forget(self, number: int) -> None:
        """Note that more was listed of a folder."""
        self._prints.pop(number, None)

    def get(self, number: int) -> Print | None:
        """Return a folder's fingerprint, None where it has none."""
        return self._prints.get(number)


class Stored(NamedTuple):
    """A folder of a stored snapshot: its tree, and the fingerprint that a listing of it has."""

    tree: BlobId
    found: Print


class _Folder(msgspec.Struct, array_like=True, frozen=True, gc=False):
    place: bytes
    tree: bytes
    digest: bytes
    files: int
    size: int
    folders: int
    latest_ns: int


class _Book(msgspec.Struct, array_like=True, frozen=True, gc=False):
    indexes: list[str]
    folders: list[_Folder]


_decoder: Final = msgspec.msgpack.Decoder(_Book)


class Memory:
    """What a computer remembers of a phone's last snapshot, so that the next one need not read all of its trees.

    It lies in the sealed cache: who deletes it loses time and nothing else. An entry counts for one snapshot, and only
    while every index file is still there that was there then: index files never change, so what they named they name.

    Args:
        cache: of the vault of the snapshots.
        repo: that vault, its index loaded.
    """

    def __init__(self, cache: SealedCache, repo: Repository) -> None:
        self._cache = cache
        self._repo = repo

    def load(self, snapshot: Snapshot) -> dict[bytes, Stored]:
        """Return the folders of a snapshot by place; none where nothing is remembered that still holds."""
        data = self._cache.get(_key(snapshot.id))
        if data is None:
            return {}
        try:
            book = _decoder.decode(data)
        except (msgspec.MsgspecError, ValueError):
            return {}
        if not self._repo.loaded_indexes.issuperset(book.indexes):
            return {}
        return {
            f.place: Stored(BlobId(f.tree), Print(f.digest, f.files, f.size, f.folders, f.latest_ns))
            for f in book.folders
        }

    def save(self, snapshot_id: str, folders: Iterable[tuple[bytes, Stored]], before: str | None) -> None:
        """Remember a snapshot's folders, each with its place, in the place of the snapshot before."""
        rows = [_Folder(place, stored.tree, *stored.found) for place, stored in folders]
        self._cache.put(_key(snapshot_id), _encode(_Book(sorted(self._repo.loaded_indexes), rows)))
        if before is not None:
            with contextlib.suppress(PhonewardError):
                self._cache.delete(_key(before))


def _key(snapshot_id: str | None) -> bytes:
    return (snapshot_id or "").encode()


PURPOSE: Final = "folder prints 1"
