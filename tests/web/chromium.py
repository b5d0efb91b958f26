"""Debian's Chromium under Playwright, and axe with its rules for WCAG 2.2 AA, target sizes included."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start it; every context made of it is a new browser for the page."""
    program = shutil.which("chromium")
    assert program, "Debian's chromium is missing (scripts/system-packages installs it)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def axe_problems(page: Page) -> list[str]:
    """Return what axe finds, a line each: the rule, how grave, and where."""
    page.evaluate(_axe())  # through the debugger's door: the page's own policy lets no script in
    options = {"runOnly": {"type": "tag", "values": RULES}, "rules": {"target-size": {"enabled": True}}}
    found = page.evaluate("options => axe.run(document, options).then(r => JSON.stringify(r.violations))", options)
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['failureSummary']}"
        for rule in json.loads(found)
        for node in rule["nodes"]
    ]
