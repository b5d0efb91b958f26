"""Contents of stored files on their way back: their SHA-256, and their bytes, verified blob by blob."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial

from phoneward.errors import PhonewardError
from phoneward.vault import BlobType, Node, Repository, iter_content


def content_digest(repo: Repository, node: Node) -> bytes | None:
    """Return the SHA-256 of a stored file; None where it cannot be read.

    A file of one blob has that blob's id (restic's design, "Repository Format": a blob is named by its SHA-256).
    """
    if node.content is not None and len(node.content) == 1 and _is_whole(repo, node):
        return bytes(node.content[0])
    digest = hashlib.sha256()
    try:
        for piece in iter_content(repo, node):
            digest.update(piece)
    except PhonewardError:  # missing or damaged: then nothing can be said to be the same
        return None
    return digest.digest()


def _is_whole(repo: Repository, node: Node) -> bool:
    return node.content is not None and repo.blob_size(BlobType.DATA, node.content[0]) == node.size


def pieces_of(repo: Repository, node: Node) -> Callable[[], Iterator[bytes]]:
    """Return what yields a stored file's content, anew on each call; raises PhonewardError where it is damaged."""
    return partial(iter_content, repo, node)
