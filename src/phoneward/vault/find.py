"""Searching names in many snapshots.

Source of the meaning: restic cmd/restic/cmd_find.go. A folder's tree in which nothing was found is not read again,
however many snapshots hold it; of one in which something was found, the names are wanted for each snapshot.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from phoneward.errors import PhonewardError, readable
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import StorageError, TooManyFilesError, TreeDamagedError
from phoneward.vault.marks import BlobMarks
from phoneward.vault.nodes import Node, NodeType
from phoneward.vault.patterns import Patterns, State
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import Snapshot
from phoneward.vault.tree_totals import MAX_ENTRIES
from phoneward.vault.trees import MAX_DEPTH, TreeEntry, load_tree

_MAX_STATES: Final = 64
"""Sets of barren trees kept at most, one for each state that patterns can be in at a folder."""

OnDamagedFolder = Callable[[Snapshot, bytes, PhonewardError], None]


class Match(NamedTuple):
    """A name that was searched for; `path` starts with `/`, raw bytes."""

    snapshot: Snapshot
    path: bytes
    node: Node

    @property
    def entry(self) -> TreeEntry:
        """The name as `iter_tree` yields it."""
        return TreeEntry(self.path, self.node)


@dataclass(slots=True)
class _Folder:
    """A folder on the way down."""

    path: bytes
    tree: BlobId
    state: State
    nodes: Iterator[Node]
    fruitful: bool = field(default=False)


class Finder:
    """Finds names in the snapshots of one repository.

    Args:
        repo: open, its index loaded.
        patterns: what to search for.
        oldest_ns, newest_ns: only what was last changed then or between; None is no bound.
        on_damaged: hears of each folder that cannot be read, which counts as empty. Without it the error is raised.
    """

    def __init__(
        self,
        repo: Repository,
        patterns: Patterns,
        *,
        oldest_ns: int | None = None,
        newest_ns: int | None = None,
        on_damaged: OnDamagedFolder | None = None,
    ) -> None:
        self._repo = repo
        self._patterns = patterns
        self._oldest_ns = oldest_ns
        self._newest_ns = newest_ns
        self._on_damaged = on_damaged
        self._barren: dict[State, BlobMarks] = {}

    def search(self, snapshots: Iterable[Snapshot]) -> Iterator[Match]:
        """Yield what is found, snapshot by snapshot, parents before children, names ascending by raw bytes.

        Raises:
            TooManyFilesError: more was found, or looked at, in one snapshot than any phone holds: a hostile repository.
            TreeDamagedError: see `on_damaged`; or folders lie deeper than `MAX_DEPTH`.
            StorageError: it cannot be read.
        """
        for snapshot in snapshots:
            yield from self._in_snapshot(snapshot)

    def _in_snapshot(self, snapshot: Snapshot) -> Iterator[Match]:
        stack: list[_Folder] = []
        self._enter(snapshot, stack, b"", snapshot.tree, self._patterns.start)
        names = 0
        while stack:
            folder = stack[-1]
            node = next(folder.nodes, None)
            if node is None:
                self._leave(stack)
                continue
            names += 1  # names, not matches: a folder that cannot be read is met again wherever it stands
            if names > MAX_ENTRIES:
                raise TooManyFilesError(count=names, limit=MAX_ENTRIES)
            path = folder.path + b"/" + node.name
            state = self._patterns.after(folder.state, node.name)
            if self._patterns.matched(state) and self._in_time(node):
                folder.fruitful = True
                yield Match(snapshot, path, node)
            if node.type == NodeType.DIR and node.subtree is not None and not self._patterns.dead(state):
                self._enter(snapshot, stack, path, node.subtree, state)

    def _in_time(self, node: Node) -> bool:
        return (self._oldest_ns is None or node.mtime_ns >= self._oldest_ns) and (
            self._newest_ns is None or node.mtime_ns <= self._newest_ns
        )

    def _enter(self, snapshot: Snapshot, stack: list[_Folder], path: bytes, tree: BlobId, state: State) -> None:
        barren = self._barren.get(state)
        if barren is not None and (BlobType.TREE, tree) in barren:
            return
        try:
            if len(stack) >= MAX_DEPTH:
                raise TreeDamagedError(reason=readable(path[:100]))
            nodes = load_tree(self._repo, tree, keep_unsafe_names=True)
        except StorageError:
            raise
        except PhonewardError as error:
            if self._on_damaged is None:
                raise
            self._on_damaged(snapshot, path or b"/", error)
            for folder in stack:
                folder.fruitful = True  # so that the next snapshot that holds it is told of the damage too
            return
        stack.append(_Folder(path, tree, state, iter(nodes)))

    def _leave(self, stack: list[_Folder]) -> None:
        done = stack.pop()
        if done.fruitful:
            if stack:
                stack[-1].fruitful = True
        elif done.state in self._barren:
            self._barren[done.state].add(BlobType.TREE, done.tree)
        elif len(self._barren) < _MAX_STATES:
            self._barren[done.state] = BlobMarks(self._repo.index)
            self._barren[done.state].add(BlobType.TREE, done.tree)
