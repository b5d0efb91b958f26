"""Back onto a phone: the plan. What would be written where is found out first, and nothing is written.

A level of folders at a time, the phone is asked what it has (`stat`, which follows no link): below what is no real
folder nothing is asked and nothing will be written. Files of the same size are compared by their SHA-256 as the phone
reads them. What a plan keeps is a byte for each name, so that a million files take megabytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.phones import Entry, FileKind, ListingItem, Obstacle, Phone, Volume, VolumeKind, WritablePhone
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.snapshots import returning_names, returning_words
from phoneward.snapshots.errors import NoWayBackError
from phoneward.snapshots.layout import (
    PACKAGES,
    SHARED,
    is_apk_name,
    is_package_name,
    is_volume_named,
    volume_prefix,
)
from phoneward.snapshots.returning_content import content_digest
from phoneward.snapshots.returning_report import (
    AppPlan,
    Fate,
    FolderPlan,
    ReturnIssueKind,
    ReturnPlan,
    Room,
    WantedTree,
)
from phoneward.vault import Node, NodeType, Repository, Snapshot, TooManyFilesError, find_node, load_tree

_COMPARED_AT_ONCE: Final = 2000
_FILE_OVERHEAD: Final = 4096
"""What a file takes beside its content, at most, on the file systems of phones: a block."""

_MAX_LEVELS: Final = 2048
"""Folders within folders: Linux names no deeper ones."""

_MAX_NAMES: Final = 10_000_000
"""A small snapshot can unfold into billions of names; no phone holds so many."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants back.

    Attributes:
        include: paths in the snapshot; empty for all of /shared, or only what `app` and `apks` say.
        app: a package name: its folders on every storage.
        apks: the apps themselves too: of `app`, or all that the snapshot holds.
        replace: put the snapshot's files in the place of files that differ.
    """

    include: tuple[bytes, ...] = ()
    app: str | None = None
    apks: bool = False
    replace: bool = False


@dataclass(slots=True)
class _Doubt:
    """A file that has the size of the one on the phone."""

    folder: FolderPlan
    number: int
    node: Node


class Planner:
    """Makes one plan.

    Args:
        repo: open, its index loaded.
        snapshot: which.
        phone: open.
        writer: of the same phone, open; only asked.
        listener: hears the phase plan.
    """

    def __init__(
        self, repo: Repository, snapshot: Snapshot, phone: Phone, writer: WritablePhone, listener: Listener
    ) -> None:
        self._repo = repo
        self._snapshot = snapshot
        self._phone = phone
        self._writer = writer
        self._listener = listener
        self._plan = ReturnPlan()
        self._doubts: list[_Doubt] = []
        self._done = 0
        self._done_bytes = 0

    def plan(self, asked: Asked, paths: Sequence[bytes]) -> ReturnPlan:
        """Return the plan.

        Args:
            asked: for `apks` and `replace`.
            paths: in the snapshot, each there.

        Raises:
            PathNotFoundError: a path is not in the snapshot.
            PhoneGoneError: the connection was lost.
        """
        self._plan = ReturnPlan(replace=asked.replace)
        self._listener(PhaseStarted("plan"))
        level = self._roots(paths, asked)
        for _depth in range(_MAX_LEVELS):
            if not level:
                break
            level = self._level(level)
        self._settle_doubts()
        for room in self._plan.rooms.values():
            room.free = self._writer.free_bytes(room.root)
        self._listener(PhaseDone("plan", self._done, self._done_bytes))
        return self._plan

    # -- where things go -----------------------------------------------------------------------------------------------

    def _roots(self, paths: Sequence[bytes], asked: Asked) -> list[FolderPlan]:
        """Return the folders to begin with: the storages, with the names below them that are wanted."""
        storages = {volume_prefix(v): v for v in self._phone.volumes() if is_volume_named(v)}
        wanted: dict[bytes, WantedTree] = {}
        packages: set[bytes] = set()
        for path in paths:
            parts = [part for part in path.split(b"/") if part and part != b"."]
            clean = b"/" + b"/".join(parts)
            if parts:
                find_node(self._repo, self._snapshot.tree, clean)
            if parts[:1] == [PACKAGES[1:]]:
                packages |= {parts[1]} if len(parts) > 1 else self._names(PACKAGES)
                continue
            for storage, below in self._places(parts, clean):
                volume = storages.get(storage)
                if volume is None or volume.obstacle is not None:
                    self._plan.issues.add(ReturnIssueKind.IMPOSSIBLE, clean, returning_words.NO_SUCH_STORAGE)
                else:
                    _grow(wanted, storage, below)
        if asked.apks:
            packages |= {asked.app.encode()} if asked.app else self._names(PACKAGES)
        self._plan_apps(sorted(packages))
        return [self._root(storages[storage], storage, tree) for storage, tree in wanted.items()]

    def _places(self, parts: list[bytes], clean: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
        """Yield the storages that a path of the snapshot is on, with its components below each."""
        if not parts:
            yield SHARED, []
        elif parts[0] == SHARED[1:]:
            yield SHARED, parts[1:]
        elif parts[0] in {b"users", b"volumes"} and len(parts) > 1:
            yield b"/" + parts[0] + b"/" + parts[1], parts[2:]
        elif parts[0] in {b"users", b"volumes"}:
            for name in sorted(self._names(clean)):
                yield clean + b"/" + name, []
        else:
            self._plan.issues.add(ReturnIssueKind.IMPOSSIBLE, clean, returning_words.NOT_A_FILE_OF_THE_PHONE)

    def _names(self, folder: bytes) -> set[bytes]:
        """Return the names in a folder of the snapshot, none where there is no such folder."""
        try:
            node = find_node(self._repo, self._snapshot.tree, folder)
            return set() if node.subtree is None else {n.name for n in load_tree(self._repo, node.subtree)}
        except PhonewardError:  # not there, or damaged: then it has nothing to give back
            return set()

    def _root(self, volume: Volume, storage: bytes, tree: WantedTree) -> FolderPlan:
        node = find_node(self._repo, self._snapshot.tree, storage)
        if node.subtree is None:
            raise NoWayBackError(path=readable(storage))
        self._plan.rooms.setdefault(volume.root, Room(volume.root))
        return FolderPlan(
            storage,
            volume.root,
            node.subtree,
            node.mtime_ns,
            exists=True,
            wanted=tree.names(),
            folds_case=self._writer.folds_case(volume.root),
            strict_names=volume.kind is VolumeKind.CARD,
            below=tree.below,
            room=volume.root,
        )

    # -- apps ----------------------------------------------------------------------------------------------------------

    def _plan_apps(self, packages: Sequence[bytes]) -> None:
        for name in packages:
            package = readable(name)
            try:
                node = find_node(self._repo, self._snapshot.tree, PACKAGES + b"/" + name)
                nodes = [] if node.subtree is None else load_tree(self._repo, node.subtree)
            except PhonewardError as error:  # the snapshot's own trouble: named, the rest goes on
                self._plan.issues.add(ReturnIssueKind.APP_FAILED, name, error.sentence())
                continue
            apks = sorted((n for n in nodes if n.type == NodeType.FILE), key=lambda n: (n.name != b"base.apk", n.name))
            if not is_package_name(package) or not apks or not all(is_apk_name(n.name) for n in apks):
                self._plan.issues.add(ReturnIssueKind.APP_FAILED, name, returning_words.NO_APKS)
                continue
            installed = self._writer.is_installed(package)
            if installed is False:
                app = AppPlan(package, tuple(apks))
                self._plan.apps.append(app)
                self._plan.rooms.setdefault(b"/data", Room(b"/data")).needed += app.size
            elif installed:
                self._plan.issues.add(ReturnIssueKind.APP_THERE, name)
            else:
                self._plan.issues.add(ReturnIssueKind.APP_FAILED, name, returning_words.INSTALLED_UNKNOWN)

    # -- files ---------------------------------------------------------------------------------------------------------

    def _level(self, level: list[FolderPlan]) -> list[FolderPlan]:
        """Judge all that is in these folders; returns the folders in them."""
        answers = self._phone.stat(
            folder.phone_path + b"/" + node.name
            for folder in level
            if folder.exists
            for _number, node in self._considered(folder)
        )
        below: list[FolderPlan] = []
        for folder in level:
            self._plan.folders.append(folder)
            if not folder.exists:
                self._plan.new_folders += 1
            for number, node in self._considered(folder, fill=True):
                found = next(answers) if folder.exists else None
                self._judge(folder, number, node, found, below)
        return below

    def _considered(self, folder: FolderPlan, *, fill: bool = False) -> Iterator[tuple[int, Node]]:
        """Yield the nodes of a folder that the phone is asked about; the same ones each time.

        Args:
            folder: which.
            fill: note the fates of the others, and name them.
        """
        try:
            nodes = load_tree(self._repo, folder.tree, keep_unsafe_names=True)
        except PhonewardError as error:  # a damaged folder of the snapshot: named, the rest goes on
            if fill:
                self._plan.issues.add(ReturnIssueKind.IMPOSSIBLE, folder.path, error.sentence())
            return
        if fill:
            folder.fates = bytearray([Fate.NOT_ASKED]) * len(nodes)
        twins = returning_names.Twins() if folder.folds_case else None
        for number, node in enumerate(nodes):
            if folder.wanted is not None and node.name not in folder.wanted:
                continue
            reason = returning_names.trouble(node, folder.phone_path, strict=folder.strict_names)
            if not reason and twins is not None and not twins.is_first(node.name):
                reason = returning_words.TWIN
            if not reason:
                yield number, node
            elif fill:
                folder.fates[number] = Fate.IMPOSSIBLE
                self._plan.issues.add(ReturnIssueKind.IMPOSSIBLE, folder.path + b"/" + node.name, reason)

    def _judge(
        self, folder: FolderPlan, number: int, node: Node, found: ListingItem | None, below: list[FolderPlan]
    ) -> None:
        path = folder.path + b"/" + node.name
        missing = found is None or (not isinstance(found, Entry) and found.obstacle is Obstacle.VANISHED)
        self._done += 1
        if self._done > _MAX_NAMES:
            raise TooManyFilesError(count=self._done, limit=_MAX_NAMES)
        self._listener(Advanced("plan", self._done, self._done_bytes, path))
        if not missing and not isinstance(found, Entry):
            folder.fates[number] = Fate.IMPOSSIBLE
            detail = found.detail if found is not None and found.detail else returning_words.CANNOT_LOOK
            self._plan.issues.add(ReturnIssueKind.IMPOSSIBLE, path, detail)
        elif node.type == NodeType.DIR:
            self._judge_folder(folder, number, node, found, below)
        elif missing:
            self._count_new(folder, number, node)
        elif isinstance(found, Entry) and found.kind is FileKind.FILE:
            if found.size == node.size:
                self._doubts.append(_Doubt(folder, number, node))
                if len(self._doubts) >= _COMPARED_AT_ONCE:
                    self._settle_doubts()
            else:
                self._count_differing(folder, number, node)
        else:
            self._in_the_way(folder, number, path, found)

    def _judge_folder(
        self, folder: FolderPlan, number: int, node: Node, found: ListingItem | None, below: list[FolderPlan]
    ) -> None:
        path = folder.path + b"/" + node.name
        exists = isinstance(found, Entry)
        if isinstance(found, Entry) and found.kind is not FileKind.DIRECTORY:
            self._in_the_way(folder, number, path, found)
            return
        if node.subtree is None:
            folder.fates[number] = Fate.IMPOSSIBLE
            self._plan.issues.add(ReturnIssueKind.IMPOSSIBLE, path, returning_words.NO_CONTENT)
            return
        folder.fates[number] = Fate.FOLDER
        if not exists:
            self._plan.rooms[folder.room].needed += _FILE_OVERHEAD
        tree = (folder.below or {}).get(node.name)
        below.append(
            FolderPlan(
                path,
                folder.phone_path + b"/" + node.name,
                node.subtree,
                node.mtime_ns,
                exists=exists,
                wanted=tree.names() if tree is not None else None,
                folds_case=folder.folds_case,
                strict_names=folder.strict_names,
                below=tree.below if tree is not None else None,
                room=folder.room,
            )
        )

    def _in_the_way(self, folder: FolderPlan, number: int, path: bytes, found: ListingItem | None) -> None:
        folder.fates[number] = Fate.IN_THE_WAY
        kind = found.kind if isinstance(found, Entry) else FileKind.OTHER
        self._plan.issues.add(ReturnIssueKind.IN_THE_WAY, path, returning_words.KINDS[kind])

    def _count_new(self, folder: FolderPlan, number: int, node: Node) -> None:
        folder.fates[number] = Fate.NEW
        self._plan.new_files += 1
        self._plan.new_bytes += node.size
        self._plan.rooms[folder.room].needed += node.size + _FILE_OVERHEAD

    def _count_differing(self, folder: FolderPlan, number: int, node: Node) -> None:
        folder.fates[number] = Fate.DIFFERS
        self._plan.differing_files += 1
        self._plan.differing_bytes += node.size
        if self._plan.replace:
            self._plan.rooms[folder.room].needed += node.size + _FILE_OVERHEAD
        else:
            self._plan.issues.add(ReturnIssueKind.KEPT, folder.path + b"/" + node.name)

    def _settle_doubts(self) -> None:
        """Compare what has the same size by content."""
        doubts, self._doubts = self._doubts, []
        if not doubts:
            return
        files = [(doubt.folder.phone_path + b"/" + doubt.node.name, doubt.node.size) for doubt in doubts]
        for doubt, digest in zip(doubts, self._writer.digests(files), strict=True):
            self._done_bytes += doubt.node.size
            self._listener(Advanced("plan", self._done, self._done_bytes))
            if digest is not None and digest == content_digest(self._repo, doubt.node):
                doubt.folder.fates[doubt.number] = Fate.SAME
                self._plan.same_files += 1
            else:
                self._count_differing(doubt.folder, doubt.number, doubt.node)


def _grow(wanted: dict[bytes, WantedTree], storage: bytes, parts: Sequence[bytes]) -> None:
    """Add a path to what is wanted of a storage."""
    tree = wanted.setdefault(storage, WantedTree({}))
    for part in parts:
        if tree.below is None:
            return  # a folder above is wanted whole
        tree = tree.below.setdefault(part, WantedTree({}))
    tree.below = None
