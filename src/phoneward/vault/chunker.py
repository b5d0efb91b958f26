"""Content-defined chunking: FastCDC, seeded per repository (docs/decisions/0002-chunking.md).

Source: Xia et al., "The Design of Fast Content Defined Chunking for Data Deduplication Based Storage Systems", IEEE
TPDS 2020, as pyfastcdc implements it. restic accepts any division of a file into blobs; the seed is taken from the
repository's own chunker polynomial, so that copies made with restic's `--copy-chunker-params` keep deduplicating.
"""

import hashlib
import importlib
import itertools
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
WINDOW_SIZE = MAX_SIZE + _FIRST_SCAN


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
        self._spare_windows: list[bytearray] = []

    def split(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the chunks of one file whose bytes come in pieces of any size.

        The cuts depend on the bytes alone, not on how they arrive. Memory: a window of `WINDOW_SIZE` that later files
        use again, and the chunk being yielded. A file up to `MIN_SIZE` in one piece is yielded as it came.
        """
        source = iter(pieces)
        first: list[bytes] = []
        size = 0
        for piece in source:
            first.append(piece)
            size += len(piece)
            if size > MIN_SIZE:
                yield from self._split_large(itertools.chain(first, source))
                return
        if size:
            yield first[0] if len(first) == 1 else b"".join(first)

    def _split_large(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        # A window in place of a growing buffer: it is fresh memory that costs, not the copying.
        window = self._spare_windows.pop() if self._spare_windows else bytearray(WINDOW_SIZE)
        try:
            yield from self._split_in(memoryview(window), pieces)
        finally:
            self._spare_windows.append(window)

    def _split_in(self, window: memoryview, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Split; the bytes between `start` and `end` of the window are still to be cut."""
        cutter = pyfastcdc.FastCDC(  # a fresh one: they are not safe to share between threads
            AVERAGE_SIZE, min_size=MIN_SIZE, max_size=MAX_SIZE, normalized_chunking=NORMALIZATION, seed=self._seed
        )
        start = end = 0
        scan_at = _FIRST_SCAN
        for piece in pieces:
            taken = 0
            while taken < len(piece):
                if end == len(window):
                    window[: end - start] = window[start:end]
                    start, end = 0, end - start
                step = min(len(piece) - taken, len(window) - end)
                window[end : end + step] = memoryview(piece)[taken : taken + step]
                taken += step
                end += step
                while end - start >= scan_at:
                    length = _first_cut(cutter, window[start:end])
                    if length == end - start < MAX_SIZE:
                        # No cut yet. Looking again only when there is twice as much keeps the whole search linear.
                        scan_at = min(2 * length, MAX_SIZE)
                        break
                    yield bytes(window[start : start + length])
                    start += length
                    scan_at = _FIRST_SCAN
        while start < end:
            length = _first_cut(cutter, window[start:end])
            yield bytes(window[start : start + length])
            start += length


def _first_cut(cutter: pyfastcdc.FastCDC, data: memoryview) -> int:
    """Return the length of the first chunk."""
    return next(iter(cutter.cut_buf(data))).length
