"""Set-up in a real browser: both languages, narrow and wide, keyboard only, without JavaScript; axe at each step."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.tools.rclone import serve_restic
from tests.web.browser import NARROW, PHONE, Look, axe, fits, opened, screenshot
from tests.web.setup_help import GOOD, WEAK, cheap_vaults, empty_site, make_card

LOOKS = [
    Look("en"),
    Look("zh_CN"),
    Look("zh_CN", size=PHONE),
    Look("en", size=NARROW, dark=True),
    Look("zh_CN", script=False, size=PHONE, dark=True),
]


DOOR = "at-the-door"


class Walk:
    """One person's way through set-up; every page is looked at on the way."""

    def __init__(self, page: Page, look: Look) -> None:
        self.page, self.look = page, look
        self.number = 0

    def see(self, name: str) -> None:
        """Look at the page."""
        self.number += 1
        screenshot(self.page, f"setup-{self.look.name}-{self.number:02}-{name}")
        assert self.page.locator(".main:visible").count() <= 1, f"{name}: more than one main action"
        if self.look.script:  # axe is a script itself
            axe(self.page)
        fits(self.page) if self.look.script else None

    def press(self, selector: str = "main .button.main") -> None:
        """Press a button or a link, by keyboard alone."""
        target = self.page.locator(selector).first
        target.focus()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, selector: str, text: str) -> None:
        """Type into a field, by keyboard alone."""
        self.page.locator(selector).focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def leads_to(self, path: str) -> None:
        self.page.wait_for_url(f"**{path}")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_whole_way(  # noqa: PLR0915 - one walk, from nothing to a verified snapshot
    tmp_path: Path, browser: Browser, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap_vaults(monkeypatch)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # nobody answers there,
    monkeypatch.setenv("PHONEWARD_ADB", "/nowhere/adb")  # and nobody is started
    card = make_card(tmp_path / "card")
    with empty_site(tmp_path) as site, opened(browser, site, look) as page:
        walk = Walk(page, look)
        walk.leads_to("/setup")
        walk.see("overview")
        walk.press()
        walk.leads_to("/setup/phone")
        walk.see("phone")
        page.locator("summary").last.press("Enter")
        walk.type("#field-folder", str(card))
        walk.press("form[action='/setup/phone/folder'] .button")
        walk.see("folder")
        walk.press()
        walk.leads_to("/setup/place")
        walk.see("place")
        walk.type("#field-place", "vault")
        walk.press("form:has(#field-place) .button")
        walk.see("place-wrong")
        walk.type("#field-place", str(tmp_path / "vault"))
        walk.press("form:has(#field-place) .button")
        walk.see("place-warning")
        walk.press(".actions form .button")
        walk.leads_to("/setup/password")
        walk.see("password")
        walk.press("a[href='/setup/password/own']")
        walk.type("#field-password", WEAK)
        walk.type("#field-again", WEAK)
        walk.press()
        walk.see("weak")
        assert WEAK not in page.content()
        assert not (tmp_path / "vault").exists()
        walk.press()
        walk.leads_to("/setup/password/own")
        walk.see("own")
        walk.type("#field-password", GOOD)
        walk.type("#field-again", "other")
        walk.press()
        walk.see("own-different")
        assert GOOD not in page.content()
        walk.press(".ways a")
        walk.press()
        walk.leads_to("/setup/password/made")
        phrase = page.locator(".phrase code").inner_text()
        walk.see("made")
        walk.press()
        walk.see("typed")
        walk.type("#field-password", phrase)
        walk.press()
        walk.leads_to("/setup/kit")
        assert phrase not in page.content()
        walk.see("kit")
        walk.press()
        walk.see("kit-made")
        with page.context.expect_page() as sheet:
            page.locator("main .button.main").press("Enter")
        sheet.value.wait_for_load_state()
        assert sheet.value.locator("dl.facts").evaluate("e => getComputedStyle(e).display") == "grid"
        sheet.value.close()
        walk.press("form[action='/setup/kit/printed'] .button")
        walk.leads_to("/setup/backup")
        walk.see("backup")
        walk.press()
        page.wait_for_selector(".outcome")
        walk.see("backed-up")
        walk.press()
        walk.leads_to("/setup/verify")
        walk.see("verify")
        walk.press()
        page.wait_for_selector(".outcome")
        walk.see("verified")
        walk.press()
        walk.leads_to("/setup/debugging")
        walk.see("debugging")
        walk.press()
        walk.leads_to("/setup/done")
        walk.see("done")
        page.goto(f"{site.url}/phones")
        walk.see("phones")
        page.goto(f"{site.url}/setup/phone?maker=xiaomi")
        walk.press("form[action='/setup/phone/folder'] .button")
        page.goto(f"{site.url}/setup/phone?maker=xiaomi")
        walk.see("menus")
        page.goto(f"{site.url}/setup/debugging?maker=huawei")
        walk.see("off")
        page.goto(f"{site.url}/phones/wireless")
        walk.see("wireless")
        page.goto(f"{site.url}/setup")
        walk.see("end")


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[4]], ids=lambda look: look.name)
def test_the_way_to_a_server(tmp_path: Path, browser: Browser, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vault lies on a server that lets one person in; what they type there is never shown again."""
    cheap_vaults(monkeypatch)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")
    monkeypatch.setenv("PHONEWARD_ADB", "/nowhere/adb")
    card = make_card(tmp_path / "card")
    (tmp_path / "served").mkdir()
    with (
        serve_restic(tmp_path / "served", user="anna", password=DOOR) as port,
        empty_site(tmp_path) as site,
        opened(browser, site, look) as page,
    ):
        walk = Walk(page, look)
        page.goto(f"{site.url}/setup/phone")
        page.locator("summary").last.press("Enter")
        walk.type("#field-folder", str(card))
        walk.press("form[action='/setup/phone/folder'] .button")
        walk.press()
        walk.press("a[href='/setup/place/elsewhere']")
        walk.see("elsewhere")
        walk.press("a[href='/setup/place/elsewhere/rest']")
        walk.see("server")
        walk.type("#field-place", f"http://127.0.0.1:{port}/phones/")
        walk.press("form:has(#field-place) .button")
        walk.see("server-refuses")
        walk.type("#field-user", "anna")
        walk.type("#field-password", DOOR)
        walk.press("form:has(#field-place) .button")
        walk.see("server-warning")
        assert DOOR not in page.content()
        walk.press(".actions form .button")
        walk.leads_to("/setup/password")
        walk.press("a[href='/setup/password/own']")
        walk.type("#field-password", GOOD)
        walk.type("#field-again", GOOD)
        walk.press()
        walk.leads_to("/setup/kit")
        walk.press()
        walk.see("server-kit")
        assert DOOR not in page.content()
        walk.press("form[action='/setup/kit/printed'] .button")
        walk.leads_to("/setup/backup")
        walk.press()
        page.wait_for_selector(".outcome")
        walk.press()
        walk.leads_to("/setup/verify")
        walk.press()
        page.wait_for_selector(".outcome")
        page.goto(f"{site.url}/setup/done")
        walk.see("server-done")
        assert DOOR not in page.content()


def test_no_vault_named_there(tmp_path: Path, browser: Browser) -> None:
    with empty_site(tmp_path, repo=tmp_path / "vault") as site, opened(browser, site, Look("zh_CN")) as page:
        Walk(page, Look("zh_CN")).see("no-vault")
        page.locator("main .button.main").click()
        page.locator("a[href='/setup']").click()
        page.wait_for_url("**/setup")
