"""What the verification of an APK says."""

import enum
import hashlib
from dataclasses import dataclass

from phoneward.texts import Words


class Scheme(enum.StrEnum):
    """How an APK is signed (source.android.com, "APK signing")."""

    V1 = "v1"
    V2 = "v2"
    V3 = "v3"
    V3_1 = "v3.1"
    V4 = "v4"


class Capability(enum.IntFlag):
    """What an earlier signer in a proof of rotation may still do (AOSP apksig `SigningCertificateLineage`)."""

    INSTALLED_DATA = 1
    SHARED_USER_ID = 2
    PERMISSION = 4
    ROLLBACK = 8
    AUTH = 16


@dataclass(frozen=True, slots=True)
class SdkRange:
    """Android versions, as API levels.

    Attributes:
        low, high: both included; `high` None is every later version.
    """

    low: int
    high: int | None = None


@dataclass(frozen=True, slots=True)
class LineageNode:
    """One signer of a proof of rotation.

    Attributes:
        certificate: DER, byte for byte as it is stored.
        capabilities: what it may still do once a later signer has taken over; the last node's mean nothing.
    """

    certificate: bytes
    capabilities: Capability

    @property
    def sha256(self) -> str:
        """SHA-256 of the certificate, 64 lower-case hex digits."""
        return sha256_of(self.certificate)


@dataclass(frozen=True, slots=True)
class Signing:
    """Whom a phone takes for the signer (AOSP `SigningDetails`).

    Attributes:
        signers: certificates, DER as stored, in the file's order; more than one can never rotate.
        past: the proof of rotation, oldest first, ending with the signer itself; empty where there is none.
        scheme: the one that the phone went by.
    """

    signers: tuple[bytes, ...]
    past: tuple[LineageNode, ...] = ()
    scheme: Scheme = Scheme.V1

    @property
    def sha256(self) -> tuple[str, ...]:
        """SHA-256 of each signer's certificate, 64 lower-case hex digits."""
        return tuple(sha256_of(signer) for signer in self.signers)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or worth knowing, about a signature.

    Attributes:
        code: stable, kebab-case, for programs.
        text: a sentence.
        scheme: which signature it is about; None for the file.
    """

    code: str
    text: Words
    scheme: Scheme | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the phones of a range would believe an APK's signatures.

    Attributes:
        is_verified: every Android version of the range would.
        sdk: the range.
        schemes: those that were verified, in the order v1, v2, v3, v3.1, v4.
        signing: whom the newest Android version of the range takes for the signer; None where it is not verified.
        lineage: the proof of rotation that was verified, oldest first; empty where there is none.
        problems: why not.
        warnings: what is no reason to refuse it.
    """

    is_verified: bool
    sdk: SdkRange
    schemes: tuple[Scheme, ...] = ()
    signing: Signing | None = None
    lineage: tuple[LineageNode, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def sha256_of(certificate: bytes) -> str:
    """Return the SHA-256 of a certificate as 64 lower-case hex digits."""
    return hashlib.sha256(certificate).hexdigest()
