"""BoringSSL's SPAKE2 over edwards25519, as adb's pairing uses it (boringssl crypto/curve25519/spake25519.c).

Slow and not constant in time: a peer for tests. The real adb client judges it: one wrong byte, and no key comes out.
"""

import hashlib
import secrets
from typing import Final, TypeAlias

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
_M: Final = bytes.fromhex("5ada7e4bf6ddd9adb6626d32131c6b5c51a1e347a3478f53cfcf441b88eed12e")
_N: Final = bytes.fromhex("10e3df0ae37d8e7a99b5fe74b44672103dbddcbd06af680d71329a11693bc778")

_Point: TypeAlias = tuple[int, int]


def _add(one: _Point, two: _Point) -> _Point:
    (x1, y1), (x2, y2) = one, two
    product = _D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, _P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, _P)
    return x % _P, y % _P


def _times(number: int, point: _Point) -> _Point:
    total: _Point = (0, 1)
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


def _minus(point: _Point) -> _Point:
    return -point[0] % _P, point[1]


def _encode(point: _Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def _decode(data: bytes) -> _Point:
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        raise ValueError("not on the curve")
    return (-x % _P if x & 1 != sign else x), y


_BASE: Final = _decode((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


class Spake2Server:
    """The side that BoringSSL calls bob.

    Args:
        my_name, their_name: as both sides agreed, terminating NULs included.
        password: what both know.
    """

    def __init__(self, my_name: bytes, their_name: bytes, password: bytes) -> None:
        self._names = (their_name, my_name)
        self._hash = hashlib.sha512(password).digest()
        scalar = int.from_bytes(self._hash, "little") % _ORDER
        while scalar % 8:  # "the password scalar hack": a multiple of the cofactor
            scalar += _ORDER
        self._scalar = scalar
        self._private = int.from_bytes(secrets.token_bytes(64), "little") % _ORDER * 8
        self.message = _encode(_add(_times(self._private, _BASE), _times(scalar, _decode(_N))))

    def key(self, their_message: bytes) -> bytes:
        """Return the 64 bytes that both sides get where they knew the same password."""
        theirs = _add(_decode(their_message), _minus(_times(self._scalar, _decode(_M))))
        shared = _encode(_times(self._private, theirs))
        digest = hashlib.sha512()
        for part in (*self._names, their_message, self.message, shared, self._hash):
            digest.update(len(part).to_bytes(8, "little") + part)
        return digest.digest()
