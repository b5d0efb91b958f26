"""Merkle trees as fs-verity builds them: SHA-256 of each page of 4 KiB, then of the pages of hashes, to one page.

AOSP apksig `VerityTreeBuilder`; the kernel's documentation, "fs-verity", Merkle tree. The last page of the data and of
each level is filled up with zeros. What is held in memory is the tree: 1/127 of the data.
"""

import hashlib
from typing import Final

from phoneward.apk.signing.twothreads import in_two_threads
from phoneward.apk.source import Source

PAGE: Final = 4096
_PIECE: Final = 256 * PAGE


def tree_of(source: Source, salt: bytes = b"") -> list[bytes]:
    """Return the levels of the tree, the lowest first, each of whole pages; the last is one page."""
    levels = [_whole(b"".join(in_two_threads(_Hasher(source, salt), range(0, source.size, _PIECE))))]
    while len(levels[-1]) > PAGE:
        levels.append(_whole(_hashes(levels[-1], salt)))
    return levels


def root_of(levels: list[bytes], salt: bytes = b"") -> bytes:
    """Return the root hash of a tree, 32 bytes."""
    return hashlib.sha256(salt + levels[-1]).digest()


class _Hasher:
    """Hashes one piece of a source, page by page."""

    def __init__(self, source: Source, salt: bytes) -> None:
        self._source = source
        self._salt = salt

    def __call__(self, offset: int) -> bytes:
        piece = self._source.read_at(offset, min(_PIECE, self._source.size - offset))
        return _hashes(piece if len(piece) == _PIECE else _whole(piece), self._salt)


def _hashes(pages: bytes, salt: bytes) -> bytes:
    digest, view = hashlib.sha256, memoryview(pages)
    if salt:
        return b"".join(digest(salt + view[at : at + PAGE]).digest() for at in range(0, len(pages), PAGE))
    return b"".join(digest(view[at : at + PAGE]).digest() for at in range(0, len(pages), PAGE))


def _whole(data: bytes) -> bytes:
    """Return the data filled up with zeros to whole pages, one at least."""
    return data.ljust(max(PAGE, -(-len(data) // PAGE) * PAGE), b"\0")
