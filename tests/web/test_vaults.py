"""The vault behind the page: locked, open, gone, back again, pruned beneath readers."""

import shutil
import threading
from pathlib import Path

import pytest

from phoneward.settings import load
from phoneward.texts import words
from phoneward.vault import (
    FileId,
    FileType,
    LocalStorage,
    NoRepositoryError,
    WrongPasswordError,
    init_repository,
    open_repository,
)
from phoneward.vaultplace import folder_of
from phoneward.web import vaults as vaults_module
from phoneward.web.errors import RestoreUnknownError, TriesTooFastError, TryRunningError, VaultShutError
from phoneward.web.restores import Restore, Wanted
from phoneward.web.vaults import LONGEST_WAIT_S, VaultDoor
from tests.vault.cheap import insecure_test_cost
from tests.web.site import PASSWORD, Site, make_settings, serving


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_password_that_is_set_opens_by_itself(tmp_path: Path) -> None:
    door = VaultDoor(make_settings(tmp_path))
    assert not door.is_open
    with door.vault() as repo:
        assert repo.config.version == 2
    assert door.is_open


def test_without_one_a_person_is_asked(tmp_path: Path) -> None:
    door = VaultDoor(make_settings(tmp_path, password=None))
    with pytest.raises(VaultShutError), door.vault():
        pass
    door.unlock(PASSWORD)
    with door.vault():
        pass
    door.lock()
    with pytest.raises(VaultShutError), door.vault():
        pass


def test_a_wrong_password_that_is_set_is_tried_once_and_then_asked_for(tmp_path: Path) -> None:
    door = VaultDoor(make_settings(tmp_path, password="not it"))
    with pytest.raises(WrongPasswordError), door.vault():
        pass
    with pytest.raises(VaultShutError), door.vault():
        pass


def test_wrong_passwords_must_wait_longer_and_longer(tmp_path: Path) -> None:
    clock = Clock()
    door = VaultDoor(make_settings(tmp_path, password=None), clock)
    for _try in range(3):
        with pytest.raises(WrongPasswordError):
            door.unlock("wrong")
    waits = []
    for _try in range(8):
        with pytest.raises(TriesTooFastError) as caught:
            door.unlock(PASSWORD)  # not even the right one: nothing may be learnt by trying fast
        waits.append(int(str(caught.value.details["seconds"])))
        clock.now += waits[-1]
        with pytest.raises(WrongPasswordError):
            door.unlock("wrong")
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    clock.now += LONGEST_WAIT_S
    door.unlock(PASSWORD)


def test_the_right_password_takes_the_wrong_ones_before_it_back(tmp_path: Path) -> None:
    door = VaultDoor(make_settings(tmp_path, password=None), Clock())
    for _day in range(2):
        for _try in range(2):
            with pytest.raises(WrongPasswordError):
                door.unlock("wrong")
        door.unlock(PASSWORD)


def test_a_vault_that_was_locked_stays_so_although_its_password_is_set(tmp_path: Path) -> None:
    door = VaultDoor(make_settings(tmp_path))
    with door.vault():
        pass
    door.lock()
    with pytest.raises(VaultShutError), door.vault():
        pass


def test_a_copy_of_the_vault_elsewhere_is_not_taken_for_it(tmp_path: Path) -> None:
    """Its `config` is the same, so only its place tells them apart."""
    door = VaultDoor(make_settings(tmp_path, password=None))
    door.unlock(PASSWORD)
    copy = tmp_path / "copy"
    shutil.copytree(folder_of(door.place()), copy)
    door.choose(copy)
    with pytest.raises(VaultShutError), door.vault():
        pass
    door.unlock(PASSWORD)
    with door.vault() as repo:
        assert repo.storage.location == str(copy)


def test_one_password_is_tried_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    door = VaultDoor(make_settings(tmp_path, password=None))
    goes_on, began = threading.Event(), threading.Event()
    real = open_repository

    def slow(*arguments: object, **named: object) -> object:
        began.set()
        assert goes_on.wait(30)
        return real(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(vaults_module, "open_repository", slow)
    thread = threading.Thread(target=door.unlock, args=(PASSWORD,))
    thread.start()
    assert began.wait(10)
    with pytest.raises(TryRunningError):
        door.unlock(PASSWORD)
    goes_on.set()
    thread.join(30)
    assert door.is_open


def test_a_disk_that_went_away_and_came_back(tmp_path: Path) -> None:
    with serving(make_settings(tmp_path)) as site:
        visitor = site.visitor()
        assert visitor.get("/").status_code == 200
        (tmp_path / "vault").rename(tmp_path / "unplugged")
        answer = visitor.get("/")
        assert answer.status_code == 200
        assert "Your vault is not there" in answer.text
        assert visitor.get("/unlock").status_code in {303, 404}
        assert visitor.get("/settings").status_code == 200
        (tmp_path / "unplugged").rename(tmp_path / "vault")
        assert visitor.get("/").status_code == 200


def test_where_nobody_named_a_vault_every_page_leads_to_set_up(tmp_path: Path) -> None:
    with serving(load(None, {"PHONEWARD_STATE_DIR": str(tmp_path), "PHONEWARD_CACHE_DIR": str(tmp_path)})) as site:
        visitor = site.visitor()
        for path in ("/", "/checkup", "/unlock", "/snapshots", "/coverage", "/vault"):
            answer = visitor.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/setup"), path
        assert "Set up" in visitor.get("/setup").text
        assert site.visitor().get("/settings").status_code == 200


def test_another_vault_at_the_same_place_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    door = VaultDoor(make_settings(tmp_path, password=None))
    door.unlock(PASSWORD)
    shutil.rmtree(tmp_path / "vault")
    with pytest.raises(NoRepositoryError), door.vault():
        pass
    init_repository(LocalStorage(tmp_path / "vault"), "another", kdf=insecure_test_cost())
    with pytest.raises(VaultShutError), door.vault():
        pass
    door.unlock("another")


def test_what_others_stored_is_seen_and_readers_keep_theirs_when_others_prune(tmp_path: Path) -> None:
    door = VaultDoor(make_settings(tmp_path))
    with door.own() as writing:
        assert not writing.loaded_indexes
        name = writing.save_index(b'{"packs":[]}')
    with door.vault() as repo, door.vault() as same:
        assert repo is same
        assert repo.loaded_indexes == {name}
        repo.storage.remove(FileType.INDEX, name)
        with door.vault() as fresh:
            assert fresh is not repo
            assert not fresh.loaded_indexes
        assert repo.loaded_indexes == {name}


def test_a_job_has_a_vault_of_its_own(tmp_path: Path) -> None:
    door = VaultDoor(make_settings(tmp_path))
    with door.vault() as repo, door.own() as one, door.own() as other:
        assert len({id(repo), id(one), id(other)}) == 3


def test_a_locked_vault_leads_to_its_page_and_back(locked_site: Site) -> None:
    visitor = locked_site.visitor()
    assert visitor.get("/checkup").headers["location"] == "/unlock?next=%2Fcheckup"
    assert visitor.post("/unlock", {"password": PASSWORD, "next": "/checkup"}).headers["location"] == "/checkup"
    assert visitor.get("/unlock?next=/settings").headers["location"] == "/settings"
    assert visitor.post("/lock").headers["location"] == "/unlock"
    assert "The vault is locked now." in visitor.get("/unlock").text
    assert visitor.get("/").headers["location"] == "/unlock?next=%2F"


def test_nothing_that_was_learnt_from_a_vault_outlives_its_place_being_taken(site: Site, tmp_path: Path) -> None:
    visitor = site.visitor()
    visitor.get("/checkup")
    assert all(job.ended.wait(30) for job in site.context.jobs.all())
    restore = site.context.restores.add(Restore(Wanted(FileId(""), (), "", tmp_path), words("x"), "y"))
    assert site.context.checkups.known() is not None
    site.context.forget_what_was_read()
    assert site.context.checkups.known() is None
    with pytest.raises(RestoreUnknownError):
        site.context.restores.get(restore.id)
