"""Turns blobs into what packs hold: compressed where that helps, sealed, and opened and hashed again.

Small blobs are worked on in batches, since each call from Python costs as much as sealing 1 KB does; large ones are
sealed where they will lie and opened piece by piece, since fresh memory and the way to it cost as much as the sealing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from phoneward.vault.blobs import BlobId, BlobType, BytesLike
from phoneward.vault.compression import CompressionError, compress, decompress_exactly, decompress_pieces
from phoneward.vault.crypto import SealError, SealingKey
from phoneward.vault.errors import VerifyError

_SAMPLES = 8
_SAMPLE_BYTES = 4096
_SAMPLE_GAIN = 64


class NewBlob(NamedTuple):
    """A blob that the repository does not have yet."""

    type: BlobType
    id: BlobId
    data: bytes


class SealedBlob(NamedTuple):
    """A blob as a pack holds it; `uncompressed_length` is 0 where it is not compressed."""

    type: BlobType
    id: BlobId
    sealed: bytes
    uncompressed_length: int


class Inner(NamedTuple):
    """What is sealed of a blob: its data, or a zstd frame of it."""

    content: bytes
    uncompressed_length: int


def pack_inner(blob_type: BlobType, data: bytes) -> Inner:
    """Return what is to be sealed of a blob in a repository that compresses.

    Trees are compressed always, as restic does it; data only where it shrinks.
    """
    if data:
        frame = compress(data)
        if blob_type is BlobType.TREE or len(frame) < len(data):
            return Inner(frame, len(data))
    return Inner(data, 0)


def may_shrink(data: bytes) -> bool:
    """Tell whether it is worth compressing a large blob: whether one of a few samples spread over it shrinks.

    Photos and films do not; trying costs a tenth of all the work on them. What has no sample that shrinks and would
    shrink as a whole (a random block repeated) is stored as it is.
    """
    step = len(data) // _SAMPLES
    if step <= _SAMPLE_BYTES:
        return True
    view = memoryview(data)
    for start in range(0, _SAMPLES * step, step):
        if len(compress(view[start : start + _SAMPLE_BYTES])) < _SAMPLE_BYTES - _SAMPLE_GAIN:
            return True
    return False


def seal_batch(key: SealingKey, blobs: Sequence[NewBlob], *, compresses: bool) -> list[SealedBlob]:
    """Return small blobs sealed, each opened and hashed again.

    Raises:
        VerifyError: one does not come out as it went in (faulty memory).
    """
    inner = [pack_inner(blob.type, blob.data) if compresses else Inner(blob.data, 0) for blob in blobs]
    sealed = key.seal_many([content for content, _length in inner])
    try:
        opened = key.open_many(sealed)
    except SealError as error:
        raise VerifyError(blob="pack") from error
    sha256 = hashlib.sha256
    done = []
    for blob, (_content, length), one, plain in zip(blobs, inner, sealed, opened, strict=True):
        try:
            found = sha256(decompress_exactly(plain, length) if length else plain).digest()
        except CompressionError as error:
            raise VerifyError(blob=blob.id.hex()) from error
        if found != blob.id:
            raise VerifyError(blob=blob.id.hex())
        done.append(SealedBlob(blob.type, blob.id, one, length))
    return done


def seal_in_place(key: SealingKey, blob_id: BlobId, inner: Inner, target: memoryview) -> None:
    """Seal a large blob into its place, then open and hash it again.

    Raises:
        VerifyError: it does not come out as it went in (faulty memory).
    """
    key.seal_into(inner.content, target)
    try:
        if _hash_of_sealed(key, target, inner.uncompressed_length) == blob_id:
            return
    except (SealError, CompressionError) as error:
        raise VerifyError(blob=blob_id.hex()) from error
    raise VerifyError(blob=blob_id.hex())


def _hash_of_sealed(key: SealingKey, sealed: memoryview, uncompressed_length: int) -> bytes:
    digest = hashlib.sha256()
    pieces: Iterator[BytesLike]
    if uncompressed_length:  # a tree of 50,000 names is 20 MB, and 3 when it is sealed
        pieces = decompress_pieces(key.open(sealed), uncompressed_length)
    else:
        pieces = key.open_pieces(sealed)
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def hash_of(data: BytesLike) -> BlobId:
    """Return the id of a blob with this content."""
    return BlobId(hashlib.sha256(data).digest())
