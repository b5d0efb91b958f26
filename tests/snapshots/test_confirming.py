"""Files are asked about again in the order they came, while others come; a lost connection is told."""

from collections.abc import Iterable, Iterator

import pytest

from phoneward.phones import Entry, FileKind, ListingItem, PhoneGoneError
from phoneward.phones.bulk import FolderRows, SmallFile
from phoneward.snapshots.confirming import MAX_WAITING, TOGETHER, Arrived, Follower
from phoneward.snapshots.listing import FILE, Row
from phoneward.snapshots.verifying import certainly

S = 10**9


def arrived(number: int) -> Arrived:
    name = b"%d" % number
    return Arrived(1, Row(name, FILE, 3, 0o600, 5 * S, 6 * S), b"/top/" + name, 3)


class Asked:
    """Describes every path; gone after some groups."""

    def __init__(self, *, groups: int = 1 << 30) -> None:
        self.sizes: list[int] = []
        self.groups = groups

    def list_rows(self, root: bytes) -> Iterator[FolderRows | list[ListingItem]]:
        raise NotImplementedError(root)

    def read_small(self, paths: Iterable[bytes], limit: int) -> Iterator[list[SmallFile]]:
        raise NotImplementedError(paths, limit)

    def stat_many(self, groups: Iterable[list[bytes]]) -> Iterator[list[ListingItem]]:
        for group in groups:
            self.sizes.append(len(group))
            if len(self.sizes) > self.groups:
                raise PhoneGoneError(detail="pulled out")
            yield [Entry(path, FileKind.FILE, 3, 0o600, 5 * S + 1, 6 * S + 1) for path in group]


def test_answers_come_beside_their_files() -> None:
    phone = Asked()
    follower = Follower(phone)
    files = [arrived(number) for number in range(2 * MAX_WAITING + 77)]
    told: list[tuple[Arrived, ListingItem]] = []
    most = 0
    for start in range(0, len(files), 100):
        follower.add(files[start : start + 100])
        for some, items in follower.told():
            told += zip(some, items, strict=True)
        most = max(most, start + 100 - len(told))
    for some, items in follower.rest():
        told += zip(some, items, strict=True)
    follower.close()
    assert [file for file, _item in told] == files
    assert all(item.path == file.path for file, item in told)
    assert most <= MAX_WAITING + 2 * TOGETHER, "what waits is bounded"
    assert max(phone.sizes) <= TOGETHER


def test_nothing_came() -> None:
    follower = Follower(Asked())
    assert list(follower.told()) == list(follower.rest()) == []
    follower.close()


def test_a_lost_connection_is_told() -> None:
    follower = Follower(Asked(groups=1))
    follower.add([arrived(number) for number in range(3 * TOGETHER)])
    told: list[object] = []
    with pytest.raises(PhoneGoneError):
        told.extend(follower.rest())
    assert len(told) == 1
    follower.close()


ROW = Row(b"n", FILE, 3, 0o600, 5 * S, 6 * S)
LISTED = 100 * S


@pytest.mark.parametrize(
    ("size", "mode", "mtime_ns", "ctime_ns", "received", "certain"),
    [
        (3, 0o100600, 5 * S + 7, 6 * S + 8, 3, True),
        (4, 0o100600, 5 * S + 7, 6 * S + 8, 3, False),
        (3, 0o100600, 5 * S + 7, 6 * S + 8, 2, False),
        (3, 0o100600, 6 * S + 7, 6 * S + 8, 3, False),
        (3, 0o100600, 5 * S + 7, 7 * S, 3, False),
        (3, 0o100600, 5 * S + 7, 99 * S, 3, False),
        (3, 0o100600, 5 * S + 7, None, 3, False),
    ],
)
def test_certain_at_one_look(
    size: int, mode: int, mtime_ns: int, ctime_ns: int | None, received: int, *, certain: bool
) -> None:
    item = Entry(b"/n", FileKind.FILE, size, mode & 0o7777, mtime_ns, ctime_ns)
    exact = certainly(ROW, received, item, LISTED)
    assert exact == (Row(b"n", FILE, 3, 0o600, mtime_ns, ctime_ns) if certain else None)
    racy = Row(b"n", FILE, 3, 0o600, 5 * S, 98 * S)
    assert certainly(racy, 3, Entry(b"/n", FileKind.FILE, 3, 0o600, 5 * S, 98 * S), LISTED) is None
