"""Content-defined chunking: FastCDC, seeded per repository (docs/decisions/0002-chunking.md).

Source: Xia et al., "The Design of Fast Content Defined Chunking for Data Deduplication Based Storage Systems", IEEE
TPDS 2020, as pyfastcdc implements it. restic accepts any division of a file into blobs; the seed is taken from the
repository's own chunker polynomial, so that copies made with restic's `--copy-chunker-params` keep deduplicating.
"""

import hashlib
import importlib
from collections.abc import Iterable, Iterator
from typing import Literal

import pyfastcdc

from phoneward.texts import _
from phoneward.vault.errors import ChunkerError

MIN_SIZE = 512 * 1024
"""Files up to this size are one blob."""
AVERAGE_SIZE = 1024 * 1024
"""FastCDC's normal point: cuts are rarer before it and more frequent behind it. Chunks average about 1.3 MiB."""
MAX_SIZE = 8 * 1024 * 1024
NORMALIZATION: Literal[1] = 1

SEED_LABEL = b"phoneward chunker v1\0"
_FIRST_SCAN = 2 * 1024 * 1024


def seed_from_polynomial(polynomial: int) -> int:
    """Return the repository's chunker seed, 48 bits.

    It is the first six bytes, big-endian, of SHA-256(label ‖ polynomial), the polynomial written as in `config`: ASCII
    hex digits in lower case, without prefix or leading zeros. FastCDC's masks look at no bit above the 48th.
    """
    return int.from_bytes(hashlib.sha256(SEED_LABEL + f"{polynomial:x}".encode()).digest()[:6], "big")


def require_compiled() -> None:
    """Make sure that pyfastcdc is the compiled module: its pure-Python stand-in cuts alike, a thousand times slower.

    Raises:
        ChunkerError: it is not.
    """
    try:
        compiled = importlib.import_module("pyfastcdc.cy").FastCDC
    except (ImportError, AttributeError) as error:
        raise ChunkerError(problem=_("its compiled part is missing.")) from error
    if pyfastcdc.FastCDC is not compiled:
        raise ChunkerError(problem=_("its compiled part is not in use."))


class Chunker:
    """Divides files into chunks.

    Args:
        seed: see `seed_from_polynomial`.

    Raises:
        ChunkerError: pyfastcdc's compiled module is missing.
    """

    def __init__(self, seed: int) -> None:
        require_compiled()
        self._seed = seed

    def split(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the chunks of one file whose bytes come in pieces of any size.

        The cuts depend on the bytes alone, not on how they arrive. Memory: up to `MAX_SIZE` and one piece, and the
        chunk being yielded. A file up to `MIN_SIZE` in one piece is yielded as it came.
        """
        source = iter(pieces)
        buffer: bytes | bytearray = next(source, b"")
        cutter: pyfastcdc.FastCDC | None = None
        scan_at = _FIRST_SCAN
        for piece in source:
            if not isinstance(buffer, bytearray):
                buffer = bytearray(buffer)
            buffer += piece
            while len(buffer) >= scan_at:
                cutter = cutter or self._cutter()
                length = _first_cut(cutter, buffer)
                if length == len(buffer) < MAX_SIZE:
                    # No cut yet. Looking again only when there is twice as much keeps the whole search linear.
                    scan_at = min(2 * len(buffer), MAX_SIZE)
                    break
                yield _take(buffer, length)
                scan_at = _FIRST_SCAN
        if len(buffer) <= MIN_SIZE:
            if buffer:
                yield bytes(buffer)
            return
        cutter = cutter or self._cutter()
        rest = bytearray(buffer)
        while rest:
            yield _take(rest, _first_cut(cutter, rest))

    def _cutter(self) -> pyfastcdc.FastCDC:
        """Return a fresh object: pyfastcdc's are not safe to share between threads."""
        return pyfastcdc.FastCDC(
            AVERAGE_SIZE, min_size=MIN_SIZE, max_size=MAX_SIZE, normalized_chunking=NORMALIZATION, seed=self._seed
        )


def _first_cut(cutter: pyfastcdc.FastCDC, buffer: bytearray) -> int:
    """Return the length of the first chunk. All views of the buffer are gone on return, so that it may shrink."""
    return next(iter(cutter.cut_buf(buffer))).length


def _take(buffer: bytearray, length: int) -> bytes:
    with memoryview(buffer) as view:
        chunk = bytes(view[:length])
    del buffer[:length]
    return chunk
