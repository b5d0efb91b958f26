"""Stores blobs without end and says what is stored for good: the program that `test_killed.py` kills."""

import hashlib
import sys

from phoneward.vault import BlobType, LocalStorage, open_repository
from phoneward.vault.writer import BlobWriter
from tests.tools.delayed import DelayedStorage


def main(path: str, start: int, *, is_far: bool) -> None:
    """Print the number of each block of blobs after it was flushed. To a far place several packs go at once."""
    near = LocalStorage(path)
    repo = open_repository(DelayedStorage(near, delay_s=0.002) if is_far else near, "secret")
    repo.load_index()
    with BlobWriter(repo, pack_size=400_000) as writer:
        for block in range(start, start + 100_000):
            for data in blobs_of(block):
                writer.put(BlobType.DATA, data)
            writer.flush()
            print(block, flush=True)  # noqa: T201 - the parent reads it


def blobs_of(block: int) -> list[bytes]:
    """Return the blobs of a block: tiny, small and large ones."""
    noise = hashlib.shake_256(b"block %d" % block)
    return [noise.digest(size) + b"%d" % size for size in (10, 5000, 100_000, 200_000, 500_000)]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), is_far=sys.argv[3] == "far")
