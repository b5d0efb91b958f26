"""What a backup of long folders holds in memory, and gives back."""

import ctypes
import os
import sys
from pathlib import Path
from typing import cast

import pytest

from phoneward import heap
from phoneward.heap import give_back_memory
from phoneward.phones import open_folder
from phoneward.snapshots import list_path, passes, proofs_building, rows, sending
from phoneward.vault import BlobId, BlobType, BlobWriter
from tests.snapshots.bench import Vault, write


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


def test_a_backup_gives_back_what_long_folders_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    for module in (passes, proofs_building, sending):
        monkeypatch.setattr(module, "give_back_memory", lambda name=module.__name__: given.append(name))
    monkeypatch.setattr(passes, "LONG_TREE", 1_000)
    monkeypatch.setattr(passes, "MANY_FILES", 100)
    monkeypatch.setattr(proofs_building, "MANY_LINES", 100)
    monkeypatch.setattr(proofs_building, "LINES", 7)
    monkeypatch.setattr(rows, "SEGMENT_ROWS", 10)
    monkeypatch.setattr(rows, "WAITING_ROWS", 20)
    monkeypatch.setattr(sending, "MANY_FILES", 100)
    top = tmp_path / "phone"
    for number in range(300):
        write(top / f"{number // 150}/IMG_{number:04}.jpg", b"%d" % number)
    vault = Vault.make(tmp_path)
    result = vault.backup(open_folder(top))
    assert {name.rpartition(".")[2] for name in given} == {"passes", "proofs_building", "sending"}
    assert result.complete
    assert result.snapshot_id is not None
    vault.reopen()
    for folder in (b"0", b"1"):
        names = [entry.node.name for entry in list_path(vault.repo, result.snapshot_id, b"/shared/" + folder)]
        assert names == sorted(map(os.fsencode, os.listdir(top / folder.decode())))
