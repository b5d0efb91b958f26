"""Set-up and the phones' page with the real adb and a phone whose cable can be pulled."""

import os
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from phoneward import phones
from tests.phone import trees
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.snapshots.bench import settle
from tests.web.browser import Look, axe, opened
from tests.web.setup_help import WAIT_S, cheap_vaults, empty_site, ended, until_backup, until_end
from tests.web.site import Site, Visitor

FILES, SIZE = 24, 1_000_000


@pytest.fixture(autouse=True)
def _setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_vaults(monkeypatch)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def plugged(phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> TestPhone:
    """A phone that this process' adb sees, with pictures on it."""
    for number in range(FILES):
        trees.put(phone.storage, f"DCIM/{number:02}.jpg", os.urandom(SIZE))
    for name, value in phone.adb_env.items():
        if name != "HOME":
            monkeypatch.setenv(name, value)
    return phone


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with empty_site(tmp_path) as site:
        yield site


def test_the_phone_is_seen_and_its_menus_are_shown(site: Site, plugged: TestPhone) -> None:
    visitor = site.visitor()
    page = visitor.get("/setup/phone").text
    assert "is connected and can be read" in page
    assert 'class="button main" href="/setup/place"' in page
    seen = re.search(r"status\?seen=(\w+)", page)
    assert seen is not None
    assert "hx-refresh" not in visitor.get(f"/setup/phone/status?seen={seen[1]}").headers
    plugged.disconnect()
    time.sleep(1.1)  # what is looked at is told to all who ask within a second
    answer = visitor.get(f"/setup/phone/status?seen={seen[1]}")
    assert (answer.status_code, answer.headers["hx-refresh"]) == (204, "true")
    page = visitor.get("/setup/phone").text
    assert "is connected and can be read" not in page
    assert page.count("/setup/phone?maker=") >= 8
    for maker in ("xiaomi", "huawei", "oppo", "vivo", "samsung", "meizu", "smartisan", "stock"):
        page = visitor.get(f"/setup/phone?maker={maker}").text
        assert 'id="menus"' in page
        assert "confirmed</span>" in page
        assert "Where this comes from" in page
    assert visitor.get("/setup/phone?maker=<script>").status_code == 404


def test_the_phone_is_unplugged_in_the_middle_and_plugged_in_again(
    site: Site, tmp_path: Path, plugged: TestPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says what came over and how to go on; one button, no restart, and nothing is read twice."""
    visitor = site.visitor()
    until_backup(visitor, tmp_path, None)
    settle()  # a file changed this second would be read twice whatever happens
    plugged.proxy.cut("down", FILES * SIZE // 2)
    answer = visitor.post("/setup/backup")
    page = ended(visitor, answer).text
    assert "was cut short" in page
    assert "What came over is kept and will not be sent again." in page
    assert "then press the button: it goes on where it stopped" in page
    assert page.count('class="button main"') == 1
    form = re.search(
        r'<form method="post" action="([^"]+)"[^>]*>(?:(?!</form>).)*Go on with the backup', page, re.DOTALL
    )
    assert form is not None
    # A phone over TCP whose cable is out is silent, where one at USB is gone at once: that silence is made short.
    monkeypatch.setattr(phones, "open_adb", partial(phones.open_adb, idle_timeout=2.0))
    plugged.proxy.refuse(on=True)
    plugged.disconnect()
    page = ended(visitor, visitor.post(form[1])).text  # pressed too early: the same button is there again
    assert "Go on with the backup" in page
    plugged.proxy.refuse(on=False)
    plugged.connect()
    page = ended(visitor, visitor.post(form[1])).text
    assert "Your phone is in the vault" in page
    assert "It went on where the last run stopped" in page
    assert 'href="/setup/verify"' in page


def test_a_person_stops_a_backup_and_goes_on(site: Site, tmp_path: Path, plugged: TestPhone) -> None:
    visitor = site.visitor()
    until_backup(visitor, tmp_path, None)
    plugged.proxy.stall("down", FILES * SIZE // 2, seconds=3)
    begun = visitor.post("/setup/backup")
    address = begun.headers["location"]
    assert visitor.post("/setup/backup").headers["location"] == f"{address}?already=1"
    job = site.context.jobs.get(address.rsplit("/", 1)[1])
    give_up = time.monotonic() + WAIT_S
    while job.progress.bytes < FILES * SIZE // 4:
        assert time.monotonic() < give_up, job
        time.sleep(0.02)
    visitor.post(f"{address}/stop")
    page = ended(visitor, begun).text
    assert "You stopped the backup" in page
    assert "Go on with the backup" in page
    assert "Your phone is in the vault" in ended(visitor, visitor.post("/setup/backup")).text


def test_debugging_that_is_still_on_is_not_believed_to_be_off(site: Site, tmp_path: Path, plugged: TestPhone) -> None:
    visitor = site.visitor()
    until_end(visitor, tmp_path, None)
    assert visitor.post("/setup/debugging").headers["location"] == "/setup/debugging"
    assert "can still read the phone" in visitor.get("/setup/debugging").text
    plugged.disconnect()
    time.sleep(1.1)
    assert visitor.post("/setup/debugging").headers["location"] == "/setup/done"
    assert "Everything is set up" in visitor.get("/setup/done").text


def kept_files(visitor: Visitor) -> int:
    """Return how many files the newest snapshot holds, as the page about it says."""
    found = re.search(r"you would keep ([\d,]+) files", visitor.get("/coverage").text)
    assert found is not None
    return int(found[1].replace(",", ""))


def test_the_phones_page(site: Site, tmp_path: Path, plugged: TestPhone) -> None:
    visitor = site.visitor()
    assert 'href="/setup"' in visitor.get("/phones").text  # nothing to back up into yet
    assert visitor.post("/phones/backup", {"serial": plugged.serial}).status_code == 404
    until_end(visitor, tmp_path, None)
    before = kept_files(visitor)
    trees.put(plugged.storage, "DCIM/new.jpg", os.urandom(SIZE))
    page = visitor.get("/phones").text
    assert "Back up now" in page
    assert "(today)" in page
    assert visitor.post("/phones/backup", {"serial": "127.0.0.1:1"}).status_code == 409
    page = ended(visitor, visitor.post("/phones/backup", {"serial": plugged.serial})).text
    assert f"{before + 1} files" in page
    device = re.search(r'name="device" value="([^"]+)"', visitor.get("/phones").text)
    assert device is not None
    visitor.post("/phones/rename", {"device": device[1], "name": "妈妈的<b>手机"})
    assert "妈妈的&lt;b&gt;手机" in visitor.get("/phones").text
    assert visitor.post("/phones/rename", {"device": "other", "name": "x"}).status_code == 409
    assert visitor.post("/phones/rename", {"device": device[1], "name": "x" * 500}).status_code >= 400
    visitor.post("/phones/rename", {"device": device[1], "name": ""})
    assert "妈妈的" not in visitor.get("/phones").text


def test_several_phones_are_asked_about(
    site: Site, tmp_path: Path, phone_factory: PhoneFactory, plugged: TestPhone
) -> None:
    second = phone_factory()
    plugged.adb("connect", second.serial)
    visitor = site.visitor()
    page = visitor.get("/setup/phone").text
    assert "Which one is it about?" in page
    assert {plugged.serial, second.serial} <= set(re.findall(r'name="serial" value="([^"]+)"', page))
    assert visitor.post("/setup/phone/choose", {"serial": "127.0.0.1:1"}).status_code == 409
    assert visitor.post("/setup/phone/choose", {"serial": second.serial}).headers["location"] == "/setup/place"
    until_backup(visitor, tmp_path, None)
    assert "Your phone is in the vault" in ended(visitor, visitor.post("/setup/backup")).text


def test_a_phone_plugged_in_is_noticed_by_the_page(site: Site, browser: Browser, plugged: TestPhone) -> None:
    """Nobody presses anything; and what has the focus keeps it while nothing changes."""
    plugged.disconnect()
    with opened(browser, site, Look("zh_CN")) as page:
        page.goto(f"{site.url}/setup/phone")
        page.locator(".makers a").nth(2).focus()
        with page.expect_response("**/setup/phone/status*"):
            pass
        assert page.evaluate("document.activeElement.href").endswith("maker=huawei")
        axe(page)
        plugged.connect()
        page.wait_for_selector(".outcome")
        axe(page)


def test_without_javascript_the_page_looks_again_by_itself(site: Site, browser: Browser, plugged: TestPhone) -> None:
    plugged.disconnect()
    with opened(browser, site, Look("en", script=False)) as page:
        page.goto(f"{site.url}/setup/phone")
        plugged.connect()
        page.wait_for_selector(".outcome")
