"""Whether this phone would believe the update's signatures at all."""

from collections.abc import Iterator
from typing import Final

from phoneward.apk.app import Apk
from phoneward.apk.signing.facts import Scheme
from phoneward.errors import readable
from phoneward.texts import words
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.verdict import Effect, Reason

INVALID: Final = Rule(
    "signature-invalid",
    Effect.NEVER,
    "This phone would not believe its signatures: it was changed after it was signed, or never signed in a way that "
    "this "
    "Android version knows.",
    "ApkSignatureVerifier.java verify; FrameworkParsingPackageUtils.java getSigningDetails",
    "INSTALL_PARSE_FAILED_NO_CERTIFICATES",
)
TOO_OLD: Final = Rule(
    "signature-scheme-too-old",
    Effect.NEVER,
    "It was made for Android 11 or later (target 30) and is signed only in the oldest way (v1).",
    "ApkSignatureVerifier.java getMinimumSignatureSchemeVersionForTargetSdk",
    "INSTALL_PARSE_FAILED_NO_CERTIFICATES",
)
UNSURE: Final = Rule(
    "signature-depends",
    Effect.UNKNOWN,
    "Not every Android version that it was made for would believe its signatures, and the phone's is not known.",
    INVALID.source,
)

RULES: Final = (INVALID, TOO_OLD, UNSURE)


def judge(case: Case) -> Iterator[Reason]:
    """Yield, for the first of its APKs that it applies to, why the phone would not believe it."""
    for apk in case.candidate.apks:
        reason = _of(case, apk)
        if reason is not None:
            yield reason
            return


def _of(case: Case, apk: Apk) -> Reason | None:
    found = case.verification(apk)
    name = readable(apk.source.name)
    if found.is_verified and found.signing is not None:
        if found.signing.scheme is Scheme.V1 and case.target_sdk >= 30 and case.is_at_least(30):
            return TOO_OLD.says(words("{file} is signed only in a way that Android 11 no longer accepts.", file=name))
        return None
    if case.device.sdk is None:
        return UNSURE.says(words("Some Android versions would not believe who signed {file}.", file=name))
    if not found.problems:
        return INVALID.says(words("{file} bears no signature that this phone would believe.", file=name))
    why = found.problems[0].text
    return INVALID.says(words("This phone would not believe who signed {file}: {why}", file=name, why=why))
