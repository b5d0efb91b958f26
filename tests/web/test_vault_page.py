"""The vault's page: its work, its passwords, its locks; and removing a snapshot."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from phoneward.setup import is_kit_printed, note_kit_printed
from phoneward.snapshots import load_state, looked_after
from phoneward.vault import (
    DamagedPack,
    FileId,
    FileType,
    LocalStorage,
    PruneReport,
    Repository,
    StorageError,
    WrongPasswordError,
    list_keys,
    open_repository,
    prune,
)
from phoneward.web.pages import ROUTES
from phoneward.web.pages import vault as vault_page
from tests.web.holding import Holding, holding
from tests.web.setup_help import waiting_in
from tests.web.site import PASSWORD, WITH_FILES


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Holding]:
    with holding(tmp_path) as one:
        yield one
        assert one.site.faults == []


def finished(held: Holding) -> str:
    """Wait for the newest job and return its sentence."""
    job = held.site.context.jobs.all()[0]
    assert job.ended.wait(60)
    assert job.error is None, job.error
    assert job.outcome is not None
    return str(job.outcome.sentence)


def test_checks_are_noted_in_the_vault_and_shown(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    text = visitor.get("/vault").text
    assert "It was not checked yet" in text
    assert text.count("never, as far as is noted") == 3
    for work, said in (("check", "No damage was found"), ("read-data", "Everything was read back")):
        assert visitor.post(f"/vault/look-after/{work}").status_code == 303
        assert said in finished(held)
    text = visitor.get("/vault").text
    assert "nothing damaged is known" in text
    noted = looked_after(load_state(open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)))
    assert noted.check is not None
    assert noted.read_data is not None
    assert visitor.post("/vault/look-after/anything").status_code == 404


def test_damage_is_noted_and_named_and_moves_no_date(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    pack = max((tmp_path / "vault" / "data").rglob("*"), key=lambda path: path.stat().st_size * path.is_file())
    pack.chmod(0o600)
    whole = pack.read_bytes()
    pack.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    visitor.post("/vault/look-after/read-data")
    assert "found" in finished(held)
    job = held.site.context.jobs.all()[0]
    assert any(pack.name[:8] in line for line in job.notices)
    noted = looked_after(load_state(open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)))
    assert noted.errors > 0
    assert noted.read_data is None


def test_a_damaged_index_is_named_by_the_check(held: Holding, tmp_path: Path) -> None:
    """A check that needed the index first could not say what is wrong with it."""
    visitor = held.site.visitor()
    visitor.get("/vault")
    index = max((tmp_path / "vault" / "index").iterdir(), key=lambda path: path.stat().st_size)
    index.chmod(0o600)
    index.write_bytes(b"torn")
    visitor.post("/vault/look-after/check")
    assert "found" in finished(held)
    assert any(index.name[:8] in line for line in held.site.context.jobs.all()[0].notices)


def test_freeing_space_says_that_something_is_damaged(held: Holding, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*arguments: Any, **options: Any) -> PruneReport:
        report: PruneReport = prune(*arguments, **options)
        report.damaged.append(DamagedPack(FileId("ab" * 32), 1, ""))
        return report

    monkeypatch.setattr(vault_page, "prune", damaged)
    held.site.visitor().post("/vault/free")
    assert "Something in the vault is damaged" in finished(held)
    outcome = held.site.context.jobs.all()[0].outcome
    assert outcome is not None
    assert outcome.is_incomplete


def test_a_snapshot_goes_only_when_the_word_is_typed(held: Holding) -> None:
    visitor = held.site.visitor()
    address = f"/snapshots/{held.newest}/remove"
    text = visitor.get(address).text
    assert text.index("Keep everything") < text.index("Remove them")
    assert 'class="button main" href="/snapshots/' in text
    for typed in ("", "yes", "remov"):
        assert visitor.post(address, {"typed": typed}).status_code == 400
    assert visitor.get(f"/snapshots/{held.newest}").status_code == 200
    visitor.post(address, {"typed": " REMOVE "})
    assert "removed" in finished(held)
    assert visitor.get(f"/snapshots/{held.newest}").status_code == 404
    for other in (*held.snapshots[:-1], held.partial):
        assert visitor.get(f"/snapshots/{other.id}").status_code == 200
    visitor.post("/vault/free")
    assert finished(held)
    address = f"/content/{held.snapshots[0].id}?path=/shared/Documents/notes.txt"
    assert visitor.get(address).content == b"one"  # with the index that prune has written


def test_removing_waits_for_nobody_who_works_with_the_vault(held: Holding) -> None:
    visitor = held.site.visitor()
    with held.repo.lock(exclusive=False):
        visitor.post(f"/snapshots/{held.newest}/remove", {"typed": "remove"})
        job = held.site.context.jobs.all()[0]
        assert job.ended.wait(30)
        assert job.error is not None
        assert job.error.code == "repository-locked"
        text = visitor.get("/vault").text
        assert "others may work, too" in text
        assert "Remove what was left behind" not in text, "it is at work"
    assert visitor.get(f"/snapshots/{held.newest}").status_code == 200


def test_passwords_are_added_changed_and_removed_and_stand_nowhere(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    second, third = "heron cobalt seven lanterns", "walnut ferry quiet orbit"
    assert visitor.post("/vault/keys/add", {"password": second, "again": "other"}).status_code == 400
    long = "heron cobalt seven " * 60  # longer than any page takes: nobody could open the vault with it here
    assert visitor.post("/vault/keys/add", {"password": long, "again": long}).status_code == 400
    assert visitor.post("/vault/keys/add", {"password": second, "again": second}).status_code == 303
    assert visitor.post("/vault/keys/change", {"password": third, "again": third}).status_code == 303
    storage = LocalStorage(tmp_path / "vault")
    added = open_repository(storage, second)
    text = visitor.get("/vault/keys").text
    assert second not in text
    assert third not in text
    assert text.count("in use now") == 1
    risk = visitor.get(f"/vault/keys/{added.key_name}/remove").text
    assert risk.index("Keep the password") < risk.index(">Remove the password<")
    visitor.post(f"/vault/keys/{added.key_name}/remove")
    assert [key.id for key in list_keys(open_repository(storage, third))] != [added.key_name]
    current = open_repository(storage, third).key_name
    assert visitor.post(f"/vault/keys/{current}/remove").status_code >= 400  # the one in use stays
    assert visitor.get("/snapshots").status_code == 200


def test_a_weak_password_is_used_only_by_who_insists(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    storage = LocalStorage(tmp_path / "vault")
    assert visitor.post("/vault/keys/add/anyway").headers["location"] == "/vault/keys/add"
    asked = visitor.post("/vault/keys/add", {"password": "13800138000", "again": "13800138000"})
    assert asked.text.index("Choose another password") < asked.text.index("Use it anyway")
    assert "13800138000" not in asked.text
    visitor.post("/vault/keys/change/anyway", waiting_in(asked.text))  # it waits to be added, not to change another
    asked = visitor.post("/vault/keys/add", {"password": "13800138000", "again": "13800138000"})
    visitor.get("/vault/keys/add")  # the safe choice: it is forgotten
    assert visitor.post("/vault/keys/add/anyway", waiting_in(asked.text)).headers["location"] == "/vault/keys/add"
    with pytest.raises(WrongPasswordError):
        open_repository(storage, "13800138000")
    asked = visitor.post("/vault/keys/add", {"password": "13800138000", "again": "13800138000"})
    assert visitor.post("/vault/keys/add/anyway", waiting_in(asked.text)).headers["location"] == "/vault/keys"
    again = visitor.post("/vault/keys/add/anyway", waiting_in(asked.text))
    assert again.headers["location"] == "/vault/keys/add", "once"
    assert open_repository(storage, "13800138000").key_name
    assert open_repository(storage, PASSWORD).key_name


def test_anyway_in_one_window_is_about_what_was_typed_in_that_window(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    one, two = (
        waiting_in(visitor.post("/vault/keys/change", {"password": weak, "again": weak}).text)
        for weak in ("12345678", "87654321")
    )
    assert visitor.post("/vault/keys/change/anyway", one).headers["location"] == "/vault/keys/change"
    assert visitor.post("/vault/keys/change/anyway", two).headers["location"] == "/vault/keys/change"
    assert open_repository(LocalStorage(tmp_path / "vault"), PASSWORD).key_name, "nothing was changed"


def test_a_changed_password_is_said_to_be_changed_while_another_window_tries_one(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    visitor.get("/vault")
    good = "walnut ferry quiet orbit"
    door = held.site.context.door
    with door._trying:  # a try takes seconds
        assert (
            visitor.post("/vault/keys/change", {"password": good, "again": good}).headers["location"] == "/vault/keys"
        )
    assert "The password was changed: " in visitor.get("/vault/keys").text
    current = open_repository(LocalStorage(tmp_path / "vault"), good).key_name
    with door.vault() as repo:
        assert repo.key_name == current


def test_a_changed_password_makes_the_printed_kit_an_old_one(held: Holding, tmp_path: Path) -> None:
    """The paper holds a password that opens nothing any more, so set-up asks for the kit again."""
    visitor = held.site.visitor()
    visitor.get("/vault")
    note_kit_printed(open_repository(LocalStorage(tmp_path / "vault"), PASSWORD))
    added = "another ferry quiet walnut"
    visitor.post("/vault/keys/add", {"password": added, "again": added})
    assert is_kit_printed(open_repository(LocalStorage(tmp_path / "vault"), added)), (
        "what is on the paper still opens it"
    )
    good = "walnut ferry quiet orbit"
    visitor.post("/vault/keys/change", {"password": good, "again": good})
    assert "Write the new one on your recovery kit." in visitor.get("/vault/keys").text
    assert not is_kit_printed(open_repository(LocalStorage(tmp_path / "vault"), good))


def test_a_vault_that_cannot_be_asked_about_the_kit_does_not_undo_a_changed_password(
    held: Holding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes after the change is a courtesy: the person must not be told that the change failed."""

    def unreadable(_repo: Repository) -> bool:
        raise StorageError(path="vault", detail="Input/output error")

    visitor = held.site.visitor()
    visitor.get("/vault")
    monkeypatch.setattr("phoneward.setup.printed.is_kit_printed", unreadable)
    good = "walnut ferry quiet orbit"
    visitor.post("/vault/keys/change", {"password": good, "again": good})
    assert "The password was changed: " in visitor.get("/vault/keys").text
    assert open_repository(LocalStorage(tmp_path / "vault"), good).key_name


def test_locks_left_behind_are_shown_and_removed(held: Holding) -> None:
    import json

    lock = {"time": "2020-01-01T00:00:00Z", "exclusive": True, "hostname": "<b>old", "username": "me", "pid": 4711}
    held.repo.save_unpacked(FileType.LOCK, json.dumps(lock).encode())
    visitor = held.site.visitor()
    text = visitor.get("/vault").text
    assert "me on &lt;b&gt;old" in text
    assert "left behind" in text
    visitor.post("/vault/unlock")
    assert not list(held.repo.list_files(FileType.LOCK))


def test_every_form_of_these_pages_needs_the_sessions_token(held: Holding) -> None:
    client = held.site.visitor().client
    posts = [route.path for route in ROUTES if "POST" in (getattr(route, "methods", None) or ())]  # type: ignore[attr-defined]
    assert len(posts) > 12
    for path in posts:
        address = re.sub(r"\{[^}]*\}", "x", path)
        files = {"files": ("a.apk", b"x")} if path in WITH_FILES else None
        assert client.post(address, data={"csrf": "wrong"}, files=files).status_code == 403, path
        assert client.post(address).status_code in {403, 415}, path
        assert client.post(address, data={}, headers={"origin": "http://evil.example"}).status_code == 403, path


def test_the_list_of_snapshots_waits_for_no_index(held: Holding, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large vault far away the index takes many seconds: which snapshots there are is shown before."""

    def away(_repo: Repository) -> None:
        raise StorageError(path="far", detail="the index is still on its way")

    monkeypatch.setattr(Repository, "load_index", away)
    visitor = held.site.visitor()
    answer = visitor.get("/snapshots")
    assert answer.status_code == 200
    assert "20" in answer.text
    assert "/snapshots/" in answer.text
    assert visitor.get("/").status_code == 200
