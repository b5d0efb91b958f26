"""Snapshots of what a person decided: sound to three restics, and mixed up with no phone's by them or by us."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from phoneward.phones import open_folder
from phoneward.snapshots import (
    backup,
    change_state,
    describe,
    find,
    is_record,
    is_state,
    load_state,
    mark_done,
    name_phone,
    plan_forget,
    plan_named,
)
from phoneward.snapshots.parents import find_parent
from phoneward.vault import (
    BlobType,
    FileId,
    FileType,
    GroupBy,
    KeepPolicy,
    LockTiming,
    Snapshot,
    SnapshotFilter,
    check,
    load_snapshots,
    prune,
    remove_snapshots,
    save_snapshot,
)
from tests.snapshots.bench import PASSWORD, Vault, write
from tests.tools.restic import Restic

AT_ONCE = LockTiming(settle_s=0)
FAR_NS = 4_000_000_000 * 10**9


@dataclass
class Kept:
    """A vault with two snapshots of a phone and, after them, a state."""

    vault: Vault
    phone: str
    ids: list[FileId]

    def change(self, *changes: Any) -> None:
        repo = self.vault.reopen()
        with repo.lock(exclusive=False, timing=AT_ONCE) as lock:
            change_state(repo, lock, changes)

    def stored(self) -> list[Snapshot]:
        return load_snapshots(self.vault.reopen())

    def of_phone(self) -> list[FileId | None]:
        return [snapshot.id for snapshot in self.stored() if not is_record(snapshot)]

    def states(self) -> list[FileId | None]:
        return [snapshot.id for snapshot in self.stored() if is_state(snapshot)]

    def name(self) -> str | None:
        return load_state(self.vault.reopen()).phone_name(self.phone)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    vault = Vault.make(tmp_path)
    ids = []
    for number in range(2):
        write(tmp_path / "phone" / "DCIM" / f"{number}.jpg", b"%d" % number * 5000)
        made = vault.backup(open_folder(tmp_path / "phone")).snapshot_id
        assert made is not None
        ids.append(made)
    (device,) = {describe(snapshot).device for snapshot in load_snapshots(vault.reopen())}
    found = Kept(vault, device, ids)
    found.change(name_phone(device, "妈妈的手机"))
    return found


def judge(kept: Kept, program: Path) -> Restic:
    return Restic(program, kept.vault.folder / "repo", PASSWORD, kept.vault.folder / "judge-cache")


def test_restic_reads_it_and_keeps_it_apart(kept: Kept, restic_program: Path) -> None:
    restic = judge(kept, restic_program)
    restic.check()
    document = json.loads(restic.run("dump", "--tag", "phoneward-state", "latest", "/state.json"))
    assert document["format"] == 1
    (entry,) = document["entries"]
    assert (entry["kind"], entry["subject"], entry["value"]) == ("phone-name", kept.phone, "妈妈的手机")
    (listed,) = restic.json("snapshots", "--tag", "phoneward-state")
    assert (listed["paths"], listed["tags"]) == (["/state"], ["phoneward-state"])
    restic.run("forget", "--keep-last", "1", "--group-by", "host,paths", "--prune")
    assert kept.of_phone() == kept.ids[1:], "the phone's own newest, not the state in its place"
    assert len(kept.states()) == 1
    assert kept.name() == "妈妈的手机"
    restic.check()


def test_what_restic_s_tags_and_prune_leave_is_still_read(kept: Kept, restic_program: Path) -> None:
    restic = judge(kept, restic_program)
    kept.change(mark_done("a"))
    restic.run("tag", "--tag", "phoneward-state", "--add", "mine")  # another name for the same snapshot
    restic.run("prune", "--max-unused", "0")
    assert kept.name() == "妈妈的手机"
    kept.change(mark_done("b"))
    assert len(kept.states()) == 1
    restic.check()


def test_pieces_that_restic_moved_are_found_again(kept: Kept, restic_program: Path) -> None:
    """The hint in the snapshot names a pack that is gone."""
    (only,) = [snapshot for snapshot in kept.stored() if is_state(snapshot)]
    old = {next(iter(kept.vault.repo.index.lookup(BlobType.TREE, only.tree))).pack}
    judge(kept, restic_program).run("prune", "--repack-small", "--max-unused", "0")
    assert not old & {file.name for file in kept.vault.repo.list_files(FileType.PACK)}, "nothing was moved"
    assert kept.name() == "妈妈的手机"


def test_every_computer_s_newest_survives_restic_s_rules(kept: Kept, restic_program: Path) -> None:
    """Two computers that changed something at once leave two, of different hosts: neither goes for the other's sake."""
    (mine,) = [snapshot for snapshot in kept.stored() if is_state(snapshot)]
    other = Snapshot(
        time_ns=mine.time_ns + 1, tree=mine.tree, paths=mine.paths, hostname="other computer", tags=mine.tags
    )
    theirs = save_snapshot(kept.vault.repo, other)
    judge(kept, restic_program).run("forget", "--keep-last", "1")
    assert set(kept.states()) == {mine.id, theirs}


def test_latest_parent_and_keep_rules_never_mean_it(kept: Kept) -> None:
    (state,) = [snapshot for snapshot in kept.stored() if is_state(snapshot)]
    save_snapshot(
        kept.vault.repo, Snapshot(time_ns=FAR_NS, tree=state.tree, paths=state.paths, hostname="x", tags=state.tags)
    )
    repo = kept.vault.reopen()
    assert find(repo, "latest").id == kept.ids[1]
    parent = find_parent(repo, kept.phone, lambda _name, _error: None)
    assert parent is not None
    assert parent.snapshot.id == kept.ids[1]
    with open_folder(kept.vault.folder / "phone") as phone:
        made = backup(phone, repo, state_dir=kept.vault.state)
    assert made.snapshot_id is not None
    assert find(kept.vault.reopen(), made.snapshot_id).parent == kept.ids[1]
    for group in (GroupBy(), GroupBy(host=False, paths=False, tags=False)):
        plan = plan_forget(
            kept.stored(), KeepPolicy(last=1), group_by=group, chosen=SnapshotFilter(), now_ns=FAR_NS + 1
        )
        assert set(plan.removed) == set(kept.ids)
        assert plan.kept_count == 1
    everything = plan_named(kept.stored(), [*kept.ids, made.snapshot_id])
    assert not set(everything.removed) & set(kept.states())


def test_forget_and_prune_leave_it_whole(kept: Kept) -> None:
    """Also where no snapshot of a phone is left at all."""
    repo = kept.vault.reopen()
    with repo.lock(exclusive=True, timing=AT_ONCE) as lock:
        remove_snapshots(repo, plan_named(load_snapshots(repo), kept.ids).removed, lock)
        prune(repo, lock)
    assert (kept.of_phone(), kept.name()) == ([], "妈妈的手机")
    assert check(kept.vault.reopen(), read_data=True).ok
    kept.vault.check()
