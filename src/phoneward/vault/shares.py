"""Who needs which blobs: of several groups of trees, what only one needs, and what it needs together with others."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

import msgspec

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import BlobMissingError, TreeDamagedError
from phoneward.vault.marks import TreeNotes
from phoneward.vault.nodes import MAX_SIZE
from phoneward.vault.repository import Repository
from phoneward.vault.trees import MAX_DEPTH, MAX_TREE_BYTES

_SEVERAL: Final = (1 << 32) - 1
_WIDTH: Final = 2
_RECENT: Final = 100_000
"""Pieces of files that are known to count already, by their text: a large folder comes again and again, little changed,
and a set is asked twenty times as fast as the index."""

_Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class _Node(msgspec.Struct, gc=False):
    """What counting needs of a node."""

    type: str
    size: Annotated[int, msgspec.Meta(ge=0)] = 0
    content: list[_Id] | None = None
    subtree: _Id | None = None


class _Tree(msgspec.Struct, gc=False):
    nodes: list[_Node] | None


_decoder: Final = msgspec.json.Decoder(_Tree)


class Contents(NamedTuple):
    """What stands below a folder: names that are no folders, and the bytes of files. Each name counts."""

    files: int
    size: int


@dataclass(slots=True)
class Share:
    """Bytes that blobs take in the vault, sealed.

    Attributes:
        alone: of those that this group needs and no other.
        together: of those that others need too.
    """

    alone: int = 0
    together: int = 0


@dataclass(slots=True)
class _Frame:
    tree: BlobId
    subtrees: list[BlobId]
    files: int = 0
    size: int = 0


class Shares:
    """Adds up what groups need. Ask for one group after the other; each reads every folder it has once.

    Memory: eight bytes for each record of the index, and twenty for each folder.

    Args:
        repo: open, its index loaded; nothing is added to it meanwhile.
    """

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._owners = array("I", bytes(4 * len(repo.index)))
        self._last = array("I", bytes(4 * len(repo.index)))
        self._notes = TreeNotes(repo.index, _WIDTH)
        self._group = 0
        self._used = [0]
        self._recent: set[str] = set()

    def next_group(self) -> int:
        """Begin the next group and return its number, from 1."""
        self._group += 1
        self._recent.clear()
        self._used.append(0)
        return self._group

    def add_blob(self, blob_type: BlobType, blob_id: BlobId) -> bool:
        """Note that the group needs a blob; return whether that is new.

        Raises:
            BlobMissingError: it is in no index.
        """
        number = self._repo.index.number(blob_type, blob_id)
        if number is None:
            raise BlobMissingError(blob=blob_id.hex()[:12])
        if self._last[number] == self._group:
            return False
        self._last[number] = self._group
        self._used[self._group] += self._repo.index.stored_length(number)
        self._owners[number] = self._group if not self._owners[number] else _SEVERAL
        return True

    def add_tree(self, tree: BlobId) -> Contents:
        """Note that the group needs a folder with all below it, and return what that is.

        Raises:
            BlobMissingError, DamagedError, TreeDamagedError: a folder cannot be read: no figure would be true.
            StorageError: it cannot be read.
        """
        known = self._known(tree)
        if known is not None:
            return known
        stack = [self._frame(tree)]
        while True:
            frame = stack[-1]
            if frame.subtrees:
                subtree = frame.subtrees.pop()
                known = self._known(subtree)
                if known is None:
                    if len(stack) >= MAX_DEPTH:
                        raise TreeDamagedError(reason=_("its folders lie deeper within each other than any path can"))
                    stack.append(self._frame(subtree))
                    continue
            else:
                stack.pop()
                known = Contents(min(frame.files, MAX_SIZE), min(frame.size, MAX_SIZE))
                self._notes.put(frame.tree, known)
                if not stack:
                    return known
                frame = stack[-1]
            frame.files += known.files
            frame.size += known.size

    def _known(self, tree: BlobId) -> Contents | None:
        """Return what is below a folder that this group has walked; None for one it has not, which is noted now."""
        if self.add_blob(BlobType.TREE, tree):
            return None
        row = self._notes.get(tree)
        if row is None:  # a folder within itself cannot be: its name is its hash
            raise TreeDamagedError(reason=_("its folders lie deeper within each other than any path can"))
        return Contents(*row)

    def _frame(self, tree: BlobId) -> _Frame:
        frame = _Frame(tree, [])
        for node in _load(self._repo, tree):
            if node.type == "dir":
                if node.subtree is not None:
                    frame.subtrees.append(BlobId(bytes.fromhex(node.subtree)))
                continue
            frame.files += 1
            if node.type == "file":
                frame.size += node.size
                for blob in node.content or ():
                    if blob not in self._recent:
                        self._recent.add(blob)
                        self.add_blob(BlobType.DATA, BlobId(bytes.fromhex(blob)))
        if len(self._recent) > _RECENT:
            self._recent.clear()
        return frame

    def shares(self) -> list[Share]:
        """Return what each group needs, by its number; number 0 is nobody: all that several need, counted once."""
        found = [Share() for _number in self._used]
        for number, owner in enumerate(self._owners):
            if owner == _SEVERAL:
                found[0].together += self._repo.index.stored_length(number)
            elif owner:
                found[owner].alone += self._repo.index.stored_length(number)
        for share, used in zip(found[1:], self._used[1:], strict=True):
            share.together = used - share.alone
        return found


def _load(repo: Repository, tree: BlobId) -> Iterable[_Node]:
    return decode_contents(repo.load_blob(BlobType.TREE, tree))


def decode_contents(data: bytes) -> Iterable[_Node]:
    """Return what counting needs of a tree blob's nodes: a tenth of the work of `trees.decode_tree`.

    Raises:
        TreeDamagedError: it is no list of nodes.
    """
    if len(data) > MAX_TREE_BYTES:
        raise TreeDamagedError(reason=_("it is larger than any folder can be"))
    try:
        return _decoder.decode(data).nodes or ()
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise TreeDamagedError(reason=readable(str(error))) from error
