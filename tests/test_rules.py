"""The rules of tests/conftest.py, tried on a test session of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def _session(tmp_path: Path, text: str, *, shared: Path) -> subprocess.CompletedProcess[str]:
    (tmp_path / "test_it.py").write_text(f"import pytest\nimport tests.conftest\n{text}")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    needs_shared: x\n")
    (tmp_path / "point.py").write_text(
        f"from pathlib import Path\nimport tests.conftest\ntests.conftest.SHARED = Path({str(shared)!r})\n"
    )
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.conftest",
            "-p",
            "point",
            "-p",
            "no:cacheprovider",
            tmp_path,
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{PROJECT}:{tmp_path}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


_NEEDS = "@pytest.mark.needs_shared\ndef test_a(): pass\ndef test_b(): pass\n"


def test_absent_shared_data_is_skipped_and_counted(tmp_path: Path) -> None:
    done = _session(tmp_path, _NEEDS, shared=tmp_path / "none")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped for want of ../shared (needs_shared): 1" in done.stdout
    assert "1 passed, 1 skipped" in done.stdout


def test_present_shared_data_is_used(tmp_path: Path) -> None:
    done = _session(tmp_path, _NEEDS, shared=tmp_path)
    assert "skipped for want of ../shared (needs_shared): 0" in done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.parametrize(
    "text",
    [
        "def test_a(): pytest.skip('no reason')\n",
        "@pytest.mark.skip\ndef test_a(): pass\n",
        "@pytest.mark.needs_shared\ndef test_a(): pytest.skip('another reason')\n",
        "pytest.skip('whole file', allow_module_level=True)\n",
    ],
)
def test_any_other_skip_fails_the_run(tmp_path: Path, text: str) -> None:
    done = _session(tmp_path, "def test_b(): pass\n" + text, shared=tmp_path)
    assert done.returncode == 1, done.stdout
    assert "FORBIDDEN SKIP" in done.stdout
