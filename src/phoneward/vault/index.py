"""Index files: which blob lies where in which pack (restic `internal/repository/index/index.go`)."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, NamedTuple, TypeAlias

import msgspec

from phoneward.texts import _
from phoneward.vault.blobs import BlobId, BlobType, FileId
from phoneward.vault.crypto import OVERHEAD
from phoneward.vault.packs import PackEntry
from phoneward.vault.storage.base import parse_name

FLUSH_BLOBS = 50_000
"""An index file is written when it describes this many blobs, as in restic."""
FLUSH_SECONDS = 600
"""… or when its oldest entry has waited this long."""

_UInt32: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
_Hex: TypeAlias = Annotated[str, msgspec.Meta(min_length=64, max_length=64)]


class IndexedPack(NamedTuple):
    """A pack as an index file describes it."""

    pack: FileId
    entries: Sequence[PackEntry]


class _Blob(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    id: _Hex
    type: Literal["data", "tree"]
    offset: _UInt32
    length: _UInt32
    uncompressed_length: _UInt32 = 0


class _Pack(msgspec.Struct, frozen=True, gc=False):
    id: _Hex
    blobs: list[_Blob] | None


class _Index(msgspec.Struct, frozen=True):
    packs: list[_Pack] | None
    # restic's older `supersedes` is ignored, as restic itself does.


_decoder = msgspec.json.Decoder(_Index)
_TYPES = {"data": BlobType.DATA, "tree": BlobType.TREE}


def encode_index(packs: Iterable[IndexedPack]) -> bytes:
    """Return the JSON of an index file that describes these packs."""
    return msgspec.json.encode(
        _Index([_Pack(pack.pack, [_encode_entry(entry) for entry in pack.entries]) for pack in packs])
    )


def _encode_entry(entry: PackEntry) -> _Blob:
    return _Blob(entry.id.hex(), entry.type.value, entry.offset, entry.length, entry.uncompressed_length)


def decode_index(document: bytes) -> list[IndexedPack]:
    """Return the packs that an index file's JSON describes, in its order.

    Raises:
        ValueError: not an index, or one made to harm; the text says what, in plain words.
    """
    try:
        index = _decoder.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(_("it is not an index.")) from error
    return [_decode_pack(pack) for pack in index.packs or ()]


def _decode_pack(pack: _Pack) -> IndexedPack:
    name = parse_name(pack.id)
    if name is None:
        raise ValueError(_("it names a pack that cannot be."))
    try:
        return IndexedPack(name, [_decode_blob(blob) for blob in pack.blobs or ()])
    except ValueError as error:
        raise ValueError(_("it describes a blob that cannot be.")) from error


def _decode_blob(blob: _Blob) -> PackEntry:
    blob_id = bytes.fromhex(blob.id)
    # A blob is 32 bytes longer sealed than not, and ends where a 32-bit length can still reach. Writing the id again is
    # a quick way to refuse upper case and spaces.
    if blob.length < OVERHEAD or blob.offset + blob.length > 2**32 - 1 or blob_id.hex() != blob.id:
        raise ValueError
    return PackEntry(_TYPES[blob.type], BlobId(blob_id), blob.offset, blob.length, blob.uncompressed_length)
