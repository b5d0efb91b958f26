"""APK Signature Scheme v4: a file `.idsig` beside the APK, for installing while it is still being copied.

It holds the root of the fs-verity hash tree over the whole APK, the tree itself (or not), and signatures over the root
by the signers of the APK's v3 (or v2) and v3.1 signatures. Source: AOSP `android.os.incremental.V4Signature`, apksig
`V4SchemeVerifier`, `ApkVerifier.checkV4Signer`. Stricter than apksig where incremental-fs is: another hash or page size
is refused, and so is a tree that is cut off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.apk.signing.algorithms import ALGORITHMS, ContentDigest
from phoneward.apk.signing.block import V31_ID
from phoneward.apk.signing.facts import Scheme
from phoneward.apk.signing.keys import certified_key, key_of, verifies
from phoneward.apk.signing.problems import problem
from phoneward.apk.signing.reading import MalformedError, Reader
from phoneward.apk.signing.results import SchemeResult, SignerResult
from phoneward.apk.signing.verity import root_of, tree_of
from phoneward.apk.source import Source

_VERSION: Final = 2
_SHA256: Final = 1
_LOG2_PAGE: Final = 12
_MAX_HEAD: Final = 64 << 10
"""Bytes before the tree. AOSP `V4Signature` allows 7 KiB for the signatures."""
_MAX_BLOCKS: Final = 8
_PREFERRED: Final = (ContentDigest.CHUNKED_SHA512, ContentDigest.VERITY_SHA256, ContentDigest.CHUNKED_SHA256)
"""Which of a signer's content digests a v4 signature repeats (apksig `V4_CONTENT_DIGEST_ALGORITHMS`)."""


@dataclass(frozen=True, slots=True)
class SigningInfo:
    """One signature.

    Attributes:
        apk_digest: content digest of the APK, as its own signature has it.
        certificate, additional, key: of the signer.
        algorithm: id.
        signature: over `signed_data`.
    """

    apk_digest: bytes
    certificate: bytes
    additional: bytes
    key: bytes
    algorithm: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Idsig:
    """What stands before the tree.

    Attributes:
        salt: of the tree.
        root: its hash.
        first: by the signer of the v3 or v2 signature.
        others: by signers of other signatures, by the id of their block.
        tree_at: where the tree begins in the file; what is there is its length, then the tree.
    """

    salt: bytes
    root: bytes
    first: SigningInfo
    others: tuple[tuple[int, SigningInfo], ...]
    tree_at: int

    def signed_data(self, info: SigningInfo, size: int) -> bytes:
        """Return what a signature is over, for an APK of this many bytes (AOSP `V4Signature.getSignedData`)."""
        parts = (self.salt, self.root, info.apk_digest, info.certificate, info.additional)
        whole = size.to_bytes(8, "little") + _SHA256.to_bytes(4, "little") + bytes([_LOG2_PAGE])
        whole += b"".join(len(part).to_bytes(4, "little") + part for part in parts)
        return (len(whole) + 4).to_bytes(4, "little") + whole


def read_idsig(data: bytes) -> Idsig:
    """Read the beginning of a file `.idsig`.

    Raises:
        MalformedError: it is not in form, or of a kind that Android does not read.
    """
    reader = Reader(data)
    if reader.int32() != _VERSION:
        raise MalformedError
    hashing = reader.part()
    signing = reader.part()
    tree_at = len(data) - len(reader.rest())
    if (hashing.int32(), hashing.byte()) != (_SHA256, _LOG2_PAGE):
        raise MalformedError
    salt, root = hashing.value(), hashing.value()
    first = _signing_info(signing)
    others: list[tuple[int, SigningInfo]] = []
    while signing:
        if len(others) == _MAX_BLOCKS:
            raise MalformedError
        others.append((signing.uint32(), _signing_info(signing.part())))
    return Idsig(salt, root, first, tuple(others), tree_at)


def verify_v4(idsig: Source, apk: Source, others: Mapping[Scheme, SchemeResult]) -> SchemeResult:
    """Verify a v4 signature.

    Args:
        idsig: the file beside the APK.
        apk: the APK.
        others: its own signatures, verified.
    """
    try:
        read = read_idsig(idsig.read_at(0, min(idsig.size, _MAX_HEAD)))
    except MalformedError:
        return SchemeResult(Scheme.V4, is_present=True, problems=(problem("v4-malformed", Scheme.V4),))
    infos = (read.first, *(info for _id, info in read.others))
    codes = [code for info in infos if (code := _check_signature(read, info, apk.size))]
    if not codes:
        codes = _check_signers(read, others)
    if not codes:
        codes = _check_tree(read, idsig, apk)
    signers = tuple(SignerResult(info.certificate, digests={"apk": info.apk_digest}) for info in infos)
    problems = tuple(problem(code, Scheme.V4) for code in codes)
    return SchemeResult(Scheme.V4, is_present=True, signers=signers, problems=problems)


def _signing_info(reader: Reader) -> SigningInfo:
    apk_digest, certificate, additional, key = reader.value(), reader.value(), reader.value(), reader.value()
    return SigningInfo(apk_digest, certificate, additional, key, reader.uint32(), reader.value())


def _check_signature(read: Idsig, info: SigningInfo, size: int) -> str:
    algorithm = ALGORITHMS.get(info.algorithm)
    if algorithm is None:
        return "algorithm-unsupported"
    try:
        if not verifies(key_of(info.key), algorithm, info.signature, read.signed_data(info, size)):
            return "signature-wrong"
    except MalformedError:
        return "key-malformed"
    try:
        return "" if certified_key(info.certificate) == info.key else "key-not-certified"
    except MalformedError:
        return "certificate-malformed"


def _check_signers(read: Idsig, others: Mapping[Scheme, SchemeResult]) -> list[str]:
    """Compare with the APK's own signatures, those of them that these Android versions go by."""
    own = others.get(Scheme.V3) or others.get(Scheme.V2)
    if own is None:
        return ["v4-alone"]
    codes = _differences(read.first, own)
    rotated = others.get(Scheme.V3_1)
    if rotated is not None:
        info = next((info for identifier, info in read.others if identifier == V31_ID), None)
        codes += ["v4-other-signer"] if info is None else _differences(info, rotated)
    return codes


def _differences(info: SigningInfo, own: SchemeResult) -> list[str]:
    if len(own.signers) != 1 or own.signers[0].certificate != info.certificate:
        return ["v4-other-signer"]
    digests = own.signers[0].digests
    best = next((digests[kind.label] for kind in _PREFERRED if kind.label in digests), b"")
    return [] if best == info.apk_digest else ["v4-other-content"]


def _check_tree(read: Idsig, idsig: Source, apk: Source) -> list[str]:
    levels = tree_of(apk)
    if root_of(levels) != read.root:
        return ["v4-root"]
    at = read.tree_at
    if at == idsig.size:
        return []
    size = sum(map(len, levels))
    if idsig.size - at != 4 + size or idsig.read_at(at, 4) != size.to_bytes(4, "little"):
        return ["v4-tree"]
    at += 4
    for level in reversed(levels):
        if idsig.read_at(at, len(level)) != level:
            return ["v4-tree"]
        at += len(level)
    return []
