"""A file that was made to hang, fill or crash the program ends in one plain sentence, soon, and is never believed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.apk.hostile import FILES

ROOT = Path(__file__).parents[2]
MOST_KB = 200_000
MOST_SECONDS = 2.0


@pytest.mark.parametrize("name", FILES)
def test_it_ends_in_one_sentence(name: str, tmp_path: Path) -> None:
    """2 seconds of processor time and 200 MB for the whole program, its start included."""
    path = tmp_path / f"{name}.apk"
    path.write_bytes(FILES[name]())
    done = subprocess.run(
        [sys.executable, "-m", "tests.apk.hostile", path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    sentence, used = done.stdout.splitlines()
    assert sentence.endswith("not verified") or (path.name in sentence and sentence.endswith("."))
    peak, seconds = used.split()
    assert int(peak) < MOST_KB
    assert float(seconds) < MOST_SECONDS
