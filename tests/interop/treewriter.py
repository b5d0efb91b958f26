"""Writes a folder of this computer into a repository: the shortest way from a disk to a snapshot, for interop tests."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.nodes import Node, NodeType, go_mode
from phoneward.vault.repository import Repository, init_repository
from phoneward.vault.snapshot_files import Snapshot, load_snapshot, save_snapshot
from phoneward.vault.storage.local import LocalStorage
from phoneward.vault.trees import encode_tree
from phoneward.vault.writer import BlobWriter, WriterStats
from tests.vault.cheap import insecure_test_cost

PASSWORD = "geheim 守机"


def new_repository(path: Path) -> Repository:
    """A repository of ours, cheap to open."""
    return init_repository(LocalStorage(path), PASSWORD, kdf=insecure_test_cost())


def store_folder(
    repo: Repository, folder: Path, *, time_ns: int = 1_700_000_000 * 10**9
) -> tuple[Snapshot, WriterStats]:
    """Store a folder's content as the root of a new snapshot."""
    repo.load_index()
    with repo.writer() as writer:
        tree = _store(writer, os.fsencode(folder))
        writer.flush()
        stats = writer.stats
    name = save_snapshot(
        repo, Snapshot(time_ns=time_ns, tree=tree, paths=("/phone",), hostname="phone", tags=("phoneward",))
    )
    return load_snapshot(repo, name), stats


def _store(writer: BlobWriter, folder: bytes) -> BlobId:
    nodes = [_node(writer, os.path.join(folder, name), name) for name in os.listdir(folder)]
    return writer.put(BlobType.TREE, encode_tree(nodes)).result()


def _node(writer: BlobWriter, path: bytes, name: bytes) -> Node:
    status = os.lstat(path)
    permissions = stat.S_IMODE(status.st_mode)
    node_type, size, links, target, content, subtree = NodeType.FILE, 0, 1, b"", None, None
    if stat.S_ISLNK(status.st_mode):
        node_type, target = NodeType.SYMLINK, os.readlink(path)
    elif stat.S_ISDIR(status.st_mode):
        node_type, links, subtree = NodeType.DIR, 0, _store(writer, path)
    else:
        stored = writer.put_file(_chunks(path)).result()
        size, content = stored.size, stored.ids
    return Node(
        name=name,
        type=node_type,
        mode=go_mode(node_type, permissions),
        mtime_ns=status.st_mtime_ns,
        atime_ns=status.st_mtime_ns,
        ctime_ns=status.st_mtime_ns,
        size=size,
        links=links,
        linktarget=target,
        content=content,
        subtree=subtree,
    )


def _chunks(path: bytes) -> Iterator[bytes]:
    with open(path, "rb") as stream:
        while data := stream.read(1 << 20):
            yield data
