"""The keys of a repository: what is added opens, what is removed does not, and one always stays."""

import os
from pathlib import Path

import pytest

from phoneward.vault import keyring
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.errors import (
    AmbiguousKeyError,
    KeyFileError,
    KeyInUseError,
    KeyNotFoundError,
    KeyNotWorkingError,
    LastKeyError,
    LockLostError,
    OldKeyStaysError,
    StorageDeniedError,
    TooManyKeysError,
    WrongPasswordError,
)
from phoneward.vault.keyring import add_key, change_password, find_key, list_keys, remove_key
from phoneward.vault.keys import MAX_KEYS_TRIED, open_key_file, save_key
from phoneward.vault.repository import Repository, init_repository, open_repository
from phoneward.vault.storage.local import LocalStorage
from tests.vault.cheap import insecure_test_cost

CHEAP = insecure_test_cost()


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return init_repository(LocalStorage(tmp_path / "repo"), "first", kdf=CHEAP)


def opens(repo: Repository, password: str) -> bool:
    try:
        return open_repository(repo.storage, password).config == repo.config
    except WrongPasswordError:
        return False


def names(repo: Repository) -> list[FileId]:
    return sorted(file.name for file in repo.list_files(FileType.KEY))


def test_add_list_and_remove(repo: Repository) -> None:
    added = add_key(repo, "second", username="anna\x1b[2J", hostname="laptop", kdf=CHEAP)
    assert opens(repo, "first")
    assert opens(repo, "second")
    first, second = list_keys(repo)
    assert (first.current, second.current) == (True, False)
    assert (second.id, second.username, second.hostname) == (added, "anna\\x1b[2J", "laptop")
    assert second.created is not None
    with repo.lock(exclusive=True) as lock:
        remove_key(repo, added, lock)
    assert opens(repo, "first")
    assert not opens(repo, "second")


def test_the_key_in_use_stays_and_so_does_the_last(repo: Repository) -> None:
    other = add_key(repo, "second", kdf=CHEAP)
    with repo.lock(exclusive=True) as lock:
        with pytest.raises(KeyInUseError):
            remove_key(repo, repo.key_name, lock)
        repo.storage.remove(FileType.KEY, repo.key_name)  # another program's doing
        with pytest.raises(LastKeyError):
            remove_key(repo, other, lock)
    assert names(repo) == [other]


def test_nothing_goes_once_the_lock_is_gone(repo: Repository) -> None:
    other = add_key(repo, "second", kdf=CHEAP)
    with repo.lock(exclusive=True) as lock:
        repo.unlock(remove_all=True)
        with pytest.raises(LockLostError):
            remove_key(repo, other, lock)
        with pytest.raises(OldKeyStaysError):
            change_password(repo, "third", lock, kdf=CHEAP)
    assert all(opens(repo, password) for password in ("first", "second", "third"))


def test_a_changed_password(repo: Repository) -> None:
    old = repo.key_name
    with repo.lock(exclusive=True) as lock:
        new = change_password(repo, "changed", lock, kdf=CHEAP)
    assert names(repo) == [new] != [old]
    assert repo.key_name == new
    assert opens(repo, "changed")
    assert not opens(repo, "first")


def test_the_old_key_goes_only_when_the_new_one_is_durable_and_opens(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    save, remove = repo.storage.save, repo.storage.remove

    def saved(file_type: FileType, name: FileId, pieces: list[bytes]) -> None:
        save(file_type, name, pieces)
        done.append(f"saved {file_type.value}")

    def removed(file_type: FileType, name: FileId) -> None:
        remove(file_type, name)
        done.append(f"removed {file_type.value}")

    def opened(raw: bytes, password: str) -> object:
        done.append("opened")
        return open_key_file(raw, password)

    monkeypatch.setattr(repo.storage, "save", saved)
    monkeypatch.setattr(repo.storage, "remove", removed)
    monkeypatch.setattr(keyring, "open_key_file", opened)
    with repo.lock(exclusive=True) as lock:
        change_password(repo, "changed", lock, kdf=CHEAP)
    assert [step for step in done if "locks" not in step] == ["saved keys", "opened", "removed keys"]


def test_a_key_that_does_not_work_is_taken_back(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "open_key_file", lambda _raw, _password: None)
    before = names(repo)
    with pytest.raises(KeyNotWorkingError):
        add_key(repo, "second", kdf=CHEAP)
    with repo.lock(exclusive=True) as lock, pytest.raises(KeyNotWorkingError):
        change_password(repo, "second", lock, kdf=CHEAP)
    assert names(repo) == before


def test_an_old_key_that_cannot_be_removed_is_told_of(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file_type: FileType, name: FileId) -> None:
        if file_type is FileType.KEY:
            raise StorageDeniedError(path="p", detail="d")
        remove(file_type, name)

    remove = repo.storage.remove
    monkeypatch.setattr(repo.storage, "remove", refuse)
    with repo.lock(exclusive=True) as lock, pytest.raises(OldKeyStaysError):
        change_password(repo, "changed", lock, kdf=CHEAP)
    assert opens(repo, "first")
    assert opens(repo, "changed")


def test_damaged_and_hostile_key_files_hinder_nothing(repo: Repository, tmp_path: Path) -> None:
    for number in range(MAX_KEYS_TRIED + 10):
        (tmp_path / "repo" / "keys" / f"{number:064x}").write_bytes(os.urandom(100) if number % 2 else b"{}")
    hostile = b'{"created":"\xe2\x80\xaenever","hostname":"\x1b","kdf":"scrypt","N":1073741824,"r":8,"p":1}'
    (tmp_path / "repo" / "keys" / ("f" * 64)).write_bytes(hostile)
    assert opens(repo, "first")
    damaged: list[str] = []
    found = list_keys(repo, on_damaged=lambda name, _error: damaged.append(name))
    assert [key.current for key in found] == [True]
    assert len(damaged) == MAX_KEYS_TRIED + 11
    with pytest.raises(KeyFileError):
        list_keys(repo)
    added = add_key(repo, "second", kdf=CHEAP)
    assert opens(repo, "second")
    with repo.lock(exclusive=True) as lock:
        remove_key(repo, find_key(repo, "ffffff"), lock)
        remove_key(repo, added, lock)
    assert not (tmp_path / "repo" / "keys" / ("f" * 64)).exists()


def test_no_more_keys_than_are_tried(repo: Repository) -> None:
    for number in range(MAX_KEYS_TRIED - 1):
        add_key(repo, str(number), kdf=CHEAP)
    with pytest.raises(TooManyKeysError):
        add_key(repo, "one too many", kdf=CHEAP)
    with repo.lock(exclusive=True) as lock:
        change_password(repo, "changed", lock, kdf=CHEAP)
    assert all(opens(repo, password) for password in ("changed", "0", str(MAX_KEYS_TRIED - 2)))


def test_no_password_is_changed_for_one_that_may_never_be_tried(repo: Repository) -> None:
    """Another program may have added more keys than are tried: the new one could sort behind all that are."""
    for number in range(MAX_KEYS_TRIED):
        save_key(repo.storage, repo.key, str(number), CHEAP)
    before = names(repo)
    with repo.lock(exclusive=True) as lock, pytest.raises(TooManyKeysError):
        change_password(repo, "changed", lock, kdf=CHEAP)
    assert names(repo) == before


def test_a_key_is_named_by_its_first_digits(repo: Repository, tmp_path: Path) -> None:
    assert find_key(repo, repo.key_name[:6].upper()) == repo.key_name
    for name in ("", "  ", "xyz", "0" * 64):
        with pytest.raises(KeyNotFoundError):
            find_key(repo, name)
    twin = FileId(repo.key_name[:8] + "0" * 56)
    (tmp_path / "repo" / "keys" / twin).write_bytes(b"")
    with pytest.raises(AmbiguousKeyError):
        find_key(repo, repo.key_name[:8])
