"""A prune that was stopped (SIGSTOP, a laptop's lid) and goes on after its lock was taken for stale removes nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from phoneward.vault import BlobType, FileType
from tests.vault import prunesuite as suite


@pytest.mark.parametrize("lock_taken", [True, False])
def test_stopped_and_continued(tmp_path: Path, *, lock_taken: bool) -> None:
    repo = suite.new_repository(tmp_path / "vault")
    suite.snapshot(repo, {"a": [suite.noise("a", 5000)]})
    unused = suite.put_pack(repo, [(BlobType.DATA, b"unused")])
    expected = suite.contents(repo)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.vault.prune_me", str(tmp_path / "vault")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, program.pid, os.WSTOPPED | os.WNOWAIT)
        packs = suite.files_of(repo, FileType.PACK)
        if lock_taken:
            assert repo.unlock(remove_all=True) == 1
        program.stdin.write("go on\n")
        program.stdin.flush()
        program.send_signal(signal.SIGCONT)
        answer = program.stdout.readline()
        assert program.wait(timeout=30) == 0
    if lock_taken:
        assert answer == "lost\n"
        assert suite.files_of(repo, FileType.PACK) == packs
    else:
        assert answer == "done\n"
        assert unused not in suite.files_of(repo, FileType.PACK)
    assert suite.contents(repo) == expected
