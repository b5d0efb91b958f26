"""The frame's pages in a real browser: both languages, both colour schemes, three widths, with and without script."""

import pytest
from playwright.sync_api import Browser, Page

from tests.web.browser import NARROW, PHONE, Look, axe, fits, opened, screenshot
from tests.web.site import PASSWORD, Site

LOOKS = [
    Look("en"),
    Look("zh_CN"),
    Look("zh_CN", dark=True),
    Look("en", size=PHONE),
    Look("zh_CN", size=PHONE, dark=True),
    Look("en", size=NARROW),
]
WORDS = {"en": ("Your phone today", "Open your vault"), "zh_CN": ("您的手机，今天", "打开您的保险库")}
PAGES = {
    "home": "/",
    "checkup": "/checkup",
    "settings": "/settings",
    "parts": "/parts",
    "jobs": "/jobs",
    "error": "/no",
}


def look_at(page: Page, name: str, look: Look) -> None:
    screenshot(page, f"{name}-{look.name}")
    axe(page)
    fits(page)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_page_is_accessible(site: Site, browser: Browser, look: Look) -> None:
    with opened(browser, site, look) as page:
        assert page.locator("h1").inner_text() == WORDS[look.language][0]
        page.wait_for_selector(".finding.danger")
        for name, path in PAGES.items():
            page.goto(site.url + path)
            look_at(page, name, look)


@pytest.mark.parametrize("look", LOOKS[1:4], ids=lambda look: look.name)
def test_the_vault_is_unlocked_on_the_page(locked_site: Site, browser: Browser, look: Look) -> None:
    with opened(browser, locked_site, look) as page:
        assert page.locator("h1").inner_text() == WORDS[look.language][1]
        look_at(page, "unlock", look)
        page.keyboard.type("wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector(".field-error")
        look_at(page, "unlock-wrong", look)
        page.locator("input[type=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(".cards")
        assert page.locator("h1").inner_text() == WORDS[look.language][0]


def test_everything_works_without_javascript(locked_site: Site, browser: Browser) -> None:
    with opened(browser, locked_site, Look("en", script=False)) as page:
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("button.main").click()
        assert page.locator("h1").inner_text() == "Your phone today"
        page.locator("button", has_text="简体中文").click()
        assert page.locator("h1").inner_text() == "您的手机，今天"
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        page.goto(f"{locked_site.url}/checkup")
        page.locator("form[action='/checkup/again'] button").click()
        assert "/jobs/" in page.url
        page.wait_for_selector(".outcome")  # the page loads itself anew until the work is done
        page.locator("a.button.main").click()
        assert page.url.endswith("/checkup")
        page.goto(f"{locked_site.url}/settings")
        page.locator("form[action='/session/close'] button").click()
        page.goto(f"{locked_site.url}/")
        assert "没有成功" in page.locator("h1").inner_text()


def test_text_twice_as_large_still_fits(site: Site, browser: Browser) -> None:
    with opened(browser, site, Look("en")) as page:
        for path in PAGES.values():
            page.goto(site.url + path)
            page.evaluate("document.documentElement.style.fontSize = '250%'")
            fits(page)
