"""Content digests: the whole file but its signing block, in pieces of 1 MiB or as a Merkle tree of 4 KiB pages.

Three sections are hashed: what stands before the block, the central directory, and the end record, as if its directory
began where the block does (source.android.com, "APK Signature Scheme v2", integrity-protected contents; AOSP
`ApkSigningBlockUtils.computeContentDigestsPer1MbChunk`, `ApkVerityBuilder`). Two threads hash. What is held in memory
is a piece a thread, and a hash a piece or page.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable
from typing import Final

from phoneward.apk.signing.algorithms import ContentDigest
from phoneward.apk.signing.block import Sections, SigningBlock
from phoneward.apk.signing.reading import MalformedError
from phoneward.apk.signing.twothreads import in_two_threads
from phoneward.apk.signing.verity import PAGE, root_of, tree_of
from phoneward.apk.source import BytesSource, PartSource, Source, within

_CHUNK: Final = 1 << 20
_SALT: Final = bytes(8)
"""Of APK verity: always these zeros."""
_DIRECTORY_OFFSET: Final = 16
"""Where the end record says where the central directory begins."""
_HASHES: Final[dict[ContentDigest, Callable[[bytes], "hashlib._Hash"]]] = {
    ContentDigest.CHUNKED_SHA256: hashlib.sha256,
    ContentDigest.CHUNKED_SHA512: hashlib.sha512,
}


class ContentDigests:
    """The content digests of one APK; each is computed once, when it is first asked for.

    Args:
        source, sections, block: the APK.
        known: those that were computed of it before; filled.
    """

    def __init__(
        self,
        source: Source,
        sections: Sections,
        block: SigningBlock,
        known: dict[ContentDigest, bytes] | None = None,
    ) -> None:
        end = source.read_at(sections.end_offset, source.size - sections.end_offset)
        pointing = end[:_DIRECTORY_OFFSET] + block.offset.to_bytes(4, "little") + end[_DIRECTORY_OFFSET + 4 :]
        self._block = block
        self._parts: tuple[Source, ...] = (
            PartSource(source, 0, block.offset, source.name),
            PartSource(source, sections.central_directory_offset, sections.central_directory_size, source.name),
            BytesSource(pointing),
        )
        self._known = {} if known is None else known

    def of(self, kinds: Iterable[ContentDigest]) -> dict[ContentDigest, bytes]:
        """Return these digests. The file is read once for all chunked ones, and once for the verity one.

        Raises:
            ApkError: the file cannot be read.
            MalformedError: the verity one is wanted and the signing block does not lie on page boundaries.
        """
        wanted = [kind for kind in kinds if kind not in self._known]
        chunked = [kind for kind in wanted if kind in _HASHES]
        if chunked:
            self._known.update(self._chunked(chunked))
        if ContentDigest.VERITY_SHA256 in wanted:
            self._known[ContentDigest.VERITY_SHA256] = self._verity()
        return self._known

    def _chunked(self, kinds: list[ContentDigest]) -> dict[ContentDigest, bytes]:
        pieces = [
            (part, offset, min(_CHUNK, part.size - offset))
            for part in self._parts
            for offset in range(0, part.size, _CHUNK)
        ]
        hashes = [_HASHES[kind] for kind in kinds]

        def digests(piece: tuple[Source, int, int]) -> list[bytes]:
            part, offset, length = piece
            data = part.read_at(offset, length)
            prefix = b"\xa5" + length.to_bytes(4, "little")
            return [_digest(make(prefix), data) for make in hashes]

        found = in_two_threads(digests, pieces)
        head = b"\x5a" + len(pieces).to_bytes(4, "little")
        return {kind: _HASHES[kind](head + b"".join(one[n] for one in found)).digest() for n, kind in enumerate(kinds)}

    def _verity(self) -> bytes:
        if self._block.offset % PAGE or self._block.size % PAGE:
            raise MalformedError
        joined = _Joined(self._parts)
        return root_of(tree_of(joined, _SALT), _SALT) + joined.size.to_bytes(8, "little")


class _Joined:
    """Sources one after another, as one."""

    name = ""

    def __init__(self, parts: tuple[Source, ...]) -> None:
        self._parts = parts
        ends = list(itertools.accumulate(part.size for part in parts))
        self._starts = [0, *ends[:-1]]
        self.size = ends[-1]

    def read_at(self, offset: int, length: int) -> bytes:
        """Return exactly these bytes; see `Source`."""
        within(self, offset, length)
        pieces = []
        for part, start in zip(self._parts, self._starts, strict=True):
            low = max(offset, start)
            high = min(offset + length, start + part.size)
            if low < high:
                pieces.append(part.read_at(low - start, high - low))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _digest(begun: "hashlib._Hash", data: bytes) -> bytes:
    begun.update(data)
    return begun.digest()
