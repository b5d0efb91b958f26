"""Whether the signatures of one file are by the same signer, and who that is for one Android version.

AOSP apksig `ApkVerifier.verify`, after the schemes. Only signatures that the versions asked about go by are compared.
"""

from collections.abc import Mapping

from phoneward.apk.signing.facts import Problem, Scheme, Signing
from phoneward.apk.signing.problems import problem
from phoneward.apk.signing.results import SchemeResult, SignerResult

FIRST_V2_SDK = 24
FIRST_V3_SDK = 28
FIRST_V31_SDK = 33


def agreement_problems(found: Mapping[Scheme, SchemeResult]) -> tuple[Problem, ...]:
    """Return what contradicts: v1 and v2 name different signers, or v3's oldest signer is another than theirs."""
    v1, v2, v3 = (found.get(scheme) for scheme in (Scheme.V1, Scheme.V2, Scheme.V3))
    problems = []
    if v1 is not None and v2 is not None and _certificates(v1) != _certificates(v2):
        problems.append(problem("schemes-disagree", Scheme.V2, other=Scheme.V1.value))
    older = v1 or v2
    if older is not None and v3 is not None:
        if len(older.signers) != 1:
            problems.append(problem("too-many-past-signers"))
        elif older.signers[0].certificate not in _oldest(found, v3):
            problems.append(problem("schemes-disagree", Scheme.V3, other=older.scheme.value))
    return tuple(problems)


def signer_for(found: Mapping[Scheme, SchemeResult], sdk: int) -> SignerResult | None:
    """Return the v3.1 or v3 signer that phones of this Android version go by; None where they go by another scheme."""
    for scheme, first in ((Scheme.V3_1, FIRST_V31_SDK), (Scheme.V3, FIRST_V3_SDK)):
        if scheme in found and sdk >= first:
            signer = next((signer for signer in found[scheme].signers if signer.is_for(sdk)), None)
            if signer is not None:
                return signer
    return None


def is_passed_over(result: SchemeResult, low: int, high: int) -> bool:
    """Whether none of these Android versions goes by a v3.1 signature, though it is there and right."""
    low = max(low, FIRST_V31_SDK)
    spans = ((signer.min_sdk + signer.skips_release, signer.max_sdk or 0) for signer in result.signers)
    return result.scheme == Scheme.V3_1 and not any(first <= high and last >= low for first, last in spans)


def coverage_problems(found: Mapping[Scheme, SchemeResult], low: int, high: int) -> tuple[Problem, ...]:
    """Return whether some Android version finds neither a v3.1 nor a v3 signer for it, though the file has them."""
    if Scheme.V3 not in found:
        return ()
    starts = (s.min_sdk for result in found.values() for s in result.signers if s.skips_release)
    looked_at = {high, *(sdk for sdk in starts if max(low, FIRST_V31_SDK) <= sdk <= high)}
    if all(signer_for(found, sdk) for sdk in looked_at):
        return ()
    return (problem("sdk-not-covered", Scheme.V3),)


def signing_for(found: Mapping[Scheme, SchemeResult], sdk: int) -> Signing:
    """Return whom phones of this Android version take for the signer of a file that is verified for it."""
    signer = signer_for(found, sdk)
    if signer is not None:
        scheme = Scheme.V3_1 if Scheme.V3_1 in found and signer in found[Scheme.V3_1].signers else Scheme.V3
        return Signing((signer.certificate,), signer.lineage, scheme)
    result = found[Scheme.V2] if Scheme.V2 in found and sdk >= FIRST_V2_SDK else found[Scheme.V1]
    return Signing(tuple(signer.certificate for signer in result.signers), (), result.scheme)


def _certificates(result: SchemeResult) -> frozenset[bytes]:
    return frozenset(signer.certificate for signer in result.signers)


def _oldest(found: Mapping[Scheme, SchemeResult], v3: SchemeResult) -> tuple[bytes, ...]:
    """Return the signer that older Android versions have to see: the first of the lineage, or v3's only one."""
    rotated = found.get(Scheme.V3_1)
    lineage = (rotated.lineage if rotated is not None else ()) or v3.lineage
    if lineage:
        return (lineage[0].certificate,)
    return (v3.signers[0].certificate,) if len(v3.signers) == 1 else ()
