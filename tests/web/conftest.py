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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file's tests; each test has its own context in it.

    Playwright keeps an event loop running in this thread as long as the browser is open: other files' tests, which a
    process may be given in any order, could start neither a browser nor a loop of their own.
    """
    with chromium() as browser:
        yield browser
