"""Asking stored snapshots: which there are, what they hold, what they cover, and getting files back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from phoneward.errors import PhonewardError
from phoneward.snapshots.coverage import MAX_DOCUMENT, Coverage, decode_coverage
from phoneward.snapshots.errors import CoverageMissingError
from phoneward.snapshots.inventory import MAX_DOCUMENT as MAX_DEVICE
from phoneward.snapshots.inventory import DeviceDocument, decode_device
from phoneward.snapshots.layout import (
    COVERAGE_DOCUMENT,
    DEVICE_DOCUMENT,
    DEVICE_TAG_PREFIX,
    PARTIAL_PATHS,
    PARTIAL_TAG,
    TAG,
    is_of_backup_file,
    is_proof,
    is_record,
    is_state,
    proof_subject,
)
from phoneward.snapshots.parents import TreeReader, read_document
from phoneward.vault import (
    BlobFile,
    FileId,
    Node,
    NodeType,
    NoSnapshotsError,
    Repository,
    Snapshot,
    TreeEntry,
    find_node,
    find_snapshot,
    iter_tree,
    load_snapshots,
    load_tree,
    open_file,
)

OnDamaged = Callable[[FileId, PhonewardError], None]


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """One snapshot as a list shows it.

    Attributes:
        device: the phone's id; empty for a snapshot that another program made.
        partial: of a backup that was cut short; never `latest`.
        proof: no snapshot of a phone, but a later proof about one; never `latest`.
        subject: the full ID of the snapshot that a proof is about; None where it names none.
        state: no snapshot of a phone, but what a person decided; never `latest`.
        backup_file: of a backup file, not of a phone as it is; `latest` only where there is no snapshot of a phone.
        files, bytes: what it holds; None where the program that made it did not say.
    """

    snapshot: Snapshot
    device: str
    label: str
    partial: bool
    files: int | None
    bytes: int | None
    proof: bool = False
    subject: FileId | None = None
    state: bool = False
    backup_file: bool = False

    @property
    def of_phone(self) -> bool:
        """Whether it is a snapshot of a phone, whole or cut short."""
        return not self.proof and not self.state


def describe(snapshot: Snapshot) -> SnapshotInfo:
    """Return a snapshot as a list shows it."""
    device = next((t.removeprefix(DEVICE_TAG_PREFIX) for t in snapshot.tags if t.startswith(DEVICE_TAG_PREFIX)), "")
    summary = snapshot.summary
    return SnapshotInfo(
        snapshot,
        device if TAG in snapshot.tags or is_proof(snapshot) else "",
        snapshot.hostname,
        is_partial(snapshot),
        summary.total_files_processed if summary else None,
        summary.total_bytes_processed if summary else None,
        is_proof(snapshot),
        proof_subject(snapshot),
        is_state(snapshot),
        is_of_backup_file(snapshot),
    )


def is_partial(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot is of a backup that was cut short."""
    return PARTIAL_TAG in snapshot.tags or snapshot.paths == PARTIAL_PATHS


def list_snapshots(repo: Repository, *, on_damaged: OnDamaged | None = None) -> list[SnapshotInfo]:
    """Return all snapshots of a repository, oldest first; those of other programs too.

    Args:
        repo: open.
        on_damaged: called for each that cannot be read; without it the first such error is raised.
    """
    return [describe(snapshot) for snapshot in load_snapshots(repo, on_damaged=on_damaged)]


def find(repo: Repository, ref: str, *, on_damaged: OnDamaged | None = None) -> Snapshot:
    """Return the snapshot a person named: `latest` (always a finished one of a phone) or the first digits of an id.

    Only where there is no phone's, `latest` is the newest of a backup file.

    Raises:
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such one, or several.
    """
    try:
        return find_snapshot(repo, ref, is_candidate=_is_of_a_phone, on_damaged=on_damaged)
    except NoSnapshotsError:
        return find_snapshot(repo, ref, is_candidate=_holds_a_phone, on_damaged=on_damaged)


def _is_of_a_phone(snapshot: Snapshot) -> bool:
    return _holds_a_phone(snapshot) and not is_of_backup_file(snapshot)


def _holds_a_phone(snapshot: Snapshot) -> bool:
    return not is_partial(snapshot) and not is_record(snapshot)


def coverage_of(repo: Repository, ref: str) -> Coverage:
    """Return what a snapshot covers.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.

    Raises:
        CoverageMissingError: the snapshot holds no coverage document that can be understood.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
    """
    snapshot = find(repo, ref)
    try:
        data = read_document(repo, TreeReader(repo), snapshot, COVERAGE_DOCUMENT, MAX_DOCUMENT)
        coverage = decode_coverage(data)
    except ValueError as error:
        raise CoverageMissingError(snapshot=snapshot.short_id, detail=str(error)) from error
    return msgspec.structs.replace(coverage, snapshot=snapshot.id or "")


def device_of(repo: Repository, snapshot: Snapshot) -> DeviceDocument:
    """Return which phone a snapshot is of, as it said then.

    Args:
        repo: open, its index loaded.
        snapshot: which.

    Raises:
        ValueError: the snapshot does not say so in a form that can be understood.
        VaultError: the document lies in a damaged part of the vault.
    """
    return decode_device(read_document(repo, TreeReader(repo), snapshot, DEVICE_DOCUMENT, MAX_DEVICE))


def list_path(repo: Repository, ref: str, path: bytes = b"/", *, recursive: bool = False) -> Iterator[TreeEntry]:
    """Yield what lies in a folder of a snapshot, names ascending by raw bytes; a file yields itself.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        path: in the snapshot.
        recursive: all below it too, parents before children.

    Raises:
        PathNotFoundError: nothing is there.
        TreeDamagedError: a folder cannot be read as one.
    """
    snapshot = find(repo, ref)
    top = b"/" + path.strip(b"/")
    root, tree = b"", snapshot.tree
    if top != b"/":
        node = find_node(repo, snapshot.tree, top)
        if node.type != NodeType.DIR or node.subtree is None:
            yield TreeEntry(top, node)
            return
        root, tree = top, node.subtree
    if recursive:
        yield from iter_tree(repo, tree, root)
    else:
        yield from (TreeEntry(root + b"/" + node.name, node) for node in load_tree(repo, tree))


def node_at(repo: Repository, ref: str, path: bytes) -> Node:
    """Return the node at a path of a snapshot. Raises as `list_path`."""
    return find_node(repo, find(repo, ref).tree, path)


def open_path(repo: Repository, ref: str, path: bytes) -> BlobFile:
    """Return a file of a snapshot as a seekable file with a bounded cache.

    Raises:
        PathNotFoundError: nothing is there.
        NotAFileError: it is no file.
    """
    return open_file(repo, node_at(repo, ref, path))
