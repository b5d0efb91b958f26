"""Fixtures of the page's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.browser import chromium
from tests.web.site import Site, make_settings, serving


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server over an empty vault whose password is set."""
    with serving(make_settings(tmp_path)) as site:
        yield site
        assert site.faults == []


@pytest.fixture
def locked_site(tmp_path: Path) -> Iterator[Site]:
    """A server over a vault whose password must be typed."""
    with serving(make_settings(tmp_path, password=None)) as site:
        yield site
        assert site.faults == []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each test has its own context in it."""
    with chromium() as browser:
        yield browser
