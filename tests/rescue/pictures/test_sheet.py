"""The sheet of recovered pictures in a real browser: for everybody, and it asks for nothing."""

from pathlib import Path

from playwright.sync_api import expect

from phoneward.rescue.pictures import recover_pictures
from tests.rescue.archive.browsing import looking
from tests.rescue.pictures import made
from tests.web.browser import NARROW, Look, axe, chromium, fits, screenshot


def test_the_sheet_shows_every_picture_and_what_is_known_of_it(tmp_path: Path) -> None:
    hostile = "https://evil.example/<img/src=x/onerror=alert(1)>.jpg"
    made.okhttp(tmp_path / "in" / "<b>cache", hostile, made.jpeg(1), 1_552_000_000_000)
    made.thumbdata(tmp_path / "in" / ".thumbdata3-1", {3: made.jpeg(2), 4: made.jpeg(3)})
    recover_pictures([tmp_path / "in"], tmp_path / "out")
    with chromium() as browser:
        for look in (Look(script=False), Look(size=NARROW, dark=True)):
            with looking(browser, look) as page:
                page.goto((tmp_path / "out" / "index.html").as_uri())
                expect(page.locator("img")).to_have_count(3)
                expect(page.locator("img").first).to_have_js_property("naturalWidth", 120)
                assert page.locator("li b, li img[src=x]").count() == 0
                if look.script:
                    axe(page)
                    fits(page)
                screenshot(page, f"pictures-{look.name}")
