"""What can be wrong with the signature of a scheme, and with how the schemes of one file fit together."""

from typing import Final

from phoneward.apk.signing.facts import Problem, Scheme
from phoneward.texts import N_
from phoneward.texts.words import Detail, Words

_SENTENCES: Final[dict[str, str]] = {
    # The file
    "unsigned": N_("Nobody signed it in a way that these Android versions know."),
    "v1-missing": N_("It carries no v1 signature, the only one that Android before version 7 knows."),
    "sdk-range-empty": N_("It runs only on Android versions that are newer than the ones asked about."),
    "codename-unknown": N_("It is for a preview of Android that has no number: say with --sdk which Android is meant."),
    "target-sdk-needs-v2": N_(
        "It is made for Android 11 or later, and Android 11 wants it signed by scheme v2 or newer; it is not."
    ),
    "sandbox-needs-v2": N_(
        "It asks for a stricter sandbox, and Android 8 wants it signed by scheme v2 or newer for that; it is not."
    ),
    "signers-differ": N_("Its parts are not all by the same signer; a phone takes them only together."),
    "schemes-disagree": N_("By its {scheme} signature somebody else signed it than by its {other} signature."),
    "too-many-past-signers": N_("Several signed it for older Android versions, but only one can for newer ones."),
    # One scheme
    "block-malformed": N_("Its {scheme} signature is not in the form that Android reads."),
    "no-signers": N_("Its {scheme} signature names no signer."),
    "too-many-signers": N_("Its {scheme} signature names more signers than Android takes ({limit})."),
    "signer-malformed": N_("Its {scheme} signature is not in the form that Android reads."),
    "no-signatures": N_("A signer that its {scheme} signature names did not sign anything."),
    "algorithm-unsupported": N_("Its {scheme} signature is made in a way that these Android versions do not know."),
    "key-malformed": N_("The key in its {scheme} signature is not one that Android could read."),
    "signature-wrong": N_(
        "Its {scheme} signature is wrong: it was changed, or it is not by the one that it names as its signer."
    ),
    "certificate-malformed": N_("A certificate in its {scheme} signature is not one that Android could read."),
    "certificate-missing": N_("There is no certificate in its {scheme} signature."),
    "key-not-certified": N_("The certificate in its {scheme} signature is for another key than the one that signed."),
    "algorithms-differ": N_("Its {scheme} signature contradicts itself about how it is made."),
    "attribute-malformed": N_("Something added to its {scheme} signature is not in the form that Android reads."),
    "content-changed": N_("It is not what was signed ({scheme}): it was changed afterwards, or it is damaged."),
    "verity-misplaced": N_("Its {scheme} signature does not lie where Android needs it to check the file by pages."),
    "scheme-stripped": N_("Its {scheme} signature says that there was a {other} signature too, and that is gone."),
    # v1
    "certificate-not-for-signing": N_("The certificate in its {scheme} signature is not one for signing."),
    "attributes-unsafe": N_(
        "Its {scheme} signature is made in a way that Android before 4.4 does not check: anybody could change the app."
    ),
    "list-malformed": N_("The list of what was signed ({scheme}) is not in the form that Android reads."),
    "list-repeats": N_("The list of what was signed ({scheme}) names {entry} more than once."),
    "list-changed": N_("The list of what was signed ({scheme}) was changed after it was signed."),
    "nothing-signed": N_("There is a {scheme} signature, but nothing in the app is signed by it."),
    "entry-missing": N_("{entry} was signed ({scheme}) and is not in the file."),
    "entry-unsigned": N_("{entry} is not signed ({scheme}): it was added afterwards."),
    "entry-signers-differ": N_("{entry} is not signed ({scheme}) by the same signers as {other}."),
    "entry-changed": N_("{entry} is not what was signed ({scheme}): it was changed afterwards, or it is damaged."),
    "entry-damaged": N_("{entry}, which was signed ({scheme}), is damaged and cannot be unpacked."),
    "too-large": N_(
        "To check its {scheme} signature {size} would have to be unpacked, far more than a file of this size should "
        "hold; it was not checked."
    ),
    "entries-unprotected": N_("Some files, such as {entry}, are not signed ({scheme}): anybody could change them."),
    # v3, v3.1
    "sdk-range-invalid": N_("Its {scheme} signature is for a range of Android versions that makes no sense."),
    "sdk-range-contradicts": N_("Its {scheme} signature contradicts itself about which Android versions it is for."),
    "sdk-ranges-apart": N_(
        "The signers of its {scheme} signature are for Android versions that overlap or leave gaps."
    ),
    "sdk-not-covered": N_("Its {scheme} signature is not for all of these Android versions."),
    "lineage-malformed": N_("The list of its earlier signers ({scheme}) is not in the form that Android reads."),
    "lineage-wrong": N_("The list of its earlier signers ({scheme}) is wrong: one of them did not name the next."),
    "lineage-not-signer": N_("The list of its earlier signers ({scheme}) does not end with its signer."),
    "lineages-inconsistent": N_("Its lists of earlier signers ({scheme}) contradict each other."),
    "rotation-sdk-differs": N_("Its v3 and v3.1 signatures contradict each other about when the signer changes."),
    "rotation-stripped": N_("Its v3 signature says that there was a v3.1 signature too, and that is gone."),
    "rotation-unprotected": N_("Its v3 signature does not say that there is a v3.1 signature: that could be removed."),
    "v3-missing": N_("There is a v3.1 signature but no v3 signature, which has to stand beside it."),
    "dev-release-ignored": N_("Its v3 signature is marked for a preview of Android; phones take no notice of that."),
    # v4
    "v4-malformed": N_("The file with its v4 signature (.idsig) is not in the form that Android reads."),
    "v4-root": N_("The file with its v4 signature (.idsig) belongs to another file, or this one was changed."),
    "v4-tree": N_("The hash tree beside its v4 signature (.idsig) does not belong to this file."),
    "v4-alone": N_("There is a v4 signature (.idsig) but no v2 or v3 signature, which has to stand beside it."),
    "v4-other-signer": N_("By its v4 signature (.idsig) somebody else signed it than by the file itself."),
    "v4-other-content": N_("Its v4 signature (.idsig) was made for another content than the file's own signature."),
}
"""By code; docs/reference lists them."""


def problem(code: str, scheme: Scheme | None = None, **details: Detail) -> Problem:
    """Return a problem of this code, its sentence filled in."""
    if scheme is not None:
        details = {"scheme": scheme.value, **details}
    return Problem(code, Words(_SENTENCES[code], details=details), scheme)


def sentences() -> dict[str, str]:
    """Return the sentence of each code, in English, its placeholders open: docs/reference lists them."""
    return dict(_SENTENCES)
