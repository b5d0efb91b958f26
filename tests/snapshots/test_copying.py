"""A second vault answers as the first does; proofs and names come along, and what is only of the first stays there."""

import datetime as dt
import os
from pathlib import Path

import pytest

from phoneward.phones import open_folder
from phoneward.snapshots import (
    OwnerState,
    ProofLevel,
    ProofLookup,
    SecondVaultMissingError,
    backup,
    change_state,
    copy_vault,
    coverage_of,
    find,
    forget_second,
    is_copy,
    keep_noted,
    list_snapshots,
    load_state,
    looked_after,
    mark_done,
    name_phone,
    note_check,
    note_second,
    open_second,
    plan_forget,
    plan_vault_copy,
    prove_restored,
    refuse_nested,
    restore,
    second_vaults,
    set_setting,
    write_note,
)
from phoneward.vault import (
    BlobType,
    CopyReport,
    KeepPolicy,
    LocalStorage,
    LockTiming,
    NestedVaultsError,
    Repository,
    SameVaultError,
    SnapshotFilter,
    WrongPasswordError,
    check,
    init_repository,
    load_snapshots,
    parse_group_by,
)
from tests.snapshots.bench import PASSWORD, Vault, settle, write
from tests.vault.cheap import insecure_test_cost

QUICK = LockTiming(settle_s=0)
NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Two snapshots of a phone, the second proved by a restore."""
    vault = Vault.make(tmp_path)
    phone = tmp_path / "phone"
    write(phone / "a", os.urandom(3_500_000))
    write(phone / "b", b"b")
    settle()
    _back_up(vault.reopen(), tmp_path)
    write(phone / "c", b"c")
    settle()
    _back_up(vault.reopen(), tmp_path)
    repo = vault.reopen()
    with repo.lock(exclusive=False, timing=QUICK) as lock:
        restore(repo, "latest", tmp_path / "proven", durable=False)
        _found, proof = prove_restored(repo, "latest", tmp_path / "proven", lock)
    assert proof is not None
    return vault


def _back_up(repo: Repository, folder: Path) -> str:
    with open_folder(folder / "phone") as phone:
        result = backup(phone, repo, state_dir=folder / "state", cache_dir=folder / "state/cache")
    assert result.snapshot_id is not None
    return result.snapshot_id


def _second(vault: Vault, place: Path | None = None) -> Repository:
    where = place or vault.folder / "second"
    if not where.exists():
        init_repository(LocalStorage(where), PASSWORD, kdf=insecure_test_cost(), chunker_of=vault.reopen())
    second = open_second(vault.reopen(), LocalStorage(where), PASSWORD)
    second.load_index()
    return second


def _copy(vault: Vault, refs: tuple[str, ...] = (), hosts: tuple[str, ...] = ()) -> CopyReport:
    source, second = vault.reopen(), _second(vault)
    with second.lock(exclusive=False, timing=QUICK) as lock:
        return copy_vault(source, second, lock, plan_vault_copy(source, second, refs, hosts))


def _decide(vault: Vault, *changes: object) -> OwnerState:
    repo = vault.reopen()
    with repo.lock(exclusive=False, timing=QUICK) as lock:
        return change_state(repo, lock, changes)  # type: ignore[arg-type]


def test_the_copy_answers_as_the_first_does(vault: Vault) -> None:
    assert _copy(vault).ok
    first, second = vault.reopen(), _second(vault)
    assert find(second, "latest").original == find(first, "latest").id
    assert coverage_of(second, "latest").apps == coverage_of(first, "latest").apps
    assert [i.proof for i in list_snapshots(second) if not i.state] == [i.proof for i in list_snapshots(first)]
    found = ProofLookup(second, find(second, "latest")).of(b"/shared/a")
    assert found is not None
    assert found.level is ProofLevel.RESTORED
    plan = plan_forget(
        load_snapshots(second),
        KeepPolicy(last=1),
        group_by=parse_group_by("host,paths"),
        chosen=SnapshotFilter(),
        now_ns=2**62,
    )
    assert plan.proofs == (), "the proof is about one that stays, whatever that is called here"
    assert check(second, read_data=True).ok


def test_a_backup_made_into_the_copy_shares_what_was_copied(vault: Vault) -> None:
    _copy(vault)
    second = _second(vault)
    before = sum(place.entry.length for place in second.index if place.entry.type is BlobType.DATA)
    _back_up(second, vault.folder)
    second = _second(vault)
    after = sum(place.entry.length for place in second.index if place.entry.type is BlobType.DATA)
    assert after - before < 20_000
    assert find(second, "latest").parent in {s.id for s in load_snapshots(second)}


def test_names_and_notes_come_along_and_what_is_of_one_vault_does_not(vault: Vault) -> None:
    when = note_check(0, NOW, everything_read=True)
    _decide(
        vault,
        name_phone("0123456789abcdef", "Granny's"),
        mark_done("snapshots.never-restored"),
        write_note("x", "a note"),
        set_setting("theme", "dark"),
        mark_done("setup.kit-printed"),
        *when,
        *note_second("f" * 64, Path("/elsewhere"), NOW),
    )
    _copy(vault)
    state = load_state(_second(vault))
    assert state.phone_name("0123456789abcdef") == "Granny's"
    assert state.is_done("snapshots.never-restored")
    assert state.note("x") == "a note"
    assert state.setting("theme") == "dark"
    assert not state.is_done("setup.kit-printed")
    assert looked_after(state).read_data is None
    assert second_vaults(state) == []
    assert is_copy(state)
    assert not is_copy(load_state(vault.reopen()))
    assert sum(info.state for info in list_snapshots(_second(vault))) == 1


def test_what_was_decided_later_counts_in_either(vault: Vault) -> None:
    _decide(vault, name_phone("0123456789abcdef", "old"))
    _copy(vault)
    second = _second(vault)
    with second.lock(exclusive=False, timing=QUICK) as lock:
        change_state(second, lock, [name_phone("0123456789abcdef", "new"), write_note("y", "only here")])
    _decide(vault, write_note("z", "later"))
    _copy(vault)
    state = load_state(_second(vault))
    assert state.phone_name("0123456789abcdef") == "new"
    assert (state.note("y"), state.note("z")) == ("only here", "later")


def test_a_second_run_leaves_the_second_vault_as_it_is(vault: Vault) -> None:
    _copy(vault)
    place = vault.folder / "second"
    before = {p: p.read_bytes() for p in place.rglob("*") if p.is_file()}
    report = _copy(vault)
    assert (len(report.known), report.copied) == (3, {})
    assert {p: p.read_bytes() for p in place.rglob("*") if p.is_file()} == before


def test_one_snapshot_with_its_proofs(vault: Vault) -> None:
    old, new = [info for info in list_snapshots(vault.reopen()) if not info.proof]
    report = _copy(vault, refs=(old.snapshot.id or "",))
    assert list(report.copied) == [old.snapshot.id], "the proof is about the other one"
    report = _copy(vault, refs=("latest",))
    assert next(iter(report.copied)) == new.snapshot.id
    assert len(report.copied) == 2
    assert _copy(vault, hosts=("nobody",)).copied == {}
    assert len(_copy(vault, hosts=("phone",)).known) == 3


def test_the_newest_comes_first_and_proofs_last(vault: Vault) -> None:
    plan = plan_vault_copy(vault.reopen(), _second(vault))
    infos = {info.snapshot.id: info for info in list_snapshots(vault.reopen())}
    order = [infos[s.id] for s in plan.copy.snapshots]
    assert [info.proof for info in order] == [False, False, True]
    assert order[0].snapshot.time_ns > order[1].snapshot.time_ns


def test_a_damaged_snapshot_file_is_named(vault: Vault) -> None:
    old = next(info.snapshot for info in list_snapshots(vault.reopen()) if not info.proof)
    path = vault.folder / "repo/snapshots" / (old.id or "")
    path.chmod(0o600)
    path.write_bytes(b"garbage")
    source, second = vault.reopen(), _second(vault)
    plan = plan_vault_copy(source, second)
    assert (list(plan.damaged), plan.is_whole) == ([old.id], False)
    assert _copy(vault).ok


def test_where_a_second_vault_may_not_lie(vault: Vault, tmp_path: Path) -> None:
    first = tmp_path / "repo"
    (tmp_path / "link").symlink_to(first)
    for place in (first, first / "data" / "x", tmp_path, tmp_path / "link" / "y"):
        with pytest.raises(NestedVaultsError):
            refuse_nested(first, place)
    refuse_nested(first, tmp_path / "repo 2")
    with pytest.raises(SameVaultError):
        open_second(vault.reopen(), LocalStorage(first), PASSWORD)
    with pytest.raises(SecondVaultMissingError):
        open_second(vault.reopen(), LocalStorage(tmp_path / "nothing"), PASSWORD)
    _second(vault)
    with pytest.raises(WrongPasswordError):
        open_second(vault.reopen(), LocalStorage(tmp_path / "second"), "another")


def test_where_the_copies_are_is_remembered(vault: Vault, tmp_path: Path) -> None:
    second = _second(vault)
    repo = vault.reopen()
    heard: list[object] = []
    with repo.lock(exclusive=False, timing=QUICK) as lock:
        keep_noted(repo, lock, note_second(second.config.id, tmp_path / "second", NOW), heard.append)
        keep_noted(repo, lock, note_second("e" * 64, tmp_path / "away", None), heard.append)
        keep_noted(repo, lock, note_second("d" * 64, tmp_path / ("x" * 2000), None), heard.append)
    known = second_vaults(load_state(vault.reopen()))
    assert [(one.place, one.copied, one.is_attached) for one in known] == [
        (str(tmp_path / "second"), NOW, True),
        (str(tmp_path / "away"), None, False),
    ]
    assert heard == []
    state = _decide(vault, *forget_second(known[0]))
    assert [one.id for one in second_vaults(state)] == ["e" * 16]


def test_hostile_notes_of_second_vaults() -> None:
    state = OwnerState().changed(
        [
            set_setting("second-vault/a", "\0"),
            set_setting("second-vault/b", 7),
            set_setting("second-vault/c", "x" * 900),
            set_setting("second-copy/c", "not a time"),
            set_setting("second-copy/a", "9999-12-31T23:59:59-23:00"),
        ],
        now_ns=1,
        writer="w",
    )
    assert [(one.id, one.copied, one.is_attached) for one in second_vaults(state)] == [
        ("c", None, False),
        ("a", None, False),
    ]
