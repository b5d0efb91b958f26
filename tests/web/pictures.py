"""Takes the pictures of `docs/page.md`, of the demonstration's sample phone: `python -m tests.web.pictures`."""

import datetime as dt
import functools
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from phoneward import vault
from phoneward.demo import FolderSample, tell
from phoneward.phones import Diagnosis, Situation
from phoneward.settings import Overrides, load
from phoneward.vault import LocalStorage, open_repository
from tests.apk.making import copy_of, key, make_apk
from tests.numbers.sources.made import MINE, put_phone
from tests.updates.pasts import START, app, held, own_backup, put_day
from tests.updates.pasts import day as date
from tests.vault.cheap import insecure_test_cost
from tests.web.all_pages import READY, same_session, sees, stages
from tests.web.browser import PHONE, Look, chromium, opened
from tests.web.numbers_shown import messages_of_a_life
from tests.web.setup_help import cheap_vaults, empty_site, ended, make_card
from tests.web.site import PASSWORD, Site, make_settings, serving
from tests.web.watch_shown import looked_through, put_pictures

PICTURES: Final = Path(__file__).parents[2] / "docs" / "pictures"
SCREEN: Final = (1280, 640)
MAX_BYTES: Final = 150_000
OWN_NAMES: Final = {"en": "Mum's phone", "zh_CN": "妈妈的手机"}
MAKERS: Final = {"en": "samsung", "zh_CN": "huawei"}
PAGES: Final[Mapping[str, str]] = {
    "home": "/",
    "checkup": "/checkup",
    "phones": "/phones",
    "snapshots": "/snapshots",
    "folder": "/snapshots/{newest}/files?path=/shared/DCIM/Camera",
    "search": "/search?q=ticket",
    "coverage": "/coverage",
    "vault": "/vault",
    "settings": "/settings",
}
SCROLLED: Final[Mapping[str, int]] = {"coverage": 380, "setup-phone": 240}
SET_UP: Final = ("setup-phone", "setup-kit")
NOTES: Final = "org.example.notes"
UPDATES: Final = ("updates", "update-verdict")
NUMBERS: Final = ("numbers", "number-plan")
WATCH: Final = ("watch", "watch-copies")
AFTER: Final = ("rescue", "case", "case-letter")
STORY: Final = {
    "en": (
        "Mum's chats",
        "Wang Fang",
        "Its store pushed an update signed by somebody else.",
        "Mum's last messages",
        "she died in May",
    ),
    "zh_CN": ("妈妈的聊天记录", "王芳", "其应用商店推送了由他人签名的更新。", "妈妈最后的消息", "她五月去世了"),
}
NAMES: Final = (*PAGES, "home-phone", "restore-plan", *UPDATES, *NUMBERS, *WATCH, *AFTER, *SET_UP)
"""Of all pictures; each is there in both languages."""


@contextmanager
def sample(folder: Path) -> Iterator[tuple[Site, str]]:
    """Serve a vault of the sample phone; yield it and its newest snapshot."""
    (folder / "phone").mkdir()
    told = {one.step: one for one in tell(FolderSample(folder / "phone"), folder)}
    overrides = Overrides(str(folder / "vault"), None, str(folder / "state"), str(folder / "cache"))
    password = str(told["vault"].facts["password"])
    with serving(load(overrides, {"PHONEWARD_PASSWORD": password})) as site:
        sees(site, Diagnosis(Situation.READY, phones=(READY,)))
        site.context.library.begin()
        for job in site.context.jobs.all():
            assert job.ended.wait(60)
        visitor = site.visitor()
        ended(visitor, visitor.post("/vault/look-after/check"))
        yield site, str(told["second-snapshot"].facts["snapshot_id"])


def take(page: Page, name: str, language: str) -> None:
    """Keep a picture of what a screen shows of a page."""
    page.evaluate(f"scrollTo(0, {SCROLLED.get(name, 0)})")
    path = PICTURES / f"{name}.{language}.png"
    page.screenshot(path=path)


def take_all_of_a_vault(site: Site, newest: str, browser: Browser, language: str) -> None:
    """Look at a vault that is in use."""
    visitor = site.visitor()
    device = visitor.get("/phones").text.partition('name="device" value="')[2].partition('"')[0]
    assert visitor.post("/phones/rename", {"device": device, "name": OWN_NAMES[language]}).status_code == 303
    with opened(browser, site, Look(language, size=SCREEN)) as page:
        page.wait_for_selector(".finding, .all-well")
        for name, path in PAGES.items():
            page.goto(site.url + path.format(newest=newest))
            take(page, name, language)
        page.goto(f"{site.url}/restore?snapshot={newest}&path=/shared/DCIM")
        page.locator("main .button.main").click()
        page.wait_for_url("**/restore/*")
        take(page, "restore-plan", language)
    with opened(browser, site, Look(language, size=PHONE)) as page:
        page.wait_for_selector(".finding, .all-well")
        take(page, "home-phone", language)


def take_numbers(folder: Path, browser: Browser, language: str) -> None:
    """Look at what hangs on a number, and at the plan for giving it up."""
    settings = make_settings(folder)
    repo = open_repository(LocalStorage(folder / "vault"), PASSWORD)
    repo.load_index()
    put_phone(repo, 0, messages_of_a_life(dt.datetime.now(dt.UTC)))
    with serving(settings) as site, opened(browser, site, Look(language, size=SCREEN)) as page:
        visitor = site.visitor()
        on = (dt.datetime.now().astimezone().date() + dt.timedelta(40)).isoformat()
        assert visitor.post("/numbers/leave", {"other": MINE, "on": on}).status_code == 303
        page.goto(site.url + "/numbers")
        page.wait_for_selector("table")
        take(page, "numbers", language)
        page.goto(site.url + "/numbers/plan?number=%2B8613800138000")
        page.locator("#old-number").evaluate("section => scrollTo(0, section.offsetTop - 16)")
        page.screenshot(path=PICTURES / f"number-plan.{language}.png")


def take_watch(folder: Path, browser: Browser, language: str) -> None:
    """Look at who keeps copies of pictures, and at the pictures side by side."""
    settings = make_settings(folder)
    repo = open_repository(LocalStorage(folder / "vault"), PASSWORD)
    repo.load_index()
    put_pictures(repo)
    with serving(settings) as site, opened(browser, site, Look(language, size=SCREEN)) as page:
        looked_through(site.context)
        page.goto(site.url + "/watch")
        page.wait_for_selector("table")
        take(page, "watch", language)
        page.locator("table a").first.click()
        page.wait_for_selector(".pair img")
        page.wait_for_load_state("networkidle")
        take(page, "watch-copies", language)


def take_after(folder: Path, browser: Browser, language: str) -> None:
    """Look at what to do first after a loss, at a case and at one of its letters."""
    title, name, did, lost, meaning = STORY[language]
    with serving(make_settings(folder)) as site, opened(browser, site, Look(language, size=SCREEN)) as page:
        visitor = site.visitor()
        page.goto(site.url + "/rescue/card?what=wiped-by-update&app=com.tencent.mm")
        take(page, "rescue", language)
        form = {"title": title, "incident": "wiped-by-update", "happened": "2026-03-01", "folder": str(folder / "case")}
        key = visitor.post("/cases/new", form).headers["location"].partition("case=")[2]
        for told in (
            {"what": "party", "role": "claimant", "name": name},
            {"what": "party", "role": "phone-maker", "name": "Smartisan", "did": did},
            {"what": "loss", "lost": lost, "meaning": meaning, "cost": ""},
            {"what": "event", "day": "2026-03-01T08:30", "happening": did, "role": "store", "against": ""},
        ):
            assert visitor.post("/cases/case/tell", {"case": key, **told}).status_code == 303
        page.goto(f"{site.url}/cases/case?case={key}")
        take(page, "case", language)
        page.goto(f"{site.url}/cases/letter?case={key}&kind=demand")
        page.locator(".letter").evaluate("letter => scrollTo(0, letter.offsetTop - 16)")
        page.screenshot(path=PICTURES / f"case-letter.{language}.png")


def take_updates(folder: Path, browser: Browser, language: str) -> None:
    """Look at what happened to WeChat on a phone, and at an update of an app that could only be put in by wiping it."""
    update = make_apk(NOTES, keys=(key("other"),), version_code=2)
    copied = copy_of(update, folder, "update.apk")
    settings = make_settings(folder)
    repo = open_repository(LocalStorage(folder / "vault"), PASSWORD)
    repo.load_index()
    day = round((dt.datetime.now(dt.UTC) - START) / dt.timedelta(days=1))
    mine = make_apk(NOTES).read_bytes()
    backup = held(own_backups=[own_backup(day - 20)], lost=11 * 10**9)
    before, after = app(version_code=6), app(version_code=7, first_installed=date(day - 15))
    for number, one, coverage in ((day - 20, before, backup), (day - 12, after, held())):
        put_day(
            repo,
            number,
            [one, app(NOTES, version_code=1, data_bytes=48 * 10**6)],
            apks={NOTES: mine},
            coverages=[coverage, held(NOTES)],
            label=OWN_NAMES[language],
        )
    with serving(settings) as site, opened(browser, site, Look(language, size=SCREEN)) as page:
        page.goto(site.url + "/updates")
        page.wait_for_selector(".finding")
        take(page, "updates", language)
        page.set_input_files("#field-files", copied)
        page.locator("main .button.main").click()
        page.wait_for_url("**/updates/verdict")
        take(page, "update-verdict", language)


def take_set_up(folder: Path, browser: Browser, language: str) -> None:
    """Look at two steps of set-up."""
    with empty_site(folder) as site, opened(browser, site, Look(language, size=SCREEN)) as page:
        for stage in stages(site, same_session(page, site), folder, make_card(folder / "card")):
            if stage == "nothing":
                page.goto(f"{site.url}/setup/phone?maker={MAKERS[language]}")
                take(page, "setup-phone", language)
            if stage == "kit":
                page.goto(f"{site.url}/setup/kit")
                take(page, "setup-kit", language)
                break


def main() -> None:
    """Take them all anew."""
    home = Path(tempfile.gettempdir()) / "anna"
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch, chromium() as browser:
        cheap_vaults(patch)
        patch.setattr(vault, "init_repository", functools.partial(vault.init_repository, kdf=insecure_test_cost()))
        patch.setenv("HOME", str(home))
        home.mkdir()
        try:
            with sample(home) as (site, newest):
                for language in OWN_NAMES:
                    take_all_of_a_vault(site, newest, browser, language)
            for language in OWN_NAMES:
                (home / language).mkdir()
                (home / f"updates {language}").mkdir()
                take_updates(home / f"updates {language}", browser, language)
                (home / f"numbers {language}").mkdir()
                take_numbers(home / f"numbers {language}", browser, language)
                (home / f"watch {language}").mkdir()
                take_watch(home / f"watch {language}", browser, language)
                (home / f"after {language}").mkdir()
                take_after(home / f"after {language}", browser, language)
                take_set_up(home / language, browser, language)
        finally:
            shutil.rmtree(home)


if __name__ == "__main__":
    main()
