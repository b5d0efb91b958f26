"""A folder asked for much at once says the same as when it is asked one by one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.phones import Entry, FileReadError, ListingItem, Obstacle, PhoneGoneError, Unreadable
from phoneward.phones.bulk import KINDS, FolderRows, as_bulk
from phoneward.phones.folder import FolderPhone
from phoneward.phones.folder.bulk import FolderBulk
from phoneward.phones.paths import join

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows knows no change times: no bulk there")

LIMIT = 5_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "card"
    (top / "DCIM" / "deep" / "deeper").mkdir(parents=True)
    for number in range(300):
        (top / "DCIM" / f"{number:03}.jpg").write_bytes(b"%d" % number * number)
    (top / "DCIM" / "deep" / "empty").write_bytes(b"")
    (top / "DCIM" / "deep" / "limit").write_bytes(b"l" * LIMIT)
    (top / "DCIM" / "deep" / "long").write_bytes(b"x" * (LIMIT + 1))
    (top / os.fsdecode(b"name\nof\xff bytes")).write_bytes(b"odd")
    (top / "link").symlink_to("DCIM/000.jpg")
    (top / "to-folder").symlink_to("DCIM")
    os.mkfifo(top / "pipe")
    os.utime(top / "DCIM" / "001.jpg", ns=(1, 1_700_000_000_123_456_789))
    return top


@pytest.fixture
def phone(folder: Path) -> Iterator[FolderPhone]:
    with FolderPhone(folder) as phone:
        yield phone


def bulk_of(phone: FolderPhone) -> FolderBulk:
    bulk = as_bulk(phone)
    assert isinstance(bulk, FolderBulk)
    return bulk


def in_bulk(phone: FolderPhone) -> list[ListingItem]:
    items: list[ListingItem] = []
    for some in bulk_of(phone).list_rows(b"/"):
        if isinstance(some, FolderRows):
            items += [Entry(join(some.path, row[0]), KINDS[row[1]], *row[2:]) for row in some.rows]
        else:
            items += some
    return items


def by_path(items: list[ListingItem]) -> list[ListingItem]:
    return sorted(items, key=lambda item: (item.path, isinstance(item, Unreadable)))


def test_both_listings_are_one(phone: FolderPhone) -> None:
    one_by_one = by_path(list(phone.list(b"/")))
    assert by_path(in_bulk(phone)) == one_by_one
    assert len(one_by_one) == 310


def test_what_cannot_be_listed_is_named(phone: FolderPhone, folder: Path) -> None:
    assert list(bulk_of(phone).list_rows(b"/no/such")) == [
        FolderRows(b"/no/such", [], more=True),
        [Unreadable(b"/no/such", Obstacle.VANISHED, "No such file or directory")],
    ]
    bad = list(bulk_of(phone).list_rows(b"/DCIM/../.."))
    assert bad[1] == [Unreadable(b"/DCIM/../..", Obstacle.BAD_NAME)]
    for rows in bulk_of(phone).list_rows(b"/"):
        if isinstance(rows, FolderRows) and rows.path == b"/":
            (folder / "DCIM").rename(folder / "moved")
            (folder / "DCIM").symlink_to("/")
        elif not isinstance(rows, FolderRows) and rows[0].path == b"/DCIM":
            assert isinstance(rows[0], Unreadable), "a folder that became a link is not followed"


def test_small_files_come_in_order_and_all_else_is_handed_back(phone: FolderPhone, folder: Path) -> None:
    paths = [item.path for item in phone.list(b"/")] + [b"/no/such", b"relative", b"/DCIM/../pipe", b"/"]
    found = [file for some in bulk_of(phone).read_small(iter(paths), LIMIT) for file in some]
    assert [path for path, _content in found] == paths
    for path, content in found:
        here = folder / os.fsdecode(path[1:])
        small = path not in paths[-3:] and here.is_file() and not here.is_symlink() and here.stat().st_size <= LIMIT
        assert content == (here.read_bytes() if small else None), path


def test_paths_are_taken_as_they_are_needed(phone: FolderPhone) -> None:
    taken = 0

    def paths() -> Iterator[bytes]:
        nonlocal taken
        for number in range(300):
            taken += 1
            yield b"/DCIM/%03d.jpg" % number

    first = next(bulk_of(phone).read_small(paths(), LIMIT))
    assert len(first) == taken < 300


def test_a_file_that_grows_while_it_is_read_is_handed_back(
    phone: FolderPhone, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fstat

    def grown(descriptor: int) -> os.stat_result:
        status = real(descriptor)
        with (folder / "DCIM" / "100.jpg").open("ab") as file:
            file.write(b"more")
        return status

    monkeypatch.setattr(os, "fstat", grown)
    assert list(bulk_of(phone).read_small([b"/DCIM/100.jpg"], LIMIT)) == [[(b"/DCIM/100.jpg", None)]]


def test_descriptions_are_those_of_stat(phone: FolderPhone) -> None:
    paths = [item.path for item in phone.list(b"/")] + [b"/no/such", b"relative"]
    groups = [paths[:100], [], paths[100:]]
    assert list(bulk_of(phone).stat_many(iter(groups))) == [list(phone.stat(group)) for group in groups]


def test_a_folder_that_left_ends_everything(phone: FolderPhone, folder: Path) -> None:
    folder.rename(folder.with_name("gone"))
    with pytest.raises(PhoneGoneError):
        list(bulk_of(phone).stat_many([[b"/no/such"]]))
    with pytest.raises(PhoneGoneError):
        list(bulk_of(phone).list_rows(b"/no/such"))


def test_a_file_is_read_whole_whatever_its_length(phone: FolderPhone, folder: Path) -> None:
    for size in (0, 1, 2**20 - 1, 2**20, 2**20 + 1, 2**21, 3_000_000):
        (folder / "file").write_bytes(os.urandom(size))
        content = (folder / "file").read_bytes()
        assert b"".join(next(iter(phone.read([b"/file"])))) == content
        for offset in (1, 2**20, size):
            assert b"".join(phone.read_from(b"/file", offset)) == content[offset:]
    with pytest.raises(FileReadError):
        list(next(iter(phone.read([b"/pipe"]))))
