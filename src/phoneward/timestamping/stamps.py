"""What a time stamp (RFC 3161) proves: that an authority saw a hash, and when. The library for it is optional."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.timestamping.asking import Send, post
from phoneward.timestamping.errors import AuthorityFileError, TimestampPartMissingError, TimestampRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampRequest, TimeStampResponse

_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_GRANTED: Final = frozenset({0, 1})
"""PKIStatus granted and grantedWithMods (RFC 3161, 2.4.2)."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """An authority's answer, understood.

    Attributes:
        time: what the authority says, UTC.
        authority: who signed, by the certificate that came along; empty where none did. Worth nothing unless
            `is_verified`: anybody can make a certificate of any name.
        is_verified: its signature leads to an authority that the person named. False: nobody was named to ask.
        token: the whole answer (`.tsr`), as it came.
    """

    time: dt.datetime
    authority: str
    is_verified: bool
    token: bytes


def stamp(content: bytes, url: str, *, authorities: bytes | None = None, send: Send | None = None) -> Stamp:
    """Have an authority stamp bytes: it gets their SHA-256 and a random number, and nothing else.

    Args:
        content: what is stamped.
        url: of the authority, `http://` or `https://`.
        authorities: certificates (PEM) of authorities that are trusted; None checks all but whose signature it is.
        send: asks the authority; None asks over the network.

    Raises:
        TimestampPartMissingError: the optional library is not installed.
        TimestampServerError: the authority cannot be reached.
        TimestampRefusedError: it refused, or its answer proves nothing.
        AuthorityFileError: `authorities` holds no certificate.
    """
    client = _library()
    request = client.TimestampRequestBuilder().data(content).hash_algorithm(client.HashAlgorithm.SHA256).build()
    answer = (send or post)(url, request.as_bytes())
    return check_stamp(answer, hashlib.sha256(content).digest(), authorities, request=request)


def check_stamp(
    token: bytes, digest: bytes, authorities: bytes | None, *, request: "TimeStampRequest | None" = None
) -> Stamp:
    """Return what an answer proves about a hash.

    Args:
        token: the answer.
        digest: SHA-256 of what should have been stamped.
        authorities: certificates (PEM) of authorities that are trusted; None checks all but whose signature it is.
        request: what was asked; None where that is not known any more.

    Raises:
        TimestampPartMissingError: the optional library is not installed.
        TimestampRefusedError: it proves nothing.
        AuthorityFileError: `authorities` holds no certificate.
    """
    client = _library()
    try:
        response = client.decode_timestamp_response(token)
        if response.status not in _GRANTED:
            words = readable(" ".join(response.status_string)) or str(response.status)
            raise TimestampRefusedError(detail=words)
        info = response.tst_info
        imprint, moment = info.message_imprint, info.gen_time
        fits = imprint.message == digest and imprint.hash_algorithm.dotted_string == _SHA256
        fits = fits and (request is None or request.nonce is None or info.nonce == request.nonce)
        authority = _signer(response)
    except ValueError as error:
        raise TimestampRefusedError(detail=_("it cannot be understood")) from error
    if not fits:
        raise TimestampRefusedError(detail=_("it is about something else"))
    if authorities is not None:
        _verify(response, digest, certificates(authorities))
    return Stamp(moment, authority, authorities is not None, token)


def chain_of(token: bytes, authorities: bytes | None) -> bytes:
    """Return the certificates (PEM) that came with an answer, and those that the person named, each once.

    Raises:
        TimestampPartMissingError: the optional library is not installed.
        TimestampRefusedError: the answer cannot be understood.
        AuthorityFileError: `authorities` holds no certificate.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        signed = _library().decode_timestamp_response(token).signed_data
        found = [x509.load_der_x509_certificate(encoded) for encoded in signed.certificates]
    except ValueError as error:
        raise TimestampRefusedError(detail=_("it cannot be understood")) from error
    found.sort(key=lambda certificate: certificate.public_bytes(Encoding.DER))
    named = certificates(authorities) if authorities is not None else []
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in dict.fromkeys([*found, *named]))


def certificates(authorities: bytes) -> "list[Certificate]":
    """Return the certificates in a file (PEM).

    Raises:
        AuthorityFileError: there are none, or they cannot be read.
    """
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(authorities)
    except ValueError as error:
        raise AuthorityFileError(detail=readable(str(error))) from error


def _signer(response: "TimeStampResponse") -> str:
    from cryptography import x509

    signers = response.signed_data.signer_infos
    for encoded in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(encoded)
        if any(certificate.serial_number == signer.serial_number for signer in signers):
            return readable(certificate.subject.rfc4514_string())
    return ""


def _verify(response: "TimeStampResponse", digest: bytes, roots: "Sequence[Certificate]") -> None:
    client = _library()
    builder = client.VerifierBuilder()
    for root in dict.fromkeys(roots):
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify(response, digest)
    except (client.VerificationError, ValueError) as error:
        raise TimestampRefusedError(detail=readable(str(error))) from error


def _library() -> "ModuleType":
    try:
        import rfc3161_client
    except ImportError as error:
        raise TimestampPartMissingError from error
    return rfc3161_client
