"""`copy` is killed at random moments, again and again: both vaults stay clean, what is there counts, it gets done."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from phoneward.vault import LocalStorage, Repository, check, init_repository, load_snapshots, open_repository
from tests.faults.kills import Bench
from tests.faults.promises import PASSWORD, VAULT
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost

KILLS = 14
TIMEOUT_S = 60


def _start(bench: Bench, home: Path) -> "subprocess.Popen[bytes]":
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PHONEWARD_REPOSITORY": str(bench.folder / "template" / VAULT),
        "PHONEWARD_PASSWORD": PASSWORD,
        "PHONEWARD_STATE_DIR": str(home / "state"),
    }
    words = ["copy", "--to", str(home / "second"), "--json"]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.program", *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _open(path: Path) -> Repository:
    repo = open_repository(LocalStorage(path), PASSWORD)
    repo.load_index()
    return repo


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path: Path, figure: Callable[[str], None]) -> None:
    seed = int(os.environ.get("PHONEWARD_TEST_SEED", "20261129"))
    dice = random.Random(seed)
    bench = Bench.make(tmp_path / "bench")
    first, home = bench.folder / "template" / VAULT, tmp_path / "home"
    snapshots = {path.name for path in (first / "snapshots").iterdir()}
    begun = time.monotonic()
    init_repository(LocalStorage(home / "empty"), PASSWORD, kdf=insecure_test_cost())
    killed = early = 0
    for number in range(KILLS):
        if not (home / "second").exists():
            shutil.copytree(home / "empty", home / "second")
        # From the moment it holds the lock in the second vault: before that there is nothing to break.
        with _start(bench, home) as process:
            while not any((home / "second/locks").iterdir()) and process.poll() is None:
                time.sleep(0.002)
            time.sleep(dice.uniform(0.15, 0.5))
            killed += process.poll() is None
            early += process.poll() is not None
            process.kill()
        second = _open(home / "second")
        second.unlock(remove_all=True)
        _open(first).unlock(remove_all=True)
        report = check(second, read_data=True)
        assert report.ok, (seed, number, report.errors)
        there = {s.original for s in load_snapshots(second) if s.original}
        assert there <= snapshots
        if there == snapshots and number < KILLS - 1:  # nothing is left to be copied: once more
            shutil.rmtree(home / "second")
    with _start(bench, home) as process:
        out, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, err
    assert json.loads(out.splitlines()[-1])["failed"] == []
    made = {s.original for s in load_snapshots(_open(home / "second")) if s.original}
    assert made == bench.whole | bench.old
    for place in (first, home / "second"):
        judge = Restic(restic(ALL_RESTICS[-1]), place, PASSWORD, tmp_path / "cache")
        assert "no errors were found" in judge.check()
    figure(f"copy, kill -9, seed {seed}: {killed} kills, {early} too late, {time.monotonic() - begun:.0f} s")
    assert killed >= KILLS / 2
