"""Whether a signature of schemes v2 to v4 is a key's, and whether a certificate is for that key."""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from phoneward.apk.signing.algorithms import Algorithm, KeyKind
from phoneward.apk.signing.ber import MalformedBerError
from phoneward.apk.signing.certificate import PublicKey, public_key, read_certificate
from phoneward.apk.signing.reading import MalformedError

_HASHES: Final[dict[int, hashes.HashAlgorithm]] = {256: hashes.SHA256(), 512: hashes.SHA512()}
_KINDS: Final = {
    KeyKind.RSA: rsa.RSAPublicKey,
    KeyKind.EC: ec.EllipticCurvePublicKey,
    KeyKind.DSA: dsa.DSAPublicKey,
}
_MAX_ENCODED: Final = 16 << 10
"""Bytes of a public key; one for RSA of 16,384 bits, the longest that is verified, has 2,086."""


def key_of(encoded: bytes) -> PublicKey:
    """Return the key of a SubjectPublicKeyInfo.

    Raises:
        MalformedError: it is none that an APK could be signed with.
    """
    if len(encoded) > _MAX_ENCODED:
        raise MalformedError
    try:
        return public_key(encoded)
    except MalformedBerError as error:
        raise MalformedError from error


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


def check_certificate(certificate: bytes) -> None:
    """Raise MalformedError where this is no certificate that Android could read."""
    try:
        read_certificate(certificate)
    except MalformedBerError as error:
        raise MalformedError from error


@lru_cache(maxsize=64)
def certified_key(certificate: bytes) -> bytes:
    """Return a certificate's SubjectPublicKeyInfo as Android writes it (apksig `encodePublicKey`).

    Raises:
        MalformedError: it is no certificate, or its key is none that an APK could be signed with.
    """
    return key_in(certificate).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_in(certificate: bytes) -> PublicKey:
    """Return a certificate's key; see `certified_key` for what is raised."""
    try:
        return key_of(read_certificate(certificate).public_key_info)
    except MalformedBerError as error:
        raise MalformedError from error
