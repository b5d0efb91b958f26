"""The adb phone: the shared suite against a real adbd of several ages, by several adb clients."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import adbutils
import pytest

from phoneward.phones.adb.phone import FIND, SYNC_V1, SYNC_V2, AdbPhone
from phoneward.phones.adb.server import AdbServer, Address
from phoneward.phones.base import Entry, FileKind, Obstacle, Unreadable
from phoneward.phones.errors import FileReadError
from tests.phone import profiles
from tests.phone.testphone import SDCARD_RW, SHELL_UID, Knobs, TestPhone
from tests.phones.suite import Bench, PhoneSuite

IDLE_SECONDS = 20.0


def server_of(phone: TestPhone, idle_timeout: float = IDLE_SECONDS) -> AdbServer:
    return AdbServer(Address(port=int(phone.adb_env["ANDROID_ADB_SERVER_PORT"])), idle_timeout=idle_timeout)


def refuse(path: bytes) -> None:
    shutil.chown(path, 0, 0)
    os.chmod(path, 0)


class TestAdb(PhoneSuite):
    """A modern phone and Debian's adb 29."""

    KNOBS: ClassVar[Knobs] = {}
    METHOD: ClassVar[str] = SYNC_V2
    HUGE: ClassVar[tuple[int, ...]] = (2**32 + 5,)
    FORCED: ClassVar[str | None] = None

    @pytest.fixture(scope="class")
    @classmethod
    def device(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestPhone]:
        """One phone for the class; each test has a folder of its own on it."""
        with TestPhone(tmp_path_factory.mktemp("phone"), **cls.KNOBS) as phone:
            yield phone

    @pytest.fixture
    def bench(self, device: TestPhone, request: pytest.FixtureRequest) -> Iterator[Bench]:
        name = f"{abs(hash(request.node.name)):x}"
        side = device.storage / name
        side.mkdir()
        shutil.chown(side, SHELL_UID, SDCARD_RW)
        with AdbPhone(device.serial, server=server_of(device), listing_method=self.FORCED) as phone:
            assert phone.listing_method == self.METHOD
            yield self.bench_of(phone, b"/storage/emulated/0/" + name.encode(), side)

    @staticmethod
    def bench_of(phone: AdbPhone, root: bytes, side: Path) -> Bench:
        assert phone.mtime_precision_ns == 1
        assert phone.size_modulus is None
        return Bench(phone, root, side, refuse)

    def test_a_quick_listing_differs_in_the_times_only(self, bench: Bench) -> None:
        bench.write(b"a/b", b"content", mtime_ns=1_700_000_000_123_456_789)
        os.symlink(b"b", bench.here(b"a/link"))
        exact = {item.path: item for item in bench.phone.list(bench.root)}
        quick = {item.path: item for item in bench.phone.list(bench.root, precise=False)}
        assert set(exact) == set(quick)
        for path, item in quick.items():
            other = exact[path]
            assert isinstance(item, Entry)
            assert isinstance(other, Entry)
            assert (item.kind, item.size, item.mode, item.link_target) == (
                other.kind,
                other.size,
                other.mode,
                other.link_target,
            )
            assert item.mtime_ns // 10**9 == other.mtime_ns // 10**9


class TestAdb34(TestAdb):
    KNOBS: ClassVar[Knobs] = {"adb": "34"}
    HUGE: ClassVar[tuple[int, ...]] = (2**31 + 5,)


class TestAdb36(TestAdb):
    """The adb that adbutils brings along."""

    KNOBS: ClassVar[Knobs] = {"adb": Path(adbutils.__file__).parent / "binaries"}
    HUGE: ClassVar[tuple[int, ...]] = (2**31 + 5,)


class TestByFind(TestAdb):
    """A phone of before Android 11."""

    KNOBS: ClassVar[Knobs] = {"profile": profiles.ANDROID_9}
    HUGE: ClassVar[tuple[int, ...]] = (2**31 + 5,)
    METHOD: ClassVar[str] = FIND


class TestWithDd(TestAdb):
    """A phone that has `dd`, as Android's build of toybox does and Debian's does not: GNU dd stands in for it."""

    HUGE: ClassVar[tuple[int, ...]] = PhoneSuite.HUGE

    @pytest.fixture(scope="class")
    @classmethod
    def device(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestPhone]:
        with TestPhone(tmp_path_factory.mktemp("phone"), **cls.KNOBS) as phone:
            shutil.copy2(shutil.which("dd") or "dd", phone.root / "system/bin/dd")
            assert b"copied" in phone.shell("dd if=/dev/null of=/dev/null 2>&1")
            yield phone


class TestWithoutStat(TestAdb):
    """Android 7: no find and no stat, but the shell protocol."""

    KNOBS: ClassVar[Knobs] = {"profile": profiles.ANDROID_7}
    HUGE: ClassVar[tuple[int, ...]] = (2**31 + 5,)
    METHOD: ClassVar[str] = SYNC_V1

    @staticmethod
    def bench_of(phone: AdbPhone, root: bytes, side: Path) -> Bench:
        assert phone.mtime_precision_ns == 10**9
        assert phone.size_modulus == 2**32
        return Bench(phone, root, side, refuse, size_modulus=2**32)

    def test_a_path_beyond_what_sync_can_name(self, bench: Bench) -> None:
        """Such a phone cannot list it, and says so."""
        long = b"/".join([b"x" * 200] * 8)
        path = bench.write(long + b"/file", b"long")
        good = bench.write(b"good", b"good")
        items = bench.listed()
        assert isinstance(items[good], Entry)
        assert [item.obstacle for item in items.values() if isinstance(item, Unreadable)] == [Obstacle.TOO_LONG]
        first, last = self.results(bench, [path, good])
        assert last == b"good"
        self.assert_long_path(first)

    def assert_long_path(self, result: bytes | FileReadError) -> None:
        assert result == b"long"

    def test_times_before_1970_and_far_ahead_and_with_few_nanoseconds(self, bench: Bench) -> None:
        """Version 1 of the sync service has 32 bits for a time."""
        for number, mtime in enumerate([0, 5, 1, 10**9 - 1, 1_700_000_000_999_999_999]):
            bench.write(b"t%d" % number, mtime_ns=mtime)
        self.assert_listing_complete(bench)

    def test_what_vanished_is_named(self, bench: Bench) -> None:
        paths = [bench.write(name, name) for name in (b"stays", b"goes")]
        os.unlink(bench.here(b"goes"))
        _, goes = bench.phone.stat(paths)
        assert isinstance(goes, Unreadable)
        assert goes.obstacle is Obstacle.VANISHED
        first, second = self.results(bench, paths)
        assert first == b"stays"
        assert isinstance(second, FileReadError)

    def test_an_unreadable_folder_is_an_item(self, bench: Bench) -> None:
        bench.write(b"deep/closed/inner", b"x")
        bench.write(b"deep/open/inner", b"x")
        refuse(bench.here(b"deep/closed"))
        item = bench.listed()[bench.there(b"deep/closed")]
        assert isinstance(item, Unreadable)
        assert item.obstacle is Obstacle.DENIED


class TestWithoutShellProtocol(TestWithoutStat):
    """Android 5: one stream for everything, no exit codes."""

    KNOBS: ClassVar[Knobs] = {"profile": profiles.ANDROID_5}

    def assert_long_path(self, result: bytes | FileReadError) -> None:
        assert isinstance(result, FileReadError)
        assert result.obstacle is Obstacle.TOO_LONG

    def test_a_deep_tree(self, bench: Bench) -> None:
        path = bench.write(b"/".join([b"d"] * 300) + b"/file", b"deep")
        assert isinstance(bench.listed()[path], Entry)

    def test_from_the_middle_by_a_path_beyond_what_sync_can_name(self, bench: Bench) -> None:
        path = bench.write(b"/".join([b"x" * 200] * 8) + b"/file", b"long")
        for offset in (0, 1, 1 << 20):
            result = self.rest(bench, path, offset)
            assert isinstance(result, FileReadError)
            assert result.obstacle is Obstacle.TOO_LONG


def test_links_to_the_root_are_told(phone: TestPhone) -> None:
    with AdbPhone(phone.serial, server=server_of(phone)) as opened:
        (item,) = opened.list(b"/sdcard")
        assert item == Unreadable(b"/sdcard", Obstacle.SPECIAL, "not a folder")
        (link,) = opened.stat([b"/sdcard"])
        assert isinstance(link, Entry)
        assert (link.kind, link.link_target) == (FileKind.SYMLINK, b"/storage/self/primary")
