"""What changed between two snapshots.

Source of the meaning: restic cmd/restic/cmd_diff.go (modifiers, what is counted). Folders with equal trees are not
looked into for changes. Beyond restic: where a folder became something else, or something became a folder, what lay or
lies in it is listed as removed or added; restic passes over it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from phoneward.errors import PhonewardError, readable
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.crypto import OVERHEAD
from phoneward.vault.errors import StorageError, TooManyFilesError, TreeDamagedError
from phoneward.vault.marks import BlobMarks
from phoneward.vault.nodes import Node, NodeType
from phoneward.vault.repository import Repository
from phoneward.vault.tree_totals import MAX_ENTRIES
from phoneward.vault.trees import MAX_DEPTH, load_tree

ADDED: Final = "+"
REMOVED: Final = "-"
CONTENT: Final = "M"
TYPE: Final = "T"
METADATA: Final = "U"
SUSPECT: Final = "?"
"""The content changed and nothing else did, not even a time: perhaps damage."""


class Change(NamedTuple):
    """One name that differs.

    Attributes:
        path: starts with `/`; ends with `/` where it is a folder (restic's way).
        modifier: `+` added, `-` removed, or what holds of `T` other type, `M` other content, `?` perhaps damage,
            `U` other metadata.
        before, after: the two nodes; None where there is none.
    """

    path: bytes
    modifier: str
    before: Node | None
    after: Node | None


@dataclass(slots=True)
class DiffTotals:
    """What is in one snapshot only.

    Attributes:
        files, dirs, others: names; not those that merely changed.
        data_blobs, tree_blobs: pieces that nothing in the other snapshot uses.
        bytes: of these pieces, unpacked.
    """

    files: int = 0
    dirs: int = 0
    others: int = 0
    data_blobs: int = 0
    tree_blobs: int = 0
    bytes: int = 0

    def count(self, node: Node) -> None:
        """Count one name."""
        if node.type == NodeType.FILE:
            self.files += 1
        elif node.type == NodeType.DIR:
            self.dirs += 1
        else:
            self.others += 1


@dataclass(slots=True)
class DiffStatistics:
    """The sums of a comparison.

    Attributes:
        file_bytes_added, file_bytes_removed: sizes of the files that were added and removed.
        missing_blobs: pieces that no index knows: their bytes are not in the sums.
    """

    changed_files: int = 0
    added: DiffTotals = field(default_factory=DiffTotals)
    removed: DiffTotals = field(default_factory=DiffTotals)
    file_bytes_added: int = 0
    file_bytes_removed: int = 0
    missing_blobs: int = 0


_Pair = tuple[Node | None, Node | None]


def paired(before: list[Node], after: list[Node]) -> Iterator[_Pair]:
    """Yield the nodes of two folders side by side, ascending by raw name."""
    left, right = iter(before), iter(after)
    one, two = next(left, None), next(right, None)
    while one is not None or two is not None:
        if two is None or (one is not None and one.name < two.name):
            yield one, None
            one = next(left, None)
        elif one is None or two.name < one.name:
            yield None, two
            two = next(right, None)
        else:
            yield one, two
            one, two = next(left, None), next(right, None)


class Diff:
    """Compares two trees of one repository.

    Args:
        repo: open, its index loaded.
        before, after: the trees.
        metadata: changes of times, rights and the like count too.
        on_damaged: hears of each folder that cannot be read, which counts as empty. Without it the error is raised.
    """

    def __init__(
        self,
        repo: Repository,
        before: BlobId,
        after: BlobId,
        *,
        metadata: bool = False,
        on_damaged: Callable[[bytes, PhonewardError], None] | None = None,
    ) -> None:
        self._repo = repo
        self._roots = (before, after)
        self._metadata = metadata
        self._on_damaged = on_damaged
        self._before = BlobMarks(repo.index)
        self._after = BlobMarks(repo.index)
        self._common_roots = bytearray()
        self._stack: list[tuple[bytes, Iterator[_Pair]]] = []
        self._statistics = DiffStatistics()

    def changes(self) -> Iterator[Change]:
        """Yield what differs, parents before children, names ascending by raw bytes within a folder.

        Raises:
            TooManyFilesError: more than any phone holds: a hostile repository.
            TreeDamagedError: see `on_damaged`.
            StorageError: it cannot be read.
        """
        before, after = self._roots
        if before == after:
            return
        self._before.add(BlobType.TREE, before)
        self._after.add(BlobType.TREE, after)
        self._enter(b"", before, after)
        names = 0
        while self._stack:
            folder, pairs = self._stack[-1]
            pair = next(pairs, None)
            if pair is None:
                self._stack.pop()
                continue
            names += 1
            if names > MAX_ENTRIES:
                raise TooManyFilesError(count=names, limit=MAX_ENTRIES)
            change = self._compared(folder, *pair)
            if change is not None:
                yield change

    def statistics(self) -> DiffStatistics:
        """Return the sums; ask when `changes` is through. Pieces used by unchanged folders count as in both."""
        before, after = self._before, self._after
        if before.bytes != after.bytes:
            common = self._common()
            both = zip(before.bytes, after.bytes, common.bytes, self._repo.index.rows(), strict=True)
            for in_before, in_after, in_common, row in both:
                if in_before != in_after and not in_common:
                    totals = self._statistics.removed if in_before else self._statistics.added
                    totals.bytes += row.uncompressed_length or max(0, row.length - OVERHEAD)
                    if row.is_tree:
                        totals.tree_blobs += 1
                    else:
                        totals.data_blobs += 1
        self._statistics.missing_blobs = len(before.unknown ^ after.unknown)
        return self._statistics

    # -- comparing -----------------------------------------------------------------------------------------------

    def _compared(self, folder: bytes, one: Node | None, two: Node | None) -> Change | None:
        node = two or one
        assert node is not None  # noqa: S101 - `paired` yields at least one
        path = folder + b"/" + node.name
        if one is not None:
            self._mark(self._before, one)
        if two is not None:
            self._mark(self._after, two)
        modifier = self._modifier(one, two)
        self._descend(path, one, two)
        if not modifier:
            return None
        return Change(path + b"/" if node.type == NodeType.DIR else path, modifier, one, two)

    def _modifier(self, one: Node | None, two: Node | None) -> str:
        totals = self._statistics
        if one is None:
            assert two is not None  # noqa: S101 - `paired` yields at least one
            totals.added.count(two)
            totals.file_bytes_added += two.size if two.type == NodeType.FILE else 0
            return ADDED
        if two is None:
            totals.removed.count(one)
            totals.file_bytes_removed += one.size if one.type == NodeType.FILE else 0
            return REMOVED
        modifier = TYPE if one.type != two.type else ""
        if one.type == two.type == NodeType.FILE and one.content != two.content:
            totals.changed_files += 1
            same_otherwise = _same(msgspec.structs.replace(one, content=two.content), two)
            return modifier + CONTENT + (SUSPECT if same_otherwise else "")
        return modifier + METADATA if self._metadata and not _same(one, two) else modifier

    def _descend(self, path: bytes, one: Node | None, two: Node | None) -> None:
        before, after = _subtree(one), _subtree(two)
        if before is not None and before == after:
            self._common_roots += before
        elif before is not None or after is not None:
            self._enter(path, before, after)

    def _enter(self, path: bytes, before: BlobId | None, after: BlobId | None) -> None:
        nodes = [self._load(path, tree) if tree is not None else [] for tree in (before, after)]
        self._stack.append((path, paired(*nodes)))

    def _load(self, path: bytes, tree: BlobId) -> list[Node]:
        try:
            if len(self._stack) >= MAX_DEPTH:
                raise TreeDamagedError(reason=readable(path[:100]))
            return load_tree(self._repo, tree, keep_unsafe_names=True)
        except StorageError:
            raise
        except PhonewardError as error:
            if self._on_damaged is None:
                raise
            self._on_damaged(path or b"/", error)
            return []

    @staticmethod
    def _mark(marks: BlobMarks, node: Node) -> None:
        if node.type == NodeType.FILE:
            for blob in node.content or ():
                marks.add(BlobType.DATA, blob)
        elif (subtree := _subtree(node)) is not None:
            marks.add(BlobType.TREE, subtree)

    def _common(self) -> BlobMarks:
        """Return what the folders that are in both, unchanged, use; each distinct one is read once."""
        marks = BlobMarks(self._repo.index)
        seen = BlobMarks(self._repo.index)
        pending = self._common_roots
        while pending:
            tree = BlobId(bytes(pending[-32:]))
            del pending[-32:]
            if seen.add(BlobType.TREE, tree):
                for node in self._load(b"", tree):
                    self._mark(marks, node)
                    pending += _subtree(node) or b""
        return marks


def _subtree(node: Node | None) -> BlobId | None:
    return node.subtree if node is not None and node.type == NodeType.DIR else None


def _same(one: Node, two: Node) -> bool:
    """Tell whether two nodes are equal, whatever time zone their times are written in (restic `Node.Equals`)."""
    return one == two or msgspec.structs.replace(one, utc_offsets=two.utc_offsets) == two
