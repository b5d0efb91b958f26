"""A phone whose adbd itself runs as root (`adb root`, LineageOS's rooted debugging) and that has no su at all."""

from pathlib import Path

import pytest

from phoneward.phones.errors import AdbRootOffError, NoRootError
from phoneward.snapshots import State, backup, find
from phoneward.snapshots.layout import app_data_place
from phoneward.snapshots.owners import owner_of_node
from phoneward.vault import find_node
from tests.phone import rooted, trees
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, photograph, settle
from tests.snapshots.rooted import DIARY, NAME, ROOTED, folder_of, give, put, rooted_backup, taking

DEVELOPERS = ROOTED.but(props={"ro.debuggable": "1"})


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture
def device(phone: TestPhone) -> TestPhone:
    """Return a phone with a build for developers: no su, and adbd runs as the shell until it is told otherwise."""
    phone.answer_with(DEVELOPERS)  # the stand-ins for SELinux come with it
    (phone.root / "system/bin/su").unlink()
    give(phone)
    put(phone, "files/diary.txt", b"dear diary")
    put(phone, "databases/diary.db", trees.content("db", 3_000_000))
    settle()
    return phone


def kept(vault: Vault) -> Path:
    return vault.restored_by_restic("latest") / "appdata" / NAME


def test_a_backup_through_it_has_content_owner_and_context(vault: Vault, device: TestPhone) -> None:
    device.restart(root=True)
    done = rooted_backup(vault, device)
    assert done.complete, done.coverage and done.coverage.gaps
    assert photograph(kept(vault)) == photograph(folder_of(device))
    repo = vault.reopen()
    node = find_node(repo, find(repo, "latest").tree, app_data_place(NAME) + b"/files/diary.txt")
    told = owner_of_node(node)
    label = rooted.context_of(DIARY.app_id)
    assert (told.uid, told.gid, told.context.decode()) == (DIARY.app_id, DIARY.app_id, label)
    vault.check()


def test_where_it_is_off_its_owner_is_told_how_to_turn_it_on_and_the_phone_comes_back(
    vault: Vault, device: TestPhone
) -> None:
    with adb_phone(device) as main:
        with pytest.raises(AdbRootOffError) as caught:
            main.rooted()
        for words in ("Type adb root,", "Rooted debugging", "cannot run as root in production builds", "adb unroot"):
            assert words in caught.value.advice()
        assert main.shell.run(b"id -u", limit=100).stdout == b"2000\n", "nothing was restarted unasked"
        device.restart(root=True)
        assert main.rooted().plan(main.apps(), [NAME]).apps, "the same phone, back again"
    assert rooted_backup(vault, device).complete


def test_a_build_for_everybody_has_no_such_way(device: TestPhone) -> None:
    for debuggable in ("0", ""):
        device.answer_with(DEVELOPERS.but(su="", props={"ro.debuggable": debuggable}))
        (device.root / "system/bin/su").unlink(missing_ok=True)
        with adb_phone(device) as main, pytest.raises(NoRootError) as caught:
            main.rooted()
        assert not isinstance(caught.value, AdbRootOffError)
        assert "Type adb root" not in caught.value.advice()


@pytest.mark.parametrize("as_root", [True, False])
def test_adbd_restarts_between_the_plan_and_the_reading(vault: Vault, device: TestPhone, *, as_root: bool) -> None:
    """Somebody types `adb root` or `adb unroot` meanwhile: what was not read is named, and never counts as empty."""
    device.restart(root=True)
    assert rooted_backup(vault, device).complete
    put(device, "files/new", b"new")
    settle()
    vault.reopen()
    with taking(device) as (main, _root, _plan):
        device.restart(root=as_root)
        again = backup(main, vault.repo, state_dir=vault.state)
    assert again.complete == as_root
    assert again.coverage is not None
    (app,) = [app for app in again.coverage.apps if app.package == NAME]
    assert (app.state is State.KEPT) == as_root, (app.state, app.reason)
    device.restart(root=True)
    assert rooted_backup(vault, device).complete
    assert (kept(vault) / "files/new").read_bytes() == b"new"
    vault.check()
