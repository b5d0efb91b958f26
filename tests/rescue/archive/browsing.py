"""Looks at pages in a folder with a real browser."""

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.web.browser import Look


@contextlib.contextmanager
def looking(browser: Browser, look: Look | None = None) -> Iterator[Page]:
    """A page in a browser; whatever it asks for that is no file, and every error, fails the test."""
    look = look or Look()
    context = browser.new_context(
        color_scheme="dark" if look.dark else "light",
        viewport={"width": look.size[0], "height": look.size[1]},
        java_script_enabled=look.script,
    )
    asked: list[str] = []
    complaints: list[str] = []
    try:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url) if request.url[:5] != "file:" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        yield page
        assert asked == []
        # axe looks at the style by a request of its own, which the page's policy refuses.
        assert [one for one in complaints if not one.startswith("Connecting to 'file:")] == []
    finally:
        context.close()
