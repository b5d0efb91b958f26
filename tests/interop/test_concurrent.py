"""Two writers, a writer and a pruner, restic and ours at once: never a lost blob. More: `concurrently --minutes N`."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from phoneward.phones import open_folder
from phoneward.snapshots import backup
from phoneward.vault import LockTiming, MaxUnused, PruneOptions, RepositoryLockedError, load_snapshots, prune
from phoneward.vault.locks import read_locks, unlock
from tests.interop.concurrently import HASTE, KINDS, LOCKED, STOP, TIMEOUT_S, Bench, play
from tests.snapshots.bench import MeddledPhone
from tests.tools.restic import ALL_RESTICS

QUICK = LockTiming(settle_s=0)


@pytest.mark.slow
def test_several_at_work(tmp_path: Path) -> None:
    seed = int(os.environ.get("PHONEWARD_TEST_SEED", "20261122"))
    bench = Bench(tmp_path, seed)
    for kind in KINDS:
        play(bench, kind)
        bench.judge(with_restic=False)
    bench.judge(with_restic=True)
    print(bench.report())  # noqa: T201 - what a failure shows
    assert bench.counted["rounds"] == len(KINDS)
    assert len(bench.snapshots) > 2


def _stopped(bench: Bench, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a process has stopped itself."""
    pid, status = os.waitpid(process.pid, os.WUNTRACED)
    assert pid == process.pid
    if not os.WIFSTOPPED(status):
        process.returncode = os.waitstatus_to_exitcode(status)
        pytest.fail("it ended instead of stopping")
    assert bench.open().index


def _finish(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    with process:
        _out, errors = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, errors.decode()


@pytest.mark.parametrize("where", ["look", "snapshot", "index"])
def test_a_writer_whose_lock_went_stale_writes_no_snapshot(tmp_path: Path, where: str) -> None:
    """It stands still before or after it looks at its lock; meanwhile what it reuses, or has just stored, is pruned.

    The other folder holds the same content, so that its backup stores nothing of it anew: it relies on blobs that it
    saw in the index, of a snapshot that is forgotten now.
    """
    bench = Bench(tmp_path, 5)
    for path in (tmp_path / "a").rglob("*.jpg"):
        (tmp_path / "b" / path.relative_to(tmp_path / "a")).write_bytes(path.read_bytes())
    old = bench.back_up("a")
    kept = bench.back_up("r")
    writer = bench.start("backup", "--folder", str(tmp_path / "b"), **{STOP: where, HASTE: "1"})
    _stopped(bench, writer)
    packs = _packs(bench)
    _unlock_when_stale(bench)
    bench.forget(old)
    code, errors = _finish(bench.start("prune", "--max-unused", "0"))
    assert code == 0, errors
    assert packs - _packs(bench), "something went"
    writer.send_signal(signal.SIGCONT)
    code, errors = _finish(writer)
    assert code == LOCKED, errors
    assert "lost its hold" in errors
    assert {snapshot.id for snapshot in load_snapshots(bench.open())} == {kept}
    bench.judge(with_restic=True)
    bench.back_up("b")
    bench.judge(with_restic=True)


@pytest.mark.parametrize("other", ["ours", ALL_RESTICS[-1]])
def test_a_pruner_whose_lock_went_stale_names_nothing_that_is_gone(tmp_path: Path, other: str) -> None:
    """It stands still just before it stores an index file; another pruner takes its new packs for leftovers."""
    bench = Bench(tmp_path, 8)
    old = bench.back_up("a")
    bench.back_up("r")
    bench.change("a")
    bench.back_up("a")
    bench.forget(old)
    pruner = bench.start("prune", "--max-unused", "0", **{STOP: "index", HASTE: "1"})
    _stopped(bench, pruner)
    _unlock_when_stale(bench)
    if other == "ours":
        code, errors = _finish(bench.start("prune", "--max-unused", "0"))
        assert code == 0, errors
    else:
        bench.restic(other).run("prune", "--max-unused", "0")
    pruner.send_signal(signal.SIGCONT)
    code, errors = _finish(pruner)
    assert code == LOCKED, errors
    bench.judge(with_restic=True)


def _packs(bench: Bench) -> set[str]:
    return {path.name for path in (bench.vault / "data").rglob("*") if path.is_file()}


def _unlock_when_stale(bench: Bench) -> None:
    """Do what another program does: wait for the lock until it counts as stale, and take it away."""
    repo = bench.open()
    _until(lambda: unlock(repo, timing=LockTiming(stale_after_s=2.0)) == 1)
    assert not list(read_locks(repo))


def test_nobody_prunes_while_we_write(tmp_path: Path, restic_program: Path) -> None:
    """Each restic, and ours, refuses with 11; another writer goes on."""
    bench = Bench(tmp_path, 6)
    version = next(v for v in ALL_RESTICS if restic_program == bench.restic(v).program)
    said: list[object] = []

    def meanwhile(_path: bytes) -> None:
        if said:
            return
        said.append("once")
        refused = bench.restic(version).attempt("prune")
        said.append((refused.returncode, b"already locked" in refused.stderr))
        with pytest.raises(RepositoryLockedError), bench.open().lock(exclusive=True, timing=QUICK):
            pass
        their = bench.restic(version).backup(".", cwd=tmp_path / "r")["snapshot_id"]
        [name] = [s.id for s in load_snapshots(bench.open()) if s.id is not None and s.id.startswith(their)]
        bench.note(name, "r", ours=False)

    with MeddledPhone(tmp_path / "a", after=meanwhile) as phone:
        made = backup(phone, bench.open(), state_dir=tmp_path / "state").snapshot_id
    assert made is not None
    bench.note(made, "a", ours=True)
    assert said == ["once", (1 if version == "0.14" else LOCKED, True)]
    bench.judge(with_restic=True)


def test_we_wait_for_no_restic_that_works(tmp_path: Path, restic_program: Path) -> None:
    """While restic writes we do not prune, and do write; while it prunes we do neither."""
    bench = Bench(tmp_path, 7)
    bench.back_up("a")
    judge = bench.restic(next(v for v in ALL_RESTICS if restic_program == bench.restic(v).program))
    judge.cache.mkdir()
    with subprocess.Popen(
        [judge.program, "backup", "--stdin"], env=judge.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as writer:
        assert writer.stdin is not None
        _until(lambda: bool(list(read_locks(bench.open()))))
        repo = bench.open()
        with pytest.raises(RepositoryLockedError), repo.lock(exclusive=True, timing=QUICK):
            pass
        with open_folder(tmp_path / "b") as phone:
            assert backup(phone, repo, state_dir=tmp_path / "state").complete
        writer.stdin.write(b"from standard input")
    assert writer.returncode == 0
    with subprocess.Popen([judge.program, "prune"], env=judge.env, stdout=subprocess.DEVNULL) as pruner:
        _until(lambda: any(lock.exclusive for _name, lock in read_locks(bench.open())))
        pruner.send_signal(signal.SIGSTOP)
        try:
            for exclusive in (True, False):
                with pytest.raises(RepositoryLockedError), bench.open().lock(exclusive=exclusive, timing=QUICK):
                    pass
            code, errors = _finish(bench.start("backup", "--folder", str(tmp_path / "a")))
            assert code == LOCKED, errors
        finally:
            pruner.send_signal(signal.SIGCONT)
    assert pruner.returncode == 0
    repo = bench.open()
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        prune(repo, lock, options=PruneOptions(max_unused=MaxUnused(size=0)))
    assert len(load_snapshots(bench.open())) == 3
    assert "no errors were found" in judge.check()


def _until(holds: Callable[[], bool]) -> None:
    begin = time.monotonic()
    while not holds():
        assert time.monotonic() - begin < TIMEOUT_S
        time.sleep(0.005)
