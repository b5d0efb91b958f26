"""A rooted phone: an app's private data by a real shell and a stand-in of su, with owner and SELinux context."""

import json
import os
import stat
from pathlib import Path

import pytest

from phoneward.phones.errors import NoRootError
from phoneward.snapshots import ProofLevel, ProofLookup, State, device_of, find
from phoneward.snapshots.layout import app_data_place
from phoneward.snapshots.owners import owner_of_node
from phoneward.vault import find_node
from tests.phone import profiles, rooted, trees
from tests.phone.testphone import TestPhone
from tests.phones.suite import ODD_NAMES
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, photograph, settle
from tests.snapshots.rooted import DIARY, NAME, ROOTED, folder_of, give, put, rooted_backup, run_app, taking


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture
def device(phone: TestPhone) -> TestPhone:
    phone.answer_with(ROOTED)
    give(phone)
    return phone


def kept(vault: Vault, name: str = NAME) -> Path:
    return vault.restored_by_restic("latest") / "appdata" / name


def fill(device: TestPhone) -> None:
    put(device, "databases/diary.db", trees.content("db", 3_000_000))
    put(device, "shared_prefs/settings.xml", b"<map/>")
    put(device, "empty", b"")
    for name in ODD_NAMES:
        put(device, b"files/" + name, name)
        put(device, b"in/" + name + b"/deep", name)
    os.symlink("/data/user/0/other", folder_of(device) / "files/outside")
    for left_out in ("cache", "code_cache/deep"):
        put(device, f"{left_out}/thrown away", b"x" * 50_000)
    os.symlink("/data/app/lib", folder_of(device) / "lib")
    put(device, "cache.txt", b"no cache")
    put(device, "files/cache/kept", b"a folder of the app's own, further down")
    give(device)
    settle()


def test_all_but_caches_is_kept_byte_by_byte(vault: Vault, device: TestPhone) -> None:
    fill(device)
    first = rooted_backup(vault, device)
    assert first.complete, first.coverage and first.coverage.gaps
    expected = photograph(folder_of(device))
    left_out = (b"cache", b"code_cache", b"lib")
    expected = {n: found for n, found in expected.items() if n.split(b"/")[0] not in left_out}
    assert photograph(kept(vault)) == expected
    assert first.coverage is not None
    (app,) = [app for app in first.coverage.apps if app.package == NAME]
    assert (app.state, app.reason) == (State.KEPT, "app-data-kept")
    repo = vault.reopen()
    snapshot = find(repo, "latest")
    proof = ProofLookup(repo, snapshot).of(b"/appdata/org.example.diary/databases/diary.db")
    assert proof is not None
    assert proof.level is ProofLevel.MATCHED
    (volume,) = [v for v in device_of(repo, snapshot).volumes if v.package == NAME and v.name == "appdata"]
    assert volume.left_out == ["cache", "code_cache", "lib"], "what is left out is named"
    second = rooted_backup(vault, device)
    assert (second.stats.files_sent, second.stats.data_blobs) == (0, 0)
    vault.check()


def test_owner_mode_and_context_of_each_name_are_kept_and_restic_puts_them_back(
    vault: Vault, device: TestPhone
) -> None:
    secret = put(device, "files/secret", b"s")
    secret.chmod(0o600)
    shared = put(device, "files/shared", b"s")
    os.chown(shared, DIARY.app_id, 1078)
    shared.chmod(0o660)
    other = "u:object_r:app_exec_data_file:s0:c141,c256,c512,c768"
    os.setxattr(shared, rooted.ATTRIBUTE, other.encode() + b"\0")
    os.symlink("secret", folder_of(device) / "files/link")
    os.lchown(folder_of(device) / "files/link", DIARY.app_id, DIARY.app_id)
    settle()
    rooted_backup(vault, device)
    label = rooted.context_of(DIARY.app_id)
    repo = vault.reopen()
    tree = find(repo, "latest").tree
    place = app_data_place(NAME)
    for name, owner in {
        b"": (DIARY.app_id, DIARY.app_id, label),
        b"/files": (DIARY.app_id, DIARY.app_id, label),
        b"/files/secret": (DIARY.app_id, DIARY.app_id, label),
        b"/files/shared": (DIARY.app_id, 1078, other),
        b"/files/link": (DIARY.app_id, DIARY.app_id, ""),
    }.items():
        told = owner_of_node(find_node(repo, tree, place + name))
        assert (told.uid, told.gid, told.context.decode()) == owner, name
    for version in ("0.19", "0.18"):
        back = vault.restored_by_restic("latest", version) / "appdata" / NAME
        found = back / "files/shared"
        status = found.stat()
        assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (DIARY.app_id, 1078, 0o660)
        assert rooted.label_of(found) == other
        assert rooted.label_of(back) == label
    listed = vault.restic().run("ls", "latest", "--json")
    nodes = [json.loads(line) for line in listed.splitlines()]
    (node,) = [node for node in nodes if node.get("path") == f"/appdata/{NAME}/files/shared"]
    assert (node["uid"], node["gid"]) == (DIARY.app_id, 1078)


def test_an_owner_that_changes_is_seen_though_the_content_is_the_same(vault: Vault, device: TestPhone) -> None:
    place = put(device, "files/a", b"a")
    settle()
    rooted_backup(vault, device)
    os.chown(place, DIARY.app_id, 1078)
    rooted_backup(vault, device)
    repo = vault.reopen()
    node = find_node(repo, find(repo, "latest").tree, app_data_place(NAME) + b"/files/a")
    assert (node.uid, node.gid) == (DIARY.app_id, 1078)


def test_what_is_open_before_unlocking_stands_beside_it(vault: Vault, device: TestPhone) -> None:
    put(device, "shared_prefs/alarm.xml", b"<alarm/>", kind="user_de")
    put(device, "cache/x", b"x", kind="user_de")
    rooted_backup(vault, device)
    back = kept(vault, NAME + "@user_de")
    assert (back / "shared_prefs/alarm.xml").read_bytes() == b"<alarm/>"
    assert not (back / "cache").exists()


def test_the_app_is_closed_before_it_is_read(vault: Vault, device: TestPhone) -> None:
    put(device, "files/a", b"a")
    rooted_backup(vault, device)
    assert (device.root / "data/teststate/stopped").read_text() == f"0 {NAME}\n"


def test_the_plan_says_sizes_without_caches_and_closes_nothing(device: TestPhone) -> None:
    put(device, "files/a", b"a" * 300_000)
    put(device, "cache/b", b"b" * 900_000)
    with adb_phone(device) as main:
        plan = main.rooted().plan(main.apps())
    (app,) = plan.apps
    assert (app.package, app.uid, app.is_running) == (NAME, DIARY.app_id, False)
    assert 300_000 <= app.data_bytes < 400_000
    assert not plan.refused
    assert (device.root / "data/teststate/stopped").read_text() == ""


def test_apps_that_cannot_be_had_are_named(device: TestPhone) -> None:
    with adb_phone(device) as main:
        plan = main.rooted().plan(
            main.apps(), ["com.android.settings", "no.such.app", "a;reboot", "com.whatsapp", NAME, NAME]
        )
    assert [app.package for app in plan.apps] == [NAME]
    assert plan.refused == {
        "com.android.settings": "it is a part of the system itself",
        "no.such.app": "it is not installed for the phone's owner",
        "a;reboot": "it is not installed for the phone's owner",
        "com.whatsapp": "it has no folder of data, or the phone was not unlocked since it was started",
    }


@pytest.mark.parametrize(
    ("kind", "words"),
    [("", "su: Not root"), ("refuse", "Permission denied"), ("floods", "printed more than")],
)
def test_a_phone_without_root_says_so(phone: TestPhone, kind: str, words: str) -> None:
    phone.answer_with(ROOTED.but(su=kind))
    with adb_phone(phone) as main, pytest.raises(NoRootError) as caught:
        main.rooted()
    assert words in caught.value.sentence()
    assert "allow it" in caught.value.advice()


def test_a_su_of_aosp_works_too(vault: Vault, phone: TestPhone) -> None:
    phone.answer_with(ROOTED.but(su="aosp"))
    give(phone)
    put(phone, "files/a", b"a")
    settle()
    done = rooted_backup(vault, phone)
    assert done.complete, done.coverage and done.coverage.gaps
    assert (kept(vault) / "files/a").read_bytes() == b"a"


def test_a_su_that_lies_gains_nothing(vault: Vault, phone: TestPhone) -> None:
    phone.answer_with(ROOTED.but(su="lies"))
    give(phone)
    put(phone, "files/a", b"a")
    with adb_phone(phone) as main:
        plan = main.rooted().plan(main.apps(), [NAME])
        assert [app.package for app in plan.apps] == [NAME], "that the folder is there can be seen from outside"
    result = rooted_backup(vault, phone)
    assert not result.complete
    assert result.coverage is not None
    (app,) = [app for app in result.coverage.apps if app.package == NAME]
    assert app.state is not State.KEPT


def test_a_phone_of_before_android_11(vault: Vault, tmp_path: Path) -> None:
    with TestPhone(tmp_path / "old", profile=profiles.ANDROID_9, state=ROOTED) as old:
        give(old)
        put(old, "files/a", b"a")
        settle()
        assert rooted_backup(vault, old).complete
        assert (kept(vault) / "files/a").read_bytes() == b"a"


def test_an_app_that_is_opened_meanwhile_is_told(device: TestPhone) -> None:
    with taking(device, NAME) as (_main, root, plan):
        assert root.opened_again(plan) == []
        with run_app(device):
            assert root.opened_again(plan) == [NAME]
            root.stop(NAME)
            assert root.opened_again(plan) == []
