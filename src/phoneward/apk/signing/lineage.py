"""The proof of rotation: who signed the app before, each of whom signed for the next.

Format and checks: AOSP `ApkSigningBlockUtils`/`ApkSignatureSchemeV3Verifier.verifyProofOfRotationStruct`, apksig
`V3SigningCertificateLineage`. A node is the certificate with the algorithm that its predecessor signed it with, flags,
the algorithm for the next node, and the predecessor's signature. The first node is signed by nobody.
"""

from typing import Final

from phoneward.apk.signing.algorithms import ALGORITHMS
from phoneward.apk.signing.facts import Capability, LineageNode
from phoneward.apk.signing.keys import check_certificate, key_in, verifies
from phoneward.apk.signing.reading import MalformedError, Reader

_VERSION: Final = 1
_MAX_NODES: Final = 32
"""Android sets no limit; a signer changes a few times in an app's life."""


class LineageWrongError(Exception):
    """A node was not signed by the one before it, or stands there twice."""


def read_lineage(value: bytes) -> tuple[LineageNode, ...]:
    """Return the nodes of a proof of rotation, oldest first, verified.

    Raises:
        MalformedError: it is not in form, or longer than any real one.
        LineageWrongError: it is in form, and proves nothing.
    """
    reader = Reader(value)
    if reader.int32() != _VERSION:
        raise MalformedError
    nodes: list[LineageNode] = []
    last_algorithm = 0
    for part in reader.parts():
        if len(nodes) == _MAX_NODES:
            raise MalformedError
        signed, flags, algorithm, signature = part.value(), part.int32(), part.uint32(), part.value()
        inner = Reader(signed)
        certificate, signed_algorithm = inner.value(), inner.uint32()
        if nodes:
            _verify(nodes[-1].certificate, last_algorithm, signature, signed)
            if signed_algorithm != last_algorithm or any(certificate == node.certificate for node in nodes):
                raise LineageWrongError
        check_certificate(certificate)
        nodes.append(LineageNode(certificate, Capability(flags & sum(Capability))))
        last_algorithm = algorithm
    if not nodes:
        raise MalformedError
    return tuple(nodes)


def _verify(certificate: bytes, algorithm: int, signature: bytes, signed: bytes) -> None:
    if algorithm not in ALGORITHMS:
        raise MalformedError
    if not verifies(key_in(certificate), ALGORITHMS[algorithm], signature, signed):
        raise LineageWrongError


def merged(lineages: list[tuple[LineageNode, ...]]) -> tuple[LineageNode, ...]:
    """Return what the lineages of several signers give together (apksig `consolidateLineages`, `mergeLineageWith`).

    Raises:
        LineageWrongError: two of them have no signer in common, or part ways after one that they have in common.
    """
    whole: tuple[LineageNode, ...] = ()
    for lineage in lineages:
        whole = _merged(whole, lineage) if whole else lineage
    return whole


def _merged(one: tuple[LineageNode, ...], other: tuple[LineageNode, ...]) -> tuple[LineageNode, ...]:
    older, newer = (other, one) if _place(one[0], other) is not None else (one, other)
    start = _place(newer[0], older)
    if start is None:
        raise LineageWrongError
    common = older[start:]
    if any(a.certificate != b.certificate for a, b in zip(common, newer, strict=False)):
        raise LineageWrongError
    return (*older[:start], *newer, *common[len(newer) :])


def _place(node: LineageNode, lineage: tuple[LineageNode, ...]) -> int | None:
    return next((n for n, one in enumerate(lineage) if one.certificate == node.certificate), None)
