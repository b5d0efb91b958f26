"""How much a tree unfolds into, counted in the time its distinct folders take.

A folder listed in two places is stored once. An attacker who has the key can list one folder twice in a second, that
one twice in a third, and so on: sixty small blobs become more names than there are atoms to hold them. Whoever walks a
tree of unknown origin asks here first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

import msgspec

from phoneward.errors import PhonewardError, readable
from phoneward.texts import _
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import TreeDamagedError
from phoneward.vault.nodes import Node, NodeType
from phoneward.vault.trees import MAX_DEPTH, MAX_TREE_BYTES, BlobSource


class TreeTotals(NamedTuple):
    """What stands below a folder, the folder itself not counted. A file listed twice counts twice.

    Attributes:
        files: regular files.
        folders: folders.
        others: symbolic links and everything else.
        size: bytes of all files, as their nodes claim.
    """

    files: int = 0
    folders: int = 0
    others: int = 0
    size: int = 0

    @property
    def entries(self) -> int:
        """All names."""
        return self.files + self.folders + self.others

    def plus(self, other: "TreeTotals") -> "TreeTotals":
        """Return both together."""
        return TreeTotals(*map(sum, zip(self, other, strict=True)))


def totals_of_node(node: Node) -> TreeTotals:
    """Return what one node counts for, without what is below it."""
    if node.type == NodeType.FILE:
        return TreeTotals(files=1, size=node.size)
    return TreeTotals(folders=1) if node.type == NodeType.DIR else TreeTotals(others=1)


@dataclass(slots=True)
class _Frame:
    tree_id: BlobId
    totals: TreeTotals
    subtrees: list[BlobId]


class TreeMeasurer:
    """Counts trees of one repository; folders met before are not read again.

    Args:
        repo: where the trees are read from.
        on_damaged: called for a folder that cannot be read, which then counts as empty. Without it, the error is
            raised.
    """

    def __init__(self, repo: BlobSource, *, on_damaged: Callable[[BlobId, PhonewardError], None] | None = None) -> None:
        self._repo = repo
        self._on_damaged = on_damaged
        self._known: dict[BlobId, TreeTotals] = {}

    def measure(self, tree_id: BlobId) -> TreeTotals:
        """Return the totals below a folder.

        Raises:
            TreeDamagedError: a folder cannot be read as one, or lies deeper than `MAX_DEPTH`.
        """
        stack: list[_Frame] = []
        entering: BlobId | None = tree_id
        while entering is not None or stack:
            if entering is not None:
                if entering not in self._known:
                    if len(stack) >= MAX_DEPTH:
                        raise TreeDamagedError(reason=_("its folders lie deeper within each other than any path can"))
                    stack.append(_Frame(entering, *self._folder(entering)))
                elif stack:
                    stack[-1].totals = stack[-1].totals.plus(self._known[entering])
                entering = None
            elif stack[-1].subtrees:
                entering = stack[-1].subtrees.pop()
            else:
                done = stack.pop()
                self._known[done.tree_id] = done.totals
                entering = done.tree_id if stack else None
        return self._known[tree_id]

    def _folder(self, tree_id: BlobId) -> tuple[TreeTotals, list[BlobId]]:
        try:
            nodes = _load_outline(self._repo, tree_id)
        except PhonewardError as error:
            if self._on_damaged is None:
                raise
            self._on_damaged(tree_id, error)
            return TreeTotals(), []
        files = folders = others = size = 0
        subtrees = []
        for node in nodes:
            if node.type == "file":
                files += 1
                size += node.size
            elif node.type == "dir":
                folders += 1
                if node.subtree is not None:
                    subtrees.append(BlobId(bytes.fromhex(node.subtree)))
            else:
                others += 1
        return TreeTotals(files, folders, others, size), subtrees


class _Outline(msgspec.Struct, gc=False):
    """What counting needs of a node."""

    type: str
    size: Annotated[int, msgspec.Meta(ge=0)] = 0
    subtree: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None


class _OutlineTree(msgspec.Struct, gc=False):
    nodes: list[_Outline] | None


_decoder: Final = msgspec.json.Decoder(_OutlineTree)


def _load_outline(repo: BlobSource, tree_id: BlobId) -> list[_Outline]:
    """Return what counting needs of a folder: a tenth of the work of `load_tree`, which looks at every field.

    Raises:
        TreeDamagedError: it is no list of nodes.
    """
    data = repo.load_blob(BlobType.TREE, tree_id)
    if len(data) > MAX_TREE_BYTES:
        raise TreeDamagedError(reason=_("it is larger than any folder can be"))
    try:
        return _decoder.decode(data).nodes or []
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise TreeDamagedError(reason=readable(str(error))) from error


def measure_tree(repo: BlobSource, tree_id: BlobId) -> TreeTotals:
    """Return what a tree unfolds into. Reads each distinct folder once. See `TreeMeasurer.measure`."""
    return TreeMeasurer(repo).measure(tree_id)


MAX_ENTRIES: Final = 50_000_000
"""More names than this in one snapshot are taken for an attack."""
