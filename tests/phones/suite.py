"""The suite every kind of phone passes. Trees are built on this side with os calls; expectations come from lstat.

A test module derives `PhoneSuite` and gives the fixture `bench`. Nothing here knows how the phone is reached.
"""

import contextlib
import os
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from phoneward.phones.base import Entry, FileKind, FileStream, ListingItem, Obstacle, Phone, Unreadable, VolumeKind
from phoneward.phones.errors import FileReadError

ODD_NAMES = [
    b"plain.txt",
    b"two words",
    b" leading and trailing ",
    b"new\nline",
    b"\n",
    b"tab\tand\rreturn",
    b"quote'single",
    b'quote"double',
    b"back\\slash",
    b"-rf",
    b"--help",
    b"star*?[a]",
    b"$(reboot)`id`;&|",
    b"%s%n%d\\n\\0",
    b"# hash ! bang",
    b"=equals=",
    b"\xff\xfe invalid utf-8",
    b"\xed\xa0\x80 surrogate",
    "名字 с именами é é".encode(),
    b"CASE",
    b"case",
    b"...",
    b"..hidden",
    b"\x01\x1b[31mred",
    b"\x7f",
    b"n" * 255,
]

Refuse = Callable[[bytes], None]


@dataclass
class Bench:
    """A phone, and the same tree seen from this side.

    Attributes:
        side: where `root` lies on this computer.
        refuse: takes away every right to a path (the phone's user must not be able to read it).
        size_modulus: the sizes that the phone can tell (the oldest: 32 bits).
    """

    phone: Phone
    root: bytes
    side: Path
    refuse: Refuse
    size_modulus: int = 2**64

    def here(self, path: bytes) -> bytes:
        """This side's path of a path below `root`, given relative."""
        return os.path.join(os.fsencode(self.side), path)

    def there(self, path: bytes) -> bytes:
        return self.root.rstrip(b"/") + b"/" + path

    def write(self, path: bytes, content: bytes = b"", mtime_ns: int | None = None) -> bytes:
        """Make a file; returns its path on the phone."""
        os.makedirs(os.path.dirname(self.here(path)), mode=0o777, exist_ok=True)
        with open(self.here(path), "wb") as stream:
            stream.write(content)
        os.chmod(self.here(path), 0o664)
        if mtime_ns is not None:
            os.utime(self.here(path), ns=(mtime_ns, mtime_ns))
        return self.there(path)

    def listed(self, root: bytes | None = None) -> dict[bytes, ListingItem]:
        """List everything; a path may come twice only when its folder could not be opened."""
        items: dict[bytes, ListingItem] = {}
        for item in self.phone.list(root or self.root):
            if item.path in items:
                assert isinstance(item, Unreadable), item
                assert isinstance(items[item.path], Entry), item
            items[item.path] = item
        return items


def make_pipe(path: bytes) -> None:
    if sys.platform != "win32":
        os.mkfifo(path)


def walk_here(top: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    """The independent walker: every name below `top`, links not followed."""
    for item in os.scandir(top):
        yield item.path, item.stat(follow_symlinks=False)
        if item.is_dir(follow_symlinks=False):
            yield from walk_here(item.path)


def assert_same(bench: Bench, item: ListingItem, status: os.stat_result, here: bytes) -> None:
    assert isinstance(item, Entry), item
    assert item.mode == status.st_mode & 0o7777
    if os.path.islink(here):
        assert (item.kind, item.size) == (FileKind.SYMLINK, 0)
        assert item.link_target == os.readlink(here)
    elif os.path.isdir(here):
        assert (item.kind, item.size, item.link_target) == (FileKind.DIRECTORY, 0, None)
    elif os.path.isfile(here):
        assert (item.kind, item.size, item.link_target) == (FileKind.FILE, status.st_size % bench.size_modulus, None)
    else:
        assert (item.kind, item.size) == (FileKind.OTHER, 0)
    unit = bench.phone.mtime_precision_ns
    assert item.mtime_ns == status.st_mtime_ns // unit * unit
    if item.ctime_ns is not None:
        assert item.ctime_ns == status.st_ctime_ns // unit * unit


class PhoneSuite(ABC):
    """What a phone MUST do (`phoneward.phones.base.Phone`)."""

    @pytest.fixture
    @abstractmethod
    def bench(self) -> Iterator[Bench]:
        """An open phone with an empty root."""

    @pytest.fixture
    def outside(self) -> Iterator[Path]:
        """A folder that no listing may reach."""
        with tempfile.TemporaryDirectory(prefix="phoneward-outside-") as path:
            yield Path(path)

    def assert_listing_complete(self, bench: Bench) -> None:
        items = bench.listed()
        seen: set[bytes] = set()
        for here, status in walk_here(os.fsencode(bench.side)):
            path = bench.there(os.path.relpath(here, os.fsencode(bench.side)))
            seen.add(path)
            assert_same(bench, items[path], status, here)
        assert set(items) == seen

    def test_an_empty_root_lists_nothing(self, bench: Bench) -> None:
        assert list(bench.phone.list(bench.root)) == []

    def test_identity_is_stable_and_well_formed(self, bench: Bench) -> None:
        identity = bench.phone.identity
        assert len(identity.id) == 16
        assert set(identity.id) <= set("0123456789abcdef")
        assert identity.label
        assert not set(identity.label) & set(" /\n\t")
        assert bench.phone.identity == identity

    def test_the_main_users_storage_comes_first(self, bench: Bench) -> None:
        first = bench.phone.volumes()[0]
        assert first.kind is VolumeKind.SHARED
        assert (first.name, first.obstacle) == ("shared", None)
        assert bench.root == first.root or bench.root.startswith(first.root.rstrip(b"/") + b"/")

    def test_the_clock_is_that_of_the_files(self, bench: Bench) -> None:
        assert abs(bench.phone.now_ns() - time.time_ns()) < 120 * 10**9

    def test_every_odd_name_is_listed_described_and_read(self, bench: Bench) -> None:
        wanted = {bench.write(b"odd/" + name, name + b" content"): name for name in ODD_NAMES}
        wanted |= {bench.write(b"in/" + name + b"/inner", name): name for name in ODD_NAMES}
        self.assert_listing_complete(bench)
        described = list(bench.phone.stat(wanted))
        assert [item.path for item in described] == list(wanted)
        assert all(isinstance(item, Entry) and item.kind is FileKind.FILE for item in described)
        for stream, (path, name) in zip(bench.phone.read(wanted), wanted.items(), strict=True):
            assert stream.path == path
            assert b"".join(stream) == (name if path.endswith(b"/inner") else name + b" content")

    def test_times_before_1970_and_far_ahead_and_with_few_nanoseconds(self, bench: Bench) -> None:
        for number, mtime in enumerate([0, 5, 1, 10**9 - 1, -1, -(10**18), 2**31 * 10**9, 4 * 10**18 + 7]):
            bench.write(b"t%d" % number, mtime_ns=mtime)
        self.assert_listing_complete(bench)
        paths = [bench.there(b"t%d" % number) for number in range(8)]
        for item in bench.phone.stat(paths):
            here = bench.here(os.path.basename(item.path))
            assert_same(bench, item, os.lstat(here), here)

    def test_permission_bits(self, bench: Bench) -> None:
        for mode in (0o444, 0o640, 0o755, 0o1777, 0o4755, 0o2750):
            bench.write(b"m%o" % mode)
            os.chmod(bench.here(b"m%o" % mode), mode)
        self.assert_listing_complete(bench)

    ODD_TARGET = b"\xff\n'\""
    """Of a link; text where the phone keeps targets as text."""

    def test_links_are_told_and_never_followed(self, bench: Bench, outside: Path) -> None:
        (outside / "secret").write_bytes(b"secret")
        bench.write(b"real/file", b"x")
        targets = {
            b"out": os.fsencode(outside),
            b"up": b"../../../..",
            b"inside": b"real",
            b"tofile": b"real/file",
            b"broken": b"no such \n target -> x",
            b"loop": b"loop",
            b"arrow -> x": b"a -> b",
            b"long": b"l" * 1000,
            b"odd": self.ODD_TARGET,
        }
        for name, target in targets.items():
            os.symlink(target, bench.here(name))
        self.assert_listing_complete(bench)
        for item in bench.phone.stat([bench.there(name) for name in targets]):
            assert isinstance(item, Entry)
            assert item.kind is FileKind.SYMLINK
            assert item.link_target == targets[item.path.removeprefix(bench.there(b""))]
        for stream in bench.phone.read([bench.there(b"tofile"), bench.there(b"broken"), bench.there(b"loop")]):
            with pytest.raises(FileReadError):
                list(stream)

    def test_nothing_special_is_opened(self, bench: Bench) -> None:
        make_pipe(bench.here(b"pipe"))
        os.mkdir(bench.here(b"folder"))
        after = bench.write(b"after", b"still here")
        self.assert_listing_complete(bench)
        contents = []
        for stream in bench.phone.read([bench.there(b"pipe"), bench.there(b"folder"), after]):
            try:
                contents.append(b"".join(stream))
            except FileReadError as error:
                assert error.obstacle is Obstacle.SPECIAL  # noqa: PT017
                contents.append(b"refused")
        assert contents == [b"refused", b"refused", b"still here"]

    def test_an_unreadable_file_is_named_and_the_next_comes(self, bench: Bench) -> None:
        closed, open_ = bench.write(b"a/closed", b"secret"), bench.write(b"a/open", b"open")
        bench.refuse(bench.here(b"a/closed"))
        closed_stream, open_stream = self.results(bench, [closed, open_])
        assert isinstance(closed_stream, FileReadError)
        assert closed_stream.obstacle is Obstacle.DENIED
        assert open_stream == b"open"

    def test_an_unreadable_folder_is_an_item(self, bench: Bench) -> None:
        bench.write(b"closed/inner", b"x")
        bench.write(b"deep/er/closed too/inner", b"x")
        bench.write(b"open/inner", b"x")
        bench.refuse(bench.here(b"closed"))
        bench.refuse(bench.here(b"deep/er/closed too"))
        items = bench.listed()
        for name in (b"closed", b"deep/er/closed too"):
            item = items[bench.there(name)]
            assert isinstance(item, Unreadable), item
            assert item.obstacle is Obstacle.DENIED
        assert isinstance(items[bench.there(b"open/inner")], Entry)
        assert bench.there(b"closed/inner") not in items
        (inner,) = bench.phone.stat([bench.there(b"closed/inner")])
        assert isinstance(inner, Unreadable)
        assert inner.obstacle is Obstacle.DENIED

    def test_a_root_that_is_missing_or_refused_is_an_item(self, bench: Bench) -> None:
        (missing,) = bench.phone.list(bench.there(b"not there"))
        assert isinstance(missing, Unreadable)
        assert (missing.path, missing.obstacle) == (bench.there(b"not there"), Obstacle.VANISHED)
        bench.write(b"closed/inner")
        bench.refuse(bench.here(b"closed"))
        (closed,) = bench.phone.list(bench.there(b"closed"))
        assert isinstance(closed, Unreadable)
        assert (closed.path, closed.obstacle) == (bench.there(b"closed"), Obstacle.DENIED)

    def test_what_vanished_is_named(self, bench: Bench) -> None:
        paths = [bench.write(name, name) for name in (b"stays", b"goes", b"stays too")]
        os.unlink(bench.here(b"goes"))
        stays, goes, stays_too = bench.phone.stat(paths)
        assert isinstance(stays, Entry)
        assert isinstance(stays_too, Entry)
        assert goes == Unreadable(paths[1], Obstacle.VANISHED, goes.detail if isinstance(goes, Unreadable) else "")
        first, second, third = self.results(bench, paths)
        assert (first, third) == (b"stays", b"stays too")
        assert isinstance(second, FileReadError)
        assert second.obstacle is Obstacle.VANISHED

    @pytest.mark.parametrize(
        "path", [b"relative", b"", b"/a/../b", b"/a//b", b"/a/./b", b"/a/", b"/a\0b", b"/..", b"/."]
    )
    def test_bad_paths_are_refused(self, bench: Bench, path: bytes) -> None:
        good = bench.write(b"good", b"good")
        bad, fine = bench.phone.stat([path, good])
        assert isinstance(bad, Unreadable)
        assert bad.obstacle is Obstacle.BAD_NAME
        assert isinstance(fine, Entry)
        (listed,) = bench.phone.list(path)
        assert isinstance(listed, Unreadable)
        assert listed.obstacle is Obstacle.BAD_NAME
        refused, content = self.results(bench, [path, good])
        assert isinstance(refused, FileReadError)
        assert refused.obstacle is Obstacle.BAD_NAME
        assert content == b"good"

    def test_a_deep_tree(self, bench: Bench) -> None:
        deep = b"/".join([b"d"] * 300)
        path = bench.write(deep + b"/file", b"deep")
        assert isinstance(bench.listed()[path], Entry)
        assert self.results(bench, [path]) == [b"deep"]

    def test_a_path_beyond_what_sync_can_name(self, bench: Bench) -> None:
        long = b"/".join([b"x" * 200] * 8)
        path = bench.write(long + b"/file", b"long")
        self.assert_listing_complete(bench)
        (item,) = bench.phone.stat([path])
        assert isinstance(item, Entry)
        missing = bench.there(long + b"/missing")
        good = bench.write(b"good", b"good")
        content, error, last = self.results(bench, [path, missing, good])
        assert (content, last) == (b"long", b"good")
        assert isinstance(error, FileReadError)

    def test_parents_come_before_their_children(self, bench: Bench) -> None:
        for number in range(40):
            bench.write(b"%d/%d/%d" % (number % 4, number % 8, number))
        seen = {bench.root}
        for item in bench.phone.list(bench.root):
            assert os.path.dirname(item.path) in seen
            seen.add(item.path)

    def test_sizes_beyond_32_bits(self, bench: Bench) -> None:
        path = bench.write(b"sparse")
        os.truncate(bench.here(b"sparse"), 5 * 2**32 + 123)
        self.assert_listing_complete(bench)
        (item,) = bench.phone.stat([path])
        assert isinstance(item, Entry)
        assert item.size == (5 * 2**32 + 123) % bench.size_modulus

    def test_contents_of_every_size(self, bench: Bench) -> None:
        block = os.urandom(3 << 20)
        sizes = [0, 1, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1, 3 << 20, 0, 7]
        paths = [bench.write(b"s%d" % number, block[:size]) for number, size in enumerate(sizes)]
        for stream, size in zip(bench.phone.read(paths), sizes, strict=True):
            pieces = list(stream)
            assert all(0 < len(piece) <= 1 << 20 for piece in pieces)
            assert b"".join(pieces) == block[:size]

    def test_many_small_files(self, bench: Bench) -> None:
        paths = [bench.write(b"many/%d" % number, b"%d" % number * 10) for number in range(3000)]
        assert self.results(bench, paths) == [b"%d" % number * 10 for number in range(3000)]
        assert sum(isinstance(item, Entry) for item in bench.phone.stat(paths)) == 3000

    def test_paths_are_taken_with_a_bounded_read_ahead(self, bench: Bench) -> None:
        path = bench.write(b"same", b"same")
        taken = 0

        def endless() -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield path

        streams = bench.phone.read(endless())
        assert b"".join(next(streams)) == b"same"
        assert taken < 20_000
        getattr(streams, "close", lambda: None)()
        items = bench.phone.stat(endless())
        assert isinstance(next(items), Entry)
        assert taken < 40_000
        getattr(items, "close", lambda: None)()
        assert self.results(bench, [path]) == [b"same"]

    def test_what_is_not_consumed_is_skipped(self, bench: Bench) -> None:
        big = bench.write(b"big", os.urandom(5 << 20))
        small = bench.write(b"small", b"small")
        streams = bench.phone.read([big, small, big, small])
        next(streams)
        assert b"".join(next(streams)) == b"small"
        assert next(iter(next(streams)))
        assert b"".join(next(streams)) == b"small"
        assert list(streams) == []

    def test_abandoned_iterators_leave_the_phone_usable(self, bench: Bench) -> None:
        big = bench.write(b"big", os.urandom(5 << 20))
        for number in range(200):
            bench.write(b"n%d" % number)
        for _ in range(3):
            next(iter(next(iter(bench.phone.read([big] * 50)))))
            next(iter(bench.phone.list(bench.root)))
            next(iter(bench.phone.stat([big] * 5000)))
        assert len(bench.listed()) == 201

    def test_a_file_that_grows_or_shrinks_does_not_harm_the_next(self, bench: Bench) -> None:
        content = os.urandom(6 << 20)
        grows, shrinks = bench.write(b"grows", content), bench.write(b"shrinks", content)
        after = bench.write(b"after", b"after")
        streams = bench.phone.read([grows, shrinks, after])
        got = self.take_while_changing(next(streams), lambda: self.append(bench.here(b"grows"), b"more"))
        assert got[: len(content)] == content
        assert got[len(content) :] in {b"", b"more"}
        got = self.take_while_changing(next(streams), lambda: os.truncate(bench.here(b"shrinks"), 10))
        assert content.startswith(got)
        assert b"".join(next(streams)) == b"after"

    def test_a_file_replaced_between_listing_and_reading(self, bench: Bench) -> None:
        path = bench.write(b"replaced", b"was here")
        assert isinstance(bench.listed()[path], Entry)
        os.unlink(bench.here(b"replaced"))
        make_pipe(bench.here(b"replaced"))
        (result,) = self.results(bench, [path])
        assert isinstance(result, FileReadError)
        assert result.obstacle is Obstacle.SPECIAL

    # -- from the middle on --------------------------------------------------------------------------------------------

    @staticmethod
    def rest(bench: Bench, path: bytes, offset: int) -> bytes | FileReadError:
        stream = bench.phone.read_from(path, offset)
        assert stream.path == path
        pieces = []
        try:
            for piece in stream:
                assert 0 < len(piece) <= 1 << 20
                pieces.append(piece)
        except FileReadError as error:
            return error
        return b"".join(pieces)

    def test_a_file_from_any_byte_on(self, bench: Bench) -> None:
        content = os.urandom((5 << 20) + 17)
        path = bench.write(b"big", content)
        for offset in (0, 1, 65535, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20, len(content) - 1):
            assert self.rest(bench, path, offset) == content[offset:], offset
        for beyond in (len(content), len(content) + 1, 6 << 20, 2**31, 2**32 + 1, 2**44, 2**62, 2**63 - 1):
            assert self.rest(bench, path, beyond) == b"", beyond
        empty = bench.write(b"empty")
        assert self.rest(bench, empty, 0) == self.rest(bench, empty, 1) == self.rest(bench, empty, 1 << 21) == b""

    @pytest.mark.parametrize("offset", [-1, 2**63])
    def test_offsets_that_no_file_has(self, bench: Bench, offset: int) -> None:
        with pytest.raises(ValueError, match="no place in a file"):
            bench.phone.read_from(bench.write(b"a"), offset)

    def test_from_the_middle_by_every_odd_name(self, bench: Bench) -> None:
        """Small and large offsets take different ways over adb."""
        block = os.urandom(1 << 20)
        for name in ODD_NAMES:
            path = bench.write(b"odd/" + name, block + name)
            assert self.rest(bench, path, 1 << 20) == name
            assert self.rest(bench, path, (1 << 20) - 1) == block[-1:] + name

    def test_from_the_middle_of_what_is_no_file(self, bench: Bench, outside: Path) -> None:
        (outside / "secret").write_bytes(b"secret" * 400_000)
        bench.write(b"real", b"real" * 400_000)
        os.symlink(outside / "secret", bench.here(b"out"))
        os.symlink(b"real", bench.here(b"inside"))
        make_pipe(bench.here(b"pipe"))
        os.mkdir(bench.here(b"folder"))
        for name in (b"out", b"inside", b"pipe", b"folder"):
            for offset in (1, 1 << 20):
                result = self.rest(bench, bench.there(name), offset)
                assert isinstance(result, FileReadError), name
                assert result.obstacle is Obstacle.SPECIAL, name

    def test_from_the_middle_of_what_cannot_be_had(self, bench: Bench) -> None:
        closed = bench.write(b"is a directory: No such file", b"secret" * 400_000)
        bench.refuse(bench.here(b"is a directory: No such file"))
        for path, obstacle in (
            (closed, Obstacle.DENIED),
            (bench.there(b"permission denied"), Obstacle.VANISHED),
            (b"relative", Obstacle.BAD_NAME),
            (bench.there(b"a/../b"), Obstacle.BAD_NAME),
            (bench.there(b"a\0b"), Obstacle.BAD_NAME),
        ):
            for offset in (1, 1 << 20):
                result = self.rest(bench, path, offset)
                assert isinstance(result, FileReadError), path
                assert result.obstacle is obstacle, path

    def test_from_the_middle_by_a_path_beyond_what_sync_can_name(self, bench: Bench) -> None:
        content = os.urandom((2 << 20) + 3)
        path = bench.write(b"/".join([b"it's\n" + b"x" * 190] * 8) + b"/file", content)
        for offset in (0, 5, (1 << 20) + 5, 3 << 20):
            assert self.rest(bench, path, offset) == content[offset:]
        missing = self.rest(bench, path + b"2", 1 << 20)
        assert isinstance(missing, FileReadError)
        assert missing.obstacle is Obstacle.VANISHED

    def test_from_the_middle_of_a_file_that_grows_or_shrinks(self, bench: Bench) -> None:
        content = os.urandom(8 << 20)
        grows, shrinks = bench.write(b"grows", content), bench.write(b"shrinks", content)
        stream = bench.phone.read_from(grows, 3 << 20)
        got = self.take_while_changing(stream, lambda: self.append(bench.here(b"grows"), b"more"))
        assert got[: 5 << 20] == content[3 << 20 :]
        assert got[5 << 20 :] in {b"", b"more"}
        stream = bench.phone.read_from(shrinks, 3 << 20)
        got = self.take_while_changing(stream, lambda: os.truncate(bench.here(b"shrinks"), 10))
        assert content[3 << 20 :].startswith(got)
        assert self.rest(bench, shrinks, 3 << 20) == b""
        assert self.rest(bench, shrinks, 3) == content[3:10]

    HUGE: ClassVar[tuple[int, ...]] = (2**31 - 2, 2**32 - 2, 2**42 + 5)
    """Offsets of more than 31 and 32 bits; fewer for phones that read over what is before them."""

    def test_the_end_of_a_huge_file(self, bench: Bench) -> None:
        path = bench.write(b"sparse")
        for offset in self.HUGE:
            with open(bench.here(b"sparse"), "r+b") as stream:
                stream.seek(offset)
                stream.write(b"MARK" + b"." * 2_000_000)
            assert self.rest(bench, path, offset) == b"MARK" + b"." * 2_000_000

    def test_an_abandoned_rest_leaves_the_phone_usable(self, bench: Bench) -> None:
        content = os.urandom(8 << 20)
        path = bench.write(b"big", content)
        streams = bench.phone.read([path, path])
        first = iter(next(streams))
        began = next(first)
        for offset in (1, 1 << 20, 2 << 20):
            next(iter(bench.phone.read_from(path, offset)))
        assert began + b"".join(first) == content
        assert b"".join(next(streams)) == content

    def test_apps_answers(self, bench: Bench) -> None:
        assert bench.phone.apps().apps == bench.phone.apps().apps

    @staticmethod
    def append(path: bytes, content: bytes) -> None:
        with open(path, "ab") as stream:
            stream.write(content)

    @staticmethod
    def take_while_changing(stream: FileStream, change: Callable[[], object]) -> bytes:
        pieces = iter(stream)
        got = [next(pieces)]
        change()
        with contextlib.suppress(FileReadError):
            got.extend(pieces)
        return b"".join(got)

    @staticmethod
    def results(bench: Bench, paths: list[bytes]) -> list[bytes | FileReadError]:
        """Read all of these: the content or the error of each."""
        found: list[bytes | FileReadError] = []
        for stream, path in zip(bench.phone.read(paths), paths, strict=True):
            assert stream.path == path
            try:
                found.append(b"".join(stream))
            except FileReadError as error:
                found.append(error)
        return found
