"""The first key file where two make a vault at once, and where nothing can be removed: who was told yes gets in."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from phoneward.vault import (
    DamagedError,
    FileId,
    FileType,
    KeyLeftBehindError,
    LocalStorage,
    Repository,
    RepositoryExistsError,
    Storage,
    StorageUnreachableError,
    init_repository,
    open_repository,
    open_storage,
)
from phoneward.vault.blobs import BytesLike
from phoneward.vault.errors import AppendOnlyError, UnclearSaveError
from phoneward.vault.storage import ListedFile
from phoneward.vaultplace import parse_place
from tests.tools.rclone import serve_restic
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost

CHEAP = insecure_test_cost()


class Place(LocalStorage):
    """A folder that does what a far server may do.

    Attributes:
        keeps: it removes nothing but locks.
        unclear: so many uploads of keys end without an answer, though the file is there.
        before_key: runs once, just before a key is stored.
        after_key: runs once, just after.
    """

    keeps = False
    unclear = 0
    before_key: Callable[[], object] | None = None
    after_key: Callable[[], object] | None = None

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        if file_type is not FileType.KEY:
            super().save(file_type, name, pieces)
            return
        before, self.before_key = self.before_key, None
        if before is not None:
            before()
        super().save(file_type, name, pieces)
        after, self.after_key = self.after_key, None
        if after is not None:
            after()
        if self.unclear:
            self.unclear -= 1
            raise UnclearSaveError(path=self.location, detail="cut")

    def remove(self, file_type: FileType, name: FileId) -> None:
        if self.keeps and file_type is not FileType.LOCK:
            raise AppendOnlyError(path=self.location, detail="403")
        super().remove(file_type, name)


@pytest.fixture(params=[False, True], ids=["removes", "keeps everything"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    place = Place(tmp_path / "vault")
    place.keeps = request.param
    return place


def names(place: Storage) -> set[str]:
    return {file.name for file in place.list(FileType.KEY)}


def make(place: Storage, password: str, spare: list[FileId] | None = None) -> Repository:
    return init_repository(place, password, kdf=CHEAP, on_spare_key=(spare if spare is not None else []).append)


def test_an_upload_without_a_clear_answer_is_not_taken_for_somebody_else(place: Place) -> None:
    place.unclear = 2
    spare: list[FileId] = []
    made = make(place, "mine", spare)
    assert open_repository(place, "mine").config == made.config
    assert made.key_name in names(place)
    if place.keeps:
        assert names(place) == {made.key_name, *spare}
        assert len(spare) == 2
    else:
        assert (names(place), spare) == ({made.key_name}, [])


def test_an_upload_that_never_ends_clearly_makes_no_vault_and_the_next_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.unclear = 100
    with pytest.raises(StorageUnreachableError):
        make(place, "mine")
    place.unclear = 0
    monkeypatch.setattr("phoneward.vault.repository.UNFINISHED_AFTER_S", -1)
    made = make(place, "mine")
    assert open_repository(place, "mine").config == made.config


@pytest.mark.parametrize("password", ["other", "mine"])
def test_two_at_once_of_whom_one_was_first(place: Place, password: str) -> None:
    """The other stands complete by the time that our key is stored: it was told yes, and it must get in."""
    others: list[Repository] = []
    place.before_key = lambda: others.append(make(LocalStorage(Path(place.location)), "other"))
    with pytest.raises(RepositoryExistsError) as caught:
        make(place, password)
    assert isinstance(caught.value, KeyLeftBehindError) == place.keeps
    left = names(place) - {others[0].key_name}
    assert len(left) == place.keeps
    assert all(name in caught.value.advice() for name in left)
    opened = open_repository(place, "other")
    assert (opened.config, opened.key.encrypt) == (others[0].config, others[0].key.encrypt)


def test_the_same_password_twice_opens_the_vault_and_not_what_was_left(tmp_path: Path) -> None:
    """Of two key files with one password, either may come first: the one that is of this vault counts."""
    for number in range(8):
        folder = tmp_path / str(number)
        made = _lost_with_the_same_password(folder)
        assert open_repository(LocalStorage(folder), "same").config == made.config, number


def test_restic_takes_the_first_key_that_opens_and_a_hint_helps(tmp_path: Path) -> None:
    """What the guide and the error promise of plain restic: read in its source, tried here with three versions."""
    (tmp_path / "served").mkdir()
    for number in range(40):
        folder = tmp_path / "served" / str(number)
        made = _lost_with_the_same_password(folder)
        (wrong,) = names(LocalStorage(folder)) - {made.key_name}
        if str(wrong) < str(made.key_name):  # so the server lists it first
            break
    else:
        raise AssertionError("a coin that fell 40 times on one side")
    assert open_repository(LocalStorage(folder), "same").key_name == made.key_name
    with serve_restic(tmp_path / "served", append_only=True) as port:
        for version in ALL_RESTICS:
            address = f"rest:http://127.0.0.1:{port}/{folder.name}/"
            judge = Restic(restic(version), address, "same", tmp_path / "cache" / version)
            refused = judge.attempt("snapshots")
            assert refused.returncode == 1, version
            assert f"config or key {wrong} is damaged".encode() in refused.stderr, (version, refused.stderr)
            hint = ("--key-hint", str(made.key_name)[:8])  # as long as `phoneward key list` shows it
            judge.run(*hint, "snapshots")
            judge.run(*hint, "backup", folder / "config")
            judge.run(*hint, "check", "--read-data")


def _lost_with_the_same_password(folder: Path) -> Repository:
    """Return a vault in which the key file of another that gave way was left, of the same password."""
    others: list[Repository] = []
    place = Place(folder)
    place.keeps = True
    place.before_key = lambda: others.append(make(LocalStorage(folder), "same"))
    with pytest.raises(KeyLeftBehindError) as caught:
        make(place, "same")
    assert "--key-hint" in caught.value.advice()
    return others[0]


def test_who_lost_is_told_that_the_key_is_of_no_vault(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.keeps = True
    place.before_key = lambda: make(LocalStorage(tmp_path), "other")
    with pytest.raises(KeyLeftBehindError):
        make(place, "mine")
    with pytest.raises(DamagedError) as caught:
        open_repository(place, "mine")
    assert "of another vault" in caught.value.sentence()


def test_two_that_see_each_other_both_give_way_and_the_next_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Place(Path(place.location))
    second.keeps = place.keeps
    stored, looked = threading.Event(), threading.Event()
    ended: list[object] = []

    def wait_after_storing() -> None:
        stored.set()
        looked.wait(30)

    def other() -> None:
        second.after_key = wait_after_storing
        try:
            ended.append(make(second, "other"))
        except RepositoryExistsError as error:
            ended.append(error)

    thread = threading.Thread(target=other)

    def let_the_other_store() -> None:
        thread.start()
        stored.wait(30)

    place.before_key = let_the_other_store
    with pytest.raises(RepositoryExistsError):
        make(place, "mine")
    looked.set()
    thread.join(30)
    if place.keeps:
        assert isinstance(ended[0], KeyLeftBehindError)
        monkeypatch.setattr("phoneward.vault.repository.UNFINISHED_AFTER_S", -1)
        made = make(place, "mine")
        assert open_repository(place, "mine").config == made.config
    else:  # ours was gone before the other looked
        assert isinstance(ended[0], Repository)
        assert {open_repository(place, "other").key_name} == names(place)


def test_somebody_who_begins_while_the_key_is_derived_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    place.keeps = True
    real = LocalStorage.list

    def list_and_then_another_comes(self: LocalStorage, file_type: FileType) -> Iterator[ListedFile]:
        yield from real(self, file_type)
        if file_type is FileType.KEY:
            monkeypatch.setattr(LocalStorage, "list", real)
            make(LocalStorage(tmp_path), "other")

    monkeypatch.setattr(LocalStorage, "list", list_and_then_another_comes)
    with pytest.raises(RepositoryExistsError) as caught:
        make(place, "mine")
    assert not isinstance(caught.value, KeyLeftBehindError)
    assert len(names(place)) == 1


def test_two_on_a_real_server_that_only_adds(tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with serve_restic(tmp_path / "served", append_only=True) as port:
        address = parse_place(f"rest:http://127.0.0.1:{port}/v/")
        ended: dict[str, object] = {}
        gate = threading.Barrier(2)

        def run(password: str) -> None:
            storage = open_storage(address, {})
            gate.wait()
            try:
                ended[password] = make(storage, password)
            except RepositoryExistsError as error:
                ended[password] = error

        threads = [threading.Thread(target=run, args=(password,)) for password in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        storage = open_storage(address, {})
        yes = [password for password, end in ended.items() if isinstance(end, Repository)]
        assert len(yes) <= 1
        for password in yes:
            assert open_repository(storage, password).config.id
        left = [end for end in ended.values() if isinstance(end, KeyLeftBehindError)]
        assert len(names(storage)) == len(yes) + len(left)
