"""A stored file as an open file: seekable, read piece by piece, with a bounded cache.

What is read has its hash verified; the sizes are added up first, since restic never compares them with the node's.
"""

import bisect
import io
import itertools
import os
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from phoneward.errors import PhonewardError, readable
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import BlobMissingError, NotAFileError, SizeMismatchError
from phoneward.vault.loading import FarAway
from phoneward.vault.nodes import Node, NodeType

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

DEFAULT_CACHE_BYTES: Final = 32 << 20


class FileSource(FarAway, Protocol):
    """What reading files needs of a repository."""

    def load_blob(self, blob_type: BlobType, blob_id: BlobId) -> bytes:
        """Return a blob's plaintext, its hash verified."""

    def load_blobs(self, blob_type: BlobType, blob_ids: Sequence[BlobId]) -> Sequence[bytes | PhonewardError]:
        """Return blobs' plaintexts in the order asked for; in the place of one that is lost, its error."""

    def blob_size(self, blob_type: BlobType, blob_id: BlobId) -> int | None:
        """Return the size of a blob's plaintext, None when no index knows it."""


def content_sizes(repo: FileSource, node: Node) -> list[int]:
    """Return the sizes of a file's blobs in order, bytes.

    Raises:
        NotAFileError: the node is no file.
        BlobMissingError: a blob is in no index.
        SizeMismatchError: the sizes do not add up to the node's.
    """
    if node.type != NodeType.FILE or node.content is None:
        raise NotAFileError(name=readable(node.name))
    sizes = []
    for blob_id in node.content:
        size = repo.blob_size(BlobType.DATA, blob_id)
        if size is None:
            raise BlobMissingError(blob=blob_id.hex()[:12])
        sizes.append(size)
    if sum(sizes) != node.size:
        raise SizeMismatchError(name=readable(node.name), expected=node.size, actual=sum(sizes))
    return sizes


def load_piece(repo: FileSource, node: Node, blob_id: BlobId, size: int) -> bytes:
    """Return one blob of a file.

    Raises:
        SizeMismatchError: it is not as long as the index says.
    """
    data = repo.load_blob(BlobType.DATA, blob_id)
    if len(data) != size:
        raise SizeMismatchError(name=readable(node.name), expected=size, actual=len(data))
    return data


def iter_content(repo: FileSource, node: Node) -> Iterator[bytes]:
    """Yield a file's content, blob by blob. Raises as `content_sizes` (before the first byte) and `load_piece`."""
    sizes = content_sizes(repo, node)
    for blob_id, size in zip(node.content or (), sizes, strict=True):
        yield load_piece(repo, node, blob_id, size)


class BlobFile(io.RawIOBase):
    """A stored file, open for reading. Reads are never short before the end. One owner: not for several threads.

    Args:
        repo: where the blobs are.
        node: the file.
        cache_bytes: most bytes of blobs held at once; one blob is always held.
    """

    def __init__(self, repo: FileSource, node: Node, *, cache_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        super().__init__()
        self._repo = repo
        self._node = node
        self._sizes = array("Q", content_sizes(repo, node))
        self._ends = array("Q", itertools.accumulate(self._sizes))
        self._position = 0
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._cache_bytes = cache_bytes
        self._cached = 0

    @property
    def size(self) -> int:
        """Bytes."""
        return self._node.size

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position, bytes from the start."""
        self._check_open()
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move to a position and return it. Past the end is allowed; reads there give nothing.

        Raises:
            ValueError: before the start, or an unknown `whence`.
        """
        self._check_open()
        bases = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}
        if whence not in bases or bases[whence] + offset < 0:
            raise ValueError("no such position")
        self._position = bases[whence] + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer as far as the file reaches; return the bytes put in.

        Raises:
            PhonewardError: a blob is missing or damaged.
        """
        self._check_open()
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view) and self._position < self.size:
            index = bisect.bisect_right(self._ends, self._position)
            blob = self._blob(index)
            start = self._position - (self._ends[index] - self._sizes[index])
            count = min(len(blob) - start, len(view) - done)
            view[done : done + count] = memoryview(blob)[start : start + count]
            done += count
            self._position += count
        return done

    def close(self) -> None:
        """Forget the cached blobs."""
        self._cache.clear()
        self._cached = 0
        super().close()

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")

    def _blob(self, index: int) -> bytes:
        blob = self._cache.get(index)
        if blob is not None:
            self._cache.move_to_end(index)
            return blob
        size = self._sizes[index]
        while self._cache and self._cached + size > self._cache_bytes:
            self._cached -= len(self._cache.popitem(last=False)[1])
        blob = load_piece(self._repo, self._node, (self._node.content or ())[index], size)
        self._cache[index] = blob
        self._cached += size
        return blob


def open_file(repo: FileSource, node: Node, *, cache_bytes: int = DEFAULT_CACHE_BYTES) -> BlobFile:
    """Open a stored file for reading; see `BlobFile`. Raises as `content_sizes`."""
    return BlobFile(repo, node, cache_bytes=cache_bytes)
