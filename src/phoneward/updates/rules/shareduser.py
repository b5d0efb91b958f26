"""Apps that share one user id: who may join it, and that nobody may change it."""

from collections.abc import Iterator
from typing import Final

from phoneward.apk.signing.facts import Capability, Signing
from phoneward.errors import readable
from phoneward.texts import words
from phoneward.updates.rules import lineage
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.subject import Installed
from phoneward.updates.verdict import Effect, Reason

_PREPARE: Final = "InstallPackageHelper.java preparePackage"
_JOIN: Final = "PackageManagerServiceUtils.java verifySignatures, canJoinSharedUserId"

CHANGED: Final = Rule(
    "shared-user-changed",
    Effect.NOT_OVER,
    "The user id that it shares with other apps is another one than that of the app there, or only one of them has "
    "any.",
    _PREPARE,
    "INSTALL_FAILED_UID_CHANGED",
)
REJOINED: Final = Rule(
    "shared-user-rejoined",
    Effect.NOT_OVER,
    "The app there has left its shared user id, and the update would go back into it.",
    _PREPARE,
    "INSTALL_FAILED_UID_CHANGED",
)
UNKNOWN: Final = Rule(
    "shared-user-unknown", Effect.UNKNOWN, "Whether the app there shares a user id is not known.", _PREPARE
)
INCOMPATIBLE: Final = Rule(
    "shared-user-signer",
    Effect.NOT_OVER,
    "Its signer does not stand for the signers of the other apps under the same user id.",
    _JOIN,
    "INSTALL_FAILED_SHARED_USER_INCOMPATIBLE",
)
MEMBERS_UNKNOWN: Final = Rule(
    "shared-user-not-looked-at",
    Effect.NOTES,
    "Its signer changed, and who signed the other apps under the same user id is not known; they could refuse it.",
    _JOIN,
)

RULES: Final = (CHANGED, REJOINED, UNKNOWN, INCOMPATIBLE, MEMBERS_UNKNOWN)


def declared(case: Case) -> tuple[str, bool]:
    """Return the shared user id that the update names, and whether it leaves it on this phone.

    Source: `ParsingPackageUtils.parseSharedUser`: it leaves where `sharedUserMaxSdkVersion` is below the phone's API
    level (Android 13 and later).
    """
    return leaving(case.main.manifest.shared_user_id, case.main.manifest.shared_user_max_sdk, case.device.sdk)


def leaving(shared_user_id: str, maximum: int, sdk: int | None) -> tuple[str, bool]:
    """Return the shared user id, and whether an app that says so leaves it on a phone of this API level."""
    return shared_user_id, bool(shared_user_id) and sdk is not None and sdk >= 33 and 0 < maximum < sdk


def judge(case: Case) -> Iterator[Reason]:
    """Yield what the shared user id means.

    Source: `preparePackage`, over an app that is there: the id must stay, and an app that left it must not come back.
    An app that never had one may name one that it leaves at once. `verifySignatures`: the signer must stand for those
    of the other apps there, which stay when this one is removed.
    """
    name, leaves = declared(case)
    app = case.app
    if app is not None:
        yield from _changed(app, name, leaves=leaves)
    if name and not leaves:
        yield from _joined(case, name)


def _changed(app: Installed, name: str, *, leaves: bool) -> Iterator[Reason]:
    if app.shared_user_id is None:
        if name:
            yield UNKNOWN.says(words("Whether the app on the phone shares its data with other apps is not known."))
    elif app.left_shared_user and name and not leaves:
        yield REJOINED.says(
            words("The app on the phone stopped sharing its data with its sister apps; this one would share it again.")
        )
    elif app.shared_user_id != name and not (leaves and not app.shared_user_id):
        text = words(
            "It shares its data with other sister apps ({new}) than the app on the phone ({old}).",
            new=readable(name) or "–",
            old=readable(app.shared_user_id) or "–",
        )
        yield CHANGED.says(text)


def _joined(case: Case, name: str) -> Iterator[Reason]:
    """Yield whether the update may be under the user id together with the other apps there."""
    new, there = case.signing, case.installed
    if new is None or there is None or there.shared_user_id != name:
        return
    app = case.app
    if there.shared_user is None or any(member.signing is None for member in there.shared_user):
        is_same = app is not None and app.signing is not None and app.signing == new
        if not is_same and app is not None and app.signing is not None:
            yield MEMBERS_UNKNOWN.says(
                words("Its signer changed. Whether its sister apps on the phone accept that was not looked at.")
            )
        return
    others = [member.signing for member in there.shared_user if member.signing is not None]
    own = [app.signing] if app is not None and app.signing is not None else []
    shared = _shared(others + own)
    if not others or shared is None or _may_join(new, shared, others, is_update=app is not None):
        return
    stays = app is None or not _may_join(new, _shared(others) or shared, others, is_update=False)
    text = words("Its sister apps on the phone, with which it shares its data, were signed by somebody else.")
    yield INCOMPATIBLE.says(text, Effect.NEVER if stays else None)


def _shared(signings: list[Signing]) -> Signing | None:
    """Return the signer that stands for all: AOSP merges every member's proof of rotation into the user id's own."""
    latest: Signing | None = None
    for one in signings:
        if latest is None or lineage.has_ancestor_or_self(one, latest):
            latest = one
    return latest


def _may_join(new: Signing, shared: Signing, members: list[Signing], *, is_update: bool) -> bool:
    """`canJoinSharedUserId`, then `hasCommonAncestor`: lineages must not lead apart."""
    granted = lineage.grants(new, shared, Capability.SHARED_USER_ID) or lineage.grants(
        shared, new, Capability.SHARED_USER_ID
    )
    if is_update:
        joins = granted or (not lineage.has_ancestor(shared, new) and lineage.has_ancestor(new, shared))
    else:
        joins = granted and all(
            lineage.grants(new, member, Capability.SHARED_USER_ID)
            for member in members
            if lineage.has_ancestor(new, member)
        )
    return joins and lineage.has_common_ancestor(new, shared)
