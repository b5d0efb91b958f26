"""APK Signature Schemes v3 and v3.1: verified as AOSP apksig `V3SchemeVerifier` does it.

Both have one form. A v3.1 block gives the signer for newer Android versions beside a v3 block with the original one;
since Android 13 (AOSP `ApkSignatureSchemeV3Verifier`) the phone looks for its version in the v3.1 block first, and
falls back to v3 where that has no signer for it. A signer marked for a preview is not for the release of that
version. Where apksig demands that the v3.1 block alone covers the range asked about, this follows the phone.
"""

import itertools
from typing import Final

from phoneward.apk.signing.digests import ContentDigests
from phoneward.apk.signing.facts import LineageNode, Problem, Scheme
from phoneward.apk.signing.lineage import LineageWrongError, merged, read_lineage
from phoneward.apk.signing.problems import problem
from phoneward.apk.signing.reading import MalformedError
from phoneward.apk.signing.results import SchemeResult
from phoneward.apk.signing.signers import Signer, as_result, check_content, read_signer, read_signers

_LINEAGE: Final = 0x3BA06F8C
_ROTATION_MIN_SDK: Final = 0x559F8B02
_DEV_RELEASE: Final = 0xC2A6B3BA
_ANDROID_13: Final = 33


def verify_v3(
    value: bytes,
    content: ContentDigests | None,
    low: int,
    high: int,
    *,
    scheme: Scheme,
    rotation_sdk: int | None = None,
) -> SchemeResult:
    """Verify a v3 or v3.1 block.

    Args:
        value: of its pair in the signing block.
        content: of the file; None where it is not to be compared.
        low: API level of the first phones that go by it.
        high: of the last ones.
        scheme: `V3` or `V3_1`.
        rotation_sdk: where the APK has a v3.1 block, the first Android version that it is for.
    """
    signers, problems = read_signers(
        value, scheme, lambda part: read_signer(part, Signer(scheme, 0, 0), has_range=True)
    )
    for signer in signers:
        if not signer.problems:
            _check_attributes(signer, high, rotation_sdk)
    lineage: tuple[LineageNode, ...] = ()
    if not problems and not any(signer.problems for signer in signers):
        problems = check_content(signers, content)
        problems += _check_ranges(signers, low, high if rotation_sdk is None else rotation_sdk - 1)
        if not problems and _overlap(signers, low, high):
            problems.append(problem("sdk-ranges-apart", scheme))
        try:
            lineage = merged([signer.lineage for signer in signers if signer.lineage])
        except LineageWrongError:
            problems.append(problem("lineages-inconsistent", scheme))
    return as_result(scheme, signers, problems, lineage)


def _check_ranges(signers: list[Signer], low: int, last: int) -> list[Problem]:
    """Return what is wrong with the Android versions that the signers are for together.

    A v3.1 block need not cover the lower ones. Of two signers up to one version apksig looks at the later.
    """
    scheme = signers[0].scheme
    by_last = {signer.max_sdk: signer for signer in signers}
    ordered = [by_last[sdk] for sdk in sorted(by_last)]
    problems = []
    for before, after in itertools.pairwise(ordered):
        touches = after.min_sdk == before.max_sdk and after.targets_dev_release
        if after.min_sdk != before.max_sdk + 1 and not touches:
            problems.append(problem("sdk-ranges-apart", scheme))
            break
    longest = 0
    for signer in ordered:
        if signer.lineage and len(signer.lineage) < longest:
            problems.append(problem("lineages-inconsistent", scheme))
            break
        longest = max(longest, len(signer.lineage))
    starts_late = scheme == Scheme.V3 and ordered[0].min_sdk > low
    if starts_late or ordered[-1].max_sdk < last:
        problems.append(problem("sdk-not-covered", scheme))
    return problems


def _overlap(signers: list[Signer], low: int, high: int) -> bool:
    """Return whether two signers are for one of these versions: its phones take neither."""
    spans = sorted(
        (max(signer.min_sdk + signer.targets_dev_release, low), min(signer.max_sdk, high)) for signer in signers
    )
    real = [span for span in spans if span[0] <= span[1]]
    return any(after[0] <= before[1] for before, after in itertools.pairwise(real))


def _check_attributes(signer: Signer, high: int, rotation_sdk: int | None) -> None:
    is_protected = False
    for identifier, value in signer.attributes:
        if identifier == _LINEAGE:
            _check_lineage(signer, value)
        elif identifier == _ROTATION_MIN_SDK:
            is_protected = True
            if high >= _ANDROID_13:
                _check_rotation(signer, value, rotation_sdk)
        elif identifier == _DEV_RELEASE:
            signer.targets_dev_release = signer.scheme == Scheme.V3_1
            if not signer.targets_dev_release:
                signer.warnings.append(problem("dev-release-ignored", signer.scheme))
    if rotation_sdk is not None and not is_protected:
        signer.warnings.append(problem("rotation-unprotected", signer.scheme))


def _check_rotation(signer: Signer, value: bytes, rotation_sdk: int | None) -> None:
    if len(value) < 4:
        signer.wrong("attribute-malformed")
    elif rotation_sdk is None:
        signer.wrong("rotation-stripped")
    elif int.from_bytes(value[:4], "little", signed=True) != rotation_sdk:
        signer.wrong("rotation-sdk-differs")


def _check_lineage(signer: Signer, value: bytes) -> None:
    try:
        signer.lineage = read_lineage(value)
    except MalformedError:
        signer.wrong("lineage-malformed")
    except LineageWrongError:
        signer.wrong("lineage-wrong")
    else:
        if signer.lineage[-1].certificate != signer.certificate:
            signer.wrong("lineage-not-signer")
