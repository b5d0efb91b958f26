"""The backups that apps made of themselves, found in a snapshot with all that belongs to each."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.phones.appbackups import AppFile, OnPhone, app_named, app_of_key, moment_made
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.snapshots.inventory import utc
from phoneward.snapshots.layout import SHARED, USERS, VOLUMES
from phoneward.snapshots.ownbackups import may_be_own_backup, recognise, storage_path
from phoneward.snapshots.parents import TreeReader
from phoneward.snapshots.placing.whereto import names_along
from phoneward.vault import Node, NodeType, Repository, Snapshot, TooManyFilesError

_MAX_NAMES: Final = 10_000_000
_MAX_DEPTH: Final = 2048
"""Folders within folders: Linux names no deeper ones."""
_MAX_UNREADABLE: Final = 1000


@dataclass(frozen=True, slots=True)
class FoundBackup:
    """A backup that an app made of itself, in a snapshot.

    Attributes:
        app: who made it.
        found: what its name and folder say.
        storage: the storage that it is on, a folder of the snapshot.
        source: its path: of the file, or of the folder.
        made: when; None where nobody can tell.
        roots: all that belongs to it, files and folders by their paths.
    """

    app: AppFile
    found: OnPhone
    storage: bytes
    source: bytes
    made: dt.datetime | None
    roots: tuple[tuple[bytes, Node], ...]


@dataclass(slots=True)
class BackupFinder:
    """Walks the storages of a snapshot.

    Attributes:
        unreadable: folders that could not be looked into, at most a thousand.
    """

    repo: Repository
    snapshot: Snapshot
    listener: Listener
    unreadable: list[bytes] = field(default_factory=list)
    _looked: int = 0

    def all(self) -> Iterator[FoundBackup]:
        """Yield every backup that its app can take back; exports are none.

        Raises:
            TooManyFilesError: the snapshot unfolds into more names than any phone holds.
        """
        trees = TreeReader(self.repo)
        self.listener(PhaseStarted("catalogue"))
        for storage, top in self._storages(trees):
            waiting = [(storage, top)]
            while waiting:
                place, node = waiting.pop()
                nodes = self._nodes(trees, place, node)
                below = [(place + b"/" + one.name, one) for one in nodes if one.type == NodeType.DIR]
                waiting += below if place.count(b"/") < _MAX_DEPTH else []
                for mark in nodes:
                    if mark.type == NodeType.FILE and may_be_own_backup(mark.name):
                        backup = self._recognised(trees, storage, place, mark, nodes)
                        if backup is not None:
                            yield backup
        self.listener(PhaseDone("catalogue", self._looked, 0))

    def _storages(self, trees: TreeReader) -> list[tuple[bytes, Node]]:
        found = []
        shared = trees.find(self.snapshot.tree, SHARED)
        if shared is not None:
            found.append((SHARED, shared))
        for above in (USERS, VOLUMES):
            node = trees.find(self.snapshot.tree, above)
            if node is not None:
                nodes = self._nodes(trees, above, node)
                found += [(above + b"/" + one.name, one) for one in nodes if one.type == NodeType.DIR]
        return found

    def _nodes(self, trees: TreeReader, place: bytes, node: Node) -> Sequence[Node]:
        if node.subtree is None:
            return ()
        try:
            nodes = trees.nodes(node.subtree)
        except PhonewardError:  # a damaged folder: named, the rest goes on
            if len(self.unreadable) < _MAX_UNREADABLE:
                self.unreadable.append(place)
            return ()
        self._looked += len(nodes)
        if self._looked > _MAX_NAMES:
            raise TooManyFilesError(count=self._looked, limit=_MAX_NAMES)
        self.listener(Advanced("catalogue", self._looked, 0, place))
        return nodes

    def _recognised(
        self, trees: TreeReader, storage: bytes, place: bytes, mark: Node, nodes: Sequence[Node]
    ) -> FoundBackup | None:
        where = storage_path(place)
        found = recognise(where, mark.name) if where is not None else None
        app = app_of_key(found.app) if found is not None else None
        if found is None or app is None or found.kind != "backup":
            return None
        source = place + b"/" + mark.name
        names: list[bytes] = []
        if found.unit == "folder":
            source, names = place, [place]
        elif found.unit == "beside":
            names = [source, place + b"/" + found.stem]
        elif found.unit == "siblings":
            names = [place + b"/" + n.name for n in nodes if n.type != NodeType.DIR and n.name.startswith(found.stem)]
        else:
            names = [source]
        names += [source.rpartition(b"/")[0] + b"/" + name for name in names_along(found.app, found.unit)]
        nodes_of = ((name, trees.find(self.snapshot.tree, name)) for name in dict.fromkeys(names))
        roots = tuple((name, node) for name, node in nodes_of if node is not None)
        return FoundBackup(app, found, storage, source, moment_made(found.made, utc(mark.mtime_ns)), roots)


def newest(found: Iterable[FoundBackup], app: str = "") -> list[tuple[FoundBackup, int]]:
    """Return the newest backup of each app on each storage, with how many older ones there are.

    Args:
        found: in any order.
        app: a package, or the name or key of an app that makes backups; empty for all.
    """
    wanted = app_named(app) if app else None
    groups: dict[tuple[str, str, bytes], dict[bytes, FoundBackup]] = {}
    for one in found:
        if not app or one.found.package == app or (wanted is not None and one.app.key == wanted.key):
            groups.setdefault((one.app.key, one.found.package, one.storage), {})[one.source] = one
    picked = []
    for _key, ones in sorted(groups.items()):
        latest = max(ones.values(), key=lambda one: (one.made or _NEVER, one.source))
        picked.append((latest, len(ones) - 1))
    return picked


_NEVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
