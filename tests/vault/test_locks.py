import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault import (
    FileId,
    FileType,
    LocalStorage,
    LockLostError,
    LockTiming,
    LockUnreadableError,
    Repository,
    RepositoryLockedError,
    StorageError,
    init_repository,
    list_locks,
)
from phoneward.vault.locks import HeldLock, LockFile, parse_lock, read_locks, windows_process_runs
from tests.vault.cheap import insecure_test_cost

NOW = 1_800_000_000.0
QUICK = LockTiming(settle_s=0.0)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return init_repository(LocalStorage(tmp_path), "x", kdf=insecure_test_cost())


def names(repo: Repository) -> list[str]:
    return [file.name for file in repo.list_files(FileType.LOCK)]


def put(repo: Repository, **fields: object) -> FileId:
    document: dict[str, Any] = {
        "time": "2026-01-02T03:04:05.123456789+01:00",
        "exclusive": False,
        "hostname": "elsewhere",
        "username": "somebody",
        "pid": 4242,
    }
    return repo.save_unpacked(FileType.LOCK, json.dumps({**document, **fields}).encode())


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        return process.pid


def now_text() -> str:
    return datetime.now(UTC).isoformat()


def test_a_lock_is_there_while_it_is_held(repo: Repository) -> None:
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        [(_name, document)] = read_locks(repo)
        assert document.exclusive
        assert document.pid == os.getpid()
        assert document.hostname == socket.gethostname()
        assert abs(document.time.timestamp() - datetime.now(UTC).timestamp()) < 60
        lock.ensure_held()
    assert names(repo) == []


def test_the_document_is_restics(repo: Repository) -> None:
    with repo.lock(exclusive=False, timing=QUICK):
        document = json.loads(repo.load_unpacked(FileType.LOCK, FileId(names(repo)[0])))
    assert {"time", "exclusive", "hostname", "username", "pid"} <= set(document)
    assert set(document) <= {"time", "exclusive", "hostname", "username", "pid", "uid", "gid", "session"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_lock_goes_whatever_ends_the_work(repo: Repository, error: type[BaseException]) -> None:
    with pytest.raises(error), repo.lock(exclusive=False, timing=QUICK):
        raise error
    assert names(repo) == []


def test_an_interrupt_while_locking_leaves_no_lock(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_seconds: float) -> None:
        assert len(names(repo)) == 1, "written before the wait"
        raise KeyboardInterrupt

    monkeypatch.setattr("phoneward.vault.locks.time.sleep", interrupted)
    with pytest.raises(KeyboardInterrupt), repo.lock(exclusive=False):
        pytest.fail("entered")
    assert names(repo) == []


@pytest.mark.parametrize(("mine", "theirs"), [(True, True), (True, False), (False, True)])
def test_what_excludes_what(repo: Repository, *, mine: bool, theirs: bool) -> None:
    with repo.lock(exclusive=theirs, timing=QUICK):
        with pytest.raises(RepositoryLockedError), repo.lock(exclusive=mine, timing=QUICK):
            pytest.fail("entered")
        assert len(names(repo)) == 1, "the refused one leaves nothing"


def test_shared_locks_live_together(repo: Repository) -> None:
    with repo.lock(exclusive=False, timing=QUICK), repo.lock(exclusive=False, timing=QUICK):
        assert len(names(repo)) == 2


def test_the_other_is_named(repo: Repository) -> None:
    put(repo, exclusive=True, time="2027-01-15T07:40:00Z", username="ann\x1b[2J")
    with pytest.raises(RepositoryLockedError) as caught, repo.lock(exclusive=False, timing=replace(QUICK, now=Clock())):
        pytest.fail("entered")
    sentence = caught.value.sentence()
    assert all(word in sentence for word in ("elsewhere", "4242", "20 minutes")), sentence
    assert "\x1b" not in sentence
    assert "phoneward unlock" in caught.value.advice()
    assert caught.value.exit_code == 11


@pytest.mark.parametrize(
    ("user", "host", "words"),
    [
        ("ann", "desk", "by ann on desk (process 4242) for"),
        ("", "desk", "by desk (process 4242) for"),
        ("ann", " ", "by ann (process 4242) for"),
        ("", "", "by another program (process 4242) for"),
    ],
)
def test_the_other_is_named_as_far_as_it_is_known(repo: Repository, user: str, host: str, words: str) -> None:
    put(repo, exclusive=True, username=user, hostname=host)
    with pytest.raises(RepositoryLockedError) as caught, repo.lock(exclusive=False, timing=QUICK):
        pytest.fail("entered")
    assert words in caught.value.sentence()


def test_two_that_lock_at_once_never_both_get_it(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    # The other's lock appears between our look and our write: the second look must find it.
    def meanwhile(seconds: float) -> None:
        assert seconds == 0.2
        put(repo, exclusive=True)

    monkeypatch.setattr("phoneward.vault.locks.time.sleep", meanwhile)
    with pytest.raises(RepositoryLockedError), repo.lock(exclusive=False):
        pytest.fail("entered")
    assert len(names(repo)) == 1, "ours is gone, theirs stays"


def test_refreshing_replaces_the_file(repo: Repository) -> None:
    clock = Clock()
    with repo.lock(exclusive=True, timing=replace(QUICK, now=clock)) as lock:
        before = names(repo)
        clock.now += 300
        lock.refresh()
        [(name, document)] = read_locks(repo)
        assert [name] != before
        assert document.time.timestamp() == NOW + 300
    assert names(repo) == []


def test_the_thread_refreshes(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    refresh = HeldLock.refresh

    def watched(lock: HeldLock) -> None:
        refresh(lock)
        done.set()

    monkeypatch.setattr(HeldLock, "refresh", watched)
    with repo.lock(exclusive=False, timing=replace(QUICK, refresh_s=0.01)) as lock:
        before = names(repo)
        assert done.wait(30)
        lock.ensure_held()
        assert names(repo) != before
    assert names(repo) == []


def test_a_lock_not_refreshed_for_twenty_minutes_is_lost(repo: Repository) -> None:
    clock = Clock()
    with repo.lock(exclusive=True, timing=replace(QUICK, now=clock)) as lock:
        clock.now += 1199
        lock.ensure_held()
        clock.now += 2
        with pytest.raises(LockLostError) as caught:
            lock.ensure_held()
        assert caught.value.advice()
        clock.now = NOW  # once lost it stays lost: others may have acted already
        with pytest.raises(LockLostError):
            lock.ensure_held()
        with pytest.raises(LockLostError):
            lock.refresh()


def test_a_lock_that_somebody_removed_is_lost(repo: Repository) -> None:
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        assert repo.unlock(remove_all=True) == 1
        with pytest.raises(LockLostError):
            lock.refresh()
        with pytest.raises(LockLostError):
            lock.ensure_held()


def test_a_storage_that_fails_for_a_while_is_tried_again(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    recovered = threading.Event()
    save, calls = repo.save_unpacked, []

    def failing(file_type: FileType, plaintext: bytes) -> FileId:
        calls.append(1)
        if len(calls) == 2:
            raise StorageError(path="x", detail="gone for a moment")
        name = save(file_type, plaintext)
        if len(calls) > 2:
            recovered.set()
        return name

    monkeypatch.setattr(repo, "save_unpacked", failing)
    with repo.lock(exclusive=False, timing=replace(QUICK, refresh_s=0.01)) as lock:
        assert recovered.wait(30)
        lock.ensure_held()


def test_an_old_lock_file_that_could_not_be_removed_goes_later(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = repo.remove_unpacked

    def failing(_file_type: FileType, _name: FileId) -> None:
        raise StorageError(path="x", detail="gone for a moment")

    with repo.lock(exclusive=False, timing=QUICK) as lock:
        monkeypatch.setattr(repo, "remove_unpacked", failing)
        with pytest.raises(StorageError):
            lock.refresh()
        lock.ensure_held()
        assert len(names(repo)) == 2
        monkeypatch.setattr(repo, "remove_unpacked", remove)
    assert names(repo) == []


def test_stale_locks_go_and_others_stay(repo: Repository) -> None:
    here = socket.gethostname()
    old = put(repo, time="2020-01-01T00:00:00Z")
    gone = put(repo, time=now_text(), hostname=here, pid=ended_process())
    running = put(repo, time=now_text(), hostname=here, pid=os.getpid())
    elsewhere = put(repo, time=now_text(), pid=ended_process())
    assert repo.unlock() == 2
    assert set(names(repo)) == {running, elsewhere}
    assert {old, gone}.isdisjoint(names(repo))
    assert repo.unlock(remove_all=True) == 2
    assert names(repo) == []


def test_who_holds_locks_is_told_in_words(repo: Repository) -> None:
    put(repo, time="2020-01-01T00:00:00Z", hostname="old\x1b[31m", username="me", pid=7, exclusive=True)
    put(repo, time=now_text(), hostname=socket.gethostname(), username="", pid=os.getpid(), exclusive=False)
    found = sorted(list_locks(repo), key=lambda lock: lock.since)
    assert [(lock.exclusive, lock.stale) for lock in found] == [(True, True), (False, False)]
    assert found[0].holder == "me on old\\x1b[31m (process 7)"
    assert found[0].since == datetime(2020, 1, 1, tzinfo=UTC)
    repo.unlock(remove_all=True)
    assert list_locks(repo) == []


def test_an_unreadable_lock_is_a_clear_error(repo: Repository, tmp_path: Path) -> None:
    name = "ab" * 32
    (tmp_path / "locks" / name).write_bytes(b"")
    with pytest.raises(LockUnreadableError) as caught, repo.lock(exclusive=False, timing=QUICK):
        pytest.fail("entered")
    assert name in caught.value.sentence()
    assert "--remove-all" in caught.value.advice()
    with pytest.raises(LockUnreadableError):
        repo.unlock()
    assert repo.unlock(remove_all=True) == 1
    with repo.lock(exclusive=True, timing=QUICK):
        pass


def test_a_sealed_lock_that_makes_no_sense(repo: Repository) -> None:
    repo.save_unpacked(FileType.LOCK, b'{"time":"yesterday"}')
    with pytest.raises(LockUnreadableError), repo.lock(exclusive=False, timing=QUICK):
        pytest.fail("entered")


class FakeKernel:
    """kernel32 as Microsoft documents it: a process that runs has exit code 259, no such process is error 87."""

    def __init__(self, exit_code: int | None, error: int = 0) -> None:
        self.exit_code = exit_code
        self.error = error
        self.open_handles = 0

    def OpenProcess(self, access: int, inherit: int, pid: int) -> int | None:  # noqa: N802
        assert (access, inherit, pid) == (0x1000, 0, 4242)
        if self.error:
            return None
        self.open_handles += 1
        return 77

    def GetExitCodeProcess(self, handle: int, code: Any) -> int:  # noqa: N802
        assert handle == 77
        if self.exit_code is None:
            return 0
        code.contents.value = self.exit_code
        return 1

    def CloseHandle(self, handle: int) -> int:  # noqa: N802
        assert handle == 77
        self.open_handles -= 1
        return 1


@pytest.mark.parametrize(
    ("exit_code", "error", "runs"),
    [(259, 0, True), (0, 0, False), (1, 0, False), (None, 0, True), (None, 87, False), (None, 5, True)],
)
def test_windows_is_asked_without_ending_the_process(exit_code: int | None, error: int, *, runs: bool) -> None:
    kernel = FakeKernel(exit_code, error)
    assert windows_process_runs(4242, kernel, lambda: error) is runs
    assert kernel.open_handles == 0


@given(st.binary(max_size=200))
def test_nonsense_is_not_a_lock(nonsense: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_lock(nonsense)


@pytest.mark.parametrize("time", ["2026-01-02T03:04:05", "", "0000-00-00T00:00:00Z", "9999-99-99T00:00:00Z", 5, None])
def test_hostile_times(time: object) -> None:
    document = {"time": time, "exclusive": False, "hostname": "", "username": "", "pid": 1}
    with pytest.raises(ValueError, match=r".+"):
        parse_lock(json.dumps(document).encode())


@pytest.mark.parametrize("pid", [-1, 0, 2**31, 2**63 - 1])
def test_hostile_process_numbers(repo: Repository, pid: int) -> None:
    put(repo, pid=pid, hostname=socket.gethostname(), time=now_text())
    assert repo.unlock() == 1


def test_where_no_session_is_known_no_fresh_lock_counts_as_orphaned(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS and Windows tell none, and restic writes none: equal only in that nobody knows."""
    monkeypatch.setattr("phoneward.vault.locks._session", lambda: "")
    monkeypatch.setattr("phoneward.vault.locks._process_runs", lambda _pid: False)
    lock = LockFile(datetime.now(UTC), exclusive=False, hostname="another", username="anna", pid=4711, session="")
    assert not lock.is_orphaned(LockTiming())
