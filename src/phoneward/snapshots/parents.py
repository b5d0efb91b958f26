"""The snapshot before this one: what it held of each folder, loaded folder by folder."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.snapshots.compare import Moment
from phoneward.snapshots.coverage import MAX_DOCUMENT as MAX_COVERAGE
from phoneward.snapshots.coverage import Coverage, decode_coverage
from phoneward.snapshots.gaps import GapReason
from phoneward.snapshots.inventory import MAX_DOCUMENT, DeviceDocument, decode_device
from phoneward.snapshots.layout import (
    BACKUP_FILE_PATHS,
    COVERAGE_DOCUMENT,
    DEVICE_DOCUMENT,
    FULL_PATHS,
    TAG,
    device_tag,
)
from phoneward.vault import BlobId, BlobType, Node, NodeType, Repository, Snapshot, load_snapshots, load_tree

CACHED_NODES: Final = 40_000
"""Nodes of earlier folders kept in memory."""

CACHED_NAMES: Final = 4
"""Folders in which names are looked up at once: those of one path, mostly."""


class TreeReader:
    """Folders of stored snapshots with a bounded cache. One thread owns it."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._cache: OrderedDict[BlobId, list[Node]] = OrderedDict()
        self._cached = 0
        self._names: OrderedDict[BlobId, dict[bytes, Node]] = OrderedDict()

    def nodes(self, tree_id: BlobId) -> list[Node]:
        """Return the nodes of a folder.

        Raises:
            PhonewardError: it cannot be read as one.
        """
        known = self._cache.get(tree_id)
        if known is not None:
            self._cache.move_to_end(tree_id)
            return known
        nodes = load_tree(self._repo, tree_id)
        self._cache[tree_id] = nodes
        self._cached += len(nodes)
        while self._cached > CACHED_NODES and len(self._cache) > 1:
            self._cached -= len(self._cache.popitem(last=False)[1])
        return nodes

    def find(self, tree_id: BlobId, path: bytes) -> Node | None:
        """Return the node at a path of the snapshot, or None; folders only are followed."""
        node: Node | None = None
        subtree: BlobId | None = tree_id
        for name in path.split(b"/")[1:]:
            if subtree is None:
                return None
            node = self._by_name(subtree).get(name)
            if node is None:
                return None
            subtree = node.subtree if node.type == NodeType.DIR else None
        return node

    def _by_name(self, tree_id: BlobId) -> dict[bytes, Node]:
        known = self._names.get(tree_id)
        if known is not None:
            self._names.move_to_end(tree_id)
            return known
        try:
            known = {node.name: node for node in self.nodes(tree_id)}
        except PhonewardError:  # a damaged folder holds nothing that could be found
            known = {}
        self._names[tree_id] = known
        if len(self._names) > CACHED_NAMES:
            self._names.popitem(last=False)
        return known


@dataclass(slots=True)
class Parent:
    """The last full snapshot of a phone, as far as a comparison may rely on it.

    Attributes:
        moment: how its files were listed.
        device, coverage: its documents.
        distrusted: paths on the phone whose content did not come over for certain.
        damaged: its folders that cannot be read.
    """

    snapshot: Snapshot
    device: DeviceDocument
    trees: TreeReader
    coverage: Coverage | None = None
    distrusted: frozenset[bytes] = frozenset()
    damaged: set[BlobId] = field(default_factory=set)

    @property
    def moment(self) -> Moment:
        """How its files were listed."""
        return self.device.listing.moment

    def nodes(self, tree_id: BlobId | None) -> list[Node]:
        """Return the nodes of one of its folders; none where it cannot be read: then all is sent again."""
        if tree_id is None or tree_id in self.damaged:
            return []
        try:
            return self.trees.nodes(tree_id)
        except PhonewardError:
            self.damaged.add(tree_id)
            return []


def is_full(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot is a whole one that Phoneward took of a phone."""
    return TAG in snapshot.tags and snapshot.paths in {FULL_PATHS, BACKUP_FILE_PATHS}


def read_document(repo: Repository, trees: TreeReader, snapshot: Snapshot, name: bytes, limit: int) -> bytes:
    """Return a document at the top of a snapshot.

    Raises:
        ValueError: it is not there, or larger than `limit` bytes.
        PhonewardError: it is damaged.
    """
    node = trees.find(snapshot.tree, b"/" + name)
    if node is None or node.content is None:
        raise ValueError(f"no {name.decode()}")
    data = bytearray()
    for blob_id in node.content:
        data += repo.load_blob(BlobType.DATA, blob_id)
        if len(data) > limit:
            raise ValueError(f"{name.decode()} is too large")
    return bytes(data)


def find_parent(repo: Repository, device_id: str, on_damaged: Callable[[str, PhonewardError], None]) -> Parent | None:
    """Return the last full snapshot of a phone that can be compared with, or None.

    Args:
        repo: the repository, its index loaded.
        device_id: which phone.
        on_damaged: called with the id of each snapshot that cannot be read.
    """
    tag = device_tag(device_id)
    trees = TreeReader(repo)
    for snapshot in reversed(load_snapshots(repo, on_damaged=on_damaged)):
        if not is_full(snapshot) or tag not in snapshot.tags:
            continue
        try:
            device = decode_device(read_document(repo, trees, snapshot, DEVICE_DOCUMENT, MAX_DOCUMENT))
        except (ValueError, PhonewardError):  # made by another program, or damaged: an older one may do
            continue
        if device.id != device_id:
            continue
        return _with_coverage(repo, Parent(snapshot, device, trees))
    return None


def _with_coverage(repo: Repository, parent: Parent) -> Parent | None:
    """Without its coverage nobody knows which of its files are torn, so such a snapshot is no parent."""
    try:
        data = read_document(repo, parent.trees, parent.snapshot, COVERAGE_DOCUMENT, MAX_COVERAGE)
        coverage = decode_coverage(data)
    except (ValueError, PhonewardError):
        return None
    doubtful = {GapReason.TORN, GapReason.GONE_WHILE_READ, GapReason.MISMATCH}
    parent.coverage = coverage
    parent.distrusted = frozenset(gap.raw_path for gap in coverage.gaps if gap.reason in doubtful)
    return parent
