"""`make demo`: the same story on a real adbd where the machine can run one, and a reason where it cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PHONEWARD_LANG": "en", "VENV": sys.prefix, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.mark.slow
def test_the_story_on_a_real_adbd() -> None:
    done = run("scripts/demo", "--json")
    assert done.returncode == 0, done.stderr
    *steps, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(step["good"] for step in steps)
    assert "adbd" in steps[0]["sentences"][0]
    assert summary["same"] is True


def test_a_machine_that_cannot_is_told_why() -> None:
    done = run(sys.executable, "-m", "scripts.demo_on_adb", "--can-run", PATH="")
    assert done.returncode == 1
    assert done.stdout.startswith("it lacks unshare")
