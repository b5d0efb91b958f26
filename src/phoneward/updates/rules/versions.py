"""Whether the update is older than what is there."""

from collections.abc import Iterator
from typing import Final

from phoneward.texts import Words, words
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.subject import Installed
from phoneward.updates.verdict import Effect, Reason

_SOURCE: Final = (
    "PackageManagerServiceUtils.java checkDowngrade, isDowngradePermitted; InstallPackageHelper.java "
    "verifyReplacingVersionCode"
)
_STATUS: Final = "INSTALL_FAILED_VERSION_DOWNGRADE"

DOWNGRADE: Final = Rule(
    "version-downgrade",
    Effect.NOT_OVER,
    "Its version is lower. `-d` lifts it only where the app there is debuggable or the phone's build is.",
    _SOURCE,
    _STATUS,
    "-d",
)
REVISION: Final = Rule(
    "revision-downgrade",
    Effect.NOT_OVER,
    "The version is equal, and the revision of the base or of a part is lower.",
    _SOURCE,
    _STATUS,
    "-d",
)
NEWER: Final = Rule("version-newer", Effect.NOTES, "Its version is higher.", _SOURCE)
EQUAL: Final = Rule("version-equal", Effect.NOTES, "It is the version that is there.", _SOURCE)

RULES: Final = (DOWNGRADE, REVISION, NEWER, EQUAL)


def judge(case: Case) -> Iterator[Reason]:
    """Yield what the versions mean.

    Source: `checkDowngrade` compares long version codes; where they are equal, `revisionCode` of the base and of each
    part that both have. `isDowngradePermitted`: only when asked for (`-d`), and the app there is debuggable or the
    phone's build is (userdebug, eng). An app that was uninstalled and its data kept counts as there.
    """
    app = case.app
    if app is None:
        return
    new = case.main.manifest.version_code
    details = {"old": _named(app.version_name, app.version_code), "new": _named(case.main.manifest.version_name, new)}
    if new < app.version_code:
        text = words("It is an older version ({new}) than the one on the phone ({old}).", **details)
        yield _lifted(DOWNGRADE, text, case, app)
    elif new > app.version_code:
        yield NEWER.says(words("It is a newer version ({new}) than the one on the phone ({old}).", **details))
    elif _is_revised_back(case, app):
        text = words("It is the same version as the one on the phone, but an older revision of it.")
        yield _lifted(REVISION, text, case, app)
    else:
        yield EQUAL.says(words("It is the same version ({old}) as the one on the phone.", old=details["old"]))


def _lifted(rule: Rule, text: Words, case: Case, app: Installed) -> Reason:
    may = app.is_debuggable or case.device.is_debuggable_build is True
    return rule.says(text, Effect.OPTION if may else None)


def _is_revised_back(case: Case, app: Installed) -> bool:
    revisions = {apk.manifest.split: apk.manifest.revision_code for apk in case.candidate.apks}
    return any(revisions[part] < there for part, there in app.revision_codes.items() if part in revisions)


def _named(name: str, code: int) -> str:
    return f"{name} ({code})" if name else str(code)
