"""Folders that an unprivileged user works in: permissions bind nobody else."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def side() -> Iterator[Path]:
    """A folder that an unprivileged user can reach (pytest's own is closed to others)."""
    path = Path(tempfile.mkdtemp(prefix="phoneward-folder-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def unprivileged(side: Path) -> Iterator[None]:
    """Work as a user whom permissions bind: root reads everything."""
    if sys.platform == "win32" or os.geteuid() != 0:
        yield
        return
    os.chown(side, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)
