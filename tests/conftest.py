"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

from tests.tools import restic as restic_tool


@pytest.fixture(params=restic_tool.ALL_RESTICS, ids=lambda version: f"restic-{version}")
def restic_program(request: pytest.FixtureRequest) -> Path:
    """Each of the three restics in turn."""
    return restic_tool.restic(request.param)
