"""PKCS #7 SignedData, as it stands in META-INF/*.RSA, read as apksig reads it (`Asn1BerParser`, `SignedData`).

RFC 2315. What apksig forgives is forgiven: BER instead of DER, elements that nobody knows between optional ones,
anything at the end. What makes it give up makes this give up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from phoneward.apk.signing import ber
from phoneward.apk.signing.ber import MalformedBerError, Value, expect

SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"

MAX_SIGNER_INFOS: Final = 10
"""Signatures in one block that are looked at; real blocks have one. Android looks at all."""
MAX_PARTS: Final = 100
"""Certificates, attributes and so on in one list; real ones have fewer than ten. Android has no bound."""


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signature, and what it says of itself.

    Attributes:
        issuer: the name of whoever issued the signer's certificate, encoded.
        serial: that certificate's number.
        digest_algorithm, signature_algorithm: object identifiers.
        signed_attributes: encoded, with the tag `[0]`; None where there are none.
        signature: its bytes.
    """

    issuer: bytes
    serial: int
    digest_algorithm: str
    signature_algorithm: str
    signed_attributes: bytes | None
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedData:
    """One block.

    Attributes:
        content_type: what is signed, an object identifier.
        certificates: encoded, in the order of the block; None where it has no field for them.
        signer_infos: in the order of the block.
    """

    content_type: str
    certificates: tuple[bytes, ...] | None
    signer_infos: tuple[SignerInfo, ...]


def read_signed_data(block: bytes) -> SignedData:
    """Read a signature block.

    Raises:
        MalformedBerError: it is none, or larger than any real one.
    """
    content_type, content = _fields(expect(ber.value(block), ber.SEQUENCE), _OID, _EXPLICIT)
    if _needed(content_type).oid() != SIGNED_DATA:
        raise MalformedBerError
    return _signed_data(expect(ber.explicit(_needed(content)), ber.SEQUENCE))


def read_attributes(encoded: bytes) -> dict[str, tuple[Value, ...]]:
    """Read signed attributes: values by object identifier.

    Raises:
        MalformedBerError: they are none, or one of them is there twice.
    """
    found: dict[str, tuple[Value, ...]] = {}
    for part in _bounded(ber.value(encoded)):
        kind, attribute_values = _fields(expect(part, ber.SEQUENCE), _OID, _SET)
        oid = _needed(kind).oid()
        if oid in found:
            raise MalformedBerError
        found[oid] = tuple(_bounded(_needed(attribute_values)))
    return found


def single_value(attributes: dict[str, tuple[Value, ...]], oid: str, number: int) -> Value | None:
    """Return the one value of an attribute; None where it is not there or has none.

    Raises:
        MalformedBerError: it has several, or its tag is not this number.
    """
    found = attributes.get(oid)
    if not found:
        return None
    if len(found) > 1:
        raise MalformedBerError
    return expect(found[0], number)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a sequence: the kind of its tag (number None: any), and whether it may be missing."""

    kind: int
    number: int | None
    optional: bool = False

    def fits(self, found: Value) -> bool:
        return found.kind[0] == self.kind and self.number in {None, found.kind[1]}


_OID: Final = _Field(ber.UNIVERSAL, ber.OBJECT_IDENTIFIER)
_INTEGER: Final = _Field(ber.UNIVERSAL, ber.INTEGER)
_SEQUENCE: Final = _Field(ber.UNIVERSAL, ber.SEQUENCE)
_SET: Final = _Field(ber.UNIVERSAL, ber.SET)
_OCTETS: Final = _Field(ber.UNIVERSAL, ber.OCTET_STRING)
_ANY: Final = _Field(ber.UNIVERSAL, None)
_EXPLICIT: Final = _Field(ber.CONTEXT, 0)
_TAG_0: Final = _Field(ber.CONTEXT, 0, optional=True)
_TAG_1: Final = _Field(ber.CONTEXT, 1, optional=True)
_PARAMETERS: Final = _Field(ber.UNIVERSAL, None, optional=True)


def _fields(sequence: Value, *fields: _Field) -> list[Value | None]:
    """Return the fields of a sequence, as apksig `Asn1BerParser.parseSequence` finds them.

    What fits none of the optional fields that come next is passed over; what does not fit the next one that must be
    there is an error; what follows the last field is not looked at.
    """
    found: list[Value | None] = [None] * len(fields)
    position = 0
    parts = _bounded(sequence)
    while position < len(fields):
        part = next(parts, None)
        if part is None:
            break
        for index in range(position, len(fields)):
            if fields[index].fits(part):
                found[index] = part
                position = index + 1
                break
            if not fields[index].optional:
                raise MalformedBerError
    return found


def _needed(found: Value | None) -> Value:
    if found is None:
        raise MalformedBerError
    return found


def _bounded(container: Value) -> Iterator[Value]:
    for number, part in enumerate(container.parts()):
        if number == MAX_PARTS:
            raise MalformedBerError
        yield part


def _signed_data(sequence: Value) -> SignedData:
    version, digests, content, certificates, revoked, signer_infos = _fields(
        sequence, _INTEGER, _SET, _SEQUENCE, _TAG_0, _TAG_1, _SET
    )
    _java_int(_needed(version))
    for digest in _bounded(_needed(digests)):
        _algorithm(expect(digest, ber.SEQUENCE))
    content_type, _content = _fields(_needed(content), _OID, _TAG_0)
    if revoked is not None:
        _read_through(_bounded(revoked))
    infos = list(islice(_bounded(_needed(signer_infos)), MAX_SIGNER_INFOS + 1))
    if len(infos) > MAX_SIGNER_INFOS:
        raise MalformedBerError
    return SignedData(
        _needed(content_type).oid(),
        None if certificates is None else tuple(part.encoded for part in _bounded(certificates)),
        tuple(_signer_info(expect(info, ber.SEQUENCE)) for info in infos),
    )


def _signer_info(sequence: Value) -> SignerInfo:
    version, signer, digest, signed, algorithm, signature, unsigned = _fields(
        sequence, _INTEGER, _ANY, _SEQUENCE, _TAG_0, _SEQUENCE, _OCTETS, _TAG_1
    )
    _java_int(_needed(version))
    # A signer that is named by the identifier of its key is not understood by Android either.
    issuer, serial = _fields(expect(signer, ber.SEQUENCE), _ANY, _INTEGER)
    if unsigned is not None:
        _check_unsigned(list(_bounded(unsigned)))
    return SignerInfo(
        _needed(issuer).encoded,
        _needed(serial).integer(),
        _algorithm(_needed(digest)),
        _algorithm(_needed(algorithm)),
        None if signed is None else signed.encoded,
        _needed(signature).content,
    )


def _check_unsigned(attributes: Sequence[Value]) -> None:
    """Attributes that nobody reads must be in form all the same, unless they are no attributes at all."""
    for attribute in attributes:
        if attribute.kind != (ber.UNIVERSAL, ber.SEQUENCE):
            return
        kind, attribute_values = _fields(attribute, _OID, _SET)
        if kind is not None:
            kind.oid()
        if attribute_values is not None:
            _read_through(_bounded(attribute_values))


def _read_through(parts: Iterator[Value]) -> None:
    for _part in parts:
        pass


def _algorithm(sequence: Value) -> str:
    algorithm, _parameters = _fields(sequence, _OID, _PARAMETERS)
    return _needed(algorithm).oid()


def _java_int(found: Value) -> None:
    if not -(2**31) <= found.integer() < 2**31:
        raise MalformedBerError
