"""The content of one file of a backup, from any byte on.

An encrypted content ends with padding as PKCS #7 has it (1 to 16 bytes, each the number of them), and that alone tells
how long it is: what the list says of a file's size is often wrong, most of all for databases (github.com/avibrazil/
iOSbackup, pull request 26; `iphone_backup_decrypt` found the same). A content that does not end so was cut off, or is
damaged.
"""

import os
from collections.abc import Iterator
from typing import Final, NamedTuple

from phoneward.phones.iosbackup.keys import BLOCK, FileKey

PIECE_BYTES: Final = 1 << 20


class Extent(NamedTuple):
    """How long a content is when it is deciphered.

    Attributes:
        size: bytes.
        is_whole: whether it ends as it should.
    """

    size: int
    is_whole: bool


def plain_pieces(file: int, offset: int) -> Iterator[bytes]:
    """Yield the bytes of an open file from a place on."""
    if offset >= os.fstat(file).st_size:
        return  # not left to `lseek`: a file system has a largest offset
    os.lseek(file, offset, os.SEEK_SET)
    while piece := os.read(file, PIECE_BYTES):
        yield piece


def sealed_extent(file: int, key: FileKey) -> Extent:
    """Return how long the content of an open encrypted file is."""
    blocks, over = divmod(os.fstat(file).st_size, BLOCK)
    size = blocks * BLOCK
    if over or not blocks:
        return Extent(size, is_whole=False)
    before = _blocks(file, size - 2 * BLOCK, BLOCK) if blocks > 1 else bytes(BLOCK)
    last = key.opener(before).update(_blocks(file, size - BLOCK, BLOCK)) if len(before) == BLOCK else b""
    padding = last[-1] if last else 0
    if not 1 <= padding <= BLOCK or last[-padding:] != bytes([padding]) * padding:
        return Extent(size, is_whole=False)
    return Extent(size - padding, is_whole=True)


def sealed_pieces(file: int, key: FileKey, offset: int) -> Iterator[bytes]:
    """Yield the bytes of an open encrypted file from a place on, without its padding."""
    size = sealed_extent(file, key).size
    block, over = divmod(offset, BLOCK)
    if offset >= size:
        return
    before = _blocks(file, (block - 1) * BLOCK, BLOCK) if block else bytes(BLOCK)
    os.lseek(file, block * BLOCK, os.SEEK_SET)
    if len(before) < BLOCK:
        return
    opener = key.opener(before)
    left = size - block * BLOCK
    while left > 0 and (piece := _exactly(file, min(PIECE_BYTES, -(-left // BLOCK) * BLOCK))):
        plain = opener.update(piece)[:left]
        left -= len(plain)
        yield plain[over:]
        over = 0


def _blocks(file: int, offset: int, length: int) -> bytes:
    os.lseek(file, offset, os.SEEK_SET)
    return _exactly(file, length)


def _exactly(file: int, length: int) -> bytes:
    """Return so many bytes, fewer only at the end, and then whole blocks."""
    data = os.read(file, length)
    while len(data) < length and (more := os.read(file, length - len(data))):
        data += more
    return data[: len(data) // BLOCK * BLOCK]
