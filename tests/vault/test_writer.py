import errno
import hashlib
import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.vault import (
    BlobId,
    BlobType,
    BlobWriter,
    FileId,
    FileType,
    LocalStorage,
    LockTiming,
    Pending,
    Repository,
    StorageFullError,
    VerifyError,
    init_repository,
    open_repository,
)
from phoneward.vault.blobs import MAX_BLOB_SIZE, BytesLike
from phoneward.vault.crypto import SealingKey
from phoneward.vault.errors import LockLostError, ReadBackError, TooLargeError
from phoneward.vault.packs import pack_size
from phoneward.vault.storage.system import RealSystemCalls
from phoneward.vault.writer import IN_FLIGHT_BYTES, WriterStoppedError
from tests.vault.cheap import insecure_test_cost
from tests.vault.storage.recorder import RecordedSystem

DATA, TREE = BlobType.DATA, BlobType.TREE
CHEAP = insecure_test_cost()


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return init_repository(LocalStorage(tmp_path), "secret", kdf=CHEAP)


def reopened(repo: Repository) -> Repository:
    again = open_repository(repo.storage, "secret")
    again.load_index()
    return again


def id_of(data: bytes) -> BlobId:
    return BlobId(hashlib.sha256(data).digest())


def count(repo: Repository, file_type: FileType) -> int:
    return sum(1 for _file in repo.list_files(file_type))


SIZES = st.sampled_from([0, 1, 100, 5000, 20_000, 131_071, 131_072, 300_000])


@given(st.lists(st.tuples(st.sampled_from(BlobType), SIZES, st.integers(0, 3), st.booleans()), max_size=25))
@settings(max_examples=15, deadline=None)
def test_what_is_put_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[BlobType, int, int, bool]]
) -> None:
    repo = init_repository(LocalStorage(tmp_path_factory.mktemp("repo")), "secret", kdf=CHEAP)
    blobs = [
        (kind, (b"ab" * size)[:size] if easy else hashlib.shake_256(bytes([salt])).digest(size))
        for kind, size, salt, easy in rows
    ]
    with BlobWriter(repo, pack_size=200_000, workers=2) as writer:
        pending = [writer.put(kind, data) for kind, data in blobs]
        assert [one.result() for one in pending] == [id_of(data) for _kind, data in blobs]
    again = reopened(repo)
    assert all(again.load_blob(kind, id_of(data)) == data for kind, data in blobs)
    different = {(kind, id_of(data)) for kind, data in blobs}
    assert (writer.stats.blobs_new, writer.stats.blobs_known) == (len(different), len(blobs) - len(different))
    for pack in again.index.by_pack():
        assert again.storage.size(FileType.PACK, pack.pack) == pack_size(pack.entries)
        assert again.read_pack_header(pack.pack) == pack.entries
        assert len({entry.type for entry in pack.entries}) == 1, "never data and trees in one pack"


def test_a_pack_is_durable_before_an_index_names_it(tmp_path: Path) -> None:
    system = RecordedSystem(str(tmp_path))
    repo = init_repository(LocalStorage(tmp_path, system=system), "secret", kdf=CHEAP)
    system.records.clear()
    with repo.writer() as writer:
        writer.put(DATA, b"data")
        writer.put(TREE, b"tree")
    steps = [record for record in system.records if record[0] in {"rename", "flush_dir", "create_file"}]
    index_starts = next(n for n, record in enumerate(steps) if record[1].startswith("index/"))
    before = steps[:index_starts]
    packs = [record[2] for record in before if record[0] == "rename"]
    assert len(packs) == 2
    for pack in packs:
        place = next(n for n, record in enumerate(before) if record[0] == "rename" and record[2] == pack)
        assert ("flush_dir", pack[:7]) in before[place:]
    assert steps[-1] == ("flush_dir", "index")


def test_between_flushes_no_buffer_is_kept(repo: Repository) -> None:
    with BlobWriter(repo, pack_size=100_000) as writer:
        for round_number in range(3):
            blobs = [os.urandom(30_000) for _number in range(20)]
            for data in blobs:
                writer.put(DATA, data)
            writer.flush()
            assert not writer._packs._spare
            assert writer.stats.packs >= 6 * (round_number + 1)
            assert all(repo.load_blob(DATA, id_of(data)) == data for data in blobs)


def test_flush_is_a_barrier(repo: Repository) -> None:
    with repo.writer() as writer:
        file = writer.put_file([os.urandom(900_000) for _ in range(4)])
        small = writer.put(DATA, b"small")
        writer.flush()
        again = reopened(repo)
        assert b"".join(again.load_blob(DATA, one) for one in file.result().ids)
        assert again.load_blob(DATA, small.result()) == b"small"
        packs = count(repo, FileType.PACK)
        writer.flush()
        assert count(repo, FileType.PACK) == packs, "nothing new, nothing stored"
    assert count(repo, FileType.INDEX) == 1


def test_a_blob_counts_as_known_only_when_an_index_names_it(repo: Repository) -> None:
    with repo.writer() as writer:
        blob_id = writer.put(DATA, b"x").result()
        assert not repo.has_blob(DATA, blob_id)
        writer.flush()
        assert repo.has_blob(DATA, blob_id)


def test_known_blobs_are_not_stored_again(repo: Repository) -> None:
    big = os.urandom(500_000)
    with repo.writer() as writer:
        for _ in range(3):
            writer.put(DATA, big)
            writer.put(DATA, b"small")
        writer.put(TREE, b"small")
    assert (writer.stats.blobs_new, writer.stats.blobs_known) == (3, 4)
    with reopened(repo).writer() as writer:
        writer.put(DATA, big)
        writer.put(DATA, b"small")
    assert (writer.stats.blobs_new, writer.stats.blobs_known) == (0, 2)
    assert count(repo, FileType.INDEX) == 1


def test_a_file_is_cut_and_put_together(repo: Repository) -> None:
    data = os.urandom(5_000_000)
    with repo.writer() as writer:
        whole = writer.put_file(data[start : start + 2**20] for start in range(0, len(data), 2**20))
        empty = writer.put_file([])
    assert empty.result() == ((), 0)
    stored = whole.result()
    assert stored.size == len(data)
    assert len(stored.ids) > 1
    assert b"".join(repo.load_blob(DATA, one) for one in stored.ids) == data


def test_data_that_does_not_shrink_is_stored_plain(repo: Repository) -> None:
    noise, text = os.urandom(200_000), b"text " * 50_000
    tiny = os.urandom(20)
    with repo.writer() as writer:
        for data in (noise, text):
            writer.put(DATA, data)
        writer.put(TREE, tiny)
        writer.put(DATA, b"")
    packed = {data: next(repo.index.lookup(DATA, id_of(data))).entry for data in (noise, text, b"")}
    assert packed[noise].uncompressed_length == 0
    assert packed[noise].length == len(noise) + 32
    assert packed[text].uncompressed_length == len(text)
    assert packed[text].length < 1000
    assert packed[b""].uncompressed_length == 0, "an empty blob may not be compressed"
    assert next(repo.index.lookup(TREE, id_of(tiny))).entry.uncompressed_length == 20, "trees always are"


def test_blobs_are_spread_over_packs(repo: Repository) -> None:
    with repo.writer() as writer:
        for _ in range(64):
            writer.put(DATA, os.urandom(100))
    sizes = [len(pack.entries) for pack in repo.index.by_pack()]
    assert len(sizes) == 2
    assert sum(sizes) == 64


def test_packs_keep_their_size_and_large_blobs_have_their_own(repo: Repository) -> None:
    with BlobWriter(repo, pack_size=300_000) as writer:
        ids = [writer.put(DATA, os.urandom(50_000)) for _ in range(40)]
        large = writer.put(DATA, os.urandom(400_000))
    packs = list(repo.index.by_pack())
    assert [pack.entries[0].id for pack in packs if len(pack.entries) == 1 and pack.entries[0].length > 300_000] == [
        large.result()
    ]
    for pack in packs:
        assert pack.entries[0].id == large.result() or sum(entry.length for entry in pack.entries) <= 300_000
    assert len(packs) < 15
    assert all(repo.load_blob(DATA, one.result()) for one in ids)


class Failing(LocalStorage):
    """Refuses packs from the `first` on."""

    def __init__(self, path: Path, first: int) -> None:
        super().__init__(path)
        self.left = first

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        if file_type is FileType.PACK:
            self.left -= 1
            if self.left < 0:
                raise StorageFullError(path="disk", detail=os.strerror(errno.ENOSPC))
        super().save(file_type, name, pieces)


def test_a_full_disk_surfaces_everywhere_and_nothing_hangs(repo: Repository, tmp_path: Path) -> None:
    repo.storage = Failing(tmp_path, first=1)
    writer = BlobWriter(repo, pack_size=200_000)
    writer.__enter__()
    pending: list[Pending] = []
    with pytest.raises(StorageFullError):
        pending.extend(writer.put(DATA, os.urandom(150_000)) for _ in range(2000))
    assert len(pending) < 2000
    with pytest.raises(StorageFullError):
        [one.result() for one in pending]
    with pytest.raises(StorageFullError):
        writer.put_file([b"x"])
    with pytest.raises(StorageFullError):
        writer.flush()
    with pytest.raises(StorageFullError):
        writer.__exit__(None, None, None)
    assert count(repo, FileType.INDEX) == 0


def test_an_error_surfaces_when_leaving(repo: Repository, tmp_path: Path) -> None:
    repo.storage = Failing(tmp_path, first=0)
    with pytest.raises(StorageFullError), repo.writer() as writer:
        writer.put(DATA, b"x")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_stopping_leaves_only_orphan_packs(repo: Repository, error: type[BaseException]) -> None:
    data = [os.urandom(150_000) for _ in range(20)]
    writer = BlobWriter(repo, pack_size=200_000)
    writer.__enter__()
    pending = [writer.put(DATA, one) for one in data]
    assert [one.result() for one in pending] == [id_of(one) for one in data]
    late = writer.put(DATA, b"in the batch still")
    writer.__exit__(error, error(), None)
    with pytest.raises(WriterStoppedError):
        late.result()
    with pytest.raises(WriterStoppedError):
        writer.put(DATA, b"too late")
    assert count(repo, FileType.PACK) > 0
    assert count(repo, FileType.INDEX) == 0
    # The same Repository must not believe that they are stored.
    with repo.writer() as writer:
        for one_data in data:
            writer.put(DATA, one_data)
    assert writer.stats.blobs_known == 0
    again = reopened(repo)
    assert all(again.load_blob(DATA, id_of(one_data)) == one_data for one_data in data)


def test_a_broken_source_stops_the_file_only(repo: Repository) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(2**20)
        raise ConnectionError

    with repo.writer() as writer:
        with pytest.raises(ConnectionError):
            writer.put_file(broken())
        good = writer.put_file([b"good"])
    assert repo.load_blob(DATA, good.result().ids[0]) == b"good"


@pytest.mark.parametrize("size", [10, 200_000])
@pytest.mark.parametrize("place", [0, 20, -1])
def test_faulty_memory_is_noticed_before_anything_is_stored(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, size: int, place: int
) -> None:
    seal_many, seal_into = SealingKey.seal_many, SealingKey.seal_into

    def faulty(key: SealingKey, plaintexts: Sequence[BytesLike]) -> list[bytes]:
        sealed = [bytearray(one) for one in seal_many(key, plaintexts)]
        sealed[-1][place] ^= 4
        return [bytes(one) for one in sealed]

    def faulty_place(key: SealingKey, plaintext: BytesLike, target: memoryview) -> None:
        seal_into(key, plaintext, target)
        target[place] ^= 4

    monkeypatch.setattr(SealingKey, "seal_many", faulty)
    monkeypatch.setattr(SealingKey, "seal_into", faulty_place)
    with pytest.raises(VerifyError) as caught, repo.writer() as writer:
        writer.put(DATA, os.urandom(size))
    assert "memory" in caught.value.advice()
    assert count(repo, FileType.PACK) == 0


@pytest.mark.parametrize("size", [10, 200_000])
def test_a_bit_that_flips_between_hashing_and_sealing_is_noticed(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    data = os.urandom(size)
    seal_many, seal_into = SealingKey.seal_many, SealingKey.seal_into

    def flipped(plaintext: BytesLike) -> bytes:
        return bytes([plaintext[0] ^ 1]) + bytes(plaintext[1:])

    monkeypatch.setattr(SealingKey, "seal_many", lambda key, many: seal_many(key, [flipped(one) for one in many]))
    monkeypatch.setattr(SealingKey, "seal_into", lambda key, one, place: seal_into(key, flipped(one), place))
    with pytest.raises(VerifyError), repo.writer() as writer:
        writer.put(DATA, data)
    assert count(repo, FileType.PACK) == 0


class _BitFlippingDisk(RealSystemCalls):
    """A disk that keeps one bit wrong of every file as long as a pack, and says nothing."""

    def write(self, handle: int, pieces: list[BytesLike]) -> None:
        content = bytearray(b"".join(bytes(piece) for piece in pieces))
        if len(content) > 1000:
            content[len(content) // 2] ^= 1
        super().write(handle, [content])


@pytest.mark.parametrize("size", [2000, 3_000_000])
def test_a_disk_that_keeps_something_else_is_noticed(repo: Repository, tmp_path: Path, size: int) -> None:
    faulty = open_repository(LocalStorage(tmp_path, system=_BitFlippingDisk()), "secret")
    with pytest.raises(ReadBackError) as caught, BlobWriter(faulty) as writer:
        writer.put_file([os.urandom(size)])
    assert "disk" in caught.value.advice()
    assert (count(repo, FileType.PACK), count(repo, FileType.INDEX)) == (0, 0), "nothing of it stays, nothing names it"


def test_a_pack_that_was_cut_short_or_grew_is_not_what_was_stored(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.create()
    data = os.urandom(2_500_000)
    name = FileId(hashlib.sha256(data).hexdigest())
    storage.save(FileType.PACK, name, [data[:7], memoryview(data)[7:]])
    assert storage.holds(FileType.PACK, name, [data])
    assert storage.holds(FileType.PACK, name, [data[:2_000_000], b"", data[2_000_000:]])
    assert not storage.holds(FileType.PACK, name, [data + b"x"])
    assert not storage.holds(FileType.PACK, name, [data[:-1]])
    assert not storage.holds(FileType.PACK, name, [data[:1_500_000], b"x", data[1_500_001:]])


def test_a_pack_header_that_does_not_open_is_not_stored(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.vault.packs.encode_header", lambda _entries: b"\x00" * 37)
    with pytest.raises(VerifyError), repo.writer() as writer:
        writer.put(DATA, b"x")
    assert count(repo, FileType.PACK) == 0


def test_a_fast_phone_waits_for_a_slow_disk(repo: Repository, tmp_path: Path) -> None:
    gate = threading.Event()

    class Slow(LocalStorage):
        def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
            assert gate.wait(60)
            super().save(file_type, name, pieces)

    repo.storage = Slow(tmp_path)
    handed_over = 0

    def feed() -> None:
        nonlocal handed_over
        with BlobWriter(repo, pack_size=2**20, workers=2) as writer:
            for _ in range(80):
                writer.put(DATA, os.urandom(2**20 - 100))
                handed_over += 2**20

    thread = threading.Thread(target=feed)
    thread.start()
    thread.join(1.5)
    held = handed_over
    gate.set()
    thread.join(60)
    assert handed_over == 80 * 2**20
    assert held <= IN_FLIGHT_BYTES + 8 * 2**20, "in flight, two open packs, and one with each worker"


def test_an_index_is_written_when_it_is_long_enough(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.vault.writer.FLUSH_BLOBS", 4)
    with BlobWriter(repo, pack_size=200_000, workers=1) as writer:
        for _ in range(12):
            writer.put(DATA, os.urandom(150_000)).result()
        assert count(repo, FileType.INDEX) >= 2
        assert len(reopened(repo).index) >= 8
    assert len(reopened(repo).index) == 12


def test_an_index_is_written_when_it_waited_long_enough(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("phoneward.vault.writer.time.monotonic", lambda: now[0])
    with BlobWriter(repo, pack_size=200_000, workers=1) as writer:
        for _ in range(6):
            writer.put(DATA, os.urandom(150_000)).result()
        assert count(repo, FileType.PACK) > 0
        assert count(repo, FileType.INDEX) == 0
        now[0] += 601
        for _ in range(3):
            writer.put(DATA, os.urandom(150_000)).result()
        assert count(repo, FileType.INDEX) == 1


def test_a_blob_too_large_is_refused(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAX_BLOB_SIZE, DATA, 1000)
    with repo.writer() as writer:
        with pytest.raises(TooLargeError):
            writer.put(DATA, bytes(1001))
        writer.put(DATA, bytes(1000))


def test_another_thread_may_wait_for_blobs(repo: Repository) -> None:
    waiting: queue.SimpleQueue[tuple[Pending, bytes] | None] = queue.SimpleQueue()
    right: list[bool] = []

    def wait() -> None:
        while (item := waiting.get()) is not None:
            right.append(item[0].result() == id_of(item[1]))

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    with repo.writer() as writer:
        for number in range(3000):
            data = b"%d" % number
            waiting.put((writer.put(DATA, data), data))
        waiting.put(None)
        thread.join(60)
    assert right == [True] * 3000
    assert all(repo.has_blob(DATA, id_of(b"%d" % number)) for number in range(3000))


def test_figures(repo: Repository) -> None:
    with repo.writer() as writer:
        writer.put(DATA, b"text " * 100_000)
        writer.put(DATA, b"text " * 100_000)
    stats = writer.stats
    assert stats.bytes_in == 1_000_000
    assert stats.bytes_new == 500_000
    assert 32 < stats.bytes_packed < 1000
    assert stats.packs == 1
    assert stats.bytes_stored == next(iter(repo.list_files(FileType.PACK))).size


@pytest.mark.parametrize("how", ["removed", "late"])
def test_no_index_is_stored_once_the_lock_is_lost(repo: Repository, how: str) -> None:
    """Somebody may have pruned, and the packs with it: an index that names them would be believed by every backup."""
    moved = [0.0]
    timing = LockTiming(settle_s=0.0, now=lambda: time.time() + moved[0])

    def write() -> None:
        with repo.lock(exclusive=False, timing=timing), repo.writer() as writer:
            writer.put(DATA, b"before")
            writer.flush()
            writer.put(DATA, os.urandom(300_000))
            if how == "removed":
                reopened(repo).unlock(remove_all=True)
            else:
                moved[0] = 1201.0

    with pytest.raises(LockLostError):
        write()
    assert count(repo, FileType.INDEX) == 1
    with repo.lock(exclusive=False, timing=LockTiming(settle_s=0.0)), repo.writer() as writer:
        writer.put(DATA, b"a new lock counts")
    assert count(repo, FileType.INDEX) == 2
