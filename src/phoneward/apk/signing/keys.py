"""Keys and certificates: a certificate's public key, and whether a signature is that key's.

Certificates are taken as they are stored and never put into another form: Android compares their bytes. Some real ones
are not DER (lengths in more bytes than needed, an RSA modulus without its sign byte); those, too, have a key.
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from phoneward.apk.signing.algorithms import Algorithm, KeyKind
from phoneward.apk.signing.der import in_der, public_key_of, rsa_numbers
from phoneward.apk.signing.reading import MalformedError

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey

_HASHES: Final[dict[int, hashes.HashAlgorithm]] = {256: hashes.SHA256(), 512: hashes.SHA512()}
_KINDS: Final = {
    KeyKind.RSA: rsa.RSAPublicKey,
    KeyKind.EC: ec.EllipticCurvePublicKey,
    KeyKind.DSA: dsa.DSAPublicKey,
}
_MAX_ENCODED: Final = 16 << 10
"""Bytes of a public key; one for RSA of 16,384 bits, the longest that is verified, has 2,086."""


@lru_cache(maxsize=64)
def key_of(encoded: bytes) -> PublicKey:
    """Return the key of a SubjectPublicKeyInfo.

    Raises:
        MalformedError: it is none that an APK could be signed with.
    """
    if len(encoded) > _MAX_ENCODED:
        raise MalformedError
    try:
        key: object = load_der_public_key(encoded)
    except (ValueError, UnsupportedAlgorithm):
        key = _nearly_der(encoded)
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey):
        raise MalformedError
    return key


def verifies(key: PublicKey, algorithm: Algorithm, signature: bytes, data: bytes) -> bool:
    """Return whether a signature over the data is this key's.

    Raises:
        MalformedError: the key is not one for this algorithm.
    """
    if not isinstance(key, _KINDS[algorithm.key]):
        raise MalformedError
    hashed = _HASHES[algorithm.hash_bits]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(hashed), algorithm.hash_bits // 8) if algorithm.is_pss else None
            key.verify(signature, data, pss or padding.PKCS1v15(), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashed))
        else:
            key.verify(signature, data, hashed)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


@lru_cache(maxsize=64)
def certified_key(certificate: bytes) -> bytes:
    """Return a certificate's SubjectPublicKeyInfo as Android writes it (apksig `encodePublicKey`).

    Raises:
        MalformedError: it is no certificate, or its key is none that an APK could be signed with.
    """
    return key_of(public_key_of(certificate)).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _nearly_der(encoded: bytes) -> object:
    """Return a key whose encoding DER does not allow: an RSA modulus without its sign byte, needlessly long lengths."""
    canonical = in_der(encoded)
    try:
        numbers = rsa_numbers(canonical)
        if numbers is None:
            return load_der_public_key(canonical)
        modulus, exponent = numbers
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError from error
