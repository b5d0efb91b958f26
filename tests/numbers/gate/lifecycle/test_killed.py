"""Killed at any point: no binding lost, none doubled, nothing asked for twice, and the log is whole."""

import os
import subprocess
import sys
from pathlib import Path

from tests.numbers.gate.lifecycle.postgres import Server

ROOT = Path(__file__).resolve().parents[4]


def lives(kind: str, folder: Path, places: list[str], every: int) -> int:
    """Run `killing.py`; returns how often it killed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.numbers.gate.lifecycle.killing", kind, str(folder), *places],
        env={**os.environ, "EVERY": str(every), "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return int(done.stdout.split()[1])


def test_killed_at_every_statement_with_sqlite(quick_folder: Path) -> None:
    assert lives("sqlite", quick_folder, [str(quick_folder / f"{number}.db") for number in range(200)], 1) > 80


def test_killed_at_many_statements_with_postgresql(tmp_path: Path, postgres_server: Server) -> None:
    assert lives("postgresql", tmp_path, [postgres_server.fresh() for _number in range(30)], 6) > 12
