"""Permissions that the update defines and another app already owns."""

from collections.abc import Iterator
from typing import Final

from phoneward.apk.manifest.facts import DeclaredPermission
from phoneward.apk.signing.facts import Capability, Signing
from phoneward.errors import readable
from phoneward.texts import words
from phoneward.updates.rules import keysets, lineage
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.subject import Installed, PermissionOwner
from phoneward.updates.verdict import Effect, Reason

_SOURCE: Final = "InstallPackageHelper.java preparePackage, doesSignatureMatchForPermissions"

OWNED: Final = Rule(
    "permission-owned",
    Effect.NEVER,
    "It defines a permission that an app of another signer on the phone already defines.",
    _SOURCE,
    "INSTALL_FAILED_DUPLICATE_PERMISSION",
)
GROUP_OWNED: Final = Rule(
    "permission-group-owned",
    Effect.NEVER,
    "It defines a group of permissions that an app of another signer already defines (target 31 and later).",
    _SOURCE,
    "INSTALL_FAILED_DUPLICATE_PERMISSION_GROUP",
)
GROUP_FOREIGN: Final = Rule(
    "permission-group-foreign",
    Effect.NEVER,
    "It defines a permission in a group of an app of another signer (target 31 and later).",
    _SOURCE,
    "INSTALL_FAILED_BAD_PERMISSION_GROUP",
)
OWN_REVOKED: Final = Rule(
    "permission-own-revoked",
    Effect.NOT_OVER,
    "Its signer is a later one that withdrew the right to permissions from the signer of the app there, and it defines "
    "one of that app's permissions.",
    _SOURCE,
    "INSTALL_FAILED_DUPLICATE_PERMISSION",
)
OWNER_UNKNOWN: Final = Rule(
    "permission-owner-unknown",
    Effect.NOTES,
    "It defines permissions, and which of them other apps on the phone define, and who signed those, is not known.",
    _SOURCE,
)
OWN_UNKNOWN: Final = Rule(
    "permission-own-unknown",
    Effect.UNKNOWN,
    "Its signer withdrew the right to permissions from the signer of the app there, and which permissions that app "
    "defines is not known.",
    _SOURCE,
)

RULES: Final = (OWNED, GROUP_OWNED, GROUP_FOREIGN, OWN_REVOKED, OWNER_UNKNOWN, OWN_UNKNOWN)

_PLATFORM: Final = "android"


def judge(case: Case) -> Iterator[Reason]:
    """Yield what permissions mean.

    Source: `preparePackage`: a permission, a group (target 31 and later, `cannotInstallWithBadPermissionGroups`), or
    the group of a permission, that another app owns; unless one of the two signers grants the other `PERMISSION`. For a
    permission of the platform itself ("android") the declaration is dropped and nothing refused. The app's own
    permissions are looked at in the same way when its signer has changed.
    """
    defined = [one for apk in case.candidate.apks for one in apk.manifest.permissions]
    if not defined or case.signing is None:
        return
    yield from _own(case, defined, case.signing)
    owners = None if case.installed is None else case.installed.permission_owners
    if owners is None:
        yield OWNER_UNKNOWN.says(
            words("It defines permissions. Whether other apps on the phone define the same was not looked at.")
        )
        return
    package = case.main.manifest.package
    others = [owner for owner in owners if owner.package != package]
    foreign = [owner for owner in others if owner.package != _PLATFORM and not _fits(owner.signing, case.signing)]
    yield from _owned(case, defined, foreign)


def _owned(case: Case, defined: list[DeclaredPermission], foreign: list[PermissionOwner]) -> Iterator[Reason]:
    """Yield clashes with permissions of apps of another signer."""
    with_groups = case.target_sdk >= 31 and case.is_at_least(31)
    names = {(owner.permission.name, owner.permission.is_group): owner for owner in foreign}
    own_groups = {one.name for one in defined if one.is_group}
    for one in defined:
        owner = names.get((one.name, one.is_group))
        if owner is not None and (with_groups or not one.is_group):
            yield _clash(GROUP_OWNED if one.is_group else OWNED, one.name, owner)
        group = names.get((one.group, True))
        if group is not None and with_groups and not one.is_group and one.group not in own_groups:
            yield _clash(GROUP_FOREIGN, one.group, group)


def _clash(rule: Rule, name: str, owner: PermissionOwner) -> Reason:
    details = {"permission": readable(name), "app": readable(owner.package)}
    if owner.signing is None:
        text = words(
            "It defines {permission}, as {app} on the phone does; who signed that app is not known.", **details
        )
        return OWNER_UNKNOWN.says(text)
    return rule.says(
        words("It defines {permission}, which another app on the phone ({app}) already defines.", **details)
    )


def _own(case: Case, defined: list[DeclaredPermission], new: Signing) -> Iterator[Reason]:
    app = case.app
    if app is None or app.signing is None or keysets.decides(app) or _fits(app.signing, new):
        return
    if not lineage.takes_over(new, app.signing):
        return  # `signers` says so; without the app there is nothing to clash with.
    text = words(
        "It defines a permission of the app on the phone again, but its new certificate withdrew that from the old one."
    )
    if app.permissions is None:
        yield OWN_UNKNOWN.says(text)
    elif _names(app) & {one.name for one in defined}:
        yield OWN_REVOKED.says(text)


def _names(app: Installed) -> set[str]:
    return {one.name for one in app.permissions or ()}


def _fits(owner: Signing | None, new: Signing) -> bool:
    """`doesSignatureMatchForPermissions`: either grants the other."""
    return owner is not None and (
        lineage.grants(owner, new, Capability.PERMISSION) or lineage.grants(new, owner, Capability.PERMISSION)
    )
