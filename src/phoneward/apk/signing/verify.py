"""What phones make of all signatures of one file together: as AOSP apksig `ApkVerifier.verify`, but for some things.

Which signature a phone goes by (AOSP `ApkSignatureVerifier`): before Android 7 (24) v1; before 9 (28) v2, else v1;
since 9 v3, else v2, else v1; since 13 (33) v3.1 if it has a signer for that version, else v3 and so on. A newer
signature that is there and wrong is an error: the phone does not fall back. For a range, everything is verified that
one of its versions goes by, and the signatures must be by the same signer. Stricter than apksig, as the phones are:

- whatever Android's own ZIP reader refuses (`apk.container`), and a file whose manifest cannot be read;
- target Android 11 and signed by v1 only: refused since Android 11, not only since the targeted version;
- two signers of one block for the same Android version.

Laxer than apksig, as the phones are: where a v3.1 signature has no signer for a version, the v3 one counts for it.
"""

from collections.abc import Iterator
from typing import Final

from phoneward.apk.container import Container
from phoneward.apk.manifest.facts import Manifest
from phoneward.apk.signing.agreement import (
    FIRST_V2_SDK,
    FIRST_V3_SDK,
    FIRST_V31_SDK,
    agreement_problems,
    coverage_problems,
    is_passed_over,
    signing_for,
)
from phoneward.apk.signing.block import V2_ID, V3_ID, V31_ID, SigningBlock, find_block, find_value
from phoneward.apk.signing.declared import declared_sdk
from phoneward.apk.signing.digests import ContentDigests
from phoneward.apk.signing.facts import Problem, Scheme, SdkRange, Signing, Verification
from phoneward.apk.signing.problems import problem
from phoneward.apk.signing.reading import MalformedError
from phoneward.apk.signing.remembered import Remembered
from phoneward.apk.signing.results import SchemeResult
from phoneward.apk.signing.v1 import verify_v1
from phoneward.apk.signing.v2 import known_schemes, verify_v2
from phoneward.apk.signing.v3 import verify_v3
from phoneward.apk.signing.v4 import verify_v4
from phoneward.apk.source import Source

_NEWEST: Final = 2**31 - 1
"""What apksig takes for "every later version"."""
_ANDROID_8: Final = 26
_ANDROID_11: Final = 30
_IDS: Final = {Scheme.V2: V2_ID, Scheme.V3: V3_ID, Scheme.V3_1: V31_ID}


def verify(
    source: Source,
    container: Container,
    manifest: Manifest,
    sdk: SdkRange | None = None,
    idsig: Source | None = None,
    *,
    with_content: bool = True,
    remembered: Remembered | None = None,
) -> Verification:
    """Verify the signatures of an APK, every byte of it.

    Args:
        source: its bytes.
        container: the same, opened.
        manifest: its manifest.
        sdk: for the phones of these Android versions; None for those that the manifest declares, as apksigner.
        idsig: the file with its v4 signature, where there is one beside it; a phone that is given it goes by it.
        with_content: False asks only who signed: that signers signed what they say is verified, that the content is
            what they signed is not (v1 is verified whole: there is no other way).
        remembered: of this same file, while it is open: what was computed before is not computed again.

    Raises:
        ApkError: it cannot be read.
    """
    low = declared_sdk(manifest) if sdk is None else sdk.low
    if low is None:
        return Verification(is_verified=False, sdk=SdkRange(1), problems=(problem("codename-unknown"),))
    versions = sdk or SdkRange(low)
    join = _Join(
        source, container, manifest, versions, idsig, remembered=remembered or Remembered(), with_content=with_content
    )
    problems = join.problems()
    signing = None if problems else join.signing()
    return Verification(
        is_verified=signing is not None,
        sdk=versions,
        schemes=join.schemes(),
        signing=signing,
        lineage=() if signing is None else signing.past,
        problems=problems,
        warnings=tuple(one for result in join.found.values() for one in result.warnings),
    )


class _Join:
    """One verification: the schemes one after another, until one is wrong, and then how they fit together."""

    def __init__(
        self,
        source: Source,
        container: Container,
        manifest: Manifest,
        sdk: SdkRange,
        idsig: Source | None,
        *,
        remembered: Remembered,
        with_content: bool,
    ) -> None:
        self._source = source
        self._container = container
        self._manifest = manifest
        self._low = sdk.low
        self._high = _NEWEST if sdk.high is None else sdk.high
        self._idsig = idsig
        self._remembered = remembered
        self._with_content = with_content
        self.found: dict[Scheme, SchemeResult] = {}

    def problems(self) -> tuple[Problem, ...]:
        """Verify all that the phones go by; return the first scheme's problems, or what does not fit together."""
        if self._low > self._high:
            return (problem("sdk-range-empty"),)
        for result in self._results():
            if result.problems:
                return result.problems
            if result.is_present:
                self.found[result.scheme] = result
        if not self.found:
            return (problem("unsigned"),)
        if self._low < FIRST_V2_SDK and Scheme.V1 not in self.found:
            return (problem("v1-missing"),)
        return (
            agreement_problems(self.found)
            or coverage_problems(self.found, self._low, self._high)
            or self._stripped()
            or self._demands()
        )

    def schemes(self) -> tuple[Scheme, ...]:
        """Return those that were verified and that some of the phones go by."""
        results = self.found.items()
        gone_by = {scheme for scheme, result in results if not is_passed_over(result, self._low, self._high)}
        return tuple(scheme for scheme in Scheme if scheme in gone_by)

    def signing(self) -> Signing:
        """Return whom the newest Android version takes for the signer; only where there are no problems."""
        return signing_for(self.found, self._high)

    def _results(self) -> Iterator[SchemeResult]:
        """Yield the result of each scheme that some of the phones go by and the file has; the newest first."""
        low, high, found = self._low, self._high, self.found
        block = find_block(self._source, self._container) if high >= FIRST_V2_SDK else None
        if block is not None:
            known = self._remembered.digests
            content = ContentDigests(self._source, self._container, block, known) if self._with_content else None
            if high >= FIRST_V31_SDK:
                yield from self._of_block(block, content, Scheme.V3_1)
            if high >= FIRST_V3_SDK:
                yield from self._of_block(block, content, Scheme.V3)
            if low < FIRST_V3_SDK or not found:
                yield from self._of_block(block, content, Scheme.V2)
        if self._idsig is not None and high >= _ANDROID_11:
            yield verify_v4(self._idsig, self._source, found)
        if low < FIRST_V2_SDK or not found:
            yield verify_v1(self._container, SdkRange(low, high), self._remembered)

    def _of_block(self, block: SigningBlock, content: ContentDigests | None, scheme: Scheme) -> Iterator[SchemeResult]:
        try:
            value = find_value(self._source, block, _IDS[scheme])
        except MalformedError:
            yield SchemeResult(scheme, is_present=True, problems=(problem("block-malformed", scheme),))
            return
        if value is None:
            if scheme == Scheme.V3 and Scheme.V3_1 in self.found:
                yield SchemeResult(scheme, is_present=False, problems=(problem("v3-missing", scheme),))
            return
        low, high = self._low, self._high
        if scheme == Scheme.V2:
            yield verify_v2(value, content, max(low, FIRST_V2_SDK), high, self._numbers())
        else:
            yield verify_v3(
                *(value, content, max(low, FIRST_V3_SDK), high), scheme=scheme, rotation_sdk=self._rotation_sdk()
            )

    def _numbers(self) -> frozenset[int]:
        """Return the schemes that were found, as stripping protection numbers them."""
        return frozenset(number for number, scheme in known_schemes(self._high).items() if scheme in self.found)

    def _rotation_sdk(self) -> int | None:
        rotated = self.found.get(Scheme.V3_1)
        return min(signer.min_sdk for signer in rotated.signers) or None if rotated is not None else None

    def _stripped(self) -> tuple[Problem, ...]:
        """Return which signatures v1 says were there and are not (AOSP `StrictJarVerifier`)."""
        v1 = self.found.get(Scheme.V1)
        lost = [
            scheme
            for number, scheme in known_schemes(self._high).items()
            if v1 is not None and number in v1.stripped and scheme not in self.found
        ]
        return tuple(problem("scheme-stripped", Scheme.V1, other=scheme.value) for scheme in lost)

    def _demands(self) -> tuple[Problem, ...]:
        """Return what the app's manifest makes newer Android versions demand of its signature."""
        if any(scheme in self.found for scheme in (Scheme.V2, Scheme.V3, Scheme.V3_1)):
            return ()
        problems = []
        if self._high >= _ANDROID_8 and self._manifest.target_sandbox_version > 1:
            problems.append(problem("sandbox-needs-v2"))
        target = self._manifest.target_sdk
        if target is None:  # a codename: apksig `ApkUtils.getTargetSdkVersionFromBinaryAndroidManifest`
            target = declared_sdk(self._manifest)
        if self._high >= _ANDROID_11 and (target is None or target >= _ANDROID_11):
            problems.append(problem("target-sdk-needs-v2"))
        return tuple(problems)
