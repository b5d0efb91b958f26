"""As much of ASN.1 as finds the public key in a certificate, DER or nearly so.

Only places and lengths are looked at (RFC 5280 section 4.1); lengths may take more bytes than DER allows, since some
apps are signed with such certificates (apksig `X509CertificateUtils.generateCertificate`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.apk.signing.reading import MalformedError

INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_MAX_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Element:
    """One element.

    Attributes:
        tag: its first byte.
        content: what it holds.
        encoded: the whole of it, as it is stored.
    """

    tag: int
    content: bytes
    encoded: bytes


def elements_of(data: bytes) -> Iterator[Element]:
    """Yield the elements that stand one after another.

    Raises:
        MalformedError: one does not lie in the bytes, or has no definite length.
    """
    at = 0
    while at < len(data):
        start = at
        head = data[at : at + 2]
        if len(head) < 2 or head[0] & 0x1F == 0x1F:
            raise MalformedError
        at += 2
        length = head[1]
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 8 or at + count > len(data):
                raise MalformedError
            length = int.from_bytes(data[at : at + count], "big")
            at += count
        if length > len(data) - at:
            raise MalformedError
        yield Element(head[0], data[at : at + length], data[start : at + length])
        at += length


def public_key_of(certificate: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of a certificate, as it is stored.

    Raises:
        MalformedError: it is no X.509 certificate.
    """
    (whole, *_after) = _some(elements_of(certificate), 1)
    to_sign, algorithm, signature = _some(elements_of(whole.content), 3)
    if (whole.tag, to_sign.tag, algorithm.tag, signature.tag) != (SEQUENCE, SEQUENCE, SEQUENCE, BIT_STRING):
        raise MalformedError
    fields = list(elements_of(to_sign.content))
    if fields and fields[0].tag == _VERSION:
        del fields[0]
    if [one.tag for one in fields[:6]] != [INTEGER] + [SEQUENCE] * 5 or any(one.tag < 0x80 for one in fields[6:]):
        raise MalformedError
    return fields[5].encoded


def rsa_numbers(key: bytes) -> tuple[int, int] | None:
    """Return modulus and exponent of an RSA SubjectPublicKeyInfo, both taken as positive; None for another key.

    Raises:
        MalformedError: it is neither.
    """
    (whole,) = _some(elements_of(key), 1)
    algorithm, bits = _some(elements_of(whole.content), 2)
    (name, *_parameters) = elements_of(algorithm.content)
    if name.content != _RSA_ENCRYPTION or bits.tag != BIT_STRING or not bits.content.startswith(b"\0"):
        return None
    (pair,) = _some(elements_of(bits.content[1:]), 1)
    modulus, exponent = _some(elements_of(pair.content), 2)
    return int.from_bytes(modulus.content, "big"), int.from_bytes(exponent.content, "big")


def in_der(encoded: bytes, depth: int = 0) -> bytes:
    """Return elements with every length in as few bytes as DER has it.

    Raises:
        MalformedError: they are not in form, or nested deeper than a key is.
    """
    if depth > _MAX_DEPTH:
        raise MalformedError
    return b"".join(
        bytes([one.tag]) + _length(content) + content
        for one in elements_of(encoded)
        for content in [in_der(one.content, depth + 1) if one.tag & 0x20 else one.content]
    )


_RSA_ENCRYPTION: Final = bytes.fromhex("2a864886f70d010101")
"""1.2.840.113549.1.1.1"""


def _length(content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([length])
    encoded = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(encoded)]) + encoded


def _some(elements: Iterator[Element], count: int) -> list[Element]:
    """Return the first elements, at least that many."""
    found = [one for one, _number in zip(elements, range(count), strict=False)]
    if len(found) < count:
        raise MalformedError
    return found
