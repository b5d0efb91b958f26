"""Which files of which snapshots a damaged pack takes with it: what a person asks after a check found damage."""

from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.texts import _
from phoneward.vault.blobs import BlobId, FileId, FileType
from phoneward.vault.check_report import CheckLog, ProblemKind, label
from phoneward.vault.errors import StorageError
from phoneward.vault.nodes import NodeType
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import Snapshot
from phoneward.vault.trees import load_tree

_MAX_LOST: Final = 1_000_000
"""Pieces that are looked for; bounds memory where a whole disk is gone."""
_MAX_DEPTH: Final = 4096
_DAMAGE: Final = frozenset({ProblemKind.PACK_MISSING, ProblemKind.PACK_SIZE, ProblemKind.PACK_DAMAGED})


def name_lost_files(repo: Repository, snapshots: Sequence[Snapshot], log: CheckLog) -> None:
    """Note the files and folders that cannot be restored whole, for the newest snapshot that has each.

    Only what no whole copy of is left counts; each piece of a damaged pack is read again to know. Costs nothing where
    no pack is damaged.

    Raises:
        StorageError: the repository cannot be reached.
    """
    prefix = label(FileType.PACK, "")
    damaged = {FileId(problem.file.removeprefix(prefix)) for problem in log.report.errors if problem.kind in _DAMAGE}
    if not damaged:
        return
    lost = set(_lost_pieces(repo, damaged))
    seen: set[BlobId] = set()
    for snapshot in reversed(snapshots):
        _name_in(repo, snapshot, lost, seen, log)


def _lost_pieces(repo: Repository, damaged: set[FileId]) -> Iterator[BlobId]:
    found = 0
    for pack in repo.index.by_pack():
        if pack.pack not in damaged:
            continue
        for entry in pack.entries:
            try:
                repo.load_blob(entry.type, entry.id)
            except StorageError:
                raise
            except PhonewardError:
                yield entry.id
                found += 1
                if found >= _MAX_LOST:
                    return


def _name_in(repo: Repository, snapshot: Snapshot, lost: set[BlobId], seen: set[BlobId], log: CheckLog) -> None:
    file = label(FileType.SNAPSHOT, snapshot.id or "")
    pending = [(snapshot.tree, b"", 0)]
    while pending:
        tree, path, depth = pending.pop()
        if tree in seen or depth > _MAX_DEPTH:
            continue
        seen.add(tree)
        try:
            nodes = load_tree(repo, tree, keep_unsafe_names=True)
        except StorageError:
            raise
        except PhonewardError:
            sentence = _("The folder {path} and all in it cannot be restored from this snapshot.")
            log.lost(file, sentence.format(path=readable(path or b"/")), path or b"/")
            continue
        for node in nodes:
            place = path + b"/" + node.name
            if node.type == NodeType.DIR and node.subtree is not None:
                pending.append((node.subtree, place, depth + 1))
            elif node.content and any(blob in lost for blob in node.content):
                sentence = _("The file {path} cannot be restored whole from this snapshot.")
                log.lost(file, sentence.format(path=readable(place)), place)
