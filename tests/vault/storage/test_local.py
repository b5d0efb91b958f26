import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from phoneward.vault import (
    DamagedError,
    FileId,
    FileType,
    LocalStorage,
    Storage,
    StorageDeniedError,
    StorageError,
    StorageFullError,
)
from phoneward.vault.storage.durability import WindowsDurability
from tests.vault.storage.recorder import RecordedSystem
from tests.vault.storage.suite import NAMED, StorageSuite, name_of

NAME = name_of(b"x")


def make_pipe(path: Path) -> None:
    if sys.platform == "win32":
        raise NotImplementedError("Windows keeps pipes elsewhere")
    os.mkfifo(path)


class TestLocalStorage(StorageSuite):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        storage = LocalStorage(tmp_path / "repo")
        storage.create()
        return storage


class TestWindowsRules(StorageSuite):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        storage = LocalStorage(tmp_path / "repo", durability=WindowsDurability())
        storage.create()
        return storage


def test_the_layout_is_restics(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.create()
    for kind in NAMED:
        storage.save(kind, NAME, [b"x"])
    assert {path.name for path in tmp_path.iterdir()} == {"data", "index", "keys", "locks", "snapshots"}
    assert (tmp_path / "data" / NAME[:2] / NAME).read_bytes() == b"x"
    assert (tmp_path / "index" / NAME).read_bytes() == b"x"
    assert stat.S_IMODE((tmp_path / "index" / NAME).stat().st_mode) == 0o400
    assert stat.S_IMODE((tmp_path / "index").stat().st_mode) == 0o700


def test_strangers_are_left_out_of_listings(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.create()
    (tmp_path / "index" / f"{NAME}-tmp-123").write_bytes(b"x")
    (tmp_path / "index" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "index" / ("b" * 64)).mkdir()
    (tmp_path / "index" / ("c" * 64)).symlink_to(tmp_path / "index" / ".DS_Store")
    make_pipe(tmp_path / "index" / ("d" * 64))
    other = "00" if NAME[:2] != "00" else "01"
    (tmp_path / "data" / other / NAME).write_bytes(b"a pack in the wrong folder")
    (tmp_path / "data" / "zz").mkdir()
    (tmp_path / "data" / "zz" / NAME).write_bytes(b"x")
    assert list(storage.list(FileType.INDEX)) == []
    assert list(storage.list(FileType.PACK)) == []


def test_a_pipe_under_a_files_name_is_an_error_not_a_wait(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.create()
    make_pipe(tmp_path / "index" / NAME)
    with pytest.raises(StorageError, match="not a regular file"):
        storage.load(FileType.INDEX, NAME)


def test_a_missing_place_holds_nothing(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "none")
    assert list(storage.list(FileType.KEY)) == []
    assert list(storage.list(FileType.PACK)) == []
    assert not storage.exists(FileType.CONFIG, FileId(""))
    (tmp_path / "none").write_bytes(b"a file, not a folder")
    assert not storage.exists(FileType.CONFIG, FileId(""))


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFullError),
        (errno.EDQUOT, StorageFullError),
        (errno.EACCES, StorageDeniedError),
        (errno.EROFS, StorageDeniedError),
        (errno.EIO, StorageError),
    ],
)
@pytest.mark.parametrize("verb", ["create_file", "write", "flush", "guard", "rename"])
def test_a_failing_disk_is_explained_and_leaves_nothing(
    tmp_path: Path, verb: str, number: int, kind: type[StorageError]
) -> None:
    def fail(record: tuple[str, ...]) -> None:
        if record[0] == verb:
            raise OSError(number, os.strerror(number))

    LocalStorage(tmp_path).create()
    storage = LocalStorage(tmp_path, system=RecordedSystem(str(tmp_path), fail))
    with pytest.raises(StorageError) as caught:
        storage.save(FileType.INDEX, NAME, [b"x"])
    assert type(caught.value) is kind
    assert str(tmp_path) in caught.value.sentence()
    assert caught.value.advice()
    assert list((tmp_path / "index").iterdir()) == []


def test_a_full_disk_says_so_in_plain_words(tmp_path: Path) -> None:
    def fail(record: tuple[str, ...]) -> None:
        if record[0] == "write":
            raise OSError(errno.ENOSPC, "No space left on device")

    LocalStorage(tmp_path).create()
    storage = LocalStorage(tmp_path, system=RecordedSystem(str(tmp_path), fail))
    with pytest.raises(StorageFullError) as caught:
        storage.save(FileType.PACK, NAME, [b"x"])
    assert caught.value.sentence().startswith("The disk that holds the vault is full")
    assert caught.value.advice().startswith("Free some space on that disk")


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path) -> None:
    def fail(record: tuple[str, ...]) -> None:
        if record[0] == "flush":
            raise KeyboardInterrupt

    LocalStorage(tmp_path).create()
    storage = LocalStorage(tmp_path, system=RecordedSystem(str(tmp_path), fail))
    with pytest.raises(KeyboardInterrupt):
        storage.save(FileType.INDEX, NAME, [b"x"])
    assert list((tmp_path / "index").iterdir()) == []


def test_leftovers_of_a_crash_can_be_removed(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.create()
    old = tmp_path / "data" / NAME[:2] / f"{NAME}-tmp-0123"
    young = tmp_path / "index" / f"{NAME}-tmp-0123"
    config = tmp_path / "config-tmp-77"
    stranger = tmp_path / "index" / "my-tmp-notes"
    for path in (old, young, stranger, config):
        path.write_bytes(b"x")
    for path in (old, stranger, config):
        os.utime(path, (1, 1))
    assert storage.remove_leftovers(3600) == 2
    assert not old.exists()
    assert not config.exists()
    assert young.exists()
    assert stranger.exists()


def test_a_file_cut_short_is_an_error(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.create()
    (tmp_path / "index" / NAME).write_bytes(b"12345")
    with pytest.raises(DamagedError, match=f"index/{NAME}"):
        storage.load(FileType.INDEX, NAME, 0, 6)


def test_a_hostile_place_is_readable_in_errors(tmp_path: Path) -> None:
    assert "\x1b" not in LocalStorage(tmp_path / "a\x1b[2Jb").location
