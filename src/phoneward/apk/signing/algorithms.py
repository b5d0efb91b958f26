"""Signature algorithms of the APK Signature Schemes, and which of several a phone goes by."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


class ContentDigest(enum.Enum):
    """How the content of the file is hashed; the stronger has the higher value (`compareContentDigestAlgorithm`)."""

    CHUNKED_SHA256 = 1
    VERITY_SHA256 = 2
    CHUNKED_SHA512 = 3

    @property
    def label(self) -> str:
        """What it is called in results."""
        return _LABELS[self]


_LABELS: Final = {
    ContentDigest.CHUNKED_SHA256: "SHA-256",
    ContentDigest.VERITY_SHA256: "VERITY-SHA-256",
    ContentDigest.CHUNKED_SHA512: "SHA-512",
}


class KeyKind(enum.Enum):
    """What a key is for."""

    RSA = "RSA"
    EC = "EC"
    DSA = "DSA"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One signature algorithm.

    Attributes:
        id: as the signing block gives it.
        content: how the content is hashed with it.
        key: which keys it is for.
        hash_bits: 256 or 512: of the signature's own hash, SHA-2.
        is_pss: RSA-PSS with a salt as long as the hash; otherwise PKCS#1 v1.5.
        min_sdk: the first Android version that knows it.
    """

    id: int
    content: ContentDigest
    key: KeyKind
    hash_bits: int = 256
    is_pss: bool = False
    min_sdk: int = 24


ALGORITHMS: Final = {
    one.id: one
    for one in (
        Algorithm(0x0101, ContentDigest.CHUNKED_SHA256, KeyKind.RSA, is_pss=True),
        Algorithm(0x0102, ContentDigest.CHUNKED_SHA512, KeyKind.RSA, 512, is_pss=True),
        Algorithm(0x0103, ContentDigest.CHUNKED_SHA256, KeyKind.RSA),
        Algorithm(0x0104, ContentDigest.CHUNKED_SHA512, KeyKind.RSA, 512),
        Algorithm(0x0201, ContentDigest.CHUNKED_SHA256, KeyKind.EC),
        Algorithm(0x0202, ContentDigest.CHUNKED_SHA512, KeyKind.EC, 512),
        Algorithm(0x0301, ContentDigest.CHUNKED_SHA256, KeyKind.DSA),
        Algorithm(0x0421, ContentDigest.VERITY_SHA256, KeyKind.RSA, min_sdk=28),
        Algorithm(0x0423, ContentDigest.VERITY_SHA256, KeyKind.EC, min_sdk=28),
        Algorithm(0x0425, ContentDigest.VERITY_SHA256, KeyKind.DSA, min_sdk=28),
    )
}
"""By id. Source: https://source.android.com/docs/security/features/apksigning/v2#signature-algorithm-ids and apksig
`SignatureAlgorithm`; the verity ones are not in the first."""


def to_verify(signatures: Iterable[tuple[Algorithm, bytes]], low: int, high: int) -> list[tuple[Algorithm, bytes]]:
    """Return the signatures that phones of these Android versions verify: each the strongest that it knows.

    Args:
        signatures: in the file's order; of two equally strong ones the first counts.
        low: API level.
        high: included.

    Returns:
        Empty where the lowest knows none of them (apksig `getSignaturesToVerify`).
    """
    best: dict[int, tuple[Algorithm, bytes]] = {}
    for algorithm, signature in signatures:
        other = best.get(algorithm.min_sdk)
        if algorithm.min_sdk <= high and (other is None or algorithm.content.value > other[0].content.value):
            best[algorithm.min_sdk] = algorithm, signature
    if not best or low < min(best):
        return []
    return sorted(best.values(), key=lambda one: one[0].id)
