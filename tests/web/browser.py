"""A real browser on the page: Debian's Chromium through Playwright, logged in, with axe and screenshots.

def test_it(site: Site, browser: Browser) -> None:
    with opened(browser, site, Look("zh_CN", dark=True)) as page:
        page.goto(site.url + "/")
        axe(page)
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.site import Site

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages live for a second: what the optimising compilers of JavaScript take is never earned back.
    "--js-flags=--no-opt --no-maglev --always-sparkplug",
]
_AXE = Axe().axe_script
WIDE = (1280, 900)
PHONE = (390, 844)
NARROW = (320, 640)
AXE_OPTIONS = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
TOO_WIDE = """[...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((one) => one.outerHTML.slice(0, 120)).slice(0, 5)"""


@dataclass(frozen=True)
class Look:
    """How a person looks at the page.

    Attributes:
        language: a catalogue's code.
        dark: the colour scheme.
        size: CSS pixels.
        script: whether JavaScript runs.
    """

    language: str = "en"
    dark: bool = False
    size: tuple[int, int] = WIDE
    script: bool = True

    @property
    def name(self) -> str:
        """For file names and test ids."""
        scheme, script = "dark" if self.dark else "light", "" if self.script else "-noscript"
        return f"{self.language}-{self.size[0]}-{scheme}{script}"


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser."""
    program = shutil.which("chromium")
    assert program, "Debian's chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def opened(browser: Browser, site: Site, look: Look | None = None, *, logged_in: bool = True) -> Iterator[Page]:
    """Yield a page that came in through a one-time link; errors in its console fail the test."""
    look = look or Look()
    context = browser.new_context(
        locale=look.language.replace("_", "-"),
        color_scheme="dark" if look.dark else "light",
        viewport={"width": look.size[0], "height": look.size[1]},
        java_script_enabled=look.script,
    )
    complaints: list[str] = []
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        # The browser also writes an error for every answer of 400 and more; those are pages of ours.
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text) if line.type == "error" and "status of" not in line.text else None
            ),
        )
        if logged_in:
            page.goto(site.context.one_time_link())
            page.wait_for_url(lambda address: "/enter" not in address)
        yield page
        assert complaints == []
    finally:
        context.close()


def axe(page: Page) -> None:
    """Assert that axe finds nothing, the size of targets included (WCAG 2.2 AA, 2.5.8)."""
    # Only the faults are fetched: the list of all that is right is long.
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found = page.evaluate(f"axe.run({json.dumps(AXE_OPTIONS)}).then((answer) => answer.violations)")
    told = [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found]
    assert not told, json.dumps(told, indent=1, ensure_ascii=False)


def fits(page: Page) -> None:
    """Assert that nothing has to be scrolled sideways."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= window, f"{page.url}: {wide} px wide in a window of {window}: {page.evaluate(TOO_WIDE)}"


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the whole page in the folder PHONEWARD_SCREENSHOTS names; without it nothing is kept."""
    folder = os.environ.get("PHONEWARD_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
