"""What differs between two snapshots, a page at a time.

The comparison is made once for each pair of trees and kept. Of very many changes only the first are kept; all are
counted.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec

from phoneward.errors import PhonewardError
from phoneward.snapshots.catalogue.kept import Kept
from phoneward.snapshots.catalogue.pages import PAGE_SIZE, Page, bounds
from phoneward.snapshots.layout import is_own_document
from phoneward.vault import Change, Diff, Node, Repository, Snapshot, TooManyFilesError

MAX_CHANGES: Final = 100_000
"""Changes of a pair that are kept one by one."""
MAX_DAMAGED: Final = 100
_SLICE: Final = 200
_IN_MEMORY: Final = 4
_INT64: Final = 2**63 - 1
_MAX_SIZE: Final = 2**64 - 1


class ChangeRow(msgspec.Struct, array_like=True, frozen=True):
    """One name that differs.

    Attributes:
        path: raw bytes, with a `/` at its end where it is a folder.
        modifier: as in `vault.Change`: `+`, `-`, or what holds of `T`, `M`, `?`.
        before, after: sizes of files, bytes; None where there is none.
    """

    path: bytes
    modifier: str
    before: int | None
    after: int | None
    before_ns: int | None
    after_ns: int | None


class ChangeCounts(msgspec.Struct, array_like=True, frozen=True):
    """How much differs. Phoneward's own documents are counted apart, and not shown.

    Attributes:
        added, removed, changed: names; a folder's own as well as those in it.
        bytes_added, bytes_removed: sizes of files that were added and removed.
        own: names of Phoneward's own lists, checksums and proofs.
        shown: how many can be asked for: the first `MAX_CHANGES`.
        damaged: folders that cannot be read and count as empty, readable only by their paths; at most 100.
        cut: there are more names than any phone holds, and the rest was not compared.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0
    bytes_added: int = 0
    bytes_removed: int = 0
    own: int = 0
    shown: int = 0
    damaged: list[bytes] = []
    cut: bool = False


class Compared(msgspec.Struct, array_like=True, frozen=True):
    """A comparison as it is kept: changes packed in slices of 200."""

    counts: ChangeCounts
    slices: list[bytes]


_decoder: Final = msgspec.msgpack.Decoder(Compared)
_rows: Final = msgspec.msgpack.Decoder(list[ChangeRow])
_encode: Final = msgspec.msgpack.Encoder().encode

_GROUPS: Final[dict[str, Callable[[str], bool]]] = {
    "added": lambda modifier: modifier == "+",
    "removed": lambda modifier: modifier == "-",
    "changed": lambda modifier: modifier not in {"+", "-"},
}


class Differences:
    """The comparisons of one vault. Any number of threads may ask; one compares at a time, since that takes memory."""

    def __init__(self, repo: Repository, kept: Kept) -> None:
        self._repo = repo
        self._kept = kept
        self._lock = threading.Lock()
        self._comparing = threading.Lock()
        self._memory: OrderedDict[bytes, Compared] = OrderedDict()

    def are_ready(self, before: Snapshot, after: Snapshot) -> bool:
        """Tell whether the comparison was made, so that `page` answers at once."""
        return self._known(_key(before, after)) is not None

    def page(
        self,
        before: Snapshot,
        after: Snapshot,
        number: int = 1,
        size: int = PAGE_SIZE,
        *,
        group: str | None = None,
    ) -> tuple[ChangeCounts, Page[ChangeRow]]:
        """Return how much differs and a page of the changes, parents before children, names ascending by raw bytes.

        Args:
            before: the one snapshot.
            after: the other.
            number: of the page, from 1.
            size: rows on a page.
            group: `added`, `removed` or `changed`: only those. Of what is kept: see `ChangeCounts.shown`.

        Raises:
            StorageError: the vault cannot be read. Folders that cannot be read are named in the counts.
        """
        compared = self._compared(before, after)
        start, size = bounds(number, size)
        counts = compared.counts
        if group in _GROUPS:
            wanted = _GROUPS[group]
            chosen = [row for part in compared.slices for row in _rows.decode(part) if wanted(row.modifier)]
            rows, total = chosen[start : start + size], len(chosen)
        else:
            first = start // _SLICE
            rows = [
                row for part in compared.slices[first : -(-(start + size) // _SLICE)] for row in _rows.decode(part)
            ][start - first * _SLICE :][:size]
            total = counts.shown
        every = counts.added + counts.removed + counts.changed
        return counts, Page(tuple(rows), total, max(number, 1), size, at_least=counts.shown < every or counts.cut)

    def _known(self, key: bytes) -> Compared | None:
        with self._lock:
            known = self._memory.get(key)
        return known or self._kept.get(key, _decoder)

    def _compared(self, before: Snapshot, after: Snapshot) -> Compared:
        key = _key(before, after)
        known = self._known(key)
        if known is None:
            with self._comparing:
                known = self._known(key)
                if known is None:
                    known = compare(self._repo, before, after)
                    self._kept.put(key, known)
        with self._lock:
            self._memory[key] = known
            self._memory.move_to_end(key)
            while len(self._memory) > _IN_MEMORY:
                self._memory.popitem(last=False)
        return known


def _key(before: Snapshot, after: Snapshot) -> bytes:
    own = b"%d%d" % tuple(is_own_document(snapshot, b"/coverage.json") for snapshot in (before, after))
    return b"changes\0" + before.tree + after.tree + own


def compare(repo: Repository, before: Snapshot, after: Snapshot) -> Compared:
    """Compare two snapshots. Raises StorageError."""
    damaged: list[bytes] = []

    def on_damaged(path: bytes, _error: PhonewardError) -> None:
        if len(damaged) < MAX_DAMAGED:
            damaged.append(path)

    sums = dict.fromkeys(("added", "removed", "changed", "own", "shown", "bytes_added", "bytes_removed"), 0)
    slices: list[bytes] = []
    rows: list[ChangeRow] = []
    cut = False
    try:
        for change in Diff(repo, before.tree, after.tree, on_damaged=on_damaged).changes():
            if is_own_document(after, change.path) or is_own_document(before, change.path):
                sums["own"] += 1
                continue
            _count(sums, change)
            if sums["shown"] < MAX_CHANGES:
                sums["shown"] += 1
                rows.append(_row(change))
            if len(rows) == _SLICE:
                slices.append(_encode(rows))
                rows = []
    except TooManyFilesError:
        cut = True
    return Compared(ChangeCounts(**sums, damaged=damaged, cut=cut), [*slices, *([_encode(rows)] if rows else [])])


def _count(sums: dict[str, int], change: Change) -> None:
    if change.modifier == "+":
        sums["added"] += 1
        sums["bytes_added"] = min(sums["bytes_added"] + (_size(change.after) or 0), _MAX_SIZE)
    elif change.modifier == "-":
        sums["removed"] += 1
        sums["bytes_removed"] = min(sums["bytes_removed"] + (_size(change.before) or 0), _MAX_SIZE)
    else:
        sums["changed"] += 1


def _row(change: Change) -> ChangeRow:
    one, two = change.before, change.after
    return ChangeRow(change.path, change.modifier, _size(one), _size(two), _time(one), _time(two))


def _size(node: Node | None) -> int | None:
    return node.size if node is not None and node.type == "file" else None


def _time(node: Node | None) -> int | None:
    return None if node is None else max(-_INT64, min(node.mtime_ns, _INT64))
