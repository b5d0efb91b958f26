"""What every remote storage must do while the way to its server breaks: tests for all kinds, through the fault proxy.

A backend's test file derives from `WireSuite` and gives a fixture `wire`.
"""

import contextlib
import hashlib
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from phoneward.vault import FileId, FileType, Storage, StorageError
from phoneward.vault.errors import (
    DamagedError,
    FileMissingError,
    StorageUnreachableError,
    TransientStorageError,
)
from phoneward.vault.storage.retrying import Patience, RetryingStorage, under_new_names
from tests.phone.faultproxy import Direction, FaultProxy

TIMEOUT_S = 1.0
"""What the storages under test wait for the server before they take it for silent."""
QUICK = Patience(first_wait_s=0.02, longest_wait_s=0.1, total_s=20.0, first_contact_s=20.0)
_BOUND_S = 15.0
"""No call takes longer, however the way breaks."""
_CONTENT = random.Random(59).randbytes(300_000)


class Wire(Protocol):
    """A running server with an empty, created place for a vault, and how to speak to it."""

    port: int
    """Of 127.0.0.1, where the server listens."""

    def storage(self, port: int) -> Storage:
        """Return a storage of this kind that does not try again, has `TIMEOUT_S` and goes through a port."""

    def kept(self) -> dict[str, bytes]:
        """Return the files as the server keeps them, by paths as in a folder (`snapshots/ab…`), without the client."""


@dataclass
class Broken:
    """The way to the server, and what happened on it."""

    wire: Wire
    proxy: FaultProxy

    def raw(self) -> Storage:
        return self.wire.storage(self.proxy.port)

    def retrying(self) -> Storage:
        return RetryingStorage(self.raw(), patience=QUICK)

    def direct(self) -> Storage:
        return RetryingStorage(self.wire.storage(self.wire.port), patience=QUICK)


def name_of(data: bytes) -> FileId:
    return FileId(hashlib.sha256(data).hexdigest())


def _content(seed: int) -> bytes:
    return random.Random(seed).randbytes(16) + _CONTENT


@pytest.fixture
def broken(wire: Wire) -> Iterator[Broken]:
    """The way to the server of the fixture `wire`. A backend's test file imports it."""
    with FaultProxy(wire.port) as proxy:
        yield Broken(wire, proxy)


class WireSuite:
    """Derive, and give a fixture `wire`."""

    cuts = 6
    """How many random places are cut in each test and direction."""

    @pytest.mark.parametrize("direction", ["up", "down"])
    def test_a_file_whose_upload_is_cut_is_stored_whole_in_the_end(self, broken: Broken, direction: Direction) -> None:
        chance = random.Random(f"save {direction}")
        for number in range(self.cuts):
            data = _content(number)
            broken.proxy.cut(direction, chance.randrange(len(data) if direction == "up" else 300))
            storage = broken.retrying()
            data = stored(storage, data)
            broken.proxy.clear()
            assert storage.holds(FileType.PACK, name_of(data), [data])
            assert broken.wire.kept()[f"data/{name_of(data)[:2]}/{name_of(data)}"] == data

    @pytest.mark.parametrize("direction", ["up", "down"])
    def test_what_is_cut_without_another_try_says_so(self, broken: Broken, direction: Direction) -> None:
        chance = random.Random(f"raw {direction}")
        for number in range(self.cuts):
            data = _content(number)
            storage = broken.raw()
            broken.proxy.cut(direction, chance.randrange(len(data) if direction == "up" else 100))
            start = time.monotonic()
            try:
                storage.save(FileType.PACK, name_of(data), [data])
            except TransientStorageError:
                pass
            else:
                assert broken.direct().holds(FileType.PACK, name_of(data), [data])
            assert time.monotonic() - start < _BOUND_S
            broken.proxy.clear()

    def test_what_is_read_is_whole_or_an_error(self, broken: Broken) -> None:
        data = _content(0)
        broken.direct().save(FileType.PACK, name_of(data), [data])
        chance = random.Random("load")
        for _number in range(self.cuts):
            for storage in (broken.raw(), broken.retrying()):
                broken.proxy.cut("down", chance.randrange(len(data)))
                offset = chance.randrange(1000)
                try:
                    assert (
                        storage.load(FileType.PACK, name_of(data), offset, 250_000) == data[offset : offset + 250_000]
                    )
                except TransientStorageError:
                    assert not isinstance(storage, RetryingStorage)
                broken.proxy.clear()

    def test_a_listing_that_is_cut_is_never_taken_for_all(self, broken: Broken) -> None:
        names = {name_of(bytes([n])) for n in range(20)}
        for n in range(20):
            broken.direct().save(FileType.SNAPSHOT, name_of(bytes([n])), [bytes([n])])
        chance = random.Random("list")
        for _number in range(self.cuts):
            for storage in (broken.raw(), broken.retrying()):
                broken.proxy.cut("down", chance.randrange(2000))
                try:
                    assert {file.name for file in storage.list(FileType.SNAPSHOT)} == names
                except TransientStorageError:
                    assert not isinstance(storage, RetryingStorage)
                broken.proxy.clear()

    def test_a_removal_whose_answer_is_cut_is_a_removal(self, broken: Broken) -> None:
        chance = random.Random("remove")
        for number in range(self.cuts):
            name = name_of(bytes([number]))
            broken.direct().save(FileType.SNAPSHOT, name, [bytes([number])])
            storage = broken.retrying()
            broken.proxy.cut("down", chance.randrange(100))
            storage.remove(FileType.SNAPSHOT, name)
            broken.proxy.clear()
            assert not broken.direct().exists(FileType.SNAPSHOT, name)

    @pytest.mark.parametrize("direction", ["up", "down"])
    def test_a_server_that_falls_silent_is_given_up(self, broken: Broken, direction: Direction) -> None:
        data = _content(0)
        broken.direct().save(FileType.PACK, name_of(data), [data])
        storage = broken.raw()
        for call in (
            lambda: storage.load(FileType.PACK, name_of(data)),
            lambda: storage.save(FileType.PACK, name_of(b"x"), [b"x"]),
            lambda: list(storage.list(FileType.PACK)),
            lambda: storage.exists(FileType.PACK, name_of(b"y")),
            lambda: storage.remove(FileType.PACK, name_of(b"z")),
        ):
            broken.proxy.stall(direction, 10)
            start = time.monotonic()
            with pytest.raises(TransientStorageError):
                call()
            assert time.monotonic() - start < _BOUND_S
            broken.proxy.clear()

    def test_where_nobody_answers_patience_ends(self, broken: Broken) -> None:
        broken.proxy.refuse(on=True)
        impatient = Patience(first_wait_s=0.02, longest_wait_s=0.1, total_s=0.3, first_contact_s=0.3)
        storage = RetryingStorage(broken.raw(), patience=impatient)
        with pytest.raises(StorageUnreachableError):
            storage.exists(FileType.CONFIG, FileId(""))

    def test_a_slow_way_is_no_broken_one(self, broken: Broken) -> None:
        broken.proxy.pace("up", 200_000)
        data = _content(1)
        storage = broken.retrying()
        data = stored(storage, data)
        broken.proxy.pace("down", 200_000)
        assert storage.load(FileType.PACK, name_of(data)) == data

    def test_flipped_bits_on_the_way_up_are_found_by_reading_back(self, broken: Broken) -> None:
        chance = random.Random("flip")
        for number in range(self.cuts):
            data = _content(number)
            storage = broken.raw()
            broken.proxy.flip("up", chance.randrange(2000, len(data)), chance.randrange(8))
            try:
                storage.save(FileType.PACK, name_of(data), [data])
            except StorageError:
                continue
            finally:
                broken.proxy.clear()
            kept = broken.wire.kept().get(f"data/{name_of(data)[:2]}/{name_of(data)}")
            assert broken.direct().holds(FileType.PACK, name_of(data), [data]) == (kept == data)

    def test_flipped_bits_in_answers_end_in_errors_with_names(self, broken: Broken) -> None:
        data = _content(0)
        broken.direct().save(FileType.PACK, name_of(data), [data])
        chance = random.Random("flip down")
        for _number in range(self.cuts * 2):
            storage = broken.raw()
            broken.proxy.flip("down", chance.randrange(400), chance.randrange(8))
            start = time.monotonic()
            with contextlib.suppress(StorageError, DamagedError, FileMissingError):
                assert len(storage.load(FileType.PACK, name_of(data), 0, 1000)) == 1000
            assert time.monotonic() - start < _BOUND_S
            broken.proxy.clear()

    def test_several_threads_go_on_through_cuts(self, broken: Broken) -> None:
        storage = broken.retrying()
        blocks = [_content(n)[:50_000] for n in range(24)]
        failures: list[BaseException] = []
        names: list[FileId] = []

        def save(part: list[bytes]) -> None:
            try:
                for block in part:
                    kept = stored(storage, block)
                    assert storage.holds(FileType.PACK, name_of(kept), [kept])
                    names.append(name_of(kept))
            except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
                failures.append(error)

        chance = random.Random("threads")
        for _number in range(4):
            broken.proxy.cut(chance.choice(("up", "down")), chance.randrange(len(_CONTENT)))
        threads = [threading.Thread(target=save, args=(blocks[n::4],)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not failures
        assert len(names) == len(blocks)
        assert {file.name for file in broken.direct().list(FileType.PACK)} >= set(names)


def stored(storage: Storage, data: bytes) -> bytes:
    """Store a pack as its writer does, with another name where the storage wants one; return what was stored."""
    versions = iter(data + b" again" * number for number in range(20))

    def save() -> bytes:
        version = next(versions)
        storage.save(FileType.PACK, name_of(version), [version[:1000], version[1000:]])
        return version

    return under_new_names(save)


def folder_content(root: Path) -> dict[str, bytes]:
    """Return the files below a folder, for servers that keep a vault in one."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
