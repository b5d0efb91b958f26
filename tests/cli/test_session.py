"""Opening a vault cleans up after programs that were killed."""

import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Stocked

KILLED = """
import os, signal, sys
from pathlib import Path
from phoneward import snapshots, vault
repository = vault.open_repository(vault.LocalStorage(sys.argv[1]), "stocked")
repository.load_index()
node = snapshots.node_at(repository, "latest", b"/shared/Documents/1.txt")
with vault.materialise(repository, node) as copy:
    print(copy, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_private_copies_of_a_killed_program_are_removed(stocked: Stocked, tmp_path: Path) -> None:
    program = stocked.program.with_(TMPDIR=str(tmp_path), XDG_RUNTIME_DIR=str(tmp_path))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(stocked.vault)], env=program.env, capture_output=True, text=True, check=False
    )
    copy = Path(killed.stdout.strip())
    assert copy.read_text() == "text", killed.stderr
    assert program.run("snapshots").code == 0
    assert not copy.exists()
