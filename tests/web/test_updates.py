"""The updates pages: what happened to the apps, and a file judged before it is installed, of which nothing stays."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from phoneward.vault import LocalStorage, Repository, open_repository
from phoneward.web.security import uploads
from tests.apk.making import key, make_apk
from tests.snapshots.catalogue.histories import File
from tests.updates.pasts import START, WECHAT, app, day, held, own_backup, put_day
from tests.web.browser import NARROW, Look, axe, fits, opened
from tests.web.site import PASSWORD, Site, Visitor, make_settings, serving

NOTES = "org.example.notes"
FIRST, NEWER = make_apk(NOTES), make_apk(NOTES, version_code=3)
OTHERS = make_apk(NOTES, keys=(key("other"),), version_code=2)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def fill(repo: Repository) -> str:
    """WeChat was wiped; the notes came past the store; an update that would wipe lies in the downloads."""
    both = [app(), app(NOTES, version_code=1)]
    apks = {NOTES: FIRST.read_bytes()}
    put_day(repo, 0, both, apks=apks, coverages=[held(own_backups=[own_backup(0)], lost=11 * 10**9)])
    now = [app(first_installed=day(5)), app(NOTES, version_code=1, installer="")]
    shared = {b"Download": {b"notes.apk": File(OTHERS.read_bytes())}}
    return put_day(repo, 7, now, apks=apks, coverages=[held(), held(NOTES)], shared=shared).id or ""


@pytest.fixture
def past(tmp_path: Path) -> Iterator[tuple[Site, str]]:
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    repo.load_index()
    newest = fill(repo)
    with serving(settings) as site:
        yield site, newest
        assert site.faults == []
        folder = settings.cache_dir / "uploads"
        until(lambda: not folder.exists() or not any(folder.iterdir()))  # nothing stays of what was sent


def send(visitor: Visitor, against: str, *files: tuple[str, bytes], token: str | None = None) -> httpx.Response:
    """Send the form as the page would."""
    data = {"csrf": visitor.token() if token is None else token, "against": against}
    return visitor.client.post("/updates/check", data=data, files=[("files", file) for file in files])


def judged(site: Site, visitor: Visitor, against: str, *files: tuple[str, bytes]) -> str:
    sent = send(visitor, against, *files)
    assert sent.status_code == 303, sent.text
    for job in site.context.jobs.all():
        assert job.ended.wait(30)
    return visitor.get("/updates/verdict").text


# -- what happened ----------------------------------------------------------------------------------------------------


def test_the_page_says_what_happened_and_offers_to_check(past: tuple[Site, str]) -> None:
    site, newest = past
    text = site.visitor().get("/updates").text
    assert "The data of WeChat was wiped between 14 November 2023 and 21 November 2023" in text
    assert "a backup that the app made of itself on 14 November 2023" in text
    assert f'value="snapshot:{newest}"' in text
    assert 'enctype="multipart/form-data"' in text
    assert "/updates/app?package=com.tencent.mm" in text
    assert "phoneward update history" in text


def test_an_app_has_a_page_of_its_own(past: tuple[Site, str]) -> None:
    site, _newest = past
    visitor = site.visitor()
    text = visitor.get(f"/updates/app?package={WECHAT}").text
    assert text.count("1.7 (7)") == 2
    assert START.date().isoformat() in text
    signer = visitor.get(f"/updates/app?package={NOTES}").text
    assert key("first").sha256[:16] in signer
    assert visitor.get("/updates/app?package=org.nothing").status_code == 404
    hostile = visitor.get("/updates/app?package=%3Cscript%3Ealert(1)%3C/script%3E")
    assert (hostile.status_code, "<script>alert" in hostile.text) == (404, False)


def test_stores_are_told_to_update_nothing(past: tuple[Site, str]) -> None:
    text = past[0].visitor().get("/updates/stores").text
    assert "Google Play" in text
    assert "<ol" in text
    assert text.index("Do not tap") < text.index("Google Play"), "whoever is asked already reads that first"
    assert 'href="/updates/stores#asks"' in past[0].visitor().get("/updates").text


def test_the_home_page_and_the_checkup_lead_here(past: tuple[Site, str]) -> None:
    site, _newest = past
    visitor = site.visitor()
    visitor.get("/")
    for job in site.context.jobs.all():
        assert job.ended.wait(30)
    home = visitor.get("/").text
    assert 'href="/updates"' in home
    checkup = visitor.get("/checkup").text
    assert "looks like an update of" in checkup
    assert 'class="button secondary" href="/updates"' in checkup
    assert 'href="/updates/stores"' in checkup


# -- a file that is judged --------------------------------------------------------------------------------------------


def test_a_file_by_somebody_else_would_wipe_and_one_by_its_signer_keeps(past: tuple[Site, str]) -> None:
    site, newest = past
    visitor = site.visitor()
    wipes = judged(site, visitor, f"snapshot:{newest}", ("C:\\fakepath\\<b>notes.apk", OTHERS.read_bytes()))
    assert "ONLY POSSIBLE BY WIPING" in wipes
    assert "11.0 GB" in wipes
    assert wipes.index("Do not install it") < wipes.index("signed by somebody else"), "what to do comes before why"
    assert "signer-differs" in wipes
    assert "&lt;b&gt;notes.apk" in wipes
    assert f"phoneward update check --snapshot {newest[:8]}" in wipes
    assert "KEEPS YOUR DATA" in judged(site, visitor, f"snapshot:{newest}", ("new.apk", NEWER.read_bytes()))


def test_several_files_are_judged_app_by_app(past: tuple[Site, str]) -> None:
    site, newest = past
    split = make_apk(NOTES, version_code=3, split="config.de", files={})
    text = judged(
        site, site.visitor(), f"snapshot:{newest}",
        ("base.apk", NEWER.read_bytes()), ("x.apk", b"no app"), ("split.apk", split.read_bytes()),
    )  # fmt: skip
    assert text.count('class="headline"') == 2
    assert "base.apk, split.apk" in text
    assert "x.apk" in text


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"\x89PNG" * 1000])
def test_what_is_no_app_is_said_in_one_sentence(past: tuple[Site, str], content: bytes) -> None:
    site, newest = past
    text = judged(site, site.visitor(), f"snapshot:{newest}", ("a.apk", content))
    assert "WOULD BE REFUSED" in text
    assert "KEEPS" not in text
    assert '<p class="loss">a.apk is damaged' in text, "by the person's own name for the file"
    assert "<p>a.apk is damaged" not in text, "said once"
    assert "Make a copy" not in text, "nothing is in danger"
    assert "0.apk" not in text


def test_before_any_file_there_is_no_answer(past: tuple[Site, str]) -> None:
    assert past[0].visitor().get("/updates/verdict").headers["location"] == "/updates"


@pytest.mark.parametrize("against", ["", "snapshot:ffffffff", "phone:evil", "file:/etc/passwd"])
def test_only_what_was_offered_is_judged_against(past: tuple[Site, str], against: str) -> None:
    assert send(past[0].visitor(), against, ("a.apk", b"x")).status_code == 400


def test_a_form_without_a_file_says_so(past: tuple[Site, str]) -> None:
    site, newest = past
    visitor = site.visitor()
    assert "No file came along" in send(visitor, f"snapshot:{newest}", ("", b"")).text


# -- what is not taken ------------------------------------------------------------------------------------------------


def test_no_other_site_and_no_stranger_sends_files(past: tuple[Site, str]) -> None:
    site, newest = past
    visitor = site.visitor()
    assert send(visitor, f"snapshot:{newest}", ("a.apk", b"x"), token="wrong").status_code == 403
    files = [("files", ("a.apk", b"x"))]
    late = visitor.client.post("/updates/check", data={"against": "x"}, files=files)
    assert late.status_code == 403
    body = {"csrf": visitor.token(), "against": f"snapshot:{newest}"}
    foreign = visitor.client.post("/updates/check", data=body, files=files, headers={"origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert site.stranger().post("/updates/check", files=files).status_code == 401
    assert visitor.client.post("/updates/check", data=body).status_code == 415, "a short form is no form with files"
    assert visitor.client.post("/language", data=body, files=files).status_code >= 400, "only this address takes files"


def test_a_token_that_comes_after_the_file_is_too_late(past: tuple[Site, str]) -> None:
    """So that nothing of a form that another site made is ever written to the disk."""
    visitor = past[0].visitor()
    file: tuple[str | None, bytes] = ("a.apk", b"x")
    token: tuple[str | None, bytes] = (None, visitor.token().encode())
    late = visitor.client.post("/updates/check", files=[("files", file), ("csrf", token)])
    assert late.status_code == 403


def test_too_much_is_refused_before_it_is_sent(past: tuple[Site, str], monkeypatch: pytest.MonkeyPatch) -> None:
    site, newest = past
    visitor = site.visitor()
    monkeypatch.setattr(uploads, "MAX_UPLOAD", 10_000)
    assert send(visitor, f"snapshot:{newest}", ("a.apk", b"x" * 20_000)).status_code == 413

    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + visitor.token().encode()
        yield b'\r\n--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(40):
            yield b"x" * 1000

    kind = {"content-type": "multipart/form-data; boundary=b"}
    assert visitor.client.post("/updates/check", content=endless(), headers=kind).status_code == 413


def test_a_full_disk_is_said_and_nothing_stays(past: tuple[Site, str], monkeypatch: pytest.MonkeyPatch) -> None:
    site, newest = past
    monkeypatch.setattr(uploads, "RESERVE", 1 << 62)
    assert send(site.visitor(), f"snapshot:{newest}", ("a.apk", b"x")).status_code == 507


def test_a_browser_that_is_closed_while_it_sends_leaves_nothing(past: tuple[Site, str]) -> None:
    site, _newest = past
    visitor = site.visitor()
    token = visitor.token()
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.client.cookies.items())
    host = site.url.removeprefix("http://")
    with socket.create_connection(("127.0.0.1", site.context.port)) as line:
        line.sendall(
            f"POST /updates/check HTTP/1.1\r\nHost: {host}\r\nOrigin: {site.url}\r\nCookie: {cookie}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n"
            f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
            '--b\r\nContent-Disposition: form-data; name="files"; filename="a.apk"\r\n\r\nbytes'.encode()
        )
        folder = site.context.settings.cache_dir / "uploads"
        until(lambda: folder.exists() and any(any(one.iterdir()) for one in folder.iterdir()))
        assert send(visitor, "", ("a.apk", b"x")).status_code == 409, "one form at a time"
    until(lambda: not any(folder.iterdir()))
    until(lambda: send(visitor, "", ("a.apk", b"x")).status_code == 400)


def test_what_a_killed_program_left_behind_is_removed(tmp_path: Path) -> None:
    for name, age in (("upload-old", 7 * 3600), ("upload-new", 60), ("other", 7 * 3600)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.apk").write_bytes(b"x")
        when = (tmp_path / name).stat().st_mtime - age
        os.utime(tmp_path / name, (when, when))
    uploads.remove_left_behind(tmp_path)
    assert sorted(place.name for place in tmp_path.iterdir()) == ["other", "upload-new"]


# -- in a browser -----------------------------------------------------------------------------------------------------


LOOKS = (Look("en"), Look("zh_CN", size=NARROW), Look(script=False))


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_person_drops_an_apk_and_gets_the_verdict(past: tuple[Site, str], browser: Browser, look: Look) -> None:
    site, newest = past
    with opened(browser, site, look) as page:
        page.goto(f"{site.url}/updates")
        page.select_option("#field-against", f"snapshot:{newest}")
        page.set_input_files("#field-files", str(OTHERS))
        page.click("main button.main")
        page.wait_for_load_state()
        if "/jobs/" in page.url:
            for job in site.context.jobs.all():
                assert job.ended.wait(30)
        page.goto(f"{site.url}/updates/verdict")
        assert page.locator(".verdict.danger .headline").count() == 1
        page.click("summary")
        assert "signer-differs" in page.inner_text("main")
        if look.script:
            axe(page)
            fits(page)
