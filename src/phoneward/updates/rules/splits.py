"""Whether the parts of the update belong together, and whether one is missing."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from phoneward.errors import readable
from phoneward.texts import Listed, counted, words
from phoneward.updates.rules import lineage
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.subject import Installed
from phoneward.updates.verdict import Effect, Reason

_SOURCE: Final = "PackageInstallerSession.java validateApkInstallLocked, assertApkConsistentLocked"
_INVALID: Final = "INSTALL_FAILED_INVALID_APK"

OTHER_APP: Final = Rule(
    "another-app",
    Effect.NEVER,
    "It is another app (another package name), no update of this one.",
    "PackageInstallerSession.java assertPackageConsistentLocked",
    "INSTALL_FAILED_INVALID_APK",
)
PACKAGES: Final = Rule("parts-of-several-apps", Effect.NEVER, "Its parts belong to several apps.", _SOURCE, _INVALID)
VERSIONS: Final = Rule("parts-of-several-versions", Effect.NEVER, "Its parts have several versions.", _SOURCE, _INVALID)
SIGNERS: Final = Rule("parts-of-several-signers", Effect.NEVER, "Its parts have several signers.", _SOURCE, _INVALID)
TWICE: Final = Rule("part-twice", Effect.NEVER, "It has a part twice, or two bases.", _SOURCE, _INVALID)
NO_BASE: Final = Rule(
    "base-missing",
    Effect.NEVER,
    "It has parts and no base, and there is no app that they could be added to.",
    _SOURCE,
    _INVALID,
)
OTHER_VERSION: Final = Rule(
    "parts-for-another-version",
    Effect.NEVER,
    "It has parts and no base, and they are of another version or signer than the app that is there.",
    _SOURCE,
    _INVALID,
)
ADDED_UNKNOWN: Final = Rule(
    "parts-signer-unknown",
    Effect.UNKNOWN,
    "It has parts and no base, and the signer of the app there could not be verified.",
    _SOURCE,
)
ADDED: Final = Rule(
    "parts-added",
    Effect.WARNS,
    "It has parts and no base: they are added to the app that is there (`install-create -p PACKAGE`).",
    _SOURCE,
)
MISSING: Final = Rule(
    "part-missing",
    Effect.NEVER,
    "Its base does not work without parts that are not there.",
    _SOURCE,
    "INSTALL_FAILED_MISSING_SPLIT",
)
LOOKS_FOR: Final = Rule(
    "part-missing-at-start",
    Effect.WARNS,
    "It installs, but looks for its parts when it starts, and does not work without them.",
    "Play Core's MissingSplitsManager (meta-data com.android.vending.splits.required)",
)
NEEDS: Final = Rule(
    "part-needs-part",
    Effect.WARNS,
    "A part of it needs another part that is not there.",
    "SplitDependencyLoader.java createDependenciesFromPackage",
)
DROPPED: Final = Rule(
    "parts-dropped",
    Effect.WARNS,
    "Parts of the app that is there are not in the update and disappear: a full install replaces the whole set.",
    _SOURCE,
)

RULES: Final = (
    OTHER_APP,
    PACKAGES,
    VERSIONS,
    SIGNERS,
    TWICE,
    NO_BASE,
    OTHER_VERSION,
    ADDED_UNKNOWN,
    ADDED,
    MISSING,
    LOOKS_FOR,
    NEEDS,
    DROPPED,
)


def judge(case: Case) -> Iterator[Reason]:
    """Yield what the parts mean.

    Source: `validateApkInstallLocked`: all parts have the package, version and signers of the first; none comes twice;
    a full install has a base; a session that inherits agrees in version and signers with what is there.
    """
    yield from _consistent(case)
    if case.candidate.base is None:
        yield from _inherit(case)
        return
    yield from complete(case)
    if case.app is not None and not case.app.is_data_only:
        gone = sorted(case.app.splits - {apk.manifest.split for apk in case.candidate.splits})
        if gone:
            text = counted(
                "One part of the app on the phone is not in it and would be gone ({names}). Your data stays.",
                "{count} parts of the app on the phone are not in it and would be gone ({names}). Your data stays.",
                len(gone),
                names=_listed(gone),
            )
            yield DROPPED.says(text)


def _consistent(case: Case) -> Iterator[Reason]:
    apks = case.candidate.apks
    manifests = [apk.manifest for apk in apks]
    if len({manifest.package for manifest in manifests}) > 1:
        yield PACKAGES.says(words("Its parts belong to different apps."))
    elif case.installed is not None and manifests[0].package != case.installed.package:
        text = words(
            "It is another app ({new}), no update of {old}. Both would stand side by side.",
            new=readable(manifests[0].package),
            old=readable(case.installed.package),
        )
        yield OTHER_APP.says(text)
    if len({manifest.version_code for manifest in manifests}) > 1:
        yield VERSIONS.says(words("Its parts are of different versions."))
    signings = [case.verification(apk).signing for apk in apks]
    first = signings[0]
    if first is not None and any(one is not None and not lineage.is_same(one, first) for one in signings):
        yield SIGNERS.says(words("Its parts were signed by different people."))
    if max(Counter(manifest.split for manifest in manifests).values()) > 1:
        yield TWICE.says(words("It has the same part twice."))


def _inherit(case: Case) -> Iterator[Reason]:
    """Yield what an update of parts only means: added to the app that is there, and the same version and signers."""
    app = case.app
    if app is None or app.is_data_only:
        yield NO_BASE.says(words("It is only a part of an app: the main file is missing."))
    elif case.main.manifest.version_code != app.version_code or _is_of_other(case, app):
        yield OTHER_VERSION.says(
            words("It is only a part of an app, and belongs to another version than the one on the phone.")
        )
    elif app.signing is None:
        yield ADDED_UNKNOWN.says(
            words("It is only a part of an app, and who signed the app on the phone is not known.")
        )
    else:
        yield ADDED.says(
            words("It is only a part, and would be added to the app on the phone. The rest stays as it is.")
        )


def _is_of_other(case: Case, app: Installed) -> bool:
    return case.signing is not None and app.signing is not None and not lineage.is_same(case.signing, app.signing)


def complete(case: Case) -> Iterator[Reason]:
    """Yield which parts are missing.

    Source: `validateApkInstallLocked`: the base says `isSplitRequired` (Android 10) or names `requiredSplitTypes`
    (Android 13; `ApkLite.mSplitRequired`), and there is no part at all, or a type that any of them requires is none of
    those that all of them have.
    """
    base = case.main.manifest
    apks = case.candidate.apks
    required = frozenset[str]().union(*(apk.manifest.required_split_types for apk in apks))
    there = frozenset[str]().union(*(apk.manifest.split_types for apk in apks))
    by_types = case.is_at_least(33)
    asked = (base.is_split_required and case.is_at_least(29)) or (by_types and bool(base.required_split_types))
    if asked and (len(apks) <= 1 or (by_types and not required <= there)):
        yield MISSING.says(words("It is only one part of the app: other parts that it needs are missing."))
    elif base.looks_for_splits and len(apks) <= 1:
        yield LOOKS_FOR.says(words("It is only one part of the app; it would install, and probably not start."))
    names = {apk.manifest.split for apk in apks}
    wanted = {name for apk in apks for name in (*apk.manifest.uses_split, apk.manifest.config_for) if name}
    if wanted - names:
        text = words(
            "A part of it needs another part that is missing ({names}).", names=_listed(sorted(wanted - names))
        )
        yield NEEDS.says(text)


def _listed(names: list[str]) -> Listed:
    return Listed(tuple(readable(name) for name in names[:8]) + (("…",) if len(names) > 8 else ()))
