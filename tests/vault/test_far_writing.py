"""Several packs go to a distant vault at once, end in any order, and some fail: nothing is promised early."""

import hashlib
import random
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from phoneward.vault import (
    BlobId,
    BlobType,
    BlobWriter,
    FileId,
    FileType,
    LocalStorage,
    Node,
    NodeType,
    Repository,
    Snapshot,
    StorageError,
    check,
    encode_tree,
    init_repository,
    open_repository,
    plan_copy,
    run_copy,
    save_snapshot_held,
)
from phoneward.vault import writer as writing
from phoneward.vault.blobs import BytesLike
from phoneward.vault.index import decode_index
from phoneward.vault.open_packs import OPEN_PACKS
from phoneward.vault.snapshot_files import load_snapshots
from phoneward.vault.writer import FAR_PACKS, FAR_UPLOADS, IN_FLIGHT_BYTES
from tests.tools.delayed import DelayedStorage
from tests.vault.cheap import insecure_test_cost

DATA = BlobType.DATA
PACK = 100_000
CHEAP = insecure_test_cost()


class UnrulyStorage(DelayedStorage):
    """Saves take their time, each another, so that they end in any order; some fail, whether or not the file is there.

    Whatever promises something must find what it relies on: looked at in the very moment in which it is stored.
    """

    def __init__(self, inner: LocalStorage, seed: int, failing: float) -> None:
        super().__init__(inner, delay_s=0.0, requests_at_once=8)
        self.dice = random.Random(seed)
        self.failing = failing
        self.repo: Repository | None = None
        self.broken: list[str] = []
        self.saving = self.most_saving = self.failures = 0
        self._watch = threading.Lock()

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        with self._watch:
            self.saving += 1
            self.most_saving = max(self.most_saving, self.saving)
            pause, fails, too_late = (
                self.dice.random() * 0.02,
                self.dice.random() < self.failing,
                self.dice.random() < 0.5,
            )
        try:
            self._look(file_type, b"".join(pieces))
            threading.Event().wait(pause)
            if fails and not too_late:
                self._fail()
            super().save(file_type, name, pieces)
            if fails:
                self._fail()
        finally:
            with self._watch:
                self.saving -= 1

    def _fail(self) -> None:
        self.failures += 1
        raise StorageError(path="far", detail="cut")

    def _look(self, file_type: FileType, raw: bytes) -> None:
        if self.repo is None:
            return
        if file_type is FileType.INDEX:
            document = self.repo._open_unpacked(raw, file_type, FileId(""))
            self.broken += [pack.pack for pack in decode_index(document) if not self._is_whole(pack.pack)]
        if file_type is FileType.SNAPSHOT:
            fresh = open_repository(self.inner, "secret")
            fresh.load_index()
            self.broken += [found.pack for found in fresh.index if not self._is_whole(found.pack)]

    def _is_whole(self, pack: FileId) -> bool:
        return self.inner.exists(FileType.PACK, pack) and (
            hashlib.sha256(self.inner.load(FileType.PACK, pack)).hexdigest() == pack
        )


def noise(number: int) -> bytes:
    return hashlib.shake_256(b"%d" % number).digest((5_000, 40_000, 140_000)[number % 3])


def id_of(data: bytes) -> BlobId:
    return BlobId(hashlib.sha256(data).digest())


def back_up(repo: Repository, blobs: int) -> None:
    with repo.lock(exclusive=False) as lock:
        with BlobWriter(repo, pack_size=PACK, save_index=repo.save_index) as writer:
            for number in range(blobs):
                writer.put(DATA, noise(number))
            root = writer.put(BlobType.TREE, encode_tree([])).result()
        save_snapshot_held(repo, lock, Snapshot(time_ns=1, tree=root, paths=("/phone",)))


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.02, 0.1]))
@settings(max_examples=12, deadline=None, phases=[Phase.generate])  # what hangs on time cannot be made smaller
def test_whatever_order_packs_end_in_nothing_names_what_is_not_there(
    tmp_path_factory: pytest.TempPathFactory, seed: int, failing: float
) -> None:
    place = LocalStorage(tmp_path_factory.mktemp("far"))
    init_repository(place, "secret", kdf=CHEAP)
    unruly = UnrulyStorage(place, seed, failing)
    repo = unruly.repo = open_repository(unruly, "secret")
    repo.load_index()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "FLUSH_BLOBS", 6)  # index files between the packs, not only after them
        try:
            back_up(repo, 36)
        except StorageError:
            assert unruly.failures
        assert unruly.broken == []
        fresh = open_repository(place, "secret")
        fresh.load_index()
        for found in fresh.index:
            fresh.load_copy(found)
        if load_snapshots(fresh):
            assert all(fresh.has_blob(DATA, id_of(noise(number))) for number in range(36))
        unruly.failing = 0.0  # the connection is good again: the same command goes through
        again = unruly.repo = open_repository(unruly, "secret")
        again.load_index()
        back_up(again, 36)
    assert unruly.broken == []
    assert check(open_repository(place, "secret"), read_data=True).ok
    last = open_repository(place, "secret")
    last.load_index()
    assert [last.load_blob(DATA, id_of(noise(number))) for number in range(36)] == [noise(n) for n in range(36)]


def test_packs_travel_together(tmp_path: Path) -> None:
    init_repository(LocalStorage(tmp_path), "secret", kdf=CHEAP)
    unruly = UnrulyStorage(LocalStorage(tmp_path), 1, 0.0)
    repo = open_repository(unruly, "secret")
    with BlobWriter(repo, pack_size=PACK) as writer:
        for number in range(90):
            writer.put(DATA, noise(number))
    assert 2 <= unruly.most_saving <= FAR_UPLOADS


class StuckStorage(DelayedStorage):
    """Nothing gets through until it is let go on."""

    def __init__(self, inner: LocalStorage) -> None:
        super().__init__(inner, delay_s=0.0, requests_at_once=8)
        self.goes_on = threading.Event()
        self.saving = 0
        self._watch = threading.Lock()

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        with self._watch:
            self.saving += 1
        assert self.goes_on.wait(30)
        super().save(file_type, name, pieces)


def test_a_fast_phone_does_not_outrun_a_slow_link(tmp_path: Path) -> None:
    """What waits in memory is bounded: a phone is not read on while nothing gets through."""
    init_repository(LocalStorage(tmp_path), "secret", kdf=CHEAP)
    stuck = StuckStorage(LocalStorage(tmp_path))
    repo = open_repository(stuck, "secret")
    size, taken, done = 1_000_000, 0, threading.Event()

    def feed(writer: BlobWriter) -> None:
        nonlocal taken
        for number in range(120):
            writer.put(DATA, hashlib.shake_256(b"%d" % number).digest(500_000))
            taken += 500_000
        done.set()

    with BlobWriter(repo, pack_size=size, workers=2 + FAR_PACKS) as writer:
        thread = threading.Thread(target=feed, args=(writer,))
        thread.start()
        before = -1
        while before != taken:  # until nothing moves any more
            before = taken
            threading.Event().wait(0.3)
        assert not done.is_set()
        assert stuck.saving == FAR_UPLOADS
        assert taken <= IN_FLIGHT_BYTES + (2 + FAR_PACKS + OPEN_PACKS) * size
        stuck.goes_on.set()
        thread.join(30)
    assert done.is_set()
    assert check(open_repository(stuck.inner, "secret"), read_data=True).ok


def test_a_copy_between_two_distant_vaults_is_whole(tmp_path: Path) -> None:
    init_repository(LocalStorage(tmp_path / "one"), "secret", kdf=CHEAP)
    init_repository(LocalStorage(tmp_path / "two"), "secret", kdf=CHEAP)
    first = open_repository(LocalStorage(tmp_path / "one"), "secret")
    first.load_index()
    with first.lock(exclusive=False) as lock, BlobWriter(first, pack_size=PACK) as writer:
        pieces = [writer.put_file([noise(number)]).result() for number in range(30)]
        nodes = [file_node(b"%02d" % number, one.ids, one.size) for number, one in enumerate(pieces)]
        root = writer.put(BlobType.TREE, encode_tree(nodes)).result()
        writer.flush()
        save_snapshot_held(first, lock, Snapshot(time_ns=1, tree=root, paths=("/phone",)))
    unruly = UnrulyStorage(LocalStorage(tmp_path / "two"), 7, 0.0)
    source = open_repository(DelayedStorage(LocalStorage(tmp_path / "one"), delay_s=0.001), "secret")
    destination = unruly.repo = open_repository(unruly, "secret")
    source.load_index()
    destination.load_index()
    with destination.lock(exclusive=False) as lock:
        report = run_copy(source, destination, lock, plan_copy(source, destination, load_snapshots(source), ()))
    assert report.ok
    assert unruly.broken == []
    assert check(open_repository(unruly.inner, "secret"), read_data=True).ok


def file_node(name: bytes, ids: tuple[BlobId, ...], size: int) -> Node:
    return Node(name=name, type=NodeType.FILE, mtime_ns=1, size=size, content=ids)
