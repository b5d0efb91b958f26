"""The `config` file: the repository's version, identity and chunker polynomial (restic `internal/restic/config.go`)."""

import secrets

import msgspec

from phoneward.texts import _
from phoneward.vault.crypto import SealError, SealingKey
from phoneward.vault.errors import DamagedError, UnsupportedVersionError

VERSIONS = (1, 2)
"""Versions that can be read; new repositories are of the last."""

_POLYNOMIAL_DEGREE = 53
_MAX_POLYNOMIAL_DEGREE = 63
_MAX_CONFIG = 64 * 1024


class Config(msgspec.Struct, frozen=True):
    """What `config` says.

    Attributes:
        version: 1 (nothing compressed) or 2.
        id: 64 hex digits, random.
        chunker_polynomial: irreducible over GF(2); bit i is the coefficient of x^i. restic cuts files with it, we make
            our chunker's seed of it.
    """

    version: int
    id: str
    chunker_polynomial: int

    @property
    def polynomial_text(self) -> str:
        """The polynomial as `config` writes it: lower-case hex without prefix or leading zeros."""
        return f"{self.chunker_polynomial:x}"


class _ConfigFile(msgspec.Struct, frozen=True):
    version: int
    id: str
    chunker_polynomial: str


def new_config(polynomial: int | None = None) -> Config:
    """Return the config of a new repository; `polynomial` is another repository's, None makes one."""
    return Config(version=2, id=secrets.token_hex(32), chunker_polynomial=polynomial or random_polynomial())


def seal_config(config: Config, key: SealingKey) -> bytes:
    """Return the bytes of the `config` file: sealed, never compressed."""
    document = _ConfigFile(version=config.version, id=config.id, chunker_polynomial=config.polynomial_text)
    return key.seal(msgspec.json.encode(document))


def open_config(raw: bytes, key: SealingKey) -> Config:
    """Return what a `config` file says.

    Raises:
        UnsupportedVersionError: of a version not in `VERSIONS`.
        DamagedError: changed, not ours, or its polynomial is not irreducible.
    """
    if len(raw) > _MAX_CONFIG:
        raise DamagedError(name="config", problem=_("it is far too long."))
    try:
        plain = key.open(raw)
    except SealError as error:
        problem = _("its content was changed, or this key is of another vault.")
        raise DamagedError(name="config", problem=problem) from error
    return parse_config(plain)


def is_key_of(key: SealingKey, raw: bytes) -> bool:
    """Tell whether a master key opens a `config` file; what stands in it is not looked at."""
    if len(raw) > _MAX_CONFIG:
        return True  # that is said by whoever opens it
    try:
        key.open(raw)
    except SealError:
        return False
    return True


def parse_config(plain: bytes) -> Config:
    """Return what a `config` file's JSON says.

    Raises:
        UnsupportedVersionError, DamagedError: as `open_config`.
    """
    try:
        document = msgspec.json.decode(plain, type=_ConfigFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(name="config", problem=_("its content makes no sense.")) from error
    if document.version not in VERSIONS:
        raise UnsupportedVersionError(version=document.version)
    text = document.chunker_polynomial
    polynomial = int(text, 16) if 0 < len(text) <= 16 and set(text) <= set("0123456789abcdefABCDEF") else 0
    if polynomial.bit_length() - 1 > _MAX_POLYNOMIAL_DEGREE or not is_irreducible(polynomial):
        raise DamagedError(name="config", problem=_("its chunker polynomial is not irreducible."))
    if len(document.id) > 128:
        raise DamagedError(name="config", problem=_("its content makes no sense."))
    return Config(version=document.version, id=document.id, chunker_polynomial=polynomial)


def random_polynomial() -> int:
    """Return a random irreducible polynomial of degree 53 (restic `chunker.RandomPolynomial`)."""
    while True:
        candidate = secrets.randbits(_POLYNOMIAL_DEGREE) | 1 << _POLYNOMIAL_DEGREE | 1
        if is_irreducible(candidate):
            return candidate


def is_irreducible(polynomial: int) -> bool:
    """Tell whether a polynomial over GF(2) is irreducible.

    Ben-Or's test (Gao and Panario, "Tests and constructions of irreducible polynomials over finite fields", 1997):
    f of degree n is irreducible exactly when gcd(f, x^(2^i) - x) = 1 for every i up to n/2.
    """
    degree = polynomial.bit_length() - 1
    if degree < 1:
        return False
    x = 2
    power = _mod(x, polynomial)
    for _i in range(degree // 2):
        power = _mod(_square(power), polynomial)
        if _gcd(polynomial, power ^ x) != 1:
            return False
    return True


def _square(a: int) -> int:
    """Square over GF(2): put a zero between any two bits."""
    return int(f"{a:b}", 4)


def _mod(a: int, b: int) -> int:
    degree = b.bit_length()
    while a.bit_length() >= degree:
        a ^= b << (a.bit_length() - degree)
    return a


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, _mod(a, b)
    return a
