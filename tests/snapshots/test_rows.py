"""Rows kept by folder: whatever the order and the size, each folder gets its own back."""

import os
import tempfile
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
        store = RowStore(Thing, KeyedSealer(), memory_bytes=100)
        expected: dict[int, list[Thing]] = {}
        for folder, name, size in items:
            thing = Thing(name, size)
            store.add(folder, thing)
            expected.setdefault(folder, []).append(thing)
        assert list(store.folders()) == sorted(expected)
        for folder in range(6):
            assert store.rows(folder) == expected.get(folder, [])
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
