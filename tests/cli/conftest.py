"""Fixtures of the command line's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward import texts
from tests.cli.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """`phoneward` with a home of its own and no vault named."""
    home = tmp_path / "home"
    home.mkdir()
    return Program(home, {})


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Tests in this process read English, whatever the machine speaks, and leave nothing chosen."""
    texts.activate(["en"])
    yield
    texts.activate(["en"])
