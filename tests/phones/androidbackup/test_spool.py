"""The sealed spool: what lies on the disk is noise, what comes back is what went in, from any place on."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones.androidbackup import spool as module
from phoneward.phones.androidbackup.errors import AndroidBackupChangedError, AndroidBackupSpoolError
from phoneward.phones.androidbackup.spool import SealedSpool


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=20), st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 500))))
def test_it_gives_back_what_went_in(pieces: list[bytes], places: list[tuple[int, int]]) -> None:
    spool = SealedSpool("x")
    for piece in pieces:
        spool.add(piece)
    whole = b"".join(pieces)
    assert spool.size == len(whole)
    for offset, length in places:
        assert spool.read_at(offset, length) == whole[offset : offset + length]
    spool.close()


def test_nothing_of_it_is_readable_on_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = b"a message that nobody else may read " * 10_000
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = SealedSpool("x")
    spool.add(secret)
    assert list(tmp_path.iterdir()) == [], "it has no name"
    on_disk = Path(f"/proc/self/fd/{spool._file.fileno()}").read_bytes()
    assert len(on_disk) == len(secret)
    assert secret[:20] not in on_disk
    assert len({on_disk[at : at + 16] for at in range(0, len(on_disk), 16)}) == len(on_disk) // 16
    spool.close()


def test_a_disk_that_fills_up_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_FREE", 1 << 60)
    spool = SealedSpool("adb backup")
    for _ in range(63):
        spool.add(bytes(1 << 20))
    with pytest.raises(AndroidBackupSpoolError) as caught:
        spool.add(bytes(1 << 20))
    assert spool.size < 128 << 20
    assert "adb backup" in caught.value.sentence()
    spool.close()


class Broken:
    """A disk that takes some, then nothing; and gives nothing back."""

    def write(self, _data: memoryview) -> int:
        raise OSError(28, os.strerror(28))

    def seek(self, _offset: int) -> None: ...

    def read(self, _length: int) -> bytes:
        raise OSError(5, os.strerror(5))

    def close(self) -> None: ...


def test_a_disk_that_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_options: Any) -> Broken:
        return Broken()

    monkeypatch.setattr("tempfile.TemporaryFile", broken)
    spool = SealedSpool("x")
    with pytest.raises(AndroidBackupSpoolError, match="No space left"):
        spool.add(b"x")
    spool.size = 10
    with pytest.raises(AndroidBackupChangedError):
        spool.read_at(0, 1)
