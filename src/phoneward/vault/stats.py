"""How much snapshots hold, counted in four ways, as restic counts.

Source: restic cmd/restic/cmd_stats.go (what counts once and what each time), internal/data/find.go. A folder's tree
that many snapshots hold is read once.
"""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from phoneward.texts import _
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.crypto import OVERHEAD
from phoneward.vault.errors import BlobMissingError, TreeDamagedError
from phoneward.vault.marks import BlobMarks, Fingerprints, TreeNotes
from phoneward.vault.nodes import MAX_SIZE, Node, NodeType
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import Snapshot
from phoneward.vault.trees import MAX_DEPTH, load_tree


class StatsMode(enum.StrEnum):
    """What is counted; restic's words."""

    RESTORE_SIZE = "restore-size"
    FILES_BY_CONTENTS = "files-by-contents"
    RAW_DATA = "raw-data"
    BLOBS_PER_FILE = "blobs-per-file"


@dataclass(slots=True)
class VaultStats:
    """The figures of one mode; None where the mode does not count it. Sizes in bytes.

    Attributes:
        total_file_count: with `restore-size` every name, folders and links too, as restic has it.
        total_uncompressed_size: of the pieces before compression, sealed.
        compression_ratio: of the compressed pieces, before by after.
        compression_progress: the share of the pieces that are compressed, in percent.
        compression_space_saving: the share of space that compression saves, in percent.
        files, folders, others: what a restore of all these snapshots would make.
    """

    mode: StatsMode
    snapshots_count: int = 0
    total_size: int = 0
    total_file_count: int | None = None
    total_blob_count: int | None = None
    total_uncompressed_size: int | None = None
    compression_ratio: float | None = None
    compression_progress: float | None = None
    compression_space_saving: float | None = None
    files: int | None = None
    folders: int | None = None
    others: int | None = None


def measure(repo: Repository, snapshots: Iterable[Snapshot], mode: StatsMode) -> VaultStats:
    """Return what the snapshots hold together.

    Args:
        repo: open, its index loaded.
        snapshots: which.
        mode: how to count.

    Raises:
        TreeDamagedError, DamagedError: a folder cannot be read: no figure would be true.
        BlobMissingError: a piece is in no index.
        StorageError: it cannot be read.
    """
    chosen = list(snapshots)
    stats = VaultStats(mode, snapshots_count=len(chosen))
    if mode is StatsMode.RESTORE_SIZE:
        _restore_size(repo, chosen, stats)
    elif mode is StatsMode.RAW_DATA:
        _raw_data(repo, chosen, stats)
    elif mode is StatsMode.FILES_BY_CONTENTS:
        _files_by_contents(repo, chosen, stats)
    else:
        _blobs_per_file(repo, chosen, stats)
    return stats


def _distinct_nodes(repo: Repository, snapshots: Iterable[Snapshot], seen: BlobMarks) -> Iterator[tuple[bytes, Node]]:
    """Yield the nodes of each distinct folder once, with the path at which it was met first."""
    for snapshot in snapshots:
        pending = [(b"", snapshot.tree)] if seen.add(BlobType.TREE, snapshot.tree) else []
        while pending:
            folder, tree = pending.pop()
            for node in load_tree(repo, tree, keep_unsafe_names=True):
                # Folders made to lie a million deep must not cost a million long paths.
                path = folder + b"/" + node.name if len(folder) < MAX_DEPTH * 2 else folder
                yield path, node
                if node.type == NodeType.DIR and node.subtree is not None and seen.add(BlobType.TREE, node.subtree):
                    pending.append((path, node.subtree))


# -- restore-size ------------------------------------------------------------------------------------------------


def _may_be_linked(node: Node) -> bool:
    """Tell whether several names may be one file: restic counts such a file once in a snapshot."""
    return node.type != NodeType.DIR and node.links != 1 and node.inode != 0


@dataclass(slots=True)
class _Frame:
    tree: BlobId
    subtrees: list[BlobId]
    sums: list[int]


class _RestoreSizes:
    """Sums below folders: files, folders, others, bytes of what has one name, whether there are files with several."""

    _WIDTH = 5

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._known = TreeNotes(repo.index, self._WIDTH)

    def below(self, tree: BlobId) -> tuple[int, ...]:
        stack: list[_Frame] = [self._frame(tree)]
        while True:
            frame = stack[-1]
            if frame.subtrees:
                subtree = frame.subtrees.pop()
                known = self._known.get(subtree)
                if known is not None:
                    _add(frame.sums, known)
                else:
                    if len(stack) >= MAX_DEPTH:
                        raise TreeDamagedError(reason=_("its folders lie deeper within each other than any path can"))
                    stack.append(self._frame(subtree))
                continue
            stack.pop()
            sums = tuple(min(number, MAX_SIZE) for number in frame.sums)
            if not stack:
                return sums
            self._known.put(frame.tree, sums)
            _add(stack[-1].sums, sums)

    def _frame(self, tree: BlobId) -> _Frame:
        sums = [0] * self._WIDTH
        subtrees = []
        for node in load_tree(self._repo, tree, keep_unsafe_names=True):
            sums[0 if node.type == NodeType.FILE else 1 if node.type == NodeType.DIR else 2] += 1
            if _may_be_linked(node):
                sums[4] += 1
            else:
                sums[3] += node.size
            if node.type == NodeType.DIR and node.subtree is not None:
                subtrees.append(node.subtree)
        subtrees.reverse()
        return _Frame(tree, subtrees, sums)

    def linked(self, tree: BlobId) -> int:
        """Return the bytes of the files below a folder that may have several names, each file once."""
        seen = BlobMarks(self._repo.index)
        files = Fingerprints()
        size = 0
        pending = [tree]
        while pending:
            nodes = load_tree(self._repo, pending.pop(), keep_unsafe_names=True)
            below = []
            for node in nodes:
                if _may_be_linked(node):
                    fresh = files.add(node.inode.to_bytes(8, "little") + node.device_id.to_bytes(8, "little"))
                    size += node.size if fresh else 0
                elif node.type == NodeType.DIR and node.subtree is not None and self._has_linked(node.subtree):
                    below.append(node.subtree)
            pending += [subtree for subtree in reversed(below) if seen.add(BlobType.TREE, subtree)]
        return size

    def _has_linked(self, tree: BlobId) -> bool:
        known = self._known.get(tree)
        return known is None or known[4] > 0


def _add(sums: list[int], more: tuple[int, ...]) -> None:
    for position, number in enumerate(more):
        sums[position] += number


def _restore_size(repo: Repository, snapshots: list[Snapshot], stats: VaultStats) -> None:
    sizes = _RestoreSizes(repo)
    stats.files = stats.folders = stats.others = 0
    for snapshot in snapshots:
        files, folders, others, size, linked = sizes.below(snapshot.tree)
        stats.files += files
        stats.folders += folders
        stats.others += others
        stats.total_size += size + (sizes.linked(snapshot.tree) if linked else 0)
    stats.total_file_count = stats.files + stats.folders + stats.others


# -- the other modes ---------------------------------------------------------------------------------------------


def _files_by_contents(repo: Repository, snapshots: list[Snapshot], stats: VaultStats) -> None:
    """All that has no content, folders too, counts as one file: restic's way."""
    contents = Fingerprints()
    for _path, node in _distinct_nodes(repo, snapshots, BlobMarks(repo.index)):
        if contents.add(b"".join(node.content or ())):
            stats.total_size += node.size
    stats.total_file_count = len(contents)


def _blobs_per_file(repo: Repository, snapshots: list[Snapshot], stats: VaultStats) -> None:
    contents, paths, pieces = Fingerprints(), Fingerprints(), Fingerprints()
    for path, node in _distinct_nodes(repo, snapshots, BlobMarks(repo.index)):
        if not node.content or not contents.add(b"".join(node.content)):
            continue
        paths.add(path)
        for blob in node.content:
            if pieces.add(blob + path):
                size = repo.blob_size(BlobType.DATA, blob)
                if size is None:
                    raise BlobMissingError(blob=blob.hex()[:12])
                stats.total_size += size
    stats.total_file_count = len(paths)
    stats.total_blob_count = len(pieces)


def _raw_data(repo: Repository, snapshots: list[Snapshot], stats: VaultStats) -> None:
    used = BlobMarks(repo.index)
    for _path, node in _distinct_nodes(repo, snapshots, used):
        if node.type == NodeType.FILE:
            for blob in node.content or ():
                used.add(BlobType.DATA, blob)
    for _blob_type, blob in used.unknown:
        raise BlobMissingError(blob=blob.hex()[:12])
    count = plain = packed_from = packed_to = 0
    for mark, row in zip(used.bytes, repo.index.rows(), strict=True):
        if mark:
            count += 1
            stats.total_size += row.length
            unpacked = row.uncompressed_length + OVERHEAD if row.uncompressed_length else row.length
            plain += unpacked
            if row.uncompressed_length:
                packed_from += unpacked
                packed_to += row.length
    stats.total_blob_count = count
    if repo.config.version == 1:
        return
    stats.total_uncompressed_size = plain
    if packed_to:
        stats.compression_ratio = packed_from / packed_to
    if plain:
        stats.compression_progress = packed_from / plain * 100
        stats.compression_space_saving = (1 - stats.total_size / plain) * 100
