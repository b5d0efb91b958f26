"""What an installer's prompt does not say: what its buttons do to the data."""

from typing import Final

from phoneward.texts import words
from phoneward.updates.rules import Case
from phoneward.updates.rules.rule import Rule
from phoneward.updates.rules.versions import DOWNGRADE, REVISION
from phoneward.updates.verdict import Effect, Reason

REINSTALL: Final = Rule(
    "reinstall-deletes",
    Effect.WARNS,
    'A prompt that offers to "uninstall and install again" deletes everything that the app holds.',
    "DeletePackageHelper.java deletePackageLIF (without DELETE_KEEP_DATA); Installer.java destroyAppData",
)
KEEP_LOCKS: Final = Rule(
    "keep-data-locks",
    Effect.WARNS,
    'Uninstalling with "keep data" leaves a record of the app: only an app of an accepted signer, and no older '
    "version, "
    "can come back.",
    "DeletePackageHelper.java (DELETE_KEEP_DATA); InstallPackageHelper.java preparePackage looks at the record left",
)
DATA_ONLY: Final = Rule(
    "data-only",
    Effect.WARNS,
    "The app was uninstalled and its data kept; the data is still there, locked to the old signer.",
    KEEP_LOCKS.source,
)

RULES: Final = (REINSTALL, KEEP_LOCKS, DATA_ONLY)

_STAYS_LOCKED: Final = words(
    "Uninstalling with “keep data” is no way around it: the data then stays locked to the old publisher, and this file "
    "is still refused."
)
_STAYS_NEWER: Final = words(
    "Uninstalling with “keep data” is no way around it: the phone remembers the newer version, and this file is still "
    "refused."
)


def reasons(case: Case, found: list[Reason]) -> list[Reason]:
    """Return what a person should know before a prompt about this asks them anything.

    Args:
        case: the question.
        found: what the rules say of it.
    """
    told = []
    if case.installed is not None and case.installed.is_data_only:
        told.append(
            DATA_ONLY.says(
                words(
                    "The app was removed from the phone, but its data was kept. Only its own publisher can reach it "
                    "again."
                )
            )
        )
    if any(reason.effect is Effect.NOT_OVER for reason in found):
        told.append(
            REINSTALL.says(
                words(
                    "If an installer offers to uninstall the app and install it again: that deletes everything in "
                    "the app, "
                    "for good. Tap Cancel."
                )
            )
        )
        older = {DOWNGRADE.code, REVISION.code}
        only_older = all(reason.code in older for reason in found if reason.effect is Effect.NOT_OVER)
        told.append(KEEP_LOCKS.says(_STAYS_NEWER if only_older else _STAYS_LOCKED))
    return told
