"""Backups that apps made on a computer, back to where their apps look for them on this one.

Where that is comes from the data of `phones/appbackups`, never from the snapshot alone: a hostile vault must not choose
a folder of this computer. Nothing that is there is touched: an existing folder keeps its name, ours lies beside it.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.phones.appbackups import Computer, app_files
from phoneward.phones.appbackups.templates import Template
from phoneward.progress import Listener, silent
from phoneward.snapshots.coverage import Area, Coverage
from phoneward.snapshots.errors import CoverageMissingError, NoAppBackupsError
from phoneward.snapshots.layout import COMPUTER, is_package_name, is_volume_name
from phoneward.snapshots.parents import TreeReader
from phoneward.snapshots.reading import coverage_of, find
from phoneward.vault import Node, NodeType, Repository, RestoreReport, Snapshot, restore_tree

_MAX_FOLDERS: Final = 1000
_PLAIN: Final = re.compile(r"[^\x00-\x1f<>:\"|?*/\\]{1,255}\Z")
"""What is a folder's name on every system; others are not made from a snapshot's words."""


@dataclass(slots=True)
class ComputerBackup:
    """A backup of a computer, in a snapshot.

    Attributes:
        package: whose it is.
        source: its path in the snapshot.
        was: where it was on the computer that it came from, readable; empty where nobody noted it.
        place: where its app looks for it on this computer; None where that is not known.
        target: where it goes: there, or beside what is there; None where no place is known.
        report: what was done; None before.
    """

    package: str
    source: bytes
    node: Node
    was: str
    place: Path | None
    target: Path | None
    report: RestoreReport | None = None

    @property
    def is_beside(self) -> bool:
        """Whether something is in its place already, so that it goes beside that."""
        return self.target != self.place

    @property
    def is_there(self) -> bool:
        """Whether all of it was put there."""
        return self.report is not None and self.report.complete


def plan_computer_backups(repo: Repository, ref: str, computer: Computer, app: str = "") -> list[ComputerBackup]:
    """Find what a snapshot holds of a computer's backups, and where it would go on this one; nothing is written.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        computer: this one.
        app: a package; empty for all.

    Raises:
        NoAppBackupsError: the snapshot holds none.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
    """
    snapshot = find(repo, ref)
    try:
        coverage = coverage_of(repo, ref)
    except CoverageMissingError:  # then nobody knows where it was, and so where it goes
        coverage = None
    found = []
    for package, name, node in _held(repo, snapshot):
        if not app or app == package:
            source = COMPUTER + b"/" + package.encode("ascii") + b"/" + name.encode("ascii")
            was = _was(coverage, source)
            place = _place(computer, package, was)
            found.append(ComputerBackup(package, source, node, was, place, _free(place, snapshot)))
    if not found:
        raise NoAppBackupsError(snapshot=snapshot.short_id)
    return found


def put_on_computer(repo: Repository, backups: list[ComputerBackup], listener: Listener = silent) -> None:
    """Write what was planned, each backup into a folder that was not there; what became of it is noted in it.

    Raises:
        NotEnoughSpaceError, RestoreTargetError, TooManyFilesError, StorageError: as `vault.restore_tree`.
    """
    for backup in backups:
        if backup.target is not None and backup.node.subtree is not None:
            backup.report = restore_tree(repo, backup.node.subtree, backup.target, listener=listener)


def _held(repo: Repository, snapshot: Snapshot) -> list[tuple[str, str, Node]]:
    trees = TreeReader(repo)
    top = trees.find(snapshot.tree, COMPUTER)
    found: list[tuple[str, str, Node]] = []
    for package in trees.nodes(top.subtree) if top is not None and top.subtree is not None else ():
        if package.subtree is None or not is_package_name(readable(package.name)):
            continue
        for one in trees.nodes(package.subtree):
            if one.type == NodeType.DIR and is_volume_name(readable(one.name)) and len(found) < _MAX_FOLDERS:
                found.append((readable(package.name), readable(one.name), one))
    return found


def _was(coverage: Coverage | None, source: bytes) -> str:
    storages = coverage.storages if coverage is not None else ()
    return next((s.label for s in storages if s.area is Area.COMPUTER and s.path == source.decode("ascii")), "")


def _place(computer: Computer, package: str, was: str) -> Path | None:
    """Return where the app looks on this computer for a backup that lay there; None where the data do not say."""
    parts = [part for part in re.split(r"[/\\]", was) if part]
    for app in app_files():
        for layout in app.computer if package in app.packages else ():
            if computer.system not in layout.systems or layout.unit != "folder":
                continue
            template = Template.of(layout.path, ignore_case=True)
            depth = layout.path.count("/") + 1
            tail = parts[-depth:]
            plain = len(tail) == depth and all(_PLAIN.match(part) and part not in {".", ".."} for part in tail)
            if not plain or template.match("/".join(tail).encode("utf-8", "surrogateescape")) is None:
                continue
            bases = [base for name in layout.inside for base in computer.base(name)]
            there = next((base for base in bases if base.is_dir()), None)
            if there is not None:
                return there.joinpath(*tail)
    return None


def _free(place: Path | None, snapshot: Snapshot) -> Path | None:
    """Return the place, or a name beside it that is not taken."""
    if place is None:
        return None
    day = f"{snapshot.time.astimezone():%Y-%m-%d}"
    names = [place.name, f"{place.name}-{day}", *(f"{place.name}-{day}-{number}" for number in range(2, 100))]
    return next((place.with_name(name) for name in names if not place.with_name(name).exists()), None)
