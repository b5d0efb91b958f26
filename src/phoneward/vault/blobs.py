"""Names and kinds of what a repository holds."""

import enum
from typing import NewType, TypeAlias

BytesLike: TypeAlias = bytes | bytearray | memoryview
"""What hashing, encryption and storage take (Python 3.12's `collections.abc.Buffer`, narrowed)."""

BlobId = NewType("BlobId", bytes)
"""SHA-256 of a blob's uncompressed plaintext: 32 raw bytes."""

FileId = NewType("FileId", str)
"""SHA-256 of a stored file's bytes: 64 lower-case hex digits, the file's name in the repository."""


class BlobType(enum.Enum):
    """A blob is a piece of a file or a folder's list of nodes."""

    DATA = "data"
    TREE = "tree"


MAX_BLOB_SIZE = {BlobType.DATA: 64 * 2**20, BlobType.TREE: 256 * 2**20}
"""Largest plaintext, bytes, that is read or written. restic cuts files at 8 MiB; a folder's list may be long."""


class FileType(enum.Enum):
    """The kinds of files in a repository; the value is the folder's name (`config` stands alone)."""

    CONFIG = "config"
    KEY = "keys"
    LOCK = "locks"
    SNAPSHOT = "snapshots"
    INDEX = "index"
    PACK = "data"
