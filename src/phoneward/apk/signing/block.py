"""The APK Signing Block: where it lies in the file, and the signatures in it.

It stands right before the ZIP central directory: its size, pairs of an id and a value, its size again, and a magic.
AOSP `ApkSigningBlockUtils.findApkSigningBlock`, `findApkSignatureSchemeBlock` (apksig `ApkUtilsLite`): a block that
is not wholly in that form is no block, and the phone goes by the JAR signature. Of two pairs with one id the first
counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from phoneward.apk.signing.reading import MalformedError, Reader
from phoneward.apk.source import Source

V2_ID: Final = 0x7109871A
V3_ID: Final = 0xF05368C0
V31_ID: Final = 0x1B93AD61

_MAGIC: Final = b"APK Sig Block 42"
_FOOTER: Final = 24
_MIN: Final = 32
_MAX: Final = 2**31 - 1 - 8
_MAX_VALUE: Final = 1 << 20
"""Bytes of one signature that are read. Real ones have some kilobytes; Android's own limit is 2 GiB."""
_MAX_PAIRS: Final = 50_000
"""Pairs that are looked at; real files have fewer than ten. Android looks at all."""


class Sections(Protocol):
    """Where the parts of a ZIP file lie."""

    @property
    def central_directory_offset(self) -> int:
        """Where the central directory begins."""

    @property
    def central_directory_size(self) -> int:
        """Its length in bytes, as the end record gives it."""

    @property
    def end_offset(self) -> int:
        """Where the end of central directory record begins; it reaches to the end of the file."""

    @property
    def has_zip64_locator(self) -> bool:
        """Whether a ZIP64 locator stands before that; Android finds no signing block in such a file."""


@dataclass(frozen=True, slots=True)
class SigningBlock:
    """Where the block lies in the file, in bytes."""

    offset: int
    size: int


def find_block(source: Source, sections: Sections) -> SigningBlock | None:
    """Return where the signing block of an APK lies; None where it has none that a phone would see as one."""
    end = sections.central_directory_offset
    is_followed = end + sections.central_directory_size == sections.end_offset
    if not is_followed or sections.has_zip64_locator or end < _MIN:
        return None
    footer = source.read_at(end - _FOOTER, _FOOTER)
    if footer[8:] != _MAGIC:
        return None
    size = int.from_bytes(footer[:8], "little")
    offset = end - size - 8
    if not _FOOTER <= size <= _MAX or offset < 0 or source.read_at(offset, 8) != footer[:8]:
        return None
    return SigningBlock(offset, size + 8)


def find_value(source: Source, block: SigningBlock, wanted: int) -> bytes | None:
    """Return the value of the first pair with this id; None where there is none that a phone would find.

    Raises:
        MalformedError: it is larger than any real signature, or stands behind very many pairs.
    """
    for identifier, offset, length in _pairs(source, block):
        if identifier == wanted:
            if length > _MAX_VALUE:
                raise MalformedError
            return source.read_at(offset, length)
    return None


def _pairs(source: Source, block: SigningBlock) -> Iterator[tuple[int, int, int]]:
    """Yield id, offset and length of each value, up to the first pair that is not in form."""
    at = block.offset + 8
    end = block.offset + block.size - _FOOTER
    for _number in range(_MAX_PAIRS):
        if end - at < 12:
            return
        header = Reader(source.read_at(at, 12))
        length = header.int64()
        if not 4 <= length <= min(_MAX, end - at - 8):
            return
        yield header.uint32(), at + 12, length - 4
        at += 8 + length
    if at < end:
        raise MalformedError
