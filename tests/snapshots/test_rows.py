"""Rows kept by folder: whatever the order and the size, each folder gets its own back."""

import gc
import os
import tempfile
import weakref
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.snapshots import rows as rows_module
from phoneward.snapshots.rows import RowStore
from tests.snapshots.sealers import KeyedSealer


class Thing(msgspec.Struct, array_like=True, frozen=True):
    name: bytes
    size: int


@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=40), st.integers(0, 2**63 - 1))), st.integers(1, 9))
def test_rows_come_back_by_folder_in_order(items: list[tuple[int, bytes, int]], batch: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows_module, "WAITING_ROWS", batch)
        patch.setattr(rows_module, "PAGE_BYTES", 64)
        patch.setattr(rows_module, "SEGMENT_ROWS", 3)
        patch.setattr(rows_module, "OPEN_BYTES", 100)
        store = RowStore(Thing, KeyedSealer(), memory_bytes=100)
        expected: dict[int, list[Thing]] = {}
        for folder, name, size in items:
            thing = Thing(name, size)
            store.add(folder, thing)
            expected.setdefault(folder, []).append(thing)
        assert list(store.folders()) == sorted(expected)
        for folder in range(6):
            assert store.rows(folder) == expected.get(folder, [])
            assert list(store.each(folder)) == expected.get(folder, [])
            assert (folder in store) == (folder in expected)
        store.close()


def test_what_goes_to_disk_is_sealed_and_nameless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sealed: list[bytes] = []

    class Watching(KeyedSealer):
        def seal(self, plaintext: bytes) -> bytes:
            sealed.append(plaintext)
            return super().seal(plaintext)

    store = RowStore(Thing, Watching(), memory_bytes=0)
    for number in range(100_000):
        store.add(number // 1000, Thing(os.urandom(20), number))
    assert sealed
    assert os.name == "nt" or not list(tmp_path.iterdir())
    assert [thing.size for thing in store.rows(57)] == list(range(57_000, 58_000))
    store.close()


def test_a_million_rows_take_little_memory() -> None:
    """Measured as the sum of what is held, not as the process's size, so that it says the same everywhere."""
    store = RowStore(Thing, KeyedSealer())
    for number in range(300_000):
        store.add(number // 100, Thing(b"IMG_20240101_%06d.jpg" % number, number * 7919))
    held = sum(map(len, store._pages._in_memory))
    assert held < 3_000_000
    store.close()


def test_a_long_folder_is_gone_through_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    alive: set[int] = set()

    class Counted(msgspec.Struct, array_like=True, weakref=True):
        number: int

        def __post_init__(self) -> None:
            alive.add(self.number)
            weakref.finalize(self, alive.discard, self.number)

    monkeypatch.setattr(rows_module, "WAITING_ROWS", 1_000)
    monkeypatch.setattr(rows_module, "SEGMENT_ROWS", 100)
    store = RowStore(Counted, KeyedSealer())
    store.add_all(7, [Counted(number) for number in range(50_000)])
    gc.collect()
    assert not alive
    most = 0
    for number, row in enumerate(store.each(7)):
        assert row.number == number
        most = max(most, len(alive))
    assert 0 < most <= 300
    store.close()


def test_what_is_added_meanwhile_comes_the_next_time() -> None:
    store = RowStore(Thing, KeyedSealer())
    store.add_all(1, [Thing(b"a", 1), Thing(b"b", 2)])
    seen = []
    for thing in store.each(1):
        seen.append(thing.name)
        store.add(1, Thing(b"new " + thing.name, 0))
    assert seen == [b"a", b"b"]
    assert [thing.name for thing in store.each(1)] == [b"a", b"b", b"new a", b"new b"]
    store.close()


def test_pages_kept_unpacked_are_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "OPEN_BYTES", 50_000)
    store = RowStore(Thing, KeyedSealer())
    for folder in range(40):
        store.add_packed(folder, msgspec.msgpack.encode([Thing(os.urandom(1_000), 1)] * (1 + folder)))
    for folder in list(range(40)) * 2:
        assert len(store.rows(folder)) == 1 + folder
        unpacked = store._pages._unpacked
        assert sum(map(len, unpacked.values())) == store._pages._unpacked_bytes <= 50_000
    store.close()
