"""Android's rules for an update, one file a meaning. What they say of one case is a list of reasons; `judging` decides.

Sources are files of AOSP's frameworks/base, by name and method, read in the sources of Android 8 to 17
(docs/decisions/0027-update-rules.md).
"""

from typing import Final

from phoneward.updates.rules import (
    abi,
    flags,
    keysets,
    permissions,
    sdk,
    shareduser,
    signature,
    signers,
    splits,
    versions,
)
from phoneward.updates.rules.rule import Case, Judge, Rule
from phoneward.updates.verdict import Reason

_JUDGES: Final[tuple[Judge, ...]] = (
    signature.judge,
    keysets.judge,
    signers.judge,
    splits.judge,
    versions.judge,
    shareduser.judge,
    sdk.judge,
    flags.judge,
    permissions.judge,
    abi.judge,
)

RULES: Final[tuple[Rule, ...]] = (
    *signature.RULES,
    *signers.RULES,
    *keysets.RULES,
    *versions.RULES,
    *splits.RULES,
    *shareduser.RULES,
    *sdk.RULES,
    *flags.RULES,
    *permissions.RULES,
    *abi.RULES,
)
"""All of them, for docs/reference."""

__all__ = ["RULES", "Case", "Rule", "reasons"]


def reasons(case: Case) -> list[Reason]:
    """Return what every rule says of a case.

    Raises:
        ApkUnreadableError, ApkChangedError: an APK cannot be read.
    """
    return [reason for judge in _JUDGES for reason in judge(case)]
