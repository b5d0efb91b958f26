"""Apps' data that Android's own backup gave, out of a snapshot into a file which `adb restore` puts back.

A snapshot of a backup file, or of `adb backup`, holds each app's tree as it stood there, its manifest included. What
was read in other ways (`run-as`) has no manifest: Android puts nothing back without.
"""

import enum
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.phones.androidbackup.contents import MAX_NAME_BYTES, MAX_NAMES
from phoneward.phones.androidbackup.writing import MAX_FACTS, BackupWriter, manifest_fits
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots.errors import (
    AppDataDamagedError,
    BackupFileExistsError,
    BackupFileUnwritableError,
    NoAppDataError,
)
from phoneward.snapshots.layout import APP_DATA, is_package_name
from phoneward.snapshots.parents import TreeReader
from phoneward.snapshots.placing.backupfile_names import FACTS, MANIFESTS, NO_PACKAGE, LeftOut, fact, walk
from phoneward.snapshots.placing.into_folder import READ_BACK_DIFFERENT, write_new
from phoneward.snapshots.reading import find
from phoneward.texts import _
from phoneward.vault import Node, NodeType, Repository, TooManyFilesError, iter_content

MAX_NAMED: Final = 1000
"""Names left out that are kept one by one; all are counted."""

_SPARE: Final = 64
"""Bytes that a path in the file may be longer than here: the app's folder comes in front."""


class DataFate(enum.Enum):
    """What can be done with an app's data."""

    READY = "ready"
    """It has its manifest and goes into the file."""
    NOTHING = "nothing"
    """The app took no part: there is its manifest and nothing else."""
    NO_MANIFEST = "no-manifest"
    """It did not come from Android's own backup, so that cannot put it back."""
    BAD_MANIFEST = "bad-manifest"
    """Its manifest is damaged, or another app's."""


@dataclass(slots=True)
class AppData:
    """One app's data in the snapshot.

    Attributes:
        package: the app.
        folder: its folder in the snapshot.
        node: that folder.
        files, bytes: of data that goes into the file; where it cannot go, of what stays.
        members: of the file: files, folders, and what comes first.
    """

    package: str
    folder: bytes
    node: Node
    fate: DataFate
    files: int = 0
    bytes: int = 0
    members: int = 0


@dataclass(slots=True)
class BackupFilePlan:
    """What would be written into an Android backup file.

    Attributes:
        target: the file.
        apps: all that the snapshot has data of, or the one that was asked for, by name.
        left_out: single names, at most a thousand; `left_out_count` of them in all.
        written_bytes: size of the finished file; None before.
    """

    target: Path
    apps: list[AppData] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    left_out_count: int = 0
    written_bytes: int | None = None

    def of(self, fate: DataFate) -> list[AppData]:
        """Return the apps with this fate."""
        return [app for app in self.apps if app.fate is fate]

    @property
    def ready(self) -> list[AppData]:
        """The apps that go into the file."""
        return self.of(DataFate.READY)

    @property
    def files(self) -> int:
        """Files that go into it, manifests not counted."""
        return sum(app.files for app in self.ready)

    @property
    def bytes(self) -> int:
        """Their size, before it is compressed."""
        return sum(app.bytes for app in self.ready)

    @property
    def complete(self) -> bool:
        """Whether all data that was asked for goes into it. An app that gave none lacks nothing."""
        return not self.left_out_count and all(app.fate in {DataFate.READY, DataFate.NOTHING} for app in self.apps)


def plan_backup_file(repo: Repository, ref: str, target: Path, app: str = "") -> BackupFilePlan:
    """Find out which apps' data can be put back by `adb restore`; nothing is written.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        target: the file that is to be written; it must not be there yet.
        app: a package; empty for all.

    Raises:
        NoAppDataError: the snapshot holds none (of this app).
        BackupFileExistsError, BackupFileUnwritableError: the file is there already, or its folder is not.
        TooManyFilesError: the snapshot unfolds into more names than any phone holds.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
    """
    snapshot = find(repo, ref)
    if os.path.lexists(target):
        raise BackupFileExistsError(path=readable(str(target)))
    if not target.absolute().parent.is_dir():
        raise BackupFileUnwritableError(path=readable(str(target)), reason=_("its folder is not there"))
    plan = BackupFilePlan(target)
    planner = _Planner(repo, plan)
    top = planner.trees.find(snapshot.tree, APP_DATA)
    for node in planner.trees.nodes(top.subtree) if top is not None and top.subtree is not None else ():
        # A second folder of an app stands beside the first, as PACKAGE@user_de (`layout.app_data_place`).
        package, at, _second = node.name.decode("ascii", "replace").partition("@")
        if app and package != app:
            continue
        if node.type != NodeType.DIR or not is_package_name(package):
            planner.leave_out(LeftOut(APP_DATA + b"/" + node.name, NO_PACKAGE))
            continue
        planner.add(package, node, is_second=bool(at))
    if not plan.apps:
        raise NoAppDataError(snapshot=snapshot.short_id)
    return plan


class _Planner:
    """Looks at apps one by one and notes in the plan what it finds."""

    def __init__(self, repo: Repository, plan: BackupFilePlan) -> None:
        self.trees = TreeReader(repo)
        self._repo = repo
        self._plan = plan
        self._names = 0
        self._name_bytes = 0

    def leave_out(self, item: LeftOut) -> None:
        self._plan.left_out_count += 1
        if len(self._plan.left_out) < MAX_NAMED:
            self._plan.left_out.append(item)

    def add(self, package: str, node: Node, *, is_second: bool) -> None:
        fate = DataFate.NO_MANIFEST if is_second else self._fate(package, node)
        app = AppData(package, APP_DATA + b"/" + node.name, node, fate)
        is_ready = fate is DataFate.READY
        has_data = False
        for item in walk(self._repo, self.trees, app.folder, node):
            self._count(item.path)
            if isinstance(item, LeftOut):
                if is_ready:
                    self.leave_out(item)
                app.files += not is_ready
                continue
            app.members += 1
            if item.path not in FACTS:
                has_data = True
                is_file = item.node.type == NodeType.FILE
                app.files += is_file
                app.bytes += item.node.size if is_file else 0
        if is_ready and not has_data:
            app.fate = DataFate.NOTHING
        self._plan.apps.append(app)

    def _count(self, path: bytes) -> None:
        self._names += 1
        self._name_bytes += len(path) + _SPARE
        if self._names > MAX_NAMES or self._name_bytes > MAX_NAME_BYTES:  # what Phoneward itself takes in again
            raise TooManyFilesError(count=self._names, limit=min(self._names - 1, MAX_NAMES))

    def _fate(self, package: str, node: Node) -> DataFate:
        found = [one for path in MANIFESTS if (one := fact(self.trees, node, path)) is not None]
        if not found:
            return DataFate.NO_MANIFEST
        return DataFate.READY if all(self._fits(one, package) for one in found) else DataFate.BAD_MANIFEST

    def _fits(self, node: Node, package: str) -> bool:
        if node.type != NodeType.FILE or node.size > MAX_FACTS:
            return False
        try:
            return manifest_fits(b"".join(iter_content(self._repo, node)), package)
        except PhonewardError:  # missing or damaged in the vault
            return False


def write_backup_file(repo: Repository, plan: BackupFilePlan, listener: Listener = silent) -> None:
    """Write the file that was planned: private, whole or not at all, never over another.

    Args:
        repo: open, its index loaded.
        plan: what was agreed; the finished file's size is noted in it.
        listener: hears the phase restore.

    Raises:
        BackupFileExistsError: something has its name by now.
        BackupFileUnwritableError: it cannot be written; nothing of it is left.
        AppDataDamagedError: a file's content cannot be had from the vault.
    """
    name = readable(str(plan.target))
    listener(PhaseStarted("restore", plan.files, plan.bytes))
    try:
        is_same = write_new(os.fsencode(plan.target), lambda write: _fill(repo, plan, write, listener))
    except FileExistsError as error:
        raise BackupFileExistsError(path=name) from error
    except OSError as error:
        raise BackupFileUnwritableError(path=name, reason=readable(error.strerror or str(error))) from error
    if not is_same:
        raise BackupFileUnwritableError(path=name, reason=_(READ_BACK_DIFFERENT))
    plan.written_bytes = plan.target.stat().st_size
    listener(PhaseDone("restore", plan.files, plan.bytes))


def _fill(repo: Repository, plan: BackupFilePlan, write: Callable[[bytes], object], listener: Listener) -> None:
    writer = BackupWriter(write)
    trees = TreeReader(repo)
    files = size = 0
    for app in plan.ready:
        package = app.package.encode("ascii")
        members = 0
        for item in walk(repo, trees, app.folder, app.node):
            if isinstance(item, LeftOut):
                continue
            members += 1
            node, mtime_s = item.node, item.node.mtime_ns // 10**9
            if node.type == NodeType.DIR:
                writer.folder(package, item.path, mode=node.permissions, mtime_s=mtime_s)
                continue
            pieces = _pieces(repo, node, app.folder + b"/" + item.path)
            writer.file(package, item.path, mode=node.permissions, mtime_s=mtime_s, size=node.size, pieces=pieces)
            if item.path not in FACTS:
                files, size = files + 1, size + node.size
                listener(Advanced("restore", files, size, app.folder + b"/" + item.path))
        if members != app.members:  # a folder that could be read for the plan cannot be any more
            raise AppDataDamagedError(path=readable(app.folder), detail=_("it reads differently now"))
    writer.finish()


def _pieces(repo: Repository, node: Node, path: bytes) -> Iterator[bytes]:
    try:
        yield from iter_content(repo, node)
    except PhonewardError as error:
        raise AppDataDamagedError(path=readable(path), detail=error.sentence()) from error
