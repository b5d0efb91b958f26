"""`phoneward forget --family`: the family's rules, changed by what the command line says, noted where asked to."""

import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import Frame
from phoneward.cli.progress_view import listening

if TYPE_CHECKING:
    from phoneward.errors import PhonewardError
    from phoneward.snapshots import FamilyRules, ForgetPlan
    from phoneward.vault import FileId, HeldLock, KeepPolicy, Repository, SnapshotFilter

_SPANS = {
    "within": "everything",
    "within_daily": "daily",
    "within_weekly": "weekly",
    "within_monthly": "monthly",
}
"""Rules that may stand beside --family, and what they change."""


def refuse_beside_family(names: tuple[str, ...], policy: "KeepPolicy", chosen: "SnapshotFilter") -> None:
    """Refuse what would be passed over in silence.

    Raises:
        NotTogetherError: something stands beside --family that it has no place for.
    """
    if names:
        raise NotTogetherError(first="SNAPSHOT", second="--family")
    if any(getattr(policy, rule.name) for rule in fields(policy) if rule.name not in _SPANS):
        raise NotTogetherError(first="--family", second="--keep-last, --keep-daily, --keep-tag, …")
    if not chosen.is_empty:
        raise NotTogetherError(first="--family", second="--host / --tag / --path")


def plan(
    frame: Frame,
    repository: "Repository",
    lock: "HeldLock",
    policy: "KeepPolicy",
    damaged: "dict[FileId, PhonewardError]",
    *,
    remembers: bool,
) -> "ForgetPlan":
    """Return what the family's rules do, and say which they are; note them where `remembers`."""
    from phoneward import snapshots, vault

    repository.load_index()
    found = vault.load_snapshots(repository, on_damaged=damaged.__setitem__)
    state = snapshots.load_state(repository, snapshots=found)
    rules = changed(snapshots.family_rules(state), policy)
    if not frame.output.json:
        frame.output.summary(str(rules.words))
    if remembers:
        snapshots.change_state(repository, lock, [snapshots.note_family_rules(rules)])
        found = vault.load_snapshots(repository, on_damaged=damaged.__setitem__)
    with listening(frame.output) as listener:
        lost = snapshots.losses(repository, found, listener=listener)
    present = {snapshot.id for snapshot in found if snapshot.id is not None} | set(damaged)
    return snapshots.plan_family(found, rules, lost, state=state, present=present, now_ns=time.time_ns())


def changed(rules: "FamilyRules", policy: "KeepPolicy") -> "FamilyRules":
    """Return the rules with those that the command line gives in the place of the usual ones."""
    given = {name: getattr(policy, rule) for rule, name in _SPANS.items()}
    return replace(rules, **{name: span for name, span in given.items() if span})
