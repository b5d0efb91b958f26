"""One signer of an APK Signature Scheme v2 or v3 block: what it signed, and whether its signatures are right.

Formats: source.android.com, "APK Signature Scheme v2" and "v3". What is an error, a warning or passed over is as in
AOSP apksig `V2SchemeVerifier.parseSigner`, `V3SchemeVerifier.parseSigner`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from phoneward.apk.signing.algorithms import ALGORITHMS, ContentDigest, to_verify
from phoneward.apk.signing.digests import ContentDigests
from phoneward.apk.signing.facts import LineageNode, Problem, Scheme
from phoneward.apk.signing.keys import certified_key, check_certificate, key_of, verifies
from phoneward.apk.signing.problems import problem
from phoneward.apk.signing.reading import MalformedError, Reader
from phoneward.apk.signing.results import SchemeResult, SignerResult

MAX_SIGNERS: Final = 10
"""AOSP `ApkSigningBlockUtils`/apksig `Constants.MAX_APK_SIGNERS` for v2. For v3, where Android sets no limit and one
signer is usual, the same is taken."""


@dataclass(slots=True)
class Signer:
    """What was found of one signer, up to the first error.

    Attributes:
        scheme: of its block.
        min_sdk, max_sdk: Android versions that it is for (v3); for v2 those of the scheme.
        certificates: DER as stored; the first is the signer's.
        verified: how the content is hashed by the signatures that phones go by.
        content_digests: algorithm id and digest, in order.
        attributes: id and value, in order.
        lineage: its proof of rotation (v3).
        targets_dev_release: it is marked for the preview that calls itself by `min_sdk` (v3.1).
        problems, warnings: about it.
    """

    scheme: Scheme
    min_sdk: int
    max_sdk: int
    certificates: list[bytes] = field(default_factory=list)
    verified: set[ContentDigest] = field(default_factory=set)
    content_digests: list[tuple[int, bytes]] = field(default_factory=list)
    attributes: list[tuple[int, bytes]] = field(default_factory=list)
    lineage: tuple[LineageNode, ...] = ()
    targets_dev_release: bool = False
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def wrong(self, code: str, **details: str) -> None:
        """Note a problem."""
        self.problems.append(problem(code, self.scheme, **details))

    @property
    def certificate(self) -> bytes:
        """The signer's own; empty where it could not be read."""
        return self.certificates[0] if self.certificates else b""


class _WrongError(Exception):
    """It ends here."""


def read_signers(value: bytes, scheme: Scheme, read: Callable[[Reader], Signer]) -> tuple[list[Signer], list[Problem]]:
    """Return the signers of a block, and what is wrong with it as a whole."""
    found: list[Signer] = []
    try:
        signers = Reader(value).part()
        if not signers:
            return [], [problem("no-signers", scheme)]
        for part in signers.parts():
            if len(found) == MAX_SIGNERS:
                return found, [problem("too-many-signers", scheme, limit=MAX_SIGNERS)]
            found.append(read(part))
            if any(one.code == "signer-malformed" for one in found[-1].problems):
                break
    except MalformedError:
        return found, [problem("block-malformed", scheme)]
    return found, []


def read_signer(part: Reader, signer: Signer, *, has_range: bool) -> Signer:
    """Read and verify one signer. Nothing that is not signed is looked at but what is needed to verify that.

    Args:
        part: its bytes.
        signer: an empty one with the Android versions that the block is read for.
        has_range: whether it says for which Android versions it is (v3).
    """
    try:
        _read(part, signer, has_range=has_range)
    except MalformedError:
        signer.wrong("signer-malformed")
    except _WrongError as error:
        signer.wrong(str(error))
    return signer


def check_content(signers: list[Signer], content: ContentDigests | None) -> list[Problem]:
    """Compare what the signers signed with the file (apksig `ApkSigningBlockUtils.verifyIntegrity`).

    What counts are the digests that some signer's verified signatures go by. Nothing is read where a signer is wrong,
    and where `content` is None: then only who signed is asked for.
    """
    if content is None or not signers or any(signer.problems for signer in signers):
        return []
    kinds = set[ContentDigest]().union(*(signer.verified for signer in signers))
    scheme = signers[0].scheme
    try:
        actual = content.of(kinds)
    except MalformedError:
        return [problem("verity-misplaced", scheme)]
    for signer in signers:
        for algorithm, expected in signer.content_digests:
            known = ALGORITHMS.get(algorithm)
            if known is not None and known.content in kinds and actual[known.content] != expected:
                return [problem("content-changed", scheme)]
    return []


def as_result(
    scheme: Scheme, signers: list[Signer], problems: list[Problem], lineage: tuple[LineageNode, ...] = ()
) -> SchemeResult:
    """Return what was found, for the join."""
    return SchemeResult(
        scheme,
        is_present=True,
        signers=tuple(
            SignerResult(
                signer.certificate,
                signer.min_sdk,
                signer.max_sdk,
                digests={ALGORITHMS[one].content.label: v for one, v in signer.content_digests if one in ALGORITHMS},
                lineage=signer.lineage,
                skips_release=signer.targets_dev_release,
            )
            for signer in signers
        ),
        problems=(*problems, *(one for signer in signers for one in signer.problems)),
        warnings=tuple(one for signer in signers for one in signer.warnings),
        lineage=lineage,
    )


def _read(part: Reader, signer: Signer, *, has_range: bool) -> None:
    to_sign = part.value()
    if has_range:
        signer.min_sdk, signer.max_sdk = part.int32(), part.int32()
        if not 0 <= signer.min_sdk <= signer.max_sdk:
            signer.wrong("sdk-range-invalid")
    signatures = _pairs(part.part())
    key = part.value()
    _verify(signer, signatures, key, to_sign)
    signed = Reader(to_sign)
    content_digests, certificates = signed.part(), signed.part()
    if has_range and (signed.int32(), signed.int32()) != (signer.min_sdk, signer.max_sdk):
        signer.wrong("sdk-range-contradicts")
    attributes = signed.part()
    _certify(signer, certificates, key)
    signer.content_digests = _pairs(content_digests)
    if [one for one, _value in signatures] != [one for one, _value in signer.content_digests]:
        raise _WrongError("algorithms-differ")
    try:
        signer.attributes = [(one.uint32(), one.rest()) for one in attributes.parts()]
    except MalformedError as error:
        raise _WrongError("attribute-malformed") from error


def _verify(signer: Signer, signatures: list[tuple[int, bytes]], key: bytes, to_sign: bytes) -> None:
    """Verify the signatures that phones go by."""
    if not signatures:
        raise _WrongError("no-signatures")
    known = [(ALGORITHMS[one], value) for one, value in signatures if one in ALGORITHMS]
    chosen = to_verify(known, signer.min_sdk, signer.max_sdk)
    if not chosen:
        raise _WrongError("algorithm-unsupported")
    for algorithm, signature in chosen:
        try:
            is_right = verifies(key_of(key), algorithm, signature, to_sign)
        except MalformedError as error:
            raise _WrongError("key-malformed") from error
        if not is_right:
            raise _WrongError("signature-wrong")
        signer.verified.add(algorithm.content)


def _certify(signer: Signer, certificates: Reader, key: bytes) -> None:
    """Read the certificates; the first must be for the key that signed."""
    signer.certificates = [one.rest() for one in certificates.parts()]
    if not signer.certificates:
        raise _WrongError("certificate-missing")
    try:
        for certificate in signer.certificates[1:]:
            check_certificate(certificate)
        certified = certified_key(signer.certificates[0])
    except MalformedError as error:
        raise _WrongError("certificate-malformed") from error
    if key != certified:
        raise _WrongError("key-not-certified")


def _pairs(reader: Reader) -> list[tuple[int, bytes]]:
    """Return algorithm id and value of each, in order."""
    return [(one.uint32(), one.value()) for one in reader.parts()]
