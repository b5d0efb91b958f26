"""A family's rules: years get thinner, no phone loses its newest or its history, and only what is judged goes."""

import itertools
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.snapshots import ForgetPlan, family
from phoneward.snapshots.family import (
    FamilyRules,
    family_rules,
    is_judged,
    losses,
    note_family_rules,
    plan_family,
    span_words,
)
from phoneward.snapshots.layout import proof_tags
from phoneward.snapshots.state import OwnerState, name_phone, set_setting
from phoneward.vault import BlobId, FileId, GroupBy, Snapshot, Span, TreeDamagedError, load_snapshots, plan_groups
from tests.snapshots.bench import Vault
from tests.snapshots.catalogue.histories import DAY_NS, START_NS, File, Tree, put_snapshot

NOW_NS = START_NS + 4000 * DAY_NS
_numbers = itertools.count()


def snapshot(day: float, device: str = "a", **changes: object) -> Snapshot:
    whole: dict[str, object] = {
        "id": FileId(f"{next(_numbers):064x}"),
        "time_ns": START_NS + int(day * DAY_NS),
        "tree": BlobId(bytes(32)),
        "paths": ("/",),
        "hostname": f"phone {device}",
        "tags": ("phoneward", f"device:{device}"),
    }
    return Snapshot(**(whole | changes))  # type: ignore[arg-type]


def planned(
    snapshots: list[Snapshot], rules: FamilyRules | None = None, lost: dict[FileId, tuple[str, ...]] | None = None
) -> ForgetPlan:
    return plan_family(snapshots, rules or FamilyRules(), lost or {}, now_ns=NOW_NS)


def test_years_get_thinner() -> None:
    """A snapshot a day for ten years: about a hundred stay, and none of the promised ones is missing."""
    every = [snapshot(day) for day in range(3650)]
    (group,) = planned(every).groups
    assert len(group.keep) + len(group.remove) == 3650
    assert 90 <= len(group.keep) <= 160
    ages = [3649 - (kept.snapshot.time_ns - START_NS) / DAY_NS for kept in group.keep]
    assert [age for age in ages if age < 7] == [0, 1, 2, 3, 4, 5, 6]
    for within, widest in ((30, 1), (365, 7), (5 * 365, 31), (3649, 366)):
        some = [age for age in ages if age <= within]
        assert max(later - earlier for earlier, later in itertools.pairwise(some)) <= widest
    assert max(ages) == 3649, "the oldest stays"


def test_each_phone_is_judged_by_itself_by_its_id() -> None:
    """A phone that got another label is the same phone; one that was put away keeps what it had."""
    put_away = [snapshot(day, "b") for day in range(20)]
    renamed = [snapshot(day, "a", hostname="old" if day < 1990 else "new") for day in range(1980, 2000)]
    plan = planned([*put_away, *renamed])
    assert [len(group.keep) for group in plan.groups] == [20, 20]
    state = OwnerState().changed([name_phone("b", "Granny's")], now_ns=1, writer="w")
    named = plan_family([*put_away, *renamed], FamilyRules(), {}, state=state, now_ns=NOW_NS)
    assert [group.key.host for group in named.groups] == ["Granny's", "new"]


def test_what_is_not_judged_is_never_removed() -> None:
    old = [snapshot(day / 10) for day in range(5)]
    others = [
        snapshot(0.01, paths=("/backup-file",)),
        snapshot(0.02, paths=("/backup-file",)),
        snapshot(0.03, tags=("daily",), paths=("/home",)),
        snapshot(0.04, tags=(), paths=("/",)),
        snapshot(0.05, tags=("phoneward", "device:c", "partial")),
        snapshot(0.06, tags=("phoneward", "device:c", "partial")),
        snapshot(-9, tags=("phoneward-state",), paths=("/state",)),
        snapshot(900, "b", paths=("/partial",), tags=("phoneward", "device:b", "partial")),
    ]
    plan = planned([*old, *others, snapshot(1000)])
    assert len(plan.removed) == 3, "the newest of its month and the oldest of all stay"
    assert not set(plan.removed) & {other.id for other in others}
    assert [one.id for one in plan.waiting] == [one.id for one in others[4:6]] + [others[-1].id]
    assert len(plan.groups) == 1


def test_a_backup_cut_short_goes_when_a_newer_one_is_finished() -> None:
    partial = snapshot(3, paths=("/partial",), tags=("phoneward", "device:a", "partial"))
    plan = planned([partial, snapshot(4)])
    assert [old.snapshot.id for old in plan.outdated] == [partial.id]


def test_proofs_go_with_what_they_are_about_and_are_listed() -> None:
    every = [snapshot(day / 10) for day in range(4)] + [snapshot(1000)]
    about = [snapshot(1, paths=("/proof",), tags=proof_tags("a", s.id or FileId(""))) for s in every]
    plan = planned([*every, *about])
    going = {s.id for group in plan.groups for s in group.remove}
    assert len(going) == 2
    assert {proof.id for proof in plan.proofs} == {p.id for p, s in zip(about, every, strict=True) if s.id in going}


def test_the_last_before_a_loss_stays() -> None:
    every = [snapshot(day / 10) for day in range(5)] + [snapshot(1000)]
    lost = every[2]
    plan = planned(every, lost={lost.id or FileId(""): ("com.tencent.mm",)})
    assert lost.id not in plan.removed
    (group,) = plan.groups
    (kept,) = [one for one in group.keep if one.snapshot.id == lost.id]
    assert "com.tencent.mm" in str(kept.reasons[-1])
    assert [one.snapshot.time_ns for one in group.keep] == sorted(
        (s.snapshot.time_ns for s in group.keep), reverse=True
    )
    assert (len(group.keep), len(group.remove)) == (4, 2)


def _holding(sizes: dict[str, int]) -> Tree:
    """WhatsApp's and another app's folders with so many bytes claimed, and an APK that is larger than all."""
    return {
        b"packages": {b"com.whatsapp": {b"base.apk": File(b"x" * sizes.get("apk", 0))}},
        b"shared": {
            b"WhatsApp": {b"db": File(b"w" * sizes.get("whatsapp", 0))},
            b"Android": {b"data": {b"org.tasks": {b"db": File(b"t" * sizes.get("tasks", 0))}}},
        },
    }


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setattr(family, "LOSS_BYTES", 1000)
    return Vault.make(tmp_path)


def test_which_losses_count(vault: Vault) -> None:
    history: list[dict[str, int]] = [
        {"whatsapp": 3000, "tasks": 900, "apk": 9000},
        {"whatsapp": 2000, "tasks": 0, "apk": 0},  # a third of the chats; a small app; the app itself
        {"whatsapp": 2001, "tasks": 5000},
        {"whatsapp": 1000, "tasks": 2500},  # more than half of the chats; just half of the other
        {"whatsapp": 0, "tasks": 2500},
        {},
    ]
    repo = vault.reopen()
    made = [put_snapshot(repo, _holding(sizes), day=day) for day, sizes in enumerate(history)]
    put_snapshot(repo, _holding({}), day=2, device="another phone")
    put_snapshot(repo, _holding({}), day=2, partial=True)
    put_snapshot(repo, _holding({}), day=2, backup_file=True)
    repo = vault.reopen()
    found = losses(repo, load_snapshots(repo))
    assert found == {
        made[2].id: ("com.whatsapp",),
        made[3].id: ("com.whatsapp",),
        made[4].id: ("org.tasks",),
    }


def test_a_folder_that_cannot_be_read_lets_nobody_decide(vault: Vault) -> None:
    repo = vault.reopen()
    first = put_snapshot(repo, _holding({"whatsapp": 3000}))
    with repo.writer() as writer:
        from phoneward.vault import BlobType

        tree = writer.put(BlobType.TREE, b"no tree").result()
    with pytest.raises(TreeDamagedError):
        losses(vault.reopen(), [msgspec.structs.replace(first, tree=tree)])


def test_the_rules_are_restics(vault: Vault) -> None:
    repo = vault.reopen()
    tree = put_snapshot(repo, {}, day=0).tree
    for day in [1, 5, 30, 31, 33, 60, 200, 210, 380, 700, 760, 761, 990, 992, 1000, 1001, 1002]:
        put_snapshot(repo, tree, day=day)
    repo = vault.reopen()
    (group,) = plan_family(load_snapshots(repo), FamilyRules(), {}, now_ns=NOW_NS).groups
    words = "--keep-yearly unlimited --keep-within 7d --keep-within-daily 1m --keep-within-weekly 1y"
    (theirs,) = vault.restic().json("forget", "--dry-run", *words.split(), "--keep-within-monthly", "5y")
    assert [s["id"] for s in theirs["keep"]] == [kept.snapshot.id for kept in group.keep]
    assert {s["id"] for s in theirs["remove"]} == {s.id for s in group.remove} != set()


_spans = st.builds(Span, st.integers(0, 9), st.integers(0, 20), st.integers(0, 90), st.integers(0, 50))


@given(st.builds(FamilyRules, _spans, _spans, _spans, _spans))
def test_rules_are_remembered_as_they_are(rules: FamilyRules) -> None:
    state = OwnerState().changed([note_family_rules(rules)], now_ns=1, writer="w")
    assert family_rules(state) == rules
    assert str(rules.words)
    assert "{" not in str(rules.words)


@given(
    st.one_of(st.text(max_size=60), st.integers(), st.sampled_from(["all=7d", "all=7d daily=1m weekly=1y monthly="]))
)
def test_rules_that_make_no_sense_are_the_usual_ones(value: str | int) -> None:
    state = OwnerState().changed([set_setting("keep-rules", value)], now_ns=1, writer="w")
    assert family_rules(state) == FamilyRules()


def test_the_usual_rules_are_not_noted() -> None:
    assert note_family_rules(FamilyRules()).value is None
    assert str(span_words(Span(years=1, months=6))) == "1 year, 6 months"


@given(st.lists(st.tuples(st.floats(0, 3000), st.sampled_from("ab")), max_size=25), _spans)
def test_whatever_the_rules_the_newest_of_each_phone_stays(times: list[tuple[float, str]], span: Span) -> None:
    every = [snapshot(day, device) for day, device in times]
    plan = planned(every, FamilyRules(span, span, Span(), span))
    left = [s for s in every if s.id not in plan.removed]
    for device in {device for _day, device in times}:
        its = [s for s in every if f"device:{device}" in s.tags]
        newest = max(s.time_ns for s in its)
        assert any(s.time_ns == newest for s in left if s in its)
        oldest = min(s.time_ns for s in its)
        assert any(s.time_ns == oldest for s in left if s in its), "history reaches as far back as it did"
    assert all(is_judged(s) for s in every)
    assert plan_groups(every, FamilyRules().policy, GroupBy(), now_ns=NOW_NS) is not None
