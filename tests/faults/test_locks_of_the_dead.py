"""A lock whose owner is gone beyond doubt stops nobody; any other lock does."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from phoneward.phones import open_folder
from phoneward.snapshots import backup
from phoneward.vault import (
    FileType,
    LocalStorage,
    LockLostError,
    LockTiming,
    Repository,
    RepositoryLockedError,
    init_repository,
    load_snapshots,
)
from phoneward.vault.locks import LockFile, read_locks
from tests.faults.promises import PASSWORD
from tests.snapshots.bench import MeddledPhone
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost

QUICK = LockTiming(settle_s=0)
HOLD = f"""
import sys, time
from phoneward.vault import LocalStorage, LockTiming, open_repository
with open_repository(LocalStorage(sys.argv[1]), {PASSWORD!r}).lock(exclusive=True, timing=LockTiming(settle_s=0)):
    print("held", flush=True)
    time.sleep(600)
"""


class Clock:
    """A wall clock that is put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return init_repository(LocalStorage(tmp_path / "vault"), PASSWORD, kdf=insecure_test_cost())


def left_by_the_dead(repo: Repository, tmp_path: Path) -> LockFile:
    """Have a real process killed while it holds a lock; return the lock that it left."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "vault")], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(RepositoryLockedError), repo.lock(exclusive=False, timing=QUICK):
            pass
        process.send_signal(signal.SIGKILL)
    [(_name, lock)] = read_locks(repo)
    return lock


def leave(repo: Repository, lock: LockFile) -> None:
    for file in list(repo.list_files(FileType.LOCK)):
        repo.remove_unpacked(FileType.LOCK, file.name)
    repo.save_unpacked(FileType.LOCK, msgspec.json.encode(lock))


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_killed_programs_lock_is_taken_away(repo: Repository, tmp_path: Path, exclusive: bool) -> None:
    left_by_the_dead(repo, tmp_path)
    with repo.lock(exclusive=exclusive, timing=QUICK):
        assert len(list(repo.list_files(FileType.LOCK))) == 1
    assert not list(repo.list_files(FileType.LOCK))


def test_a_lock_from_elsewhere_stays_though_nothing_runs_under_its_number_here(
    repo: Repository, tmp_path: Path
) -> None:
    """Two computers may have one name, and a container its host's: only the same run of the same system counts."""
    lock = left_by_the_dead(repo, tmp_path)
    for session in ("", "another-boot/1"):
        leave(repo, msgspec.structs.replace(lock, session=session))
        with pytest.raises(RepositoryLockedError), repo.lock(exclusive=True, timing=QUICK):
            pass


def test_after_a_power_cut_it_is_taken_away_once_it_is_old(repo: Repository, tmp_path: Path) -> None:
    leave(repo, msgspec.structs.replace(left_by_the_dead(repo, tmp_path), session="an-earlier-boot/1"))
    for minutes, is_taken in ((29, False), (31, True)):
        clock = Clock()
        clock.ahead = 60 * minutes
        timing = replace(QUICK, now=clock)
        if is_taken:
            with repo.lock(exclusive=True, timing=timing):
                pass
        else:
            with pytest.raises(RepositoryLockedError), repo.lock(exclusive=True, timing=timing):
                pass


def test_a_running_process_of_that_number_keeps_it(repo: Repository, tmp_path: Path) -> None:
    """Numbers are given again; in doubt the owner lives."""
    leave(repo, msgspec.structs.replace(left_by_the_dead(repo, tmp_path), pid=os.getpid()))
    with pytest.raises(RepositoryLockedError), repo.lock(exclusive=True, timing=QUICK):
        pass


@pytest.mark.parametrize("version", ALL_RESTICS)
def test_restic_reads_our_locks(repo: Repository, tmp_path: Path, version: str) -> None:
    judge = Restic(restic(version), tmp_path / "vault", PASSWORD, tmp_path / "cache")
    with repo.lock(exclusive=True, timing=QUICK):
        assert f"exclusively by PID {os.getpid()} on ".encode() in judge.attempt("check").stderr


@pytest.mark.parametrize("why", ["removed", "asleep"])
def test_a_backup_without_its_lock_writes_no_snapshot(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """Somebody removed the lock, or the computer slept for 21 minutes: a prune may have run meanwhile."""
    (tmp_path / "phone").mkdir()
    (tmp_path / "phone/a").write_bytes(b"a")
    clock = Clock()

    def lose(_path: bytes) -> None:
        if why == "asleep":
            clock.ahead = 21 * 60
        else:
            repo.unlock(remove_all=True)

    whole = Repository.lock

    def lock(self: Repository, *, exclusive: bool, timing: LockTiming | None = None) -> object:
        return whole(self, exclusive=exclusive, timing=timing or replace(QUICK, now=clock))

    monkeypatch.setattr(Repository, "lock", lock)
    with pytest.raises(LockLostError), MeddledPhone(tmp_path / "phone", after=lose) as phone:
        backup(phone, repo, state_dir=tmp_path / "state")
    assert load_snapshots(repo) == []
    with open_folder(tmp_path / "phone") as whole_phone:
        assert backup(whole_phone, repo, state_dir=tmp_path / "state").complete


def test_a_stopped_backup_that_goes_on_writes_no_snapshot(tmp_path: Path, repo: Repository) -> None:
    """SIGSTOP, the lock goes meanwhile, SIGCONT: the backup sees it before it writes the snapshot."""
    (tmp_path / "phone").mkdir()
    (tmp_path / "phone/a").write_bytes(os.urandom(50_000))
    program = f"""
import os, signal, sys
from pathlib import Path
from phoneward.snapshots import backup
from phoneward.vault import LocalStorage, open_repository
from tests.snapshots.bench import MeddledPhone
work = Path(sys.argv[1])
def stop(_path):
    os.kill(os.getpid(), signal.SIGSTOP)
with MeddledPhone(work / "phone", after=stop) as phone:
    backup(phone, open_repository(LocalStorage(work / "vault"), {PASSWORD!r}), state_dir=work / "state")
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stderr=subprocess.PIPE, env=environment
    ) as process:
        _pid, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert repo.unlock(remove_all=True) == 1
        process.send_signal(signal.SIGCONT)
        _out, errors = process.communicate(timeout=60)
    assert b"LockLostError" in errors
    assert load_snapshots(repo) == []
