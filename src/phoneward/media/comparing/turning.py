"""The hash of a turned picture, from the hash of the picture.

Turning a picture by a quarter exchanges the two directions of its frequencies and changes the sign of the odd ones of
one of them (the reference's `pdqHash256FromFloatLuma` makes its eight "dihedral" hashes so). A bit says whether a
frequency is above the median; the median of all is near zero, so a changed sign is a changed bit.
"""

from typing import Final

import numpy as np

from phoneward.media.comparing.neighbours import Hashes

_SIDE: Final = 16
_ODD: Final = np.arange(1, _SIDE + 1) % 2 == 1


def turned_hashes(hashes: Hashes) -> tuple[Hashes, Hashes, Hashes, Hashes]:
    """Return the hashes as they are, and of the pictures turned counter-clockwise by one, two and three quarters."""
    # Bits are counted from the least one of the last byte.
    bits = np.unpackbits(hashes, axis=1)[:, ::-1].reshape(-1, _SIDE, _SIDE).astype(bool)
    across = bits.transpose(0, 2, 1)
    return (
        hashes,
        _packed(across ^ _ODD[:, None]),
        _packed(bits ^ _ODD[:, None] ^ _ODD[None, :]),
        _packed(across ^ _ODD[None, :]),
    )


def _packed(bits: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Hashes:
    return np.packbits(bits.reshape(-1, _SIDE * _SIDE)[:, ::-1], axis=1)
