"""Whether the update's signer may have the data of the app that is there."""

from collections.abc import Iterator
from typing import Final

from phoneward.apk.signing.facts import Capability, LineageNode, Signing
from phoneward.texts import Words, words
from phoneward.updates.rules import keysets, lineage
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.subject import Installed
from phoneward.updates.verdict import Effect, Reason

_SOURCE: Final = (
    "PackageManagerServiceUtils.java verifySignatures; InstallPackageHelper.java preparePackage; "
    "SigningDetails.java checkCapability"
)
_STATUS: Final = "INSTALL_FAILED_UPDATE_INCOMPATIBLE"

SAME: Final = Rule("signer-same", Effect.NOTES, "The signer is the one of the app that is there.", _SOURCE)
ROTATED: Final = Rule(
    "signer-rotated",
    Effect.NOTES,
    "A later signer, and its proof of rotation lets the earlier signer's data be its own.",
    _SOURCE,
)
ROLLED_BACK: Final = Rule(
    "signer-rolled-back", Effect.NOTES, "An earlier signer that the app there lets roll it back.", _SOURCE
)
DIFFERS: Final = Rule("signer-differs", Effect.NOT_OVER, "Somebody else signed it.", _SOURCE, _STATUS)
REVOKED: Final = Rule(
    "signer-revoked",
    Effect.NOT_OVER,
    "Its proof of rotation names the signer of the app there, but no longer lets that signer's data be its own.",
    _SOURCE,
    _STATUS,
)
OLDER: Final = Rule(
    "signer-older",
    Effect.NOT_OVER,
    "It is signed by an earlier signer of the app there, which may not roll it back.",
    _SOURCE,
    _STATUS,
)
DIVERGED: Final = Rule(
    "signer-diverged",
    Effect.NOT_OVER,
    "Both come from one signer, but their proofs of rotation lead to different ones.",
    _SOURCE,
    _STATUS,
)
HASH_DIFFERS: Final = Rule(
    "signer-hash-differs",
    Effect.NOT_OVER,
    "The 32-bit hash that the phone shows for the signer is none of those that could be taken.",
    f"{_SOURCE}; PackageSignatures.java toString; Signature.java hashCode",
    _STATUS,
)
UNKNOWN: Final = Rule(
    "signer-unknown", Effect.UNKNOWN, "Who signed the app that is there could not be verified.", _SOURCE
)

RULES: Final = (SAME, ROTATED, ROLLED_BACK, DIFFERS, REVOKED, OLDER, DIVERGED, HASH_DIFFERS, UNKNOWN)


def judge(case: Case) -> Iterator[Reason]:
    """Yield what the signers mean.

    Source: `verifySignatures`: accepted where `new.checkCapability(old, INSTALLED_DATA)` or
    `old.checkCapability(new, ROLLBACK)`; the same once more in `preparePackage`. Where the app has upgrade key sets,
    those decide instead (`keysets`). It is looked at whenever there is a record of the app: also after an uninstall
    that kept the data.
    """
    app, new = case.app, case.signing
    if app is None or new is None or keysets.decides(app):
        return
    if app.upgrade_keys is None and not app.shared_user_id:
        yield UNKNOWN.says(
            words("Which keys may update the app on the phone could not be found out, so nothing can be promised.")
        )
    elif app.signing is None:
        yield _by_hash(app, new)
    elif lineage.takes_over(new, app.signing):
        yield _accepted(new, app.signing)
    else:
        yield _refused(new, app.signing)


def _accepted(new: Signing, old: Signing) -> Reason:
    if lineage.is_same(new, old):
        return SAME.says(words("It was signed by the same certificate as the app on the phone."))
    if lineage.grants(new, old, Capability.INSTALLED_DATA):
        return ROTATED.says(
            words("It was signed by a newer certificate; the earlier one vouches for it, and keeps its data.")
        )
    return ROLLED_BACK.says(
        words("It was signed by an earlier certificate, which the app on the phone lets roll it back.")
    )


def _refused(new: Signing, old: Signing) -> Reason:
    if lineage.has_ancestor(new, old):
        text = words(
            "It was signed by a newer certificate that knows the one of the app on the phone ({old}) but was told not "
            "to take over its data.",
            old=_short(old),
        )
        return REVOKED.says(text)
    if lineage.has_ancestor(old, new):
        text = words(
            "It was signed by an earlier certificate ({new}) of this app. The app on the phone has moved on to a newer "
            "one and does not let the earlier one come back.",
            new=_short(new),
        )
        return OLDER.says(text)
    rule = DIVERGED if _certificates(new.past) & _certificates(old.past) else DIFFERS
    return rule.says(_differs(_short(old), _short(new)))


def _by_hash(app: Installed, new: Signing) -> Reason:
    """Judge by the 32-bit hashes of `dumpsys`: they can prove a difference, never a match."""
    if app.signer_hash is None:
        return UNKNOWN.says(
            words("Who signed the app on the phone could not be found out, so nothing can be promised.")
        )
    candidates = {lineage.java_hash(one) for one in (*new.signers, *(node.certificate for node in new.past))}
    if app.signer_hash & 0xFFFFFFFF in candidates:
        text = words(
            "The phone's short mark for the app's signer fits, but that is no proof: another signer could have the "
            "same."
        )
        return UNKNOWN.says(text)
    if _may_roll_back(app, new):
        return UNKNOWN.says(
            words(
                "The phone's short mark for the app's signer does not fit this file. Only an older version of the "
                "app that "
                "its publisher allowed to come back could still be taken."
            )
        )
    return HASH_DIFFERS.says(_differs(f"{app.signer_hash & 0xFFFFFFFF:08x}", _short(new)))


def _may_roll_back(app: Installed, new: Signing) -> bool:
    """Whether the app there could let this one's signer roll it back, as far as its hashes tell."""
    if app.past_signer_hashes is None:
        return True
    return len(new.signers) == 1 and any(
        mark & 0xFFFFFFFF == lineage.java_hash(new.signers[0]) and Capability.ROLLBACK in may
        for mark, may in app.past_signer_hashes[:-1]
    )


def _differs(old: str, new: str) -> Words:
    return words(
        "It was signed by somebody else than the app on the phone (there {old}, here {new}). Android never gives one "
        "signer's data to another.",
        old=old,
        new=new,
    )


def _certificates(nodes: tuple[LineageNode, ...]) -> set[bytes]:
    return {node.certificate for node in nodes}


def _short(signing: Signing) -> str:
    """Return the beginning of each signer's SHA-256: enough for a person to tell two apart."""
    return ", ".join(digest[:12] for digest in signing.sha256)
