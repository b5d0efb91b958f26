"""Locks of a distant vault: slow answers, and two computers whose clocks differ. What relies on a lock stays safe."""

import threading
import time
from pathlib import Path

import pytest

from phoneward.vault import (
    BlobType,
    FileType,
    LocalStorage,
    LockLostError,
    LockTiming,
    Repository,
    RepositoryLockedError,
    Snapshot,
    encode_tree,
    init_repository,
    open_repository,
    save_snapshot_held,
)
from phoneward.vault import locks as locks_module
from phoneward.vault.snapshot_files import load_snapshots
from tests.tools.delayed import DelayedStorage
from tests.vault.cheap import insecure_test_cost

HOUR = 3600.0


@pytest.fixture
def place(tmp_path: Path) -> Path:
    init_repository(LocalStorage(tmp_path / "vault"), "secret", kdf=insecure_test_cost())
    return tmp_path / "vault"


def far(place: Path, delay_s: float = 0.001) -> Repository:
    return open_repository(DelayedStorage(LocalStorage(place), delay_s=delay_s), "secret")


def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this is another computer."""
    monkeypatch.setattr("phoneward.vault.locks.socket.gethostname", lambda: "the-other-computer")
    monkeypatch.setattr(locks_module, "_session", lambda: "another run of another computer")
    monkeypatch.setattr(locks_module, "_process_runs", lambda _pid: False)  # its process number is nobody's here


def at(offset_s: float) -> LockTiming:
    return LockTiming(settle_s=0.0, now=lambda: time.time() + offset_s)


def test_taking_a_lock_and_giving_it_back_takes_few_requests(place: Path) -> None:
    repo = far(place)
    storage = repo.storage
    assert isinstance(storage, DelayedStorage)
    storage.forget()
    with repo.lock(exclusive=False, timing=at(0)):
        pass
    assert dict(storage.requests) == {
        ("list", FileType.LOCK): 2,
        ("save", FileType.LOCK): 1,
        ("remove", FileType.LOCK): 1,
    }


def test_another_lock_costs_one_request_more_for_each_look(place: Path) -> None:
    repo, other = far(place), far(place)
    storage = repo.storage
    assert isinstance(storage, DelayedStorage)
    with other.lock(exclusive=False, timing=at(0)):
        storage.forget()
        with repo.lock(exclusive=False, timing=at(0)):
            pass
    assert storage.requests["load", FileType.LOCK] == 2
    assert storage.requests["size", FileType.LOCK] == 0


@pytest.mark.parametrize("slow_s", [0.0, 0.05])
def test_two_computers_that_lock_at_once_never_both_get_it_however_slow_one_is(place: Path, slow_s: float) -> None:
    """The look comes after the own lock is stored, whatever that took: at least one of two sees the other's."""
    got, barrier = [], threading.Barrier(2)

    def try_it(repo: Repository) -> None:
        barrier.wait(10)
        try:
            with repo.lock(exclusive=True, timing=LockTiming(settle_s=0.01)):
                got.append(repo)
                time.sleep(0.3)
        except RepositoryLockedError:
            pass

    threads = [threading.Thread(target=try_it, args=(far(place, delay),)) for delay in (0.001, slow_s or 0.001)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(got) <= 1


@pytest.mark.parametrize("offset_s", [-2 * HOUR, -HOUR, HOUR, 2 * HOUR])
def test_a_computer_whose_clock_is_wrong_does_not_push_a_backup_aside(
    place: Path, monkeypatch: pytest.MonkeyPatch, offset_s: float
) -> None:
    """By its clock the other's lock is hours old, or of the future: it waits all the same."""
    with far(place).lock(exclusive=False, timing=at(0)) as held:
        with monkeypatch.context() as patch:
            elsewhere(patch)
            with pytest.raises(RepositoryLockedError), far(place).lock(exclusive=True, timing=at(offset_s)):
                pass
        held.confirm()


def test_unlock_by_a_wrong_clock_costs_the_backup_its_end_and_nothing_else(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """restic's rule: half an hour old counts as stale, by the clock of whoever looks. The backup notices and stops."""
    repo = far(place)
    repo.load_index()
    with repo.lock(exclusive=False, timing=at(0)) as held:
        with repo.writer() as writer:
            root = writer.put(BlobType.TREE, encode_tree([])).result()
        with monkeypatch.context() as patch:
            elsewhere(patch)
            assert locks_module.unlock(far(place), timing=at(0)) == 0
            assert locks_module.unlock(far(place), timing=at(HOUR)) == 1
        with pytest.raises(LockLostError):
            save_snapshot_held(repo, held, Snapshot(time_ns=1, tree=root, paths=("/phone",)))
    assert load_snapshots(far(place)) == []


def test_a_lock_is_renewed_while_packs_fill_the_link(place: Path) -> None:
    repo = far(place, 0.02)
    timing = LockTiming(settle_s=0.0, refresh_s=0.1)
    with repo.lock(exclusive=False, timing=timing) as held:
        first = held._name
        stop = time.monotonic() + 10
        while held._name == first and time.monotonic() < stop:
            time.sleep(0.02)
        assert held._name != first
        held.confirm()
    assert list(repo.list_files(FileType.LOCK)) == []
