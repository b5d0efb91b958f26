"""META-INF/*.RSA, *.DSA, *.EC against the *.SF that they sign (apksig `V1SchemeVerifier.Signer`).

AOSP `StrictJarVerifier.verifyBytes` and OpenJDK's `sun.security.pkcs.PKCS7` decide on the phone; apksig mirrors them.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from phoneward.apk.signing import ber
from phoneward.apk.signing.ber import MalformedBerError
from phoneward.apk.signing.certificate import Certificate, PublicKey, read_certificate, same_name
from phoneward.apk.signing.pkcs7 import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SignedData,
    SignerInfo,
    read_attributes,
    read_signed_data,
    single_value,
)
from phoneward.apk.signing.v1_algorithms import DIGESTS, SIGNATURES, is_supported

MAX_BLOCK: Final = 128 << 10
"""Bytes of a block that are read; real ones have some kilobytes. Android has no bound."""

_ANDROID_4_4: Final = 19
_ANDROID_7: Final = 24
_KEYS: Final = {"RSA": rsa.RSAPublicKey, "DSA": dsa.DSAPublicKey, "EC": ec.EllipticCurvePublicKey}
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "md5": hashes.MD5(),  # noqa: S303 - Android takes it
    "sha1": hashes.SHA1(),  # noqa: S303 - Android takes it
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_SET_TAG: Final = b"\x31"


class BlockError(Exception):
    """The block is refused as a whole; `code` says why, one of `problems`. Never leaves this room."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def signer_of(block: bytes, signature_file: bytes, low: int, high: int) -> Certificate:
    """Return the certificate of whoever signed a signature file by this block.

    Args:
        block: the content of META-INF/*.RSA and so on.
        signature_file: the content of META-INF/*.SF.
        low: the first Android version, an API level.
        high: the last one.

    Raises:
        BlockError: some of these Android versions would not take it.
    """
    try:
        signed = read_signed_data(block)
    except MalformedBerError as error:
        raise BlockError("block-malformed") from error
    if not signed.signer_infos:
        raise BlockError("no-signers")
    certificates = _certificates(signed)
    # Before Android 7 only the first one counts; since then, the first one that is right.
    infos = signed.signer_infos if low >= _ANDROID_7 else signed.signer_infos[:1]
    found = [_certificate_if_signed(signed, certificates, info, signature_file, (low, high)) for info in infos]
    certificate = next((one for one in found if one is not None), None)
    if certificate is None:
        raise BlockError("signature-wrong")
    return certificate


def _certificates(signed: SignedData) -> list[Certificate]:
    if signed.certificates is None:
        raise BlockError("certificate-missing")
    try:
        return [read_certificate(encoded) for encoded in signed.certificates]
    except MalformedBerError as error:
        raise BlockError("certificate-malformed") from error


def _certificate_if_signed(
    signed: SignedData, certificates: Sequence[Certificate], info: SignerInfo, data: bytes, sdk: tuple[int, int]
) -> Certificate | None:
    """Return the certificate where this signature is right, None where it is wrong, as opposed to unacceptable."""
    low, high = sdk
    if not is_supported(info.digest_algorithm, info.signature_algorithm, low, high):
        raise BlockError("algorithm-unsupported")
    certificate = _certificate_of(certificates, info)
    if certificate is None:
        raise BlockError("certificate-missing")
    if certificate.has_unknown_critical_extension or not certificate.may_sign:
        raise BlockError("certificate-not-for-signing")
    digest = DIGESTS[info.digest_algorithm]
    kind, algorithm = SIGNATURES[info.signature_algorithm]
    try:
        key = certificate.public_key()
    except MalformedBerError as error:
        raise BlockError("key-malformed") from error
    if not isinstance(key, _KEYS[kind]):
        raise BlockError("key-malformed")
    if info.signed_attributes is not None:
        # Before 4.4 the digest in signed attributes is not compared at all, so the app would be protected by nothing.
        if low < _ANDROID_4_4:
            raise BlockError("attributes-unsafe")
        if not _attributes_fit(signed.content_type, digest, info.signed_attributes, data, high):
            return None
        # Not encoded anew: Android only makes a SET of the tag [0].
        data = _SET_TAG + info.signed_attributes[1:]
    return certificate if _is_signed(key, algorithm or digest, info.signature, data) else None


def _certificate_of(certificates: Sequence[Certificate], info: SignerInfo) -> Certificate | None:
    try:
        fitting = (one for one in certificates if one.serial == info.serial and same_name(one.issuer, info.issuer))
        return next(fitting, None)
    except MalformedBerError as error:
        raise BlockError("block-malformed") from error


def _attributes_fit(signed_type: str, digest_algorithm: str, encoded: bytes, data: bytes, high: int) -> bool:
    try:
        attributes = read_attributes(encoded)
        if high >= _ANDROID_7:
            content_type = single_value(attributes, CONTENT_TYPE, ber.OBJECT_IDENTIFIER)
            if content_type is None:
                raise BlockError("attribute-malformed")
            if content_type.oid() != signed_type:
                return False
        digest = single_value(attributes, MESSAGE_DIGEST, ber.OCTET_STRING)
    except MalformedBerError as error:
        raise BlockError("attribute-malformed") from error
    if digest is None:
        raise BlockError("attribute-malformed")
    return digest.content == hashlib.new(digest_algorithm, data).digest()


def _is_signed(key: PublicKey, algorithm: str, signature: bytes, data: bytes) -> bool:
    hashed = _HASHES[algorithm]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            if len(signature) != (key.key_size + 7) // 8:
                raise BlockError("signature-wrong")
            key.verify(signature, data, padding.PKCS1v15(), hashed)
        else:
            decode_dss_signature(signature)
            if isinstance(key, dsa.DSAPublicKey):
                key.verify(signature, data, hashed)
            else:
                key.verify(signature, data, ec.ECDSA(hashed))
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm) as error:
        # OpenJDK and Android's Conscrypt throw where the signature is no signature of this kind.
        raise BlockError("signature-wrong") from error
    return True
