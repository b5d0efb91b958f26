import os
import sys
from pathlib import Path

import pytest

from phoneward.vault import restore_system
from phoneward.vault.restore_system import can_flush_file_system, flush_file_system, rename_new

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="calls of Linux")


def test_a_rename_never_writes_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"new")
    (tmp_path / "b").write_bytes(b"old")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(FileExistsError):
            rename_new(b"a", b"b", folder)
        assert (tmp_path / "b").read_bytes() == b"old"
        assert rename_new(b"a", b"c", folder)
        with pytest.raises(FileNotFoundError):
            rename_new(b"a", b"d", folder)
    finally:
        os.close(folder)
    assert sorted(os.listdir(tmp_path)) == ["b", "c"]
    assert not rename_new(b"b", b"x\0y", 0), "the call would see `x` only"


def test_a_file_system_is_flushed_only_where_that_is_known_to_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, possible in ((tmp_path, {True, False}), (Path("/proc"), {False}), (Path("/dev/shm"), {True})):
        folder = os.open(place, os.O_RDONLY)
        try:
            assert can_flush_file_system(folder) in possible
        finally:
            os.close(folder)
    folder = os.open("/dev/shm", os.O_RDONLY)
    flush_file_system(folder)
    monkeypatch.setattr(restore_system, "_release", lambda: (5, 7))
    assert not can_flush_file_system(folder), "older kernels keep failed writes to themselves"
    os.close(folder)
    with pytest.raises(OSError, match="descriptor"):
        flush_file_system(folder)


def test_systems_without_such_calls_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore_system, "_libc", lambda: None)
    assert not can_flush_file_system(0)
    with pytest.raises(OSError, match="implemented"):
        flush_file_system(0)
    restore_system._renameat2.cache_clear()
    assert not rename_new(b"a", b"b", 0)
    restore_system._renameat2.cache_clear()
