"""A repository of blobs in memory, for tests of what stands above the repository."""

import hashlib
from collections.abc import Iterable, Sequence

from phoneward.errors import PhonewardError
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import StorageError
from phoneward.vault.nodes import Node, NodeType, go_mode
from phoneward.vault.trees import encode_tree

MTIME_NS = 1_700_000_000_123_456_789


class BlobStore:
    """Blobs by SHA-256, nothing encrypted. `loads` counts what was asked for."""

    requests_at_once = 1

    def __init__(self) -> None:
        self.blobs: dict[tuple[BlobType, BlobId], bytes] = {}
        self.loads: list[BlobId] = []

    def put(self, blob_type: BlobType, data: bytes) -> BlobId:
        blob_id = BlobId(hashlib.sha256(data).digest())
        self.blobs[blob_type, blob_id] = data
        return blob_id

    def put_tree(self, nodes: Iterable[Node]) -> BlobId:
        return self.put(BlobType.TREE, encode_tree(nodes))

    def load_blob(self, blob_type: BlobType, blob_id: BlobId) -> bytes:
        self.loads.append(blob_id)
        return self.blobs[blob_type, blob_id]

    def load_blobs(self, blob_type: BlobType, blob_ids: Sequence[BlobId]) -> Sequence[bytes | PhonewardError]:
        found: list[bytes | PhonewardError] = []
        for blob_id in blob_ids:
            try:
                found.append(self.load_blob(blob_type, blob_id))
            except StorageError:
                raise
            except PhonewardError as error:
                found.append(error)
        return found

    def blob_size(self, blob_type: BlobType, blob_id: BlobId) -> int | None:
        data = self.blobs.get((blob_type, blob_id))
        return None if data is None else len(data)

    def file(self, name: bytes, *pieces: bytes, size: int | None = None, permissions: int = 0o644) -> Node:
        return Node(
            name=name,
            type=NodeType.FILE,
            mode=go_mode(NodeType.FILE, permissions),
            mtime_ns=MTIME_NS,
            size=sum(map(len, pieces)) if size is None else size,
            content=tuple(self.put(BlobType.DATA, piece) for piece in pieces),
        )

    def folder(self, name: bytes, *nodes: Node, permissions: int = 0o755) -> Node:
        return Node(
            name=name,
            type=NodeType.DIR,
            mode=go_mode(NodeType.DIR, permissions),
            mtime_ns=MTIME_NS,
            subtree=self.put_tree(nodes),
        )


def symlink(name: bytes, target: bytes) -> Node:
    mode = go_mode(NodeType.SYMLINK, 0o777)
    return Node(name=name, type=NodeType.SYMLINK, mode=mode, mtime_ns=MTIME_NS, linktarget=target)
