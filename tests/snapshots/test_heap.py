"""What a backup of long folders holds in memory, and gives back."""

import ctypes
import sys
from typing import cast

import pytest

from phoneward.snapshots import heap, passes
from phoneward.snapshots.heap import give_back_memory
from phoneward.vault import BlobId, BlobType, BlobWriter


class _Waited:
    def __init__(self) -> None:
        self.count = 0

    def put(self, blob_type: BlobType, _text: bytes) -> "_Waited":
        assert blob_type is BlobType.TREE
        return self

    def result(self) -> BlobId:
        self.count += 1
        return BlobId(bytes(32))


@pytest.mark.parametrize(("size", "waits"), [(passes.LONG_TREE - 1, 0), (passes.LONG_TREE, 1)])
def test_only_a_long_folder_is_waited_for(size: int, waits: int) -> None:
    writer = _Waited()
    passes._put_tree(cast("BlobWriter", writer), bytes(size))
    assert writer.count == waits


def test_giving_back_works_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    give_back_memory()
    for platform in ("win32", "darwin"):
        heap._libc.cache_clear()
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(ctypes, "CDLL", None)  # nobody asks for it there
        give_back_memory()
    heap._libc.cache_clear()
