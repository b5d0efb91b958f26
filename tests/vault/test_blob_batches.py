import random
from pathlib import Path

import pytest

from phoneward.vault import blob_batches
from phoneward.vault.blobs import BlobId, BlobType, FileId, FileType
from phoneward.vault.errors import BlobMissingError, DamagedError, FileMissingError, StorageError
from phoneward.vault.repository import Repository, init_repository, open_repository
from phoneward.vault.storage.local import LocalStorage
from tests.vault.cheap import insecure_test_cost


class CountingStorage(LocalStorage):
    """Writes down what is read of packs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reads: list[tuple[int, int | None]] = []
        self.broken = False

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        if file_type is FileType.PACK:
            if self.broken:
                raise StorageError(path="p", detail="d")
            self.reads.append((offset, length))
        return super().load(file_type, name, offset, length)


def _stored(path: Path, pieces: list[bytes]) -> list[BlobId]:
    repo = init_repository(LocalStorage(path), "x", kdf=insecure_test_cost())
    with repo.writer() as writer:
        ids = [job.result() for job in [writer.put(BlobType.DATA, piece) for piece in pieces]]
        writer.flush()
    return ids


def _opened(path: Path) -> tuple[Repository, CountingStorage]:
    storage = CountingStorage(path)
    repo = open_repository(storage, "x")
    repo.load_index()
    return repo, storage


def _packs(path: Path) -> list[Path]:
    return [p for p in (path / "data").rglob("*") if p.is_file()]


def test_blobs_come_in_the_order_asked_for_with_one_read_for_neighbours(tmp_path: Path) -> None:
    chance = random.Random(1)
    pieces = [chance.randbytes(1000 + i) for i in range(100)] + [b"compressible" * 500]
    ids = _stored(tmp_path / "r", pieces)
    repo, storage = _opened(tmp_path / "r")
    order = [*range(101), 5, 5]
    chance.shuffle(order)
    assert repo.load_blobs(BlobType.DATA, [ids[i] for i in order]) == [pieces[i] for i in order]
    assert len(storage.reads) == len(_packs(tmp_path / "r"))
    assert repo.load_blobs(BlobType.DATA, []) == []


def test_far_and_long_blobs_are_read_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(2)
    pieces = [chance.randbytes(size) for size in (1000, 200_000, 1000, 1000, 90_000)]
    ids = _stored(tmp_path / "r", pieces)
    monkeypatch.setattr(blob_batches, "RUN_BYTES", 80_000)
    repo, storage = _opened(tmp_path / "r")
    assert repo.load_blobs(BlobType.DATA, ids) == pieces
    assert all(length is not None and (length <= 80_000 or length in {200_032, 90_032}) for _, length in storage.reads)


def test_what_is_lost_is_an_error_in_its_place_and_the_rest_comes(tmp_path: Path) -> None:
    chance = random.Random(3)
    pieces = [chance.randbytes(3000) for _ in range(10)]
    ids = _stored(tmp_path / "r", pieces)
    packs = _packs(tmp_path / "r")
    spoilt = bytearray(packs[0].read_bytes())
    spoilt[100] ^= 1
    packs[0].chmod(0o600)
    packs[0].write_bytes(spoilt)
    repo, storage = _opened(tmp_path / "r")
    found = repo.load_blobs(BlobType.DATA, [*ids, BlobId(bytes(32))])
    damaged = [number for number, blob in enumerate(found[:-1]) if isinstance(blob, DamagedError)]
    assert len(damaged) == 1
    assert isinstance(found[-1], BlobMissingError)
    assert [blob for n, blob in enumerate(found[:-1]) if n not in damaged] == [
        piece for n, piece in enumerate(pieces) if n not in damaged
    ]
    assert all(isinstance(blob, BlobMissingError) for blob in repo.load_blobs(BlobType.TREE, ids))
    packs[0].write_bytes(spoilt[:-2000])  # cut short: its start still comes
    assert sum(isinstance(blob, DamagedError) for blob in repo.load_blobs(BlobType.DATA, ids)) <= 2
    packs[0].write_bytes(b"")
    assert sum(isinstance(blob, DamagedError) for blob in repo.load_blobs(BlobType.DATA, ids)) >= 1
    for pack in packs:
        pack.unlink()
    assert all(isinstance(blob, FileMissingError) for blob in repo.load_blobs(BlobType.DATA, ids))
    storage.broken = True
    with pytest.raises(StorageError):
        repo.load_blobs(BlobType.DATA, ids)
