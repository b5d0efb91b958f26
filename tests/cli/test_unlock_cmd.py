"""`unlock`: stale locks go, living ones stay; a killed program's lock does not keep a person out."""

import shutil
import signal
from pathlib import Path

from tests.cli.conftest import Stocked
from tests.cli.program import wait_for_lock


def test_locks_of_the_living_stay_and_of_the_dead_go(stocked: Stocked, tmp_path: Path) -> None:
    vault = tmp_path / "copy"
    shutil.copytree(stocked.vault, vault)
    program = stocked.program.with_(PHONEWARD_REPOSITORY=str(vault))
    assert program.run("unlock").stdout == "There was no old lock.\n"
    fifo = tmp_path / "big"
    fifo.write_bytes(b"")
    holder = program.start("restore", "latest", "--target", tmp_path / "out")
    wait_for_lock(vault, holder)
    holder.send_signal(signal.SIGSTOP)
    try:
        if any((vault / "locks").iterdir()):  # it may have ended just before
            assert program.run("unlock", "--json").document["removed"] == 0
            refused = program.run("check")
            assert refused.code == 11
            assert "phoneward unlock" in refused.stderr
    finally:
        holder.kill()
        holder.communicate()
    left = len(list((vault / "locks").iterdir()))
    assert program.run("unlock", "--json").document["removed"] == left
    assert program.run("check").code == 0


def test_remove_all(stocked: Stocked, tmp_path: Path) -> None:
    vault = tmp_path / "copy"
    shutil.copytree(stocked.vault, vault)
    (vault / "locks" / ("0" * 64)).write_bytes(b"no lock at all")
    program = stocked.program.with_(PHONEWARD_REPOSITORY=str(vault))
    refused = program.run("check", "--json")
    assert (refused.code, refused.complaint["code"]) == (11, "lock-unreadable")
    assert program.run("unlock").code == 11
    assert program.run("unlock", "--remove-all", "--json").document["removed"] == 1
    assert program.run("check").code == 0
