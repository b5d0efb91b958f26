"""What the catalogue keeps between runs: typed entries of the sealed cache, packed small.

All of it is derived from the vault: an entry that is gone, cut, changed or of another form is one that has to be made
again, never an error.
"""

import sys
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from phoneward.vault import (
    CompressionError,
    Repository,
    SealedCache,
    compress,
    decompress_at_most,
)

T = TypeVar("T")

MAX_BYTES: Final = 1 << 30
"""Bound of the folder on the disk, bytes."""
MAX_ENTRY: Final = 512 << 20
"""Bytes of an entry, unpacked."""
PURPOSE: Final = f"catalogue 1 {sys.byteorder}"
"""Numbers are kept as this computer writes them."""

_encode: Final = msgspec.msgpack.Encoder().encode


class Kept:
    """Entries of one vault's catalogue, by key. Several threads and processes may use it at once.

    Args:
        directory: a folder of the catalogue's own.
        repo: the vault: its key seals.
    """

    def __init__(self, directory: Path, repo: Repository, *, max_bytes: int = MAX_BYTES) -> None:
        self._cache = SealedCache(directory, repo, purpose=PURPOSE, max_bytes=max_bytes)

    def get(self, key: bytes, decoder: "msgspec.msgpack.Decoder[T]", *, compressed: bool = True) -> T | None:
        """Return an entry, None where there is none that can be understood."""
        data = self._cache.get(key)
        if data is None:
            return None
        try:
            return decoder.decode(decompress_at_most(data, MAX_ENTRY) if compressed else data)
        except (CompressionError, msgspec.MsgspecError, ValueError, RecursionError):
            return None

    def put(self, key: bytes, value: object, *, compressed: bool = True) -> bool:
        """Store an entry; return whether it was.

        Args:
            key: names it.
            value: whatever MessagePack can hold.
            compressed: False for what must be read as quickly as it can be decrypted; `get` must be told the same.
        """
        data = _encode(value)
        return self._cache.put(key, compress(data) if compressed else data)

    def drop(self, key: bytes) -> None:
        """Remove an entry that nothing refers to any more. One that cannot be removed goes by eviction."""
        self._cache.discard(key)
