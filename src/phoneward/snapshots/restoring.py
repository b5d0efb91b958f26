"""Getting files out of a snapshot: everything, some paths, or one app's."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from phoneward.errors import readable
from phoneward.progress import Listener, Notice, silent
from phoneward.snapshots.errors import NoAppFilesError
from phoneward.snapshots.layout import (
    APP_FOLDERS,
    BEFORE_UNLOCK,
    COMPUTER,
    PACKAGES,
    SHARED,
    USERS,
    VOLUMES,
    app_data_place,
    is_package_name,
)
from phoneward.snapshots.ownbackups import own_folders
from phoneward.snapshots.parents import TreeReader
from phoneward.snapshots.proofs_later import MAX_EXCEPTIONS, restored_proof, save_proof
from phoneward.snapshots.proofs_restored import Compared, compare_restored
from phoneward.snapshots.reading import find
from phoneward.texts import _
from phoneward.vault import (
    Existing,
    FileId,
    HeldLock,
    NodeType,
    Repository,
    RestoreReport,
    Snapshot,
    VaultError,
    restore_tree,
)


def restore(
    repo: Repository,
    ref: str,
    target: Path,
    *,
    include: Sequence[bytes] = (),
    app: str | None = None,
    existing: Existing = Existing.KEEP,
    dry_run: bool = False,
    durable: bool = True,
    listener: Listener = silent,
) -> RestoreReport:
    """Restore a snapshot or a part of it into a folder.

    Args:
        repo: open, its index loaded. The caller holds a lock where others may prune.
        ref: `latest` or the first digits of an id.
        target: the folder; the snapshot's paths appear below it.
        include: paths in the snapshot; empty for everything (or all of `app`).
        app: a package name: its APK files, its data where it is kept, and its folders on every storage.
        existing: what happens to files that are there and differ; they are kept unless asked otherwise.
        dry_run: only find out what would be done.
        durable: whether each file is on the disk before it gets its name.
        listener: hears the phase restore, its progress and every issue.

    Raises:
        NoAppFilesError: the snapshot holds nothing of the app.
        PathNotFoundError: a path asked for is not in the snapshot.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        RestoreTargetError, NotEnoughSpaceError, TooManyFilesError, StorageError: as `vault.restore_tree`.
    """
    snapshot = find(repo, ref)
    paths = list(include)
    if app is not None:
        paths += app_paths(repo, snapshot, app)
    return restore_tree(
        repo,
        snapshot.tree,
        target,
        include=paths,
        existing=existing,
        dry_run=dry_run,
        durable=durable,
        listener=listener,
    )


def prove_restored(
    repo: Repository,
    ref: str,
    target: Path,
    lock: HeldLock | None,
    *,
    include: Sequence[bytes] = (),
    app: str | None = None,
    listener: Listener = silent,
) -> tuple[Compared, FileId | None]:
    """Compare what a restore left in a folder with the snapshot, and keep the proof in the vault.

    Args:
        repo: open, its index loaded.
        ref: the snapshot that was restored.
        target: the folder.
        lock: held; without one nothing is written into the vault, which a notice says.
        include: as for `restore`.
        app: as for `restore`.
        listener: hears the phase match and a Notice for each file that is not the same.

    Returns:
        What came of it, and the ID of the proof; None where none was kept.

    Raises:
        NoAppFilesError, PathNotFoundError, VaultError: as `restore`.
    """
    snapshot = find(repo, ref)
    paths = [b"/" + path.strip(b"/") for path in include]
    if app is not None:
        paths += app_paths(repo, snapshot, app)
    begun = dt.datetime.now(dt.UTC)
    found = compare_restored(repo, snapshot, target, paths, listener)
    if snapshot.id is None or not found.files or found.failed > MAX_EXCEPTIONS:
        return found, None
    if lock is None:
        listener(Notice(None, _("The vault was not locked, so the proof of this restore was not kept in it.")))
        return found, None
    failed = [file.path for file in found.unproven]
    proof = restored_proof(snapshot.id, begun, paths, failed, (found.files, found.bytes))
    try:
        return found, save_proof(repo, lock, snapshot, proof)
    except VaultError as error:
        sentence = _("The proof of this restore could not be kept in the vault: {detail}")
        listener(Notice(None, sentence.format(detail=error.sentence())))
        return found, None


def app_paths(repo: Repository, snapshot: Snapshot, app: str) -> list[bytes]:
    """Return the paths of a snapshot that hold something of an app.

    Raises:
        NoAppFilesError: there are none.
    """
    found: list[bytes] = []
    if is_package_name(app):
        trees = TreeReader(repo)
        private = [app_data_place(app), app_data_place(app, BEFORE_UNLOCK)]
        candidates = [_join(PACKAGES, app), *private, _join(COMPUTER, app)]
        for storage in _storages(trees, snapshot):
            candidates += [_join(storage + b"/Android/" + folder, app) for folder in APP_FOLDERS]
            candidates += [storage + b"/" + folder for folder in own_folders(app)]
        found = [path for path in candidates if trees.find(snapshot.tree, path) is not None]
    if not found:
        raise NoAppFilesError(snapshot=snapshot.short_id, app=readable(app))
    return found


def _join(folder: bytes, app: str) -> bytes:
    return folder + b"/" + app.encode("ascii")


def _storages(trees: TreeReader, snapshot: Snapshot) -> list[bytes]:
    storages = [SHARED]
    for above in (USERS, VOLUMES):
        node = trees.find(snapshot.tree, above)
        if node is not None and node.type == NodeType.DIR and node.subtree is not None:
            storages += [above + b"/" + inside.name for inside in trees.nodes(node.subtree)]
    return storages
