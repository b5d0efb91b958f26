"""Fixtures of the set-up room's tests."""

from collections.abc import Iterator

import pytest

from phoneward import texts


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Tests in this process read English, whatever the machine speaks, and leave nothing chosen."""
    texts.activate(["en"])
    yield
    texts.activate(["en"])
