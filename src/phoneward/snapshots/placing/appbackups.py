"""Backups that apps made of themselves, back to where their apps look for them on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from phoneward.errors import PhonewardError
from phoneward.phones import Phone, Volume, VolumeKind, WritablePhone
from phoneward.progress import Listener, silent
from phoneward.snapshots import returning_names, returning_words
from phoneward.snapshots.errors import NoAppBackupsError
from phoneward.snapshots.layout import is_volume_name, volume_prefix
from phoneward.snapshots.placing.found import BackupFinder, FoundBackup, newest
from phoneward.snapshots.placing.items import MAX_ITEMS, Fate, Item, Outcome, Place, PlacingPlan, content_of
from phoneward.snapshots.placing.onto_phone import plan_on_phone
from phoneward.snapshots.placing.whereto import AppPlace, place_for
from phoneward.snapshots.reading import find
from phoneward.vault import Node, NodeType, Repository, TooManyFilesError, iter_tree


@dataclass(slots=True)
class AppBackup:
    """A backup on its way to a phone.

    Attributes:
        older: how many older ones of it stay in the snapshot.
        place: where its app looks; None: where it lay before.
        folder: where it goes, absolute on the phone.
        installed: whether the phone has the app; None where it does not say.
        places: its files.
    """

    backup: FoundBackup
    older: int
    place: AppPlace | None
    folder: bytes
    installed: bool | None
    places: list[Place] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(place.item.content.size for place in self.places)

    @property
    def is_there(self) -> bool:
        """Whether all of it is in its place."""
        return bool(self.places) and all(place.is_there for place in self.places)

    def count(self, fate: Fate) -> int:
        """Return how many of its files have this fate."""
        return sum(place.fate is fate for place in self.places)

    @property
    def written(self) -> int:
        """How many of its files were written, and read back by the phone."""
        return sum(place.outcome is Outcome.WRITTEN for place in self.places)


@dataclass(slots=True)
class AppBackupsPlan:
    """What would be put where.

    Attributes:
        backups: the newest of each app, by the app's name.
        placing: their files.
        unreadable: folders of the snapshot that could not be looked into.
    """

    backups: list[AppBackup] = field(default_factory=list)
    placing: PlacingPlan = field(default_factory=PlacingPlan)
    unreadable: list[bytes] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether all of it is in its place now."""
        return not self.unreadable and not any(place.is_in_vain for place in self.placing.places)


def plan_app_backups(
    repo: Repository,
    ref: str,
    phone: Phone,
    writer: WritablePhone,
    app: str = "",
    *,
    replace: bool = False,
    listener: Listener = silent,
) -> AppBackupsPlan:
    """Find the newest backup of each app in a snapshot, and what a phone has in its place; nothing is written.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        phone: open.
        writer: of the same phone, open; only asked.
        app: a package, or an app's name or key; empty for all.
        replace: give what differs on the phone another name.
        listener: hears the phases catalogue and plan.

    Raises:
        NoAppBackupsError: the snapshot holds none (of this app).
        TooManyFilesError: the snapshot unfolds into more names than any phone holds.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        PhoneGoneError: the connection was lost.
    """
    snapshot = find(repo, ref)
    volumes = {volume_prefix(v): v for v in phone.volumes() if is_volume_name(v.name)}
    plan = AppBackupsPlan()
    items: list[Item] = []
    owners: list[AppBackup] = []
    finder = BackupFinder(repo, snapshot, listener)
    found = newest(finder.all(), app)
    plan.unreadable = finder.unreadable
    if not found:
        raise NoAppBackupsError(snapshot=snapshot.short_id)
    for backup, older in found:
        place = place_for(backup.app.key, phone.identity.api_level)
        going = _Going(repo, volumes, backup, place)
        made = AppBackup(backup, older, place, going.folder, writer.is_installed(backup.found.package))
        plan.backups.append(made)
        for item in going.items():
            items.append(item)
            owners.append(made)
            if len(items) > MAX_ITEMS:
                raise TooManyFilesError(count=len(items), limit=MAX_ITEMS)
    plan.placing = plan_on_phone(phone, writer, items, replace=replace, listener=listener)
    for owner, placed in zip(owners, plan.placing.places, strict=True):
        owner.places.append(placed)
    return plan


# -- on the phone ------------------------------------------------------------------------------------------------------


class _Going:
    """One backup on its way: which file goes where."""

    def __init__(
        self, repo: Repository, volumes: dict[bytes, Volume], backup: FoundBackup, place: AppPlace | None
    ) -> None:
        self._repo = repo
        self._backup = backup
        volume = volumes.get(backup.storage)
        self._is_there = volume is not None and volume.obstacle is None
        self._is_card = volume is not None and volume.kind is VolumeKind.CARD
        self._root = volume.root if volume is not None else b""
        self._from = backup.source.rpartition(b"/")[0]
        self._to = place.folder.encode() if place is not None else self._from[len(backup.storage) + 1 :]

    @property
    def folder(self) -> bytes:
        """Where the backup goes."""
        return self._root + b"/" + self._to

    def items(self) -> Iterator[Item]:
        """Yield its files. A path is in one of them once."""
        seen: set[bytes] = set()
        for path, node in self._backup.roots:
            try:
                for source, inside in self._files(path, node):
                    if source not in seen:
                        seen.add(source)
                        yield self._item(source, inside)
            except PhonewardError as error:  # a damaged folder of the snapshot: named, the rest goes on
                yield self._item(path, node, error.sentence())

    def _files(self, path: bytes, node: Node) -> Iterator[tuple[bytes, Node]]:
        if node.type != NodeType.DIR:
            yield path, node
        elif node.subtree is not None:
            for entry in iter_tree(self._repo, node.subtree, path):
                if entry.node.type != NodeType.DIR:
                    yield entry.path, entry.node

    def _item(self, source: bytes, node: Node, trouble: str = "") -> Item:
        where = (self._to + source[len(self._from) :]).lstrip(b"/")
        trouble = trouble or returning_names.trouble(
            node, self._root + b"/" + where.rpartition(b"/")[0], strict=self._is_card
        )
        if not self._is_there:
            trouble = returning_words.NO_SUCH_STORAGE
        owner = self._backup.found.package
        content = content_of(self._repo, node)
        return Item(owner, source, self._root, where, content, node.mtime_ns, trouble=trouble)
