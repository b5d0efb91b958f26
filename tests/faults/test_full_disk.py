"""The disk gets full: a clear error, a clean vault, and the next run finishes once there is room."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CLEAR = {"done", "storage-full", "cleaning-space", "journal-unwritable"}
"""How a run may end: through, or with one of the errors that say what is full and what to do."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_on_a_disk_that_gets_full(tmp_path: Path, figure: Callable[[str], None]) -> None:
    (tmp_path / "mount").mkdir()
    namespace = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    script = [sys.executable, "-m", "tests.faults.full_disk", str(tmp_path / "bench"), str(tmp_path / "mount")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([*namespace, *script], capture_output=True, check=False, timeout=560, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert [run for run in runs if run["wrong"]] == []
    assert {run["ended"] for run in runs} <= CLEAR
    full = [run for run in runs if run["ended"] != "done"]
    for command in ("backup", "forget", "prune", "repair"):
        ended = [(run["room"], run["ended"]) for run in full if run["command"] == command]
        assert ended, f"{command} never met a full disk"
        assert all(run["code"] == 1 for run in full)
    figure(f"full disk: {len(runs)} runs, {len(full)} met it, each in words; all went on once there was room")
