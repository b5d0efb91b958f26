"""The folder phone: the shared suite by both ways of walking, and what only a folder can do wrong."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.phones import FolderMissingError, PhoneGoneError, open_folder
from phoneward.phones.base import AppInventory, Entry, Unreadable
from phoneward.phones.folder import FolderPhone
from phoneward.phones.folder.portable import PortableTree
from phoneward.phones.folder.tree import Tree, means_gone
from tests.phones.suite import Bench, PhoneSuite


def close_path(path: bytes) -> None:
    os.chmod(path, 0)


class TestFolder(PhoneSuite):
    @staticmethod
    def tree(side: Path) -> Tree | None:
        del side
        return None

    @pytest.fixture
    def bench(self, side: Path, unprivileged: None) -> Iterator[Bench]:
        del unprivileged
        with FolderPhone(side, tree=self.tree(side)) as phone:
            yield Bench(phone, b"/", side, close_path)


class TestFolderByPath(TestFolder):
    @staticmethod
    def tree(side: Path) -> Tree | None:
        return PortableTree(side)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FolderMissingError) as raised, open_folder(tmp_path / "no\nsuch"):
        pass
    assert "no\\x0asuch" in raised.value.sentence()
    assert raised.value.advice()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderMissingError), open_folder(tmp_path / "file"):
        pass


def test_a_link_to_the_folder_is_taken_and_is_the_same_phone(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_bytes(b"a")
    (tmp_path / "link").symlink_to("real")
    with open_folder(tmp_path / "real") as real, open_folder(tmp_path / "link") as link:
        assert real.identity == link.identity
        assert [item.path for item in link.list(b"/")] == [b"/a"]
        assert link.apps() == AppInventory()


def test_a_folder_that_leaves_is_a_phone_that_left(tmp_path: Path) -> None:
    (tmp_path / "card" / "a").mkdir(parents=True)
    (tmp_path / "card" / "a" / "f").write_bytes(b"f")
    with open_folder(tmp_path / "card") as phone:
        listing = phone.list(b"/")
        assert isinstance(next(listing), Entry)
        shutil.rmtree(tmp_path / "card")
        with pytest.raises(PhoneGoneError):
            list(listing)
        with pytest.raises(PhoneGoneError):
            list(phone.stat([b"/a/f"]))
        with pytest.raises(PhoneGoneError):
            [b"".join(stream) for stream in phone.read([b"/a/f"])]


def test_a_device_error_means_the_card_was_pulled() -> None:
    assert means_gone(OSError(19, "No such device"))
    assert not means_gone(OSError(13, "Permission denied"))


@pytest.mark.parametrize("tree", [None, PortableTree])
def test_a_folder_swapped_for_a_link_is_not_entered(tmp_path: Path, tree: type[PortableTree] | None) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "secret").write_bytes(b"secret")
    (tmp_path / "card" / "a").mkdir(parents=True)
    phone = FolderPhone(tmp_path / "card", tree=tree(tmp_path / "card") if tree else None)
    with phone:
        listing = phone.list(b"/")
        assert next(listing).path == b"/a"
        (tmp_path / "card" / "a").rmdir()
        (tmp_path / "card" / "a").symlink_to(tmp_path / "out")
        (rest,) = listing
        assert isinstance(rest, Unreadable)
        assert rest.path == b"/a"
        (inner,) = phone.stat([b"/a/secret"])
        assert isinstance(inner, Unreadable)


def test_descriptors_are_given_back(tmp_path: Path) -> None:
    if not os.path.isdir("/proc/self/fd"):
        return
    for number in range(20):
        (tmp_path / "a" / f"{number}").mkdir(parents=True)
        (tmp_path / "a" / f"{number}" / "f").write_bytes(b"f")
    before = len(os.listdir("/proc/self/fd"))
    with open_folder(tmp_path) as phone:
        next(phone.list(b"/a"))
        assert len(list(phone.list(b"/"))) == 41
        for stream in phone.read([b"/a/1/f", b"/a/2/none", b"/a", b"/a/3/f"]):
            del stream
        list(phone.stat([b"/a/1/f", b"/x/y"]))
    assert len(os.listdir("/proc/self/fd")) == before
