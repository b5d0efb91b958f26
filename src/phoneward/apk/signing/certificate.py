"""An X.509 certificate in a signature: what Android needs of it, and its bytes exactly as they are stored.

To Android the bytes of the certificate are the signer; it never asks who issued it, or whether it has expired.
Some apps' certificates are not DER (a length of two bytes where one would do, a negative modulus): they are read
here, as apksig `X509CertificateUtils` does, and never encoded anew.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from phoneward.apk.signing import ber
from phoneward.apk.signing.ber import MalformedBerError, Value, expect

PublicKey = rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey

_RSA: Final = "1.2.840.113549.1.1.1"
_KEY_USAGE: Final = "2.5.29.15"
_UNDERSTOOD: Final = frozenset(
    [f"2.5.29.{number}" for number in (14, 15, 16, 17, 18, 19, 20, 21, 27, 28, 29, 30, 31, 32, 33, 35, 36, 37, 46, 54)]
    + ["1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11", "1.3.6.1.5.5.7.48.1.5", "2.16.840.1.113730.1.1"]
)
"""Extensions that may be critical: those that OpenJDK's `sun.security.x509.OIDMap` knows."""
_NULL: Final = 5
_HAS_PARTS: Final = 0x20
_UNUSED_BITS: Final = 7
_CLOCK: Final = rb"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d"
_TIMES: Final = {
    (ber.UNIVERSAL, 23): re.compile(rb"\d\d" + _CLOCK + rb"([0-5]\d)?(Z|[+-]\d{4})"),
    (ber.UNIVERSAL, 24): re.compile(rb"\d{4}" + _CLOCK + rb"([0-5]\d([.,]\d+)?)?(Z|[+-]\d{4})"),
}
"""UTCTime and GeneralizedTime, as OpenJDK's `DerInputBuffer` reads them."""
_STRINGS: Final = {12: "utf-8", 19: "ascii", 20: "latin-1", 22: "ascii", 26: "ascii", 28: "utf-32-be", 30: "utf-16-be"}
"""Types of text in names: their tag's number, their encoding."""

_REMEMBERED_SIZE: Final = 8 << 10
"""Bytes; a certificate has one or two thousand."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate.

    Attributes:
        encoded: its bytes, as stored.
        serial: its number.
        issuer, subject: their names, encoded.
        public_key_info: SubjectPublicKeyInfo, as stored.
        may_sign: its key usage, where it gives one, allows signatures (digitalSignature or nonRepudiation).
        has_unknown_critical_extension: it asks for something that a verifier does not understand.
    """

    encoded: bytes
    serial: int
    issuer: bytes
    subject: bytes
    public_key_info: bytes
    may_sign: bool
    has_unknown_critical_extension: bool

    def public_key(self) -> PublicKey:
        """Return its key; MalformedBerError where it is none that a signature could be checked with."""
        return public_key(self.public_key_info)


def read_certificate(encoded: bytes) -> Certificate:
    """Read one certificate. Those that were read last are remembered: one signer signs many files.

    Raises:
        MalformedBerError: it is none.
    """
    return _read_again(encoded) if len(encoded) <= _REMEMBERED_SIZE else _read(encoded)


@functools.lru_cache(maxsize=64)
def _read_again(encoded: bytes) -> Certificate:
    return _read(encoded)


def _read(encoded: bytes) -> Certificate:
    whole = _constructed(ber.value(encoded), ber.SEQUENCE)
    signed, algorithm, signature = _all(whole, 3)
    _check_bits(signature)
    fields = list(_constructed(signed, ber.SEQUENCE).parts())
    if fields and fields[0].kind == (ber.CONTEXT, 0):
        expect(ber.explicit(fields.pop(0)), ber.INTEGER)
    if len(fields) < 6:
        raise MalformedBerError
    serial, signed_algorithm, issuer, validity, subject, key = fields[:6]
    if _algorithm(signed_algorithm) != _algorithm(algorithm):
        raise MalformedBerError
    for time in _all(_constructed(validity, ber.SEQUENCE), 2):
        form = _TIMES.get(time.kind)
        if form is None or not form.fullmatch(time.content):
            raise MalformedBerError
    for name in (issuer, subject):
        _canonical(name.encoded)
    key_algorithm, bits = _all(_constructed(key, ber.SEQUENCE), 2)
    _algorithm(key_algorithm)
    _check_bits(bits)
    extensions = _extensions(fields[6:])
    usage = extensions.get(_KEY_USAGE)
    return Certificate(
        whole.encoded,
        expect(serial, ber.INTEGER).integer(),
        issuer.encoded,
        subject.encoded,
        key.encoded,
        usage is None or _allows_signatures(usage[1]),
        any(critical and oid not in _UNDERSTOOD for oid, (critical, _content) in extensions.items()),
    )


def same_name(one: bytes, other: bytes) -> bool:
    """Tell whether two encoded names are the same: by their text, whatever case and spaces (`X500Principal.equals`)."""
    return one == other or _canonical(one) == _canonical(other)


@functools.lru_cache(maxsize=64)
def public_key(info: bytes) -> PublicKey:
    """Read a SubjectPublicKeyInfo. Of an RSA key a modulus without its leading zero is taken, as apksig does.

    Raises:
        MalformedBerError: it is no key that a signature could be checked with.
    """
    algorithm, bits = _all(_constructed(ber.value(info), ber.SEQUENCE), 2)
    oid = expect(next(_constructed(algorithm, ber.SEQUENCE).parts(), None), ber.OBJECT_IDENTIFIER).oid()
    try:
        if oid == _RSA:
            content = expect(bits, ber.BIT_STRING).content
            numbers = [
                expect(part, ber.INTEGER) for part in _all(_constructed(ber.value(content[1:]), ber.SEQUENCE), 2)
            ]
            modulus, exponent = (int.from_bytes(number.content, "big") for number in numbers)
            return rsa.RSAPublicNumbers(exponent, modulus).public_key()
        key = load_der_public_key(info)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedBerError from error
    if not isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey):
        raise MalformedBerError
    return key


def _constructed(found: Value, number: int) -> Value:
    """Return a SEQUENCE or SET that is marked as made of parts, as it must be; MalformedBerError otherwise."""
    if not expect(found, number).encoded[0] & _HAS_PARTS:
        raise MalformedBerError
    return found


def _check_bits(found: Value) -> None:
    """Raise MalformedBerError where this is no BIT STRING; its first byte counts the unused bits of the last one."""
    content = expect(found, ber.BIT_STRING).content
    if not content or content[0] > _UNUSED_BITS:
        raise MalformedBerError


def _all(found: Value, least: int) -> list[Value]:
    """Return the first values of a sequence; MalformedBerError where it has fewer."""
    parts = list(islice(found.parts(), least))
    if len(parts) < least:
        raise MalformedBerError
    return parts


def _algorithm(found: Value) -> tuple[str, bytes]:
    """Return an AlgorithmIdentifier's identifier and parameters; none and NULL are the same."""
    parts = list(islice(_constructed(found, ber.SEQUENCE).parts(), 2))
    oid = expect(parts[0] if parts else None, ber.OBJECT_IDENTIFIER).oid()
    has_parameters = len(parts) > 1 and parts[1].kind[0] == ber.UNIVERSAL and parts[1].kind[1] != _NULL
    return oid, parts[1].encoded if has_parameters else b""


def _extensions(fields: list[Value]) -> dict[str, tuple[bool, bytes]]:
    """Return whether it is critical, and the content, by object identifier."""
    found: dict[str, tuple[bool, bytes]] = {}
    for field in fields:
        if field.kind != (ber.CONTEXT, 3):
            continue
        for extension in _constructed(ber.explicit(field), ber.SEQUENCE).parts():
            parts = list(_constructed(extension, ber.SEQUENCE).parts())
            if len(parts) < 2:
                raise MalformedBerError
            oid = expect(parts[0], ber.OBJECT_IDENTIFIER).oid()
            if oid in found:
                raise MalformedBerError
            found[oid] = (len(parts) > 2 and any(parts[1].content), expect(parts[-1], ber.OCTET_STRING).content)
    return found


def _allows_signatures(usage: bytes) -> bool:
    bits = expect(ber.value(usage), ber.BIT_STRING).content
    return len(bits) > 1 and bool(bits[1] & 0xC0)


def _canonical(name: bytes) -> tuple[frozenset[tuple[str, bytes | str]], ...]:
    """Return a name in a form that is the same for equal names (OpenJDK `AVA.toRFC2253CanonicalString`)."""
    return tuple(
        frozenset(_attribute(part) for part in _constructed(relative, ber.SET).parts())
        for relative in _constructed(ber.value(name), ber.SEQUENCE).parts()
    )


def _attribute(part: Value) -> tuple[str, bytes | str]:
    kind, content = _all(_constructed(part, ber.SEQUENCE), 2)
    oid = expect(kind, ber.OBJECT_IDENTIFIER).oid()
    encoding = _STRINGS.get(expect(content, content.kind[1]).kind[1])
    if encoding is None:
        return oid, content.encoded
    text = unicodedata.normalize("NFKD", content.content.decode(encoding, "replace"))
    return oid, " ".join(text.upper().lower().split())
