"""What keep-rules leave alone: cut-short snapshots, proofs, and what they go with."""

from typing import Any

from phoneward.snapshots import ForgetPlan, plan_forget, plan_named
from phoneward.snapshots.layout import (
    PARTIAL_PATHS,
    PARTIAL_TAG,
    PROOF_PATHS,
    STATE_PATHS,
    STATE_TAG,
    TAG,
    device_tag,
    proof_tags,
)
from phoneward.vault import BlobId, FileId, GroupBy, KeepPolicy, Snapshot, SnapshotFilter

DAY = 86_400 * 10**9
EVERYTHING = SnapshotFilter()
USUAL = GroupBy(host=True, paths=True, tags=False)


def name(number: int) -> FileId:
    return FileId(f"{number:064x}")


def taken(day: int, *, phone: str = "one", number: int | None = None, **fields: Any) -> Snapshot:
    known = {"paths": ("/",), "hostname": f"label {phone}", "tags": (TAG, device_tag(phone)), **fields}
    return Snapshot(id=name(day if number is None else number), time_ns=day * DAY, tree=BlobId(bytes(32)), **known)


def cut_short(day: int, *, phone: str = "one") -> Snapshot:
    return taken(day, phone=phone, paths=PARTIAL_PATHS, tags=(TAG, device_tag(phone), PARTIAL_TAG))


def proof(day: int, subject: int) -> Snapshot:
    return taken(day, paths=PROOF_PATHS, tags=proof_tags("one", name(subject)), number=1000 + day)


def state(day: int, **fields: Any) -> Snapshot:
    return taken(day, **{"paths": STATE_PATHS, "tags": (STATE_TAG,), "number": 2000 + day, **fields})


def judged(
    snapshots: list[Snapshot], *, chosen: SnapshotFilter = EVERYTHING, present: set[FileId] | None = None, **rules: Any
) -> ForgetPlan:
    policy = KeepPolicy(**(rules or {"last": 2}))
    return plan_forget(
        snapshots, policy, group_by=USUAL, chosen=chosen, present=present or set(), now_ns=10_000 * DAY
    )  # fmt: skip


def ids(snapshots: Any) -> list[int]:
    return sorted(int(snapshot.id, 16) for snapshot in snapshots)


def test_cut_short_snapshots_are_not_counted_and_go_when_a_newer_one_is_finished() -> None:
    plan = judged([taken(1), cut_short(2), taken(3), cut_short(4), taken(5), cut_short(6)])
    (group,) = plan.groups
    assert ids(kept.snapshot for kept in group.keep) == [3, 5]
    assert ids(group.remove) == [1]
    assert [(int(old.snapshot.id or "", 16), old.by.time_ns // DAY) for old in plan.outdated] == [(2, 5), (4, 5)]
    assert ids(plan.waiting) == [6]
    assert plan.removed == [name(1), name(2), name(4)]


def test_another_phones_finished_snapshot_says_nothing() -> None:
    plan = judged([cut_short(1, phone="two"), taken(5), taken(6)])
    assert (plan.outdated, ids(plan.waiting), plan.removed) == ((), [1], [])


def test_what_goes_itself_takes_nobodys_place() -> None:
    snapshots = [taken(1, tags=(TAG, device_tag("one"), "gold")), cut_short(3), taken(5)]
    plan = judged(snapshots, tags=(("gold",),))
    assert ids(plan.groups[0].remove) == [5]
    assert (plan.outdated, ids(plan.waiting)) == ((), [3])


def test_a_tag_that_is_to_be_kept_keeps_a_cut_short_one() -> None:
    plan = judged([cut_short(1), taken(2)], last=1, tags=((PARTIAL_TAG,),))
    assert (ids(plan.waiting), plan.removed) == ([1], [])


def test_filters_choose_cut_short_ones_by_their_phone() -> None:
    snapshots = [cut_short(1), taken(2), cut_short(3, phone="two"), taken(4, phone="two")]
    plan = judged(snapshots, chosen=SnapshotFilter(hosts=("label two",), paths=("/",)), last=1)
    assert plan.removed == [name(3)]


def test_a_proof_goes_with_its_snapshot_and_never_alone() -> None:
    snapshots = [taken(1), proof(2, 1), taken(3), proof(4, 3), taken(5), proof(6, 77)]
    plan = judged(snapshots)
    assert ids(plan.proofs) == [1002, 1006]
    assert plan.removed == [name(1), name(1002), name(1006)], "after what they prove"
    assert plan.kept_count == 2


def test_a_proof_stays_where_its_snapshot_cannot_be_read_or_was_renamed() -> None:
    renamed = taken(5, original=name(4))  # restic tag
    plan = judged([proof(2, 1), proof(6, 4), renamed], present={name(1)})
    assert plan.removed == []
    unknown = taken(7, paths=PROOF_PATHS, tags=("phoneward-proof",))
    assert judged([taken(1), unknown]).removed == []


def test_foreign_snapshots_are_judged_as_restic_does() -> None:
    foreign = [taken(day, paths=("/home",), hostname="laptop", tags=()) for day in (1, 2, 3)]
    plan = judged([*foreign, taken(4)], last=1)
    assert sorted(len(group.remove) for group in plan.groups) == [0, 2]


def test_naming_snapshots_takes_their_proofs_and_no_rule_has_a_say() -> None:
    snapshots = [taken(1), proof(2, 1), taken(3), cut_short(2)]
    plan = plan_named(snapshots, {name(1), name(99)}, present={name(99)})
    assert ids(plan.named) == [1]
    assert plan.damaged == (name(99),)
    assert plan.removed == [name(1), name(99), name(1002)]
    alone = plan_named(snapshots, {name(1002)})
    assert alone.removed == [name(1002)]


def test_what_a_person_decided_is_never_counted_and_no_rule_removes_it() -> None:
    snapshots = [taken(1), state(2), taken(3), state(4), state(5, paths=("/",)), state(6, tags=())]
    plan = judged([*snapshots, state(7, tags=(STATE_TAG, PARTIAL_TAG))], last=1)
    assert plan.removed == [name(1)]
    assert [ids(kept.snapshot for kept in group.keep) for group in plan.groups] == [[3]]
    assert (plan.waiting, plan.proofs) == ((), ())
    assert plan_named(snapshots, {name(1), name(3)}).removed == [name(1), name(3)]


def test_a_state_takes_no_cut_short_backups_place() -> None:
    assert judged([cut_short(1), state(2, hostname="label one", tags=(STATE_TAG, device_tag("one")))]).removed == []


def test_a_state_that_claims_to_be_a_proof_too_goes_with_nothing() -> None:
    both = state(2, tags=(STATE_TAG, *proof_tags("one", name(77))))
    assert judged([taken(1), taken(3), taken(4), both]).removed == [name(1)]
