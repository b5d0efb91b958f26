"""A snapshot back onto a real adbd: all of it and exactly it, in its places, and nothing that was there is harmed."""

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.errors import PhonewardError
from phoneward.phones import AdbWriter, PhoneGoneError, open_folder
from phoneward.snapshots import (
    Asked,
    PhoneTooFullError,
    ReturnCutShortError,
    ReturnPlan,
    ReturnReport,
    backup,
    list_path,
    plan_return,
    put_back,
)
from phoneward.snapshots.returning_names import Twins, trouble
from phoneward.snapshots.returning_report import ReturnIssueKind
from phoneward.vault import Node, NodeType, PathNotFoundError
from tests.phone import state, trees
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phone.trees import Digest, tree_digest
from tests.phones.test_adb_push import mount_small
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def go_back(vault: Vault, phone: TestPhone, asked: Asked | None = None, ref: str = "latest") -> ReturnReport:
    vault.reopen()
    with adb_phone(phone) as adb, AdbWriter(adb) as writer:
        plan = plan_return(vault.repo, ref, adb, writer, asked or Asked())
        return put_back(vault.repo, writer, plan)


def plan_only(vault: Vault, phone: TestPhone, asked: Asked | None = None) -> ReturnPlan:
    vault.reopen()
    with adb_phone(phone) as adb, AdbWriter(adb) as writer:
        return plan_return(vault.repo, "latest", adb, writer, asked or Asked())


def wipe(phone: TestPhone) -> None:
    for path in phone.storage.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def kinds_times_contents(found: dict[bytes, Digest]) -> dict[bytes, tuple[str, int, object]]:
    """Without modes, which are the phone's own."""
    return {name: (d.kind, d.mtime_ns, d.content) for name, d in found.items()}


def held(vault: Vault, ref: str) -> dict[bytes, tuple[str, int, int, object]]:
    vault.reopen()
    entries = list_path(vault.repo, ref, b"/shared", recursive=True)
    return {e.path: (e.node.type, e.node.size, e.node.mtime_ns, e.node.content) for e in entries}


def folder_snapshot(vault: Vault, folder: Path) -> None:
    """A snapshot of a folder: its tree is /shared."""
    vault.reopen()
    with open_folder(folder) as phone:
        assert backup(phone, vault.repo, state_dir=vault.state).complete


def named(report: ReturnReport | ReturnPlan) -> dict[bytes, ReturnIssueKind]:
    return {issue.path: issue.kind for issue in report.issues.named}


def test_round_trip(vault: Vault, phone: TestPhone) -> None:
    trees.typical(phone.storage)
    trees.hostile_names(phone.storage)
    (phone.storage / "empty folder").mkdir()
    trees.put(phone.storage, "old.txt", b"before 1970", mtime_ns=-1_000_000_001)
    trees.put(phone.storage, "empty.txt", b"")
    trees.give_to_phone(phone.storage)
    os.utime(phone.storage / "empty folder", ns=(1, 1_500_000_000_987_654_321))
    before = kinds_times_contents(tree_digest(phone.storage))
    first = vault.backup(adb_phone(phone))
    wipe(phone)
    report = go_back(vault, phone)
    assert report.complete, report.issues.named
    assert kinds_times_contents(tree_digest(phone.storage)) == before
    assert report.total("written") == sum(1 for kind, _, _ in before.values() if kind == "file")
    assert report.folders == sum(1 for name, (kind, _, _) in before.items() if kind == "dir" and name != b"")
    second = vault.backup(adb_phone(phone))
    assert second.stats.data_blobs == 0
    assert held(vault, second.snapshot_id or "") == held(vault, first.snapshot_id or "")


def test_a_second_time_there_is_nothing_to_do(vault: Vault, phone: TestPhone) -> None:
    trees.typical(phone.storage)
    vault.backup(adb_phone(phone))
    before = tree_digest(phone.storage)
    report = go_back(vault, phone)
    files = sum(1 for d in before.values() if d.kind == "file")
    assert (report.complete, report.plan.same_files, report.plan.files_to_write) == (True, files, 0)
    assert report.plan.writes_nothing
    assert tree_digest(phone.storage) == before


def test_planning_writes_nothing(vault: Vault, phone: TestPhone) -> None:
    trees.typical(phone.storage)
    vault.backup(adb_phone(phone))
    shutil.rmtree(phone.storage / "DCIM")
    trees.put(phone.storage, "Download/new.txt", b"new")
    before = {path: os.lstat(path).st_ctime_ns for path in phone.storage.rglob("*")}
    plan = plan_only(vault, phone)
    assert plan.new_files > 0
    assert {path: os.lstat(path).st_ctime_ns for path in phone.storage.rglob("*")} == before
    assert plan.rooms[b"/storage/emulated/0"].needed >= plan.new_bytes
    assert plan.rooms[b"/storage/emulated/0"].free


def test_what_differs_is_kept_unless_asked_and_never_lost(vault: Vault, phone: TestPhone) -> None:
    trees.put(phone.storage, "a/same size", b"from the snapshot")
    trees.put(phone.storage, "a/longer", b"short")
    trees.give_to_phone(phone.storage)
    vault.backup(adb_phone(phone))
    trees.put(phone.storage, "a/same size", b"newer on a phone!")
    trees.put(phone.storage, "a/longer", b"much longer now")
    trees.give_to_phone(phone.storage)
    before = tree_digest(phone.storage)
    kept = go_back(vault, phone)
    assert not kept.complete
    assert named(kept) == dict.fromkeys([b"/shared/a/same size", b"/shared/a/longer"], ReturnIssueKind.KEPT)
    assert tree_digest(phone.storage) == before
    replaced = go_back(vault, phone, Asked(replace=True))
    assert (replaced.complete, replaced.replaced) == (True, 2)
    contents = {path.name.partition(".phoneward-old-")[::2]: path.read_bytes() for path in phone.storage.glob("a/*")}
    assert {(name, bool(date)): data for (name, date), data in contents.items()} == {
        ("same size", False): b"from the snapshot",
        ("longer", False): b"short",
        ("same size", True): b"newer on a phone!",
        ("longer", True): b"much longer now",
    }


def test_only_what_was_included(vault: Vault, phone: TestPhone) -> None:
    for name in ("DCIM/Camera/1.jpg", "DCIM/Camera/2.jpg", "DCIM/x/3.jpg", "Download/4", "5"):
        trees.put(phone.storage, name, name.encode())
    trees.give_to_phone(phone.storage)
    vault.backup(adb_phone(phone))
    wipe(phone)
    go_back(vault, phone, Asked((b"/shared/DCIM/Camera/1.jpg", b"shared//Download/")))
    assert {p.relative_to(phone.storage).as_posix() for p in phone.storage.rglob("*") if p.is_file()} == {
        "DCIM/Camera/1.jpg",
        "Download/4",
    }
    with pytest.raises(PathNotFoundError):
        plan_only(vault, phone, Asked((b"/shared/nope",)))
    with pytest.raises(PathNotFoundError):
        plan_only(vault, phone, Asked((b"/shared/../device.json",)))
    document = plan_only(vault, phone, Asked((b"/device.json",)))
    assert named(document) == {b"/device.json": ReturnIssueKind.IMPOSSIBLE}
    assert document.writes_nothing


def test_links_and_other_things_in_the_way(vault: Vault, phone: TestPhone) -> None:
    for name in ("a/x", "b/x", "c", "d/x"):
        trees.put(phone.storage, name, b"content")
    trees.give_to_phone(phone.storage)
    vault.backup(adb_phone(phone))
    wipe(phone)
    outside = phone.root / "data/local/tmp/outside"
    outside.mkdir()
    outside.chmod(0o777)
    (phone.storage / "a").symlink_to("/data/local/tmp/outside")
    (phone.storage / "b").write_bytes(b"a file where a folder was")
    (phone.storage / "c").mkdir()
    report = go_back(vault, phone)
    assert named(report) == dict.fromkeys([b"/shared/a", b"/shared/b", b"/shared/c"], ReturnIssueKind.IN_THE_WAY)
    assert list(outside.iterdir()) == []
    assert (phone.storage / "d/x").read_bytes() == b"content"
    assert (phone.storage / "b").read_bytes() == b"a file where a folder was"


@pytest.mark.slow
def test_a_cable_cut_anywhere(vault: Vault, phone: TestPhone) -> None:
    for number in range(60):
        size = 400_000 if number % 10 == 0 else 3_000 + number
        trees.put(phone.storage, f"DCIM/{number % 7}/{number}.jpg", trees.content(f"{number}", size))
    trees.give_to_phone(phone.storage)
    vault.backup(adb_phone(phone))
    whole = kinds_times_contents(tree_digest(phone.storage))
    contents = {name: content for name, (kind, _, content) in whole.items() if kind == "file"}
    wipe(phone)
    up = phone.proxy.status().up
    go_back(vault, phone)
    total = phone.proxy.status().up - up
    chance = random.Random(20_261_122)
    cuts = 0
    for _ in range(24):
        wipe(phone)
        phone.proxy.cut("up", chance.randrange(1, total))
        try:
            go_back(vault, phone)
        except (ReturnCutShortError, PhoneGoneError, PhonewardError):
            cuts += 1
        phone.proxy.clear()
        phone.connect()
        for name, found in tree_digest(phone.storage).items():
            if found.kind == "file" and b".phoneward-" not in name:
                assert found.content == contents[name], "half a file under a real name"
        report = go_back(vault, phone)
        assert report.complete, report.issues.named
        after = kinds_times_contents(tree_digest(phone.storage))
        assert {n: v for n, v in after.items() if v[0] == "file"} == {n: v for n, v in whole.items() if v[0] == "file"}
        assert after.keys() == whole.keys(), "nothing of ours is left"
    assert cuts >= 20


def test_after_a_cut_what_is_there_is_not_sent_again(vault: Vault, phone: TestPhone) -> None:
    for number in range(6):
        trees.put(phone.storage, f"{number}", trees.content(f"{number}", 40_000_000))
    trees.give_to_phone(phone.storage)
    vault.backup(adb_phone(phone))
    wipe(phone)
    phone.proxy.cut("up", 200_000_000)
    with pytest.raises(ReturnCutShortError):
        go_back(vault, phone)
    phone.proxy.clear()
    phone.connect()
    up = phone.proxy.status().up
    report = go_back(vault, phone)
    assert (report.complete, report.leftovers > 0) == (True, True)
    assert report.plan.same_files >= 2
    assert phone.proxy.status().up - up < 170_000_000


def test_a_card_that_fills_up_and_one_that_is_too_small(vault: Vault, phone_factory: PhoneFactory) -> None:
    phone = phone_factory(state=state.SMALL.but(cards=(state.Card(),)))
    trees.put(phone.card(), "a.jpg", os.urandom(900_000))
    trees.put(phone.card(), "b.jpg", os.urandom(900_000))
    trees.give_to_phone(phone.card())
    vault.backup(adb_phone(phone))
    shutil.rmtree(phone.card())
    mount_small(phone, "storage/1A2B-3C4D", "1m")
    with pytest.raises(PhoneTooFullError):
        go_back(vault, phone, Asked((b"/volumes/1A2B-3C4D",)))
    vault.reopen()
    with adb_phone(phone) as adb, AdbWriter(adb) as writer:
        plan = plan_return(vault.repo, "latest", adb, writer, Asked((b"/volumes/1A2B-3C4D",)))
        plan.rooms[b"/storage/1A2B-3C4D"].free = None  # a phone that does not tell
        report = put_back(vault.repo, writer, plan)
    assert named(report) == {b"/volumes/1A2B-3C4D/b.jpg": ReturnIssueKind.FAILED}
    (issue,) = report.issues.named
    assert "no room left on the phone" in issue.sentence()
    assert phone.shell("ls -A /storage/1A2B-3C4D") == b"a.jpg\n"


def test_storages_that_are_not_there(vault: Vault, phone_factory: PhoneFactory) -> None:
    phone = phone_factory(state=state.FULL)
    trees.put(phone.card(), "card.jpg", b"card")
    trees.put(phone.user_storage(10), "work.txt", b"work")
    trees.give_to_phone(phone.card())
    vault.backup(adb_phone(phone))
    (phone.user_storage(10) / "work.txt").unlink()
    shutil.rmtree(phone.card())
    phone.answer_with(state.FULL.but(cards=()))
    report = go_back(vault, phone, Asked((b"/volumes", b"/users")))
    assert named(report) == {b"/volumes": ReturnIssueKind.IMPOSSIBLE}
    assert (phone.user_storage(10) / "work.txt").read_bytes() == b"work"


def test_an_apps_folders(vault: Vault, phone: TestPhone) -> None:
    trees.put(phone.storage, "Android/media/com.whatsapp/WhatsApp/1.jpg", b"1")
    trees.put(phone.storage, "Android/data/com.whatsapp/files/2", b"2")
    trees.put(phone.storage, "Android/media/org.other/3", b"3")
    trees.give_to_phone(phone.storage)
    phone.answer_with(state.SMALL)
    vault.backup(adb_phone(phone))
    wipe(phone)
    report = go_back(vault, phone, Asked(app="com.whatsapp"))
    assert report.complete
    assert sorted(p.name for p in phone.storage.rglob("*") if p.is_file()) == ["1.jpg", "2"]


def test_apps(vault: Vault, phone: TestPhone) -> None:
    phone.answer_with(state.FULL)
    vault.backup(adb_phone(phone))
    apps = [app for app in state.FULL.apps if not app.system and 0 in app.first_installed]
    gone, there = next(a for a in apps if a.splits), next(a for a in apps if not a.splits)
    known = state.apks_of(gone)
    phone.answer_with(state.FULL.but(apps=tuple(a for a in state.FULL.apps if a is not gone), apks=known))
    asked = Asked(tuple(f"/packages/{app.name}".encode() for app in (gone, there)))
    plan = plan_only(vault, phone, asked)
    assert [app.package for app in plan.apps] == [gone.name]
    assert named(plan) == {there.name.encode(): ReturnIssueKind.APP_THERE}
    assert not list((phone.root / "data/app").glob("vmdl*"))
    phone.play("refuses", "INSTALL_FAILED_OLDER_SDK: Requires newer sdk version #99")
    refused = go_back(vault, phone, asked)
    assert not refused.complete
    (issue,) = [i for i in refused.issues.named if i.kind is ReturnIssueKind.APP_FAILED]
    assert "it needs a newer Android than this phone has (Failure [INSTALL_FAILED_OLDER_SDK" in issue.sentence()
    phone.play("refuses", None)
    report = go_back(vault, phone, asked)
    assert (report.complete, report.apps_installed) == (True, [gone.name])
    paths = [line.removeprefix("package:") for line in phone.shell(f"pm path {gone.name}").decode().splitlines()]
    assert [(phone.root / path.lstrip("/")).read_bytes() for path in paths] == [apk.data for apk in known]
    everything = plan_only(vault, phone, Asked(apks=True))
    assert not {gone.name, there.name} & {app.package for app in everything.apps}
    assert everything.folders == []


def test_links_in_the_snapshot_and_damaged_content(vault: Vault, phone: TestPhone, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    trees.put(folder, "good", b"good")
    trees.put(folder, "bad", trees.content("bad", 100_000))
    (folder / "link").symlink_to("good")
    folder_snapshot(vault, folder)
    vault.reopen()
    (bad,) = [e.node for e in list_path(vault.repo, "latest", b"/shared") if e.node.name == b"bad"]
    original = vault.repo.load_blob

    def damaged(blob_type: object, blob_id: bytes) -> bytes:
        if blob_id in (bad.content or ()):
            raise PhonewardError
        return original(blob_type, blob_id)  # type: ignore[arg-type]  # as the method takes it

    with adb_phone(phone) as adb, AdbWriter(adb) as writer, pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault.repo, "load_blob", damaged)
        report = put_back(vault.repo, writer, plan_return(vault.repo, "latest", adb, writer, Asked()))
    assert named(report) == {b"/shared/link": ReturnIssueKind.IMPOSSIBLE, b"/shared/bad": ReturnIssueKind.FAILED}
    assert [p.name for p in phone.storage.iterdir()] == ["good"]


def test_names_that_differ_in_case_only(vault: Vault, phone: TestPhone) -> None:
    trees.put(phone.storage, "photo.jpg", b"1")
    trees.put(phone.storage, "PHOTO.jpg", b"2")
    trees.give_to_phone(phone.storage)
    vault.backup(adb_phone(phone))
    wipe(phone)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AdbWriter, "folds_case", lambda _self, _root: True)
        plan = plan_only(vault, phone)
    assert (plan.new_files, named(plan)) == (1, {b"/shared/photo.jpg": ReturnIssueKind.IMPOSSIBLE})
    assert go_back(vault, phone).complete


@pytest.mark.parametrize("name", [b'a"', b"a*", b"a:b", b"a?", b"a\\b", b"a|b", b"a<", b"\x01", b"dot.", b"\xff"])
def test_names_that_cards_refuse(name: bytes) -> None:
    node = Node(name=name, type=NodeType.FILE)
    assert trouble(node, b"/storage/1A2B-3C4D", strict=True)
    assert not trouble(node, b"/storage/emulated/0", strict=False)


@given(st.binary(min_size=1, max_size=300), st.booleans())
def test_any_name(name: bytes, strict: bool) -> None:
    assert isinstance(trouble(Node(name=name, type=NodeType.FILE), b"/storage/x", strict=strict), str)
    assert Twins().is_first(name)


def test_too_long_and_unsafe_names() -> None:
    for name in (b"n" * 256, b"..", b"a/b", b""):
        assert trouble(Node(name=name, type=NodeType.FILE), b"/storage/x", strict=False)
