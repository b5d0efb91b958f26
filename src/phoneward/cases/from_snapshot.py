"""Files of a snapshot, as evidence: the snapshot's ID and the path in it say where they come from."""

import functools
from collections.abc import Iterator
from typing import Final

from phoneward.cases.custody import Source
from phoneward.cases.errors import EvidenceRefusedError
from phoneward.cases.items import Incoming
from phoneward.cases.taking import BESIDE
from phoneward.errors import readable
from phoneward.snapshots import device_of, find, list_path
from phoneward.vault import NodeType, PathNotFoundError, Repository, TreeEntry, open_file

_BESIDE: Final = tuple(ending.encode() for ending in BESIDE)


def from_snapshot(repo: Repository, ref: str, path: bytes, note: str = "") -> list[Incoming]:
    """Return what lies at a path of a snapshot, to be put into a case.

    A file, with the files that belong to it if it is a database; or all files of a folder and those in it.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an ID.
        path: in the snapshot.
        note: what is to be said about it.

    Raises:
        PathNotFoundError: nothing is there.
        EvidenceRefusedError: there is a link or no ordinary file.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        VaultError: it cannot be read.
    """
    snapshot = find(repo, ref)
    name = snapshot.id or ""
    try:
        device = device_of(repo, snapshot)
        phone, detail = device.id, f"{device.manufacturer} {device.model} {device.build_fingerprint}".strip()
    except ValueError:  # made by another program
        phone, detail = "", ""
    top = b"/" + path.strip(b"/")
    found = []
    for entry in _entries(repo, name, top):
        if entry.node.type == NodeType.DIR:
            continue
        if entry.node.type != NodeType.FILE:
            raise EvidenceRefusedError(path=readable(entry.path))
        above = top.rpartition(b"/")[0] if entry.path.startswith(top + b"/") else entry.path.rpartition(b"/")[0]
        below = entry.path.rpartition(b"/")[0][len(above) :]
        source = Source(
            kind="snapshot",
            path=readable(entry.path),
            snapshot=name,
            phone=readable(phone),
            size=entry.node.size,
            modified_ns=entry.node.mtime_ns,
            detail=readable(detail)[:300],
        )
        node = entry.node
        found.append(
            Incoming(
                name=readable(node.name),
                open=functools.partial(open_file, repo, node),
                source=source,
                modified_ns=node.mtime_ns,
                folder=readable(below),
                note=note,
            )
        )
    return found


def _entries(repo: Repository, ref: str, top: bytes) -> Iterator[TreeEntry]:
    yield from list_path(repo, ref, top, recursive=True)
    for ending in _BESIDE:
        try:
            yield from (entry for entry in list_path(repo, ref, top + ending) if entry.path == top + ending)
        except PathNotFoundError:
            continue
