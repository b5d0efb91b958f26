"""Nodes of the files of a snapshot: a phone's, and our own documents."""

from typing import Final

from phoneward.vault import BlobId, Node, NodeType, go_mode

DOCUMENT_MODE: Final = 0o600


def file_node(name: bytes, mode: int, times_ns: tuple[int, int], size: int, content: tuple[BlobId, ...]) -> Node:
    """Return the node of a file.

    No inode and no device: they change without the file changing. atime repeats mtime for the same reason.
    """
    mtime_ns, ctime_ns = times_ns
    return Node(
        name=name,
        type=NodeType.FILE,
        mode=mode,
        mtime_ns=mtime_ns,
        atime_ns=mtime_ns,
        ctime_ns=ctime_ns,
        size=size,
        content=content,
    )


def document_node(name: bytes, time_ns: int, size: int, content: tuple[BlobId, ...]) -> Node:
    """Return the node of one of our documents at the top of a snapshot."""
    return file_node(name, go_mode(NodeType.FILE, DOCUMENT_MODE), (time_ns, time_ns), size, content)
