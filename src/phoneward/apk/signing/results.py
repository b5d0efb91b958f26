"""What the verification of one signature scheme says; `verify` joins them into a `Verification`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from phoneward.apk.signing.facts import LineageNode, Problem, Scheme


@dataclass(frozen=True, slots=True)
class SignerResult:
    """One signer of a scheme.

    Attributes:
        certificate: DER, byte for byte as it is stored; empty where it could not be read.
        min_sdk, max_sdk: the Android versions that it is for, both included (v3, v3.1); no matter elsewhere.
        digests: content digests that it signed, by name of the algorithm ("SHA-256", "SHA-512", "VERITY-SHA-256").
        lineage: its proof of rotation that was verified, oldest first, itself last (v3, v3.1).
        skips_release: of the version `min_sdk` it is only for the preview, not for the release (v3.1).
    """

    certificate: bytes
    min_sdk: int = 0
    max_sdk: int | None = None
    digests: Mapping[str, bytes] = field(default_factory=dict)
    lineage: tuple[LineageNode, ...] = ()
    skips_release: bool = False

    def is_for(self, sdk: int) -> bool:
        """Whether phones of this Android version, an API level, go by this signer (v3, v3.1)."""
        within = self.min_sdk <= sdk and (self.max_sdk is None or sdk <= self.max_sdk)
        return within and not (self.skips_release and sdk == self.min_sdk)


@dataclass(frozen=True, slots=True)
class SchemeResult:
    """One scheme of an APK.

    Attributes:
        scheme: which.
        is_present: the APK carries a signature of this scheme, whatever it is worth. Without one, nothing else is said.
        signers: in the file's order; those that are wrong too.
        problems: why the scheme does not verify; empty where it does.
        warnings: what is no reason to refuse it.
        stripped: schemes that this signature says were there too and that a phone should not miss: the numbers in v1's
            `X-Android-APK-Signed` (2 is v2, 3 is v3), as AOSP `StrictJarVerifier` reads them.
        lineage: what the proofs of rotation of all its signers give together (v3, v3.1).
    """

    scheme: Scheme
    is_present: bool
    signers: tuple[SignerResult, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    stripped: tuple[int, ...] = ()
    lineage: tuple[LineageNode, ...] = ()

    @property
    def is_verified(self) -> bool:
        """Whether the APK carries it and nothing is wrong with it."""
        return self.is_present and not self.problems
