"""APK Signature Scheme v2: verified as AOSP apksig `V2SchemeVerifier` does it."""

from collections.abc import Collection
from typing import Final

from phoneward.apk.signing.digests import ContentDigests
from phoneward.apk.signing.facts import Scheme
from phoneward.apk.signing.results import SchemeResult
from phoneward.apk.signing.signers import Signer, as_result, check_content, read_signer, read_signers

_STRIPPING_PROTECTION: Final = 0xBEEFF00D


def verify_v2(
    value: bytes, content: ContentDigests | None, low: int, high: int, found: Collection[int]
) -> SchemeResult:
    """Verify a v2 block.

    Args:
        value: of its pair in the signing block.
        content: of the file; None where it is not to be compared.
        low: API level of the first phones that go by it.
        high: of the last ones.
        found: newer schemes that the APK carries and these versions know: 3 is v3.
    """
    signers, problems = read_signers(
        value, Scheme.V2, lambda part: read_signer(part, Signer(Scheme.V2, low, high), has_range=False)
    )
    for signer in signers:
        if not signer.problems:
            _check_attributes(signer, found, high)
    problems = problems or check_content(signers, content)
    return as_result(Scheme.V2, signers, problems)


def _check_attributes(signer: Signer, found: Collection[int], high: int) -> None:
    for identifier, value in signer.attributes:
        if identifier != _STRIPPING_PROTECTION:
            continue
        if len(value) < 4:
            signer.wrong("attribute-malformed")
            return
        expected = int.from_bytes(value[:4], "little", signed=True)
        if expected in known_schemes(high) and expected not in found:
            signer.wrong("scheme-stripped", other=f"v{expected}")
            return


def known_schemes(high: int) -> dict[int, Scheme]:
    """Return the schemes whose loss Android notices up to this version (apksig `getSupportedSchemeNames`)."""
    if high >= 28:
        return {2: Scheme.V2, 3: Scheme.V3}
    return {2: Scheme.V2} if high >= 24 else {}
