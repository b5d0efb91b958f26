"""A move from the page: which snapshot to which phone, the plan, the move, and its table; real adbd, real APKs."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from phoneward.settings import Overrides, Settings, load
from tests.moving import two_phones as two
from tests.moving.two_phones import TwoPhones
from tests.phone.testphone import PhoneFactory
from tests.snapshots.bench import PASSWORD
from tests.web.browser import Look, fits, opened
from tests.web.keys import Keys
from tests.web.site import make_settings, serving

WAIT_MS = 240_000


@pytest.fixture
def both(phone_factory: PhoneFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TwoPhones:
    found = two.two_phones(phone_factory, tmp_path)
    for name, value in found.new.adb_env.items():
        monkeypatch.setenv(name, value)
    return found


def settings_of(both: TwoPhones) -> Settings:
    overrides = Overrides(str(both.vault.folder / "repo"), None, str(both.state_dir), str(both.vault.folder / "cache"))
    return load(overrides, {"PHONEWARD_PASSWORD": PASSWORD})


@pytest.mark.slow
def test_a_walk_from_the_phones_to_the_table(both: TwoPhones, browser: Browser) -> None:
    """By keyboard, without script (axe looks at these pages in the tests of every page): no plan, nothing written."""
    look = Look(script=False)
    with serving(settings_of(both)) as site, opened(browser, site, look) as page:
        page.set_default_timeout(WAIT_MS)
        keys = Keys(page, script=look.script)
        page.goto(site.url + "/phones")
        keys.press("a[href='/move']")
        fits(page)
        before = both.on_new()
        keys.press("main .button.main")
        if "/jobs/" in page.url:
            _ended(page, look)
            keys.press("main .button.main")
        assert page.url == site.url + "/move/plan"
        assert both.on_new() == before
        text = page.locator("main").inner_text()
        assert both.apks_on_new(two.DIARY) == []
        assert "WeChat" in text
        fits(page)
        keys.press("main .button.main")
        _ended(page, look)
        keys.press("main .button.main")
        assert page.url == site.url + "/move/done"
        fits(page)
        assert page.locator("main table tbody tr").count() == 4
        held = both.on_new()
        assert {name: held.get(name) for name in two.FILES} == two.FILES
        assert both.apks_on_new(two.DIARY) == [known.data for known in two.diary_set()]
        with page.expect_download() as waiting:
            page.locator("main .button.main").click()
        sheet = Path(waiting.value.path()).read_text()
        assert '<meta name="generator" content="Phoneward move">' in sheet
        page.goto(site.url + "/move")
        assert both.old.storage.exists()
        assert site.faults == []


def _ended(page: object, look: Look) -> None:
    """Wait until a job has ended; without script the page is loaded again, as its own text says."""
    for _ in range(400):
        if page.locator("main .outcome").count():  # type: ignore[attr-defined]  # playwright's page
            return
        page.wait_for_timeout(500)  # type: ignore[attr-defined]
        if not look.script:
            page.reload()  # type: ignore[attr-defined]
    raise AssertionError(page.locator("main").inner_text())  # type: ignore[attr-defined]


def test_without_a_plan_there_is_nothing_to_carry_out(tmp_path: Path) -> None:
    with serving(make_settings(tmp_path)) as site:
        visitor = site.visitor()
        assert visitor.get("/move/plan").status_code == 404
        assert visitor.post("/move/go").status_code == 404
        assert visitor.get("/move/done").headers["location"] == "/move"
        assert visitor.get("/move/done/report.html").headers["location"] == "/move"
        assert visitor.post("/move/plan", {"snapshot": "latest", "serial": "x"}).status_code == 404
        assert site.faults == []
