"""Builds the trees of a snapshot, folder by folder, children before parents."""

import hashlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.phones.owning import Owner
from phoneward.snapshots.compare import SECOND_NS
from phoneward.snapshots.file_nodes import file_node
from phoneward.snapshots.journal import Sent
from phoneward.snapshots.listing import SYMLINK, Folder, Listing, Row
from phoneward.snapshots.ownbackups import may_be_own_backup
from phoneward.snapshots.ownbackups_noted import Held, OwnBackups
from phoneward.snapshots.owners import Owners, belonging_to
from phoneward.snapshots.prints import Print, Stored, print_of_nodes
from phoneward.vault import BlobId, Node, NodeType, encode_tree, go_mode

PutTree = Callable[[bytes], None]
Note = Callable[[int, list[Node], list[Node], Mapping[bytes, Sent]], None]
_NOTHING: Final[Mapping[bytes, Row]] = {}


@dataclass(slots=True)
class Counts:
    """What became of the names of the phone. `unmodified`: as in the snapshot before."""

    files_new: int = 0
    files_changed: int = 0
    files_unmodified: int = 0
    dirs_new: int = 0
    dirs_changed: int = 0
    dirs_unmodified: int = 0


@dataclass(slots=True)
class Trees:
    """The trees built so far, by folder number. A tree's id is the SHA-256 of its text, known before it is stored.

    Attributes:
        note: called with each folder that is built: its number, its nodes, those before, and what this run sent of it.
        prints: fingerprints of the folders built, by number, where they have one.
        own_backups: backups that apps made of themselves.
        owners: to whom files belong, where that is known.
    """

    listing: Listing
    put: PutTree
    has_tree: Callable[[BlobId], bool]
    precision_ns: int
    ids: dict[int, BlobId] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    own_backups: OwnBackups = field(default_factory=OwnBackups)
    note: "Note | None" = None
    prints: dict[int, Print] = field(default_factory=dict)
    owners: Owners = field(default_factory=Owners)
    _stored: set[BlobId] = field(default_factory=set)
    _files: "array[int]" = field(default_factory=lambda: array("q"))
    _bytes: "array[int]" = field(default_factory=lambda: array("q"))

    def held(self, number: int) -> Held:
        """Return what a folder holds; nothing where it is not built."""
        return Held(self._files[number], self._bytes[number]) if number < len(self._files) else Held()

    def build(
        self,
        number: int,
        folder: Folder,
        *,
        before: list[Node],
        before_id: BlobId | None,
        fresh: dict[bytes, Sent],
        missing: frozenset[bytes] = frozenset(),
        exact: Mapping[bytes, Row] = _NOTHING,
    ) -> None:
        """Build the tree of one folder; those of the folders in it are built.

        Args:
            number: the folder.
            folder: what the phone listed in it; empty afterwards.
            before: its nodes in the snapshot before.
            before_id: its tree there, where it had one.
            fresh: files whose content came over, by name; empty afterwards.
            missing: files that should have come over and did not. Every other file is as before.
            exact: folders in it whose exact times were asked for, by name.
        """
        nodes = self.nodes(number, folder, before=before, fresh=fresh, missing=missing, exact=exact)
        folder.files.clear()  # of a long folder each of these takes as much memory as its tree
        if self.note is not None:
            self.note(number, nodes, before, fresh)
        fresh.clear()
        self._print(number, print_of_nodes(nodes))
        if before_id is not None and nodes == before:
            self.counts.dirs_unmodified += 1
            self.ids[number] = before_id
            return
        if before_id is None:
            self.counts.dirs_new += 1
        else:
            self.counts.dirs_changed += 1
        text = encode_tree(nodes)
        del nodes
        self.ids[number] = self._put(text)

    def keep(self, number: int, stored: Stored, inside: Sequence[int]) -> None:
        """Take over the tree of a folder in which, and below which, nothing changed; those in it are built."""
        self._print(number, stored.found)
        self.counts.files_unmodified += stored.found.files
        self.counts.dirs_unmodified += 1
        self.ids[number] = stored.tree
        held = [self.held(child) for child in inside]
        self._hold(
            number, stored.found.files + sum(h.files for h in held), stored.found.size + sum(h.size for h in held)
        )

    def _print(self, number: int, found: Print | None) -> None:
        if found is None:
            self.prints.pop(number, None)
        else:
            self.prints[number] = found

    def forget(self, number: int, folder: Folder) -> None:
        """Forget that a folder was built as it was: it will be built once more."""
        if self.ids.pop(number, None) is not None:
            self.counts.files_unmodified -= len(folder.files)
            self.counts.dirs_unmodified -= 1

    def store(self, nodes: list[Node]) -> BlobId:
        """Put a tree and return its id."""
        return self._put(encode_tree(nodes))

    def _put(self, text: bytes) -> BlobId:
        tree_id = BlobId(hashlib.sha256(text).digest())
        if not self.has_tree(tree_id) and tree_id not in self._stored:
            self._stored.add(tree_id)
            self.put(text)
        return tree_id

    @property
    def new_trees(self) -> int:
        """How many trees were put that the repository did not have."""
        return len(self._stored)

    def nodes(
        self,
        number: int,
        folder: Folder,
        *,
        before: list[Node],
        fresh: dict[bytes, Sent],
        missing: frozenset[bytes] = frozenset(),
        exact: Mapping[bytes, Row] = _NOTHING,
    ) -> list[Node]:
        """Return the nodes of one folder, ascending by name, and count what it holds. See `build`."""
        known = {node.name: node for node in before}
        nodes: list[Node] = []
        files = size = 0
        place = self.listing.folders.path(number)
        owned = self.owners.of(place)
        marks: list[Node] = []
        for row in folder.files:
            if row.name in missing:
                continue
            node = self._file_node(row, known.get(row.name), fresh.get(row.name), owned.get(row.name))
            nodes.append(node)
            files += 1
            size += node.size
            if may_be_own_backup(row.name):
                marks.append(node)
        for name, row in folder.folders.items():
            child = self.listing.folders.find(place + b"/" + name)
            assert child is not None  # noqa: S101 - every listed folder has a number
            node = self._folder_node(exact.get(name, row), name, known.get(name), self.ids[child])
            nodes.append(belonging_to(node, owned.get(name)))
            inside = self.held(child)
            files += inside.files
            size += inside.size
        nodes.sort(key=_name)
        self._hold(number, files, size)
        if marks:
            self.own_backups.note(place, marks, nodes, self._held_at)
        return nodes

    def _held_at(self, place: bytes) -> Held:
        number = self.listing.folders.find(place)
        return Held() if number is None else self.held(number)

    def _hold(self, number: int, files: int, size: int) -> None:
        if number >= len(self._files):
            missing = len(self.listing.folders) - len(self._files)
            self._files.extend([0] * missing)
            self._bytes.extend([0] * missing)
        self._files[number] = files
        self._bytes[number] = size

    def _file_node(self, row: Row, before: Node | None, sent: Sent | None, owner: Owner | None) -> Node:
        if row.kind == SYMLINK:
            return self._symlink_node(row, before, owner)
        if sent is not None:
            return self._counted(belonging_to(_sent_node(sent), owner), before)
        assert before is not None  # noqa: S101 - only a file with earlier content is neither sent nor missing
        self.counts.files_unmodified += 1
        mode = go_mode(NodeType.FILE, row.mode)
        if before.mode == mode:
            return belonging_to(before, owner)  # its times may be finer than today's
        times = before.mtime_ns, before.ctime_ns
        return belonging_to(file_node(row.name, mode, times, before.size, before.content or ()), owner)

    def _symlink_node(self, row: Row, before: Node | None, owner: Owner | None) -> Node:
        node = Node(
            name=row.name,
            type=NodeType.SYMLINK,
            mode=go_mode(NodeType.SYMLINK, row.mode),
            mtime_ns=row.mtime_ns,
            atime_ns=row.mtime_ns,
            ctime_ns=row.mtime_ns if row.ctime_ns is None else row.ctime_ns,
            linktarget=row.link_target or b"",
        )
        return self._counted(belonging_to(self._finer(node, before), owner), before)

    def _counted(self, node: Node, before: Node | None) -> Node:
        if before is None:
            self.counts.files_new += 1
        elif node == before:
            self.counts.files_unmodified += 1
        else:
            self.counts.files_changed += 1
        return node

    def _folder_node(self, row: Row, name: bytes, before: Node | None, subtree: BlobId) -> Node:
        node = Node(
            name=name,
            type=NodeType.DIR,
            mode=go_mode(NodeType.DIR, row.mode),
            mtime_ns=row.mtime_ns,
            atime_ns=row.mtime_ns,
            ctime_ns=row.mtime_ns if row.ctime_ns is None else row.ctime_ns,
            subtree=subtree,
        )
        return self._finer(node, before, coarse=self.listing.is_coarse(row))

    def _finer(self, node: Node, before: Node | None, *, coarse: bool = False) -> Node:
        """Keep the earlier times where they are the same at the coarser precision: they may be finer."""
        if before is None or before.type != node.type or node.mtime_ns == before.mtime_ns:
            return node
        unit = max(self.precision_ns, SECOND_NS) if coarse else self.precision_ns
        if node.mtime_ns // unit != before.mtime_ns // unit or node.ctime_ns // unit != before.ctime_ns // unit:
            return node
        return Node(
            name=node.name,
            type=node.type,
            mode=node.mode,
            mtime_ns=before.mtime_ns,
            atime_ns=before.mtime_ns,
            ctime_ns=before.ctime_ns,
            linktarget=node.linktarget,
            subtree=node.subtree,
        )


def _name(node: Node) -> bytes:
    return node.name


def _sent_node(sent: Sent) -> Node:
    ctime = sent.mtime_ns if sent.ctime_ns is None else sent.ctime_ns
    return file_node(sent.name, go_mode(NodeType.FILE, sent.mode), (sent.mtime_ns, ctime), sent.size, sent.blobs)
