"""Which snapshots to forget, with what Phoneward knows of its own kinds.

restic's keep-rules see finished snapshots only. A snapshot of a backup that was cut short (`partial`) has done its work
once a newer finished one of the same phone stays; a later proof goes with the snapshot it speaks of. Neither is ever
counted by a rule. What a person decided (`phoneward-state`) is never counted, and no rule removes it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from phoneward.snapshots.layout import DEVICE_TAG_PREFIX, is_record, proof_subject
from phoneward.snapshots.reading import is_partial
from phoneward.vault import (
    FileId,
    ForgetGroup,
    GroupBy,
    KeepPolicy,
    Snapshot,
    SnapshotFilter,
    has_tags,
    names_of,
    plan_groups,
)


class Outdated(NamedTuple):
    """A partial snapshot to be removed, and the finished one of the same phone that took its place."""

    snapshot: Snapshot
    by: Snapshot


@dataclass(frozen=True, slots=True)
class ForgetPlan:
    """What would be forgotten. Nothing has been removed yet.

    Attributes:
        groups: what the rules do to finished snapshots; empty where snapshots were named.
        named: snapshots that were named, to be removed.
        damaged: snapshot files that were named and cannot be read, to be removed.
        outdated: partial snapshots to be removed.
        waiting: partial snapshots that stay: no newer finished snapshot of their phone does.
        proofs: proofs whose snapshot is gone or goes, to be removed.
    """

    groups: tuple[ForgetGroup, ...] = ()
    named: tuple[Snapshot, ...] = ()
    damaged: tuple[FileId, ...] = ()
    outdated: tuple[Outdated, ...] = ()
    waiting: tuple[Snapshot, ...] = ()
    proofs: tuple[Snapshot, ...] = ()

    @property
    def removed(self) -> list[FileId]:
        """The files to remove, in an order in which no proof goes before what it proves."""
        snapshots = [snapshot for group in self.groups for snapshot in group.remove]
        snapshots += [*self.named, *(old.snapshot for old in self.outdated)]
        names = [snapshot.id for snapshot in snapshots] + list(self.damaged) + [proof.id for proof in self.proofs]
        return list(dict.fromkeys(name for name in names if name is not None))

    @property
    def kept_count(self) -> int:
        """How many finished snapshots the rules keep."""
        return sum(len(group.keep) for group in self.groups)


def plan_forget(
    snapshots: Sequence[Snapshot],
    policy: KeepPolicy,
    *,
    group_by: GroupBy,
    chosen: SnapshotFilter,
    present: Collection[FileId] = (),
    now_ns: int,
) -> ForgetPlan:
    """Return what keep-rules do.

    Args:
        snapshots: all that can be read.
        policy: restic's keep-rules.
        group_by: each group is judged by itself.
        chosen: only these are judged. Partial ones are chosen by host and tags: their `paths` are only a mark.
        present: the names of all snapshot files, also of those that cannot be read: their proofs stay.
        now_ns: the present, nanoseconds since 1970 UTC.

    Raises:
        NoKeepRuleError: the policy holds no rule.
        GroupWouldVanishError: of some group nothing would be kept.
    """
    finished = [s for s in snapshots if not is_partial(s) and not is_record(s)]
    groups = plan_groups((s for s in finished if chosen.matches(s)), policy, group_by, now_ns=now_ns)
    removed = {snapshot.id for group in groups for snapshot in group.remove}
    staying = [snapshot for snapshot in finished if snapshot.id not in removed]
    partial = [s for s in snapshots if is_partial(s) and not is_record(s) and chosen.matches_owner(s)]
    outdated, waiting = judge_partial(partial, staying, policy)
    removed |= {old.snapshot.id for old in outdated}
    return ForgetPlan(
        groups=tuple(groups),
        outdated=tuple(outdated),
        waiting=tuple(waiting),
        proofs=tuple(orphaned_proofs(snapshots, {*present, *ids_of(snapshots)} - removed)),
    )


def plan_named(
    snapshots: Sequence[Snapshot], names: Collection[FileId], *, present: Collection[FileId] = ()
) -> ForgetPlan:
    """Return what removing these snapshots takes with it: their proofs. No rule has a say.

    Args:
        snapshots: all that can be read.
        names: the snapshot files to remove, in full.
        present: as in `plan_forget`.
    """
    named = tuple(snapshot for snapshot in snapshots if snapshot.id in names)
    known = ids_of(snapshots)
    proofs = orphaned_proofs(snapshots, {*present, *known} - set(names))
    return ForgetPlan(
        named=named,
        damaged=tuple(name for name in names if name not in known),
        proofs=tuple(proof for proof in proofs if proof.id not in names),
    )


def ids_of(snapshots: Iterable[Snapshot]) -> set[FileId]:
    """Return the IDs of snapshots."""
    return {snapshot.id for snapshot in snapshots if snapshot.id is not None}


def judge_partial(
    partial: Iterable[Snapshot], staying: Sequence[Snapshot], policy: KeepPolicy
) -> tuple[list[Outdated], list[Snapshot]]:
    """Return which snapshots of backups that were cut short have done their work, and which have not yet."""
    newest: dict[tuple[str, str], Snapshot] = {}
    for snapshot in staying:
        phone = phone_of(snapshot)
        if phone not in newest or newest[phone].time_ns < snapshot.time_ns:
            newest[phone] = snapshot
    outdated, waiting = [], []
    for snapshot in partial:
        successor = newest.get(phone_of(snapshot))
        wanted = any(has_tags(snapshot, tags) for tags in policy.tags)
        if successor is None or successor.time_ns <= snapshot.time_ns or wanted:
            waiting.append(snapshot)
        else:
            outdated.append(Outdated(snapshot, successor))
    return outdated, waiting


def phone_of(snapshot: Snapshot) -> tuple[str, str]:
    """Return what tells one phone's snapshots from another's: its id, else its label."""
    device = next((tag for tag in snapshot.tags if tag.startswith(DEVICE_TAG_PREFIX)), "")
    return (device, "") if device else ("", snapshot.hostname)


def orphaned_proofs(snapshots: Sequence[Snapshot], staying: Collection[FileId | None]) -> list[Snapshot]:
    """Return the proofs that speak of nothing any more. `copy`, `tag` and `rewrite` give a snapshot a new name."""
    renamed = {name for snapshot in snapshots if snapshot.id in staying for name in names_of(snapshot)}
    orphaned = []
    for proof in snapshots:
        subject = proof_subject(proof)
        if subject is not None and subject not in staying and subject not in renamed:
            orphaned.append(proof)
    return orphaned
