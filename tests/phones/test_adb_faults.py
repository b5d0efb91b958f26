"""Broken cables and a dying adbd: never an iterator that ends as though it were complete."""

import contextlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.base import Entry, FileStream
from phoneward.phones.errors import FileReadError, PhoneGoneError, PhoneSilentError
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones.test_adb import server_of

ROOT = b"/storage/emulated/0"


def fill(storage: Path, files: int, size: int) -> list[bytes]:
    paths = []
    for number in range(files):
        folder = storage / f"d{number % 50}"
        folder.mkdir(exist_ok=True)
        (folder / f"f{number}").write_bytes(os.urandom(size))
        paths.append(ROOT + b"/d%d/f%d" % (number % 50, number))
    return paths


def drain(streams: Iterable[Iterable[bytes]]) -> None:
    for stream in streams:
        for _ in stream:
            pass


@pytest.mark.parametrize("adb", ["29", "34"])
def test_an_adbd_killed_in_the_middle_of_a_transfer(phone_factory: PhoneFactory, adb: str) -> None:
    phone = phone_factory(adb=adb)
    paths = fill(phone.storage, 4, 40 << 20)
    with AdbPhone(server=server_of(phone)) as opened:
        streams = opened.read(paths)
        pieces = iter(next(streams))
        next(pieces)
        phone.kill_adbd()
        with pytest.raises(PhoneGoneError):
            drain([pieces, *streams])


def test_an_adbd_killed_in_the_middle_of_a_listing(phone: TestPhone) -> None:
    fill(phone.storage, 5000, 1)
    with AdbPhone(server=server_of(phone)) as opened:
        for precise in (True, False):
            listing = opened.list(ROOT, precise=precise)
            next(listing)
            phone.kill_adbd()
            with pytest.raises(PhoneGoneError):
                list(itertools.chain(listing, opened.list(ROOT)))
            phone.start_adbd()
            phone.connect()


def test_a_phone_that_died_is_gone_for_everything(phone: TestPhone) -> None:
    (path,) = fill(phone.storage, 1, 10)
    with AdbPhone(server=server_of(phone)) as opened:
        phone.kill_adbd()
        phone.disconnect()
        actions: tuple[Callable[[], object], ...] = (
            lambda: list(opened.list(ROOT)),
            lambda: list(opened.stat([path])),
            lambda: [list(stream) for stream in opened.read([path])],
            opened.now_ns,
            opened.volumes,
            opened.apps,
        )
        for action in actions:
            with pytest.raises(PhoneGoneError):
                action()


@pytest.mark.parametrize("at", [1, 3000, 70_000, 1_000_000, 5_000_001])
def test_a_cable_cut_at_any_byte(phone: TestPhone, at: int) -> None:
    """Every file that counts as read is whole."""
    paths = fill(phone.storage, 200, 50_000)
    with AdbPhone(server=server_of(phone)) as opened:
        phone.proxy.cut("down", at)
        whole: list[bytes] = []
        with pytest.raises(PhoneGoneError):
            check_all(phone, opened.read(paths), whole)
        assert len(whole) < 200


def check_all(phone: TestPhone, streams: Iterable[FileStream], whole: list[bytes]) -> None:
    for stream in streams:
        with contextlib.suppress(FileReadError):
            content = b"".join(stream)
            assert content == (phone.storage / os.fsdecode(stream.path.removeprefix(ROOT + b"/"))).read_bytes()
            whole.append(stream.path)


def test_a_cable_that_stalls(phone: TestPhone) -> None:
    paths = fill(phone.storage, 100, 50_000)
    with AdbPhone(server=server_of(phone, 0.5)) as opened:
        phone.proxy.stall("down", 1_000_000)
        with pytest.raises(PhoneSilentError):
            drain(opened.read(paths))
        with pytest.raises(PhoneGoneError):
            list(opened.list(ROOT))


def test_many_refused_files_among_good_ones(phone: TestPhone) -> None:
    """adbd hangs up after each refusal; everything behind it still comes, in order."""
    paths = fill(phone.storage, 300, 100)
    for path in paths[::7]:
        here = phone.storage / os.fsdecode(path.removeprefix(ROOT + b"/"))
        shutil.chown(here, 0, 0)
        here.chmod(0)
    with AdbPhone(server=server_of(phone)) as opened:
        refused = []
        for stream in opened.read(paths):
            try:
                assert len(b"".join(stream)) == 100
            except FileReadError:
                refused.append(stream.path)
        assert refused == paths[::7]
        assert all(isinstance(item, Entry) for item in opened.stat(paths))
