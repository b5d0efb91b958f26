import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.vault import restore_target
from phoneward.vault.restore_target import InTheWayError, OpenFolders, TargetFolder, open_target


@pytest.fixture(params=["descriptors", "paths"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    way: str = request.param
    monkeypatch.setattr(restore_target, "MAX_OPEN_FOLDERS", 0)  # every use opens the folder again
    if way == "paths":
        monkeypatch.setattr(restore_target, "HAS_DESCRIPTORS", False)
    return way


@pytest.fixture
def top(tmp_path: Path) -> Iterator[TargetFolder]:
    pool, folder = open_target(tmp_path / "t", create=True)
    assert folder is not None
    yield folder
    pool.close()


def _enter(folder: TargetFolder, name: bytes) -> TargetFolder:
    entered, _made = folder.enter(name, create=True)
    assert entered is not None
    return entered


def _file(folder: TargetFolder, content: bytes) -> bytes:
    name, descriptor = folder.new_file()
    os.write(descriptor, content)
    os.close(descriptor)
    return name


@pytest.mark.parametrize("swap", ["link elsewhere", "link to itself", "another folder", "file", "nothing"])
def test_a_folder_that_was_swapped_is_not_used(top: TargetFolder, tmp_path: Path, swap: str) -> None:
    folder = _enter(top, b"d")
    below = _enter(folder, b"e")
    outside = tmp_path / "outside"
    (outside / "e").mkdir(parents=True)
    place = tmp_path / "t" / "d"
    place.rename(tmp_path / "moved")
    if swap == "link elsewhere":
        place.symlink_to(outside)
    elif swap == "link to itself":
        place.symlink_to(tmp_path / "moved")
    elif swap == "another folder":
        (place / "e").mkdir(parents=True)
    elif swap == "file":
        place.touch()
    for used in (folder, below):
        for call in (
            used.new_file,
            lambda used=used: used.enter(b"x", create=True),
            lambda used=used: used.make_link(b"l", b"x", 0, replace=False),
            lambda used=used: used.lstat(b"e"),
            lambda used=used: used.finish(0o755, 0),
        ):
            with pytest.raises(OSError, match=r"."):
                call()
    assert [p.name for p in outside.rglob("*")] == ["e"]
    assert not any(p.is_file() or p.is_symlink() for p in (tmp_path / "moved").rglob("*"))
    if swap == "another folder":
        assert [p.name for p in place.rglob("*")] == ["e"]


@pytest.mark.parametrize("links", [True, False])
def test_a_name_taken_meanwhile_is_not_written_over(
    top: TargetFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    if not links:

        def no_link(*_arguments: object, **_options: object) -> None:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr("phoneward.vault.restore_target.os.link", no_link)
    monkeypatch.setattr(restore_target, "rename_new", lambda *_arguments: False)
    (tmp_path / "t" / "f").write_bytes(b"mine")
    temporary = _file(top, b"theirs")
    with pytest.raises(FileExistsError):
        top.publish(temporary, b"f", replace=False)
    assert (tmp_path / "t" / "f").read_bytes() == b"mine"
    top.publish(temporary, b"f", replace=True)
    assert (tmp_path / "t" / "f").read_bytes() == b"theirs"
    top.publish(_file(top, b"x"), b"g", replace=False)
    assert (tmp_path / "t" / "g").read_bytes() == b"x"
    assert sorted(os.listdir(tmp_path / "t")) == ["f", "g"]


def test_a_link_is_never_opened_or_entered(top: TargetFolder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    top.make_link(b"l", os.fsencode(tmp_path / "secret"), 5, replace=False)
    top.make_link(b"d", os.fsencode(tmp_path), 5, replace=False)
    with pytest.raises(OSError, match=r"."):
        top.open_file(b"l")
    with pytest.raises(InTheWayError):
        top.enter(b"d", create=True)
    subprocess.run(["mkfifo", tmp_path / "t" / "fifo"], check=True)
    with pytest.raises(OSError, match=r"."):
        top.open_file(b"fifo")
    with pytest.raises(FileExistsError):
        top.make_link(b"l", b"y", 0, replace=False)
    top.make_link(b"l", b"y", 0, replace=True)
    assert top.read_link(b"l") == b"y"
    assert sorted(os.listdir(tmp_path / "t")) == ["d", "fifo", "l"]


def test_open_folders_stay_within_their_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(restore_target, "MAX_OPEN_FOLDERS", 3)
    before = len(os.listdir("/proc/self/fd"))
    pool, folder = open_target(tmp_path, create=False)
    assert folder is not None
    folders = [_enter(folder, b"%d" % i) for i in range(20)]
    for entered in folders:
        os.close(entered.new_file()[1])
    opened = len(os.listdir("/proc/self/fd")) - before
    assert opened <= (3 if way == "descriptors" else 0)
    pool.close()
    assert len(os.listdir("/proc/self/fd")) == before
    assert isinstance(pool, OpenFolders)
