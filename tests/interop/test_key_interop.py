"""Keys made, changed and removed by one program open, or do not, with the other: three versions of restic and us."""

import json
from pathlib import Path

import pytest

from phoneward.vault.errors import KeyNotFoundError, WrongPasswordError
from phoneward.vault.keyring import add_key, change_password, find_key, list_keys, remove_key
from phoneward.vault.repository import Repository, open_repository
from phoneward.vault.storage.local import LocalStorage
from tests.interop.treewriter import PASSWORD, new_repository
from tests.tools.restic import Restic
from tests.vault.cheap import insecure_test_cost

CHEAP = insecure_test_cost()


def _restic(program: Path, tmp_path: Path, password: str) -> Restic:
    return Restic(program, tmp_path / "repo", password, tmp_path / "cache")


def _opens(program: Path, tmp_path: Path, password: str) -> bool:
    return _restic(program, tmp_path, password).attempt("cat", "config").returncode == 0


def _ours(tmp_path: Path, password: str) -> Repository | None:
    try:
        return open_repository(LocalStorage(tmp_path / "repo"), password)
    except WrongPasswordError:
        return None


def test_restic_opens_what_we_add_and_change(restic_program: Path, tmp_path: Path) -> None:
    repo = new_repository(tmp_path / "repo")
    added = add_key(repo, "密码 second", username="anna", hostname="laptop", kdf=CHEAP)
    assert _opens(restic_program, tmp_path, "密码 second")
    with repo.lock(exclusive=True) as lock:
        change_password(repo, "changed", lock, kdf=CHEAP)
    assert _opens(restic_program, tmp_path, "changed")
    assert not _opens(restic_program, tmp_path, PASSWORD)
    listed = json.loads(_restic(restic_program, tmp_path, "changed").run("--json", "key", "list"))
    theirs = {key["id"]: (key["current"], key["userName"], key["hostName"]) for key in listed}
    ours = {key.id: (key.current, key.username, key.hostname) for key in list_keys(repo)}
    if "0.14" in _restic(restic_program, tmp_path, "changed").run("version"):
        assert {name[:8]: value for name, value in ours.items()} == {n[:8]: v for n, v in theirs.items()}
    else:
        assert ours == theirs
    with repo.lock(exclusive=True) as lock:
        remove_key(repo, added, lock)
    assert not _opens(restic_program, tmp_path, "密码 second")
    assert "no errors were found" in _restic(restic_program, tmp_path, "changed").check()


def test_we_open_what_restic_adds_changes_and_removes(restic_program: Path, tmp_path: Path) -> None:
    new_repository(tmp_path / "repo")
    new = tmp_path / "new-password"
    new.write_text("by restic")
    first = _restic(restic_program, tmp_path, PASSWORD)
    first.run("key", "add", "--new-password-file", new)
    added = _ours(tmp_path, "by restic")
    assert added is not None
    assert len(list_keys(added)) == 2
    new.write_text("changed by restic")
    first.run("key", "passwd", "--new-password-file", new)
    assert _ours(tmp_path, PASSWORD) is None
    changed = _ours(tmp_path, "changed by restic")
    assert changed is not None
    second = _restic(restic_program, tmp_path, "by restic")
    second.run("key", "remove", changed.key_name)
    assert _ours(tmp_path, "changed by restic") is None
    assert [key.current for key in list_keys(added)] == [True]
    with pytest.raises(KeyNotFoundError):
        find_key(added, changed.key_name)
