"""Set-up over HTTP: order of the steps, what is refused, where the password is (nowhere), after a restart."""

import logging
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from phoneward.progress import Listener
from phoneward.setup import Journey, Step, is_kit_printed, journey, note_kit_printed
from phoneward.vault import LocalStorage, Repository, Storage, init_repository, open_repository, repository_exists
from phoneward.web.jobs import Jobs, Kind, Outcome
from tests.web.setup_help import (
    GOOD,
    WEAK,
    cheap_vaults,
    empty_site,
    ended,
    make_card,
    until_backup,
    until_end,
    until_password,
    waiting_in,
)
from tests.web.site import WITH_FILES, Site, Visitor


@pytest.fixture(autouse=True)
def _setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_vaults(monkeypatch)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # nobody answers there,
    monkeypatch.setenv("PHONEWARD_ADB", "/nowhere/adb")  # and nobody is started


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with empty_site(tmp_path) as site:
        yield site


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return make_card(tmp_path / "card")


STEPS = ("phone", "place", "password", "kit", "backup", "verify", "debugging")


def test_a_server_without_a_vault_leads_to_set_up(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.get("/").headers["location"] == "/setup"
    page = visitor.get("/setup").text
    assert page.count("<li class=") >= 7
    assert 'href="/setup/phone"' in page


def test_no_step_comes_before_what_it_needs(site: Site) -> None:
    visitor = site.visitor()
    ways = {step: visitor.get(f"/setup/{step}").headers.get("location", "") for step in STEPS}
    assert ways["phone"] == ways["place"] == ways["debugging"] == ""
    assert {ways[step] for step in ("password", "kit", "backup", "verify")} == {"/setup/place"}
    for step in ("password/own", "password/weak", "password/typed", "backup", "verify"):
        assert visitor.post(f"/setup/{step}", {"password": GOOD, "again": GOOD}).headers["location"] == "/setup/place"


def test_every_form_needs_the_session_and_its_token(site: Site, tmp_path: Path) -> None:
    visitor = site.visitor()
    forms = _posts()
    assert len(forms) >= 15
    for path in forms:
        address = path.replace("{job}", "x")
        assert site.stranger().post(address, data={}).status_code == 401, path
        files = {"files": ("a.apk", b"x")} if path in WITH_FILES else None
        assert visitor.client.post(address, data={"csrf": "x"}, files=files).status_code == 403, path
        assert visitor.post(address, origin="http://elsewhere").status_code == 403, path
    assert not (tmp_path / "vault").exists()


def _posts() -> list[str]:
    from starlette.routing import Route

    from phoneward.web.pages import ROUTES

    return [route.path for route in ROUTES if isinstance(route, Route) and "POST" in (route.methods or ())]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("vault", "does not say on which disk"),
        ("", "does not say on which disk"),
        ("{tmp}/card/vault", "on the phone itself"),
        ("{tmp}/file", "is a file"),
        ("{tmp}/card/../full", "is not empty"),
        ("{tmp}/a\nb", "cannot be printed"),
        ("{tmp}/\x00", "cannot be printed"),
        ("~nobody-of-this-name/x", "does not say on which disk"),
    ],
)
def test_places_that_no_vault_can_lie_at(site: Site, tmp_path: Path, card: Path, typed: str, said: str) -> None:
    (tmp_path / "file").write_text("x")
    make_card(tmp_path / "full")
    visitor = site.visitor()
    visitor.post("/setup/phone/folder", {"folder": str(card)})
    before = sorted(path.name for path in tmp_path.rglob("*"))
    answer = visitor.post("/setup/place", {"place": typed.format(tmp=tmp_path), "know": "1"})
    assert answer.status_code == 400
    assert said in answer.text
    assert visitor.get("/setup/password").headers["location"] == "/setup/place"
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_place_is_taken_only_after_its_warnings_and_nothing_is_made_yet(site: Site, tmp_path: Path) -> None:
    visitor = site.visitor()
    place = {"place": str(tmp_path / "OneDrive" / "vault")}
    page = visitor.post("/setup/place", place)
    assert "OneDrive copies this folder" in page.text
    assert page.text.index("Choose another place") < page.text.index("Use this place")
    assert visitor.get("/setup/password").headers["location"] == "/setup/place"
    assert visitor.post("/setup/place", {**place, "know": "1"}).headers["location"] == "/setup/password"
    assert not (tmp_path / "OneDrive").exists()
    visitor.get("/setup/password")
    assert not (tmp_path / "OneDrive").exists()


def test_the_password_is_in_no_page_no_address_no_log_and_no_file(
    site: Site, tmp_path: Path, card: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor = site.visitor()
    seen: list[str] = []
    visitor.client.event_hooks["response"] = [
        lambda answer: seen.append(f"{answer.url} {answer.headers} {answer.read().decode('utf-8', 'replace')}")
    ]
    until_password(visitor, tmp_path, card)
    for fields in ({"password": GOOD, "again": ""}, {"password": WEAK, "again": WEAK}, {"password": "", "again": GOOD}):
        visitor.post("/setup/password/own", fields)
    visitor.get("/setup/password/own")
    visitor.post("/setup/password/own", {"password": GOOD, "again": GOOD})
    visitor.post("/setup/kit/make")
    visitor.post("/setup/kit/printed")
    ended(visitor, visitor.post("/setup/backup"))
    for path in ("/setup/kit", "/setup/kit/sheet.html", "/jobs", "/settings", "/", "/setup"):
        visitor.get(path)
    assert len(seen) > 20
    everything = "\n".join(seen) + caplog.text + repr(site.context.sessions.__dict__)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    for secret in (GOOD, WEAK):
        assert secret not in everything
        assert not [path for path in written if secret.encode() in path.read_bytes()]
    open_repository(LocalStorage(tmp_path / "vault"), GOOD)


def test_a_weak_password_is_used_only_after_the_risk_was_read(site: Site, tmp_path: Path, card: Path) -> None:
    visitor = site.visitor()
    until_password(visitor, tmp_path, card)
    page = visitor.post("/setup/password/own", {"password": WEAK, "again": WEAK}).text
    assert "Use a password that is easy to guess?" in page
    assert page.index("Choose another password") < page.index("Use it anyway")
    assert not repository_exists(LocalStorage(tmp_path / "vault"))
    other = site.visitor()  # another browser knows nothing of it
    assert other.post("/setup/password/weak").headers["location"] == "/setup/password/own"
    visitor.get("/setup/password/own")  # the safe choice: it is forgotten
    assert visitor.post("/setup/password/weak").headers["location"] == "/setup/password/own"
    older = waiting_in(visitor.post("/setup/password/own", {"password": "12345678", "again": "12345678"}).text)
    visitor.post("/setup/password/own", {"password": WEAK, "again": WEAK})
    assert visitor.post("/setup/password/weak", older).headers["location"] == "/setup/password/own"  # two windows
    newer = waiting_in(visitor.post("/setup/password/own", {"password": WEAK, "again": WEAK}).text)
    assert visitor.post("/setup/password/weak", newer).headers["location"] == "/setup/kit"
    open_repository(LocalStorage(tmp_path / "vault"), WEAK)


def test_a_made_password_is_typed_from_the_paper(site: Site, tmp_path: Path, card: Path) -> None:
    visitor = site.visitor()
    until_password(visitor, tmp_path, card)
    assert visitor.get("/setup/password/made").headers["location"] == "/setup/password"
    visitor.post("/setup/password/make")
    shown = re.search(r"<code translate=\"no\">(.+?)</code>", visitor.get("/setup/password/made").text)
    assert shown is not None
    assert shown[1] in visitor.get("/setup/password/made").text  # the same until it is used
    assert shown[1] not in visitor.get("/setup/password/typed").text
    assert visitor.post("/setup/password/typed", {"password": shown[1][:-1]}).status_code == 400
    assert not repository_exists(LocalStorage(tmp_path / "vault"))
    answer = visitor.post("/setup/password/typed", {"password": f" {shown[1]} "})
    assert answer.headers["location"] == "/setup/kit"
    open_repository(LocalStorage(tmp_path / "vault"), shown[1])
    assert visitor.get("/setup/password/made").headers["location"] == "/setup/password"


def test_two_windows_make_one_vault(site: Site, tmp_path: Path, card: Path) -> None:
    visitor = site.visitor()
    until_password(visitor, tmp_path, card)
    token = visitor.token()
    answers: list[str] = []

    def press(password: str) -> None:
        fields = {"csrf": token, "password": password, "again": password}
        client = site.stranger()
        client.cookies = visitor.client.cookies
        answers.append(client.post("/setup/password/own", data=fields).headers["location"])

    threads = [threading.Thread(target=press, args=(f"{GOOD}-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["/setup/kit", *["/setup/password"] * 3]
    assert len(list((tmp_path / "vault/keys").iterdir())) == 1


def test_a_window_waits_while_another_makes_the_vault(
    site: Site, tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a vault is not taken for somebody else's files: the second window is not sent to choose another place."""
    visitor = site.visitor()
    until_password(visitor, tmp_path, card)
    fields = {"csrf": visitor.token(), "password": GOOD, "again": GOOD}
    half, goes_on = threading.Event(), threading.Event()
    real = init_repository

    def slow(storage: Storage, password: str, **_more: object) -> Repository:
        (tmp_path / "vault/keys").mkdir(parents=True)
        half.set()
        assert goes_on.wait(30)
        (tmp_path / "vault/keys").rmdir()
        return real(storage, password)

    monkeypatch.setattr(journey, "init_repository", slow)
    answers: list[str] = []

    def press() -> None:
        client = site.stranger()
        client.cookies = visitor.client.cookies
        answers.append(client.post("/setup/password/own", data=fields).headers["location"])

    windows = [threading.Thread(target=press) for _ in range(2)]
    windows[0].start()
    assert half.wait(30)
    windows[1].start()
    windows[1].join(0.5)
    goes_on.set()
    for window in windows:
        window.join(30)
    assert sorted(answers) == ["/setup/kit", "/setup/password"]


def test_the_kit_comes_before_the_first_backup(site: Site, tmp_path: Path, card: Path) -> None:
    visitor = site.visitor()
    until_password(visitor, tmp_path, card)
    visitor.post("/setup/password/own", {"password": GOOD, "again": GOOD})
    assert not list(tmp_path.glob("*recovery-kit*"))  # it is written when the person says so
    assert visitor.post("/setup/backup").headers["location"] == "/setup/kit"
    assert visitor.post("/setup/kit/printed").headers["location"] == "/setup/kit"
    visitor.post("/setup/kit/make")
    assert visitor.get("/setup/backup").headers["location"] == "/setup/kit"  # made, and nobody said it is printed
    visitor.post("/setup/kit/printed")
    assert visitor.get("/setup/backup").status_code == 200
    assert is_kit_printed(Journey(tmp_path / "state").open_vault(GOOD)), "the terminal asks no more"
    assert list(tmp_path.glob("vault-recovery-kit.html"))


def test_what_was_said_in_the_terminal_is_known_to_the_page(site: Site, tmp_path: Path, card: Path) -> None:
    visitor = site.visitor()
    until_password(visitor, tmp_path, card)
    visitor.post("/setup/password/own", {"password": GOOD, "again": GOOD})
    terminal = Journey(tmp_path / "state")  # which remembers where the page put the vault
    terminal.open_vault(GOOD)
    terminal.write_kit()
    assert visitor.get("/setup/backup").headers["location"] == "/setup/kit"
    note_kit_printed(terminal.opened(Step.KIT))
    assert visitor.get("/setup/backup").status_code == 200
    assert "the password is written down" in visitor.get("/setup/kit").text


def test_the_kits_own_page_allows_its_style_and_nothing_else(site: Site, tmp_path: Path, card: Path) -> None:
    visitor = site.visitor()
    until_password(visitor, tmp_path, card)
    visitor.post("/setup/password/own", {"password": GOOD, "again": GOOD})
    policy = visitor.get("/setup/kit/sheet.html").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "script" not in policy
    assert visitor.get("/setup/kit").headers["content-security-policy"].count("sha256") == 0
    assert visitor.get("/setup/kit/sheet.pdf").content.startswith(b"%PDF")


def test_the_whole_way_and_a_restart_at_every_step(tmp_path: Path, card: Path) -> None:
    """Phoneward ends after each step and is started anew without a vault named: it goes on where it was."""
    with empty_site(tmp_path) as site:
        until_password(site.visitor(), tmp_path, card)
    with empty_site(tmp_path) as site:
        visitor = site.visitor()
        assert visitor.get("/").headers["location"] == "/setup"
        visitor.post("/setup/password/own", {"password": GOOD, "again": GOOD})
    with empty_site(tmp_path) as site:
        visitor = site.visitor()
        assert visitor.get("/setup/kit").headers["location"] == "/unlock?next=%2Fsetup%2Fkit"
        assert visitor.post("/unlock", {"password": "wrong", "next": "/setup/kit"}).status_code == 403
        visitor.post("/unlock", {"password": GOOD, "next": "/setup/kit"})
        visitor.post("/setup/kit/make")
        visitor.post("/setup/kit/printed")
    with empty_site(tmp_path) as site:
        visitor = site.visitor()
        visitor.post("/unlock", {"password": GOOD})
        assert "set-up is not finished" in visitor.get("/").text
        visitor.post("/setup/phone/folder", {"folder": str(card)})
        assert "6 files" in ended(visitor, visitor.post("/setup/backup")).text
    with empty_site(tmp_path) as site:
        visitor = site.visitor()
        visitor.post("/unlock", {"password": GOOD})
        assert "set-up is not finished" in visitor.get("/").text
        assert "Almost done" in visitor.get("/setup/done").text
        assert "the same as in the snapshot" in ended(visitor, visitor.post("/setup/verify")).text
        assert "set-up is not finished" not in visitor.get("/").text
        assert "Everything is set up" in visitor.get("/setup/done").text


def test_the_same_backup_in_a_second_window_leads_to_the_one_that_runs(
    site: Site, tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the first window may be closed: the work goes on, and a third window sees its end."""
    visitor = site.visitor()
    until_backup(visitor, tmp_path, card)
    go_on = threading.Event()
    whole = Jobs.start

    def slow(jobs: Jobs, kind: Kind, key: str, work: object) -> object:
        def waiting(listener: Listener) -> Outcome:
            assert go_on.wait(30)
            return work(listener)  # type: ignore[operator,no-any-return]

        return whole(jobs, kind, key, waiting)

    monkeypatch.setattr(Jobs, "start", slow)
    first = visitor.post("/setup/backup").headers["location"]
    visitor.client.close()
    second = site.visitor()
    assert second.post("/setup/backup").headers["location"] == f"{first}?already=1"
    assert "not started a second time" in second.get(f"{first}?already=1").text
    assert second.get("/setup/backup").headers["location"] == first
    go_on.set()
    third = site.visitor()
    assert "6 files" in ended(third, _at(first)).text
    assert len(list((tmp_path / "vault/snapshots").iterdir())) == 2  # the backup, and what the person decided


def _at(address: str) -> httpx.Response:
    return httpx.Response(303, headers={"location": address})


def test_the_vaults_disk_is_gone_and_comes_back(site: Site, tmp_path: Path, card: Path) -> None:
    visitor = site.visitor()
    until_backup(visitor, tmp_path, card)
    (tmp_path / "vault").rename(tmp_path / "elsewhere")
    home = visitor.get("/")
    assert home.status_code == 200
    assert "Your vault is not there" in home.text
    for path in ("/setup", "/setup/place"):
        page = visitor.get(path).text
        assert "Your vault is not there at the moment" in page, path
        assert "Look again" in page
    for path in ("/setup/password", "/setup/password/own"):
        assert visitor.get(path).headers["location"] == "/setup/place"  # no second vault by accident
    assert visitor.post("/setup/backup").headers["location"] == "/setup/password"
    assert not (tmp_path / "vault").exists()
    (tmp_path / "elsewhere").rename(tmp_path / "vault")
    assert "6 files" in ended(visitor, visitor.post("/setup/backup")).text


def test_a_vault_that_is_really_gone_can_be_made_anew_at_its_place(site: Site, tmp_path: Path, card: Path) -> None:
    visitor = site.visitor()
    until_backup(visitor, tmp_path, card)
    shutil.rmtree(tmp_path / "vault")
    place = {"place": str(tmp_path / "vault"), "know": "1"}
    assert visitor.post("/setup/place", place).headers["location"] == "/setup/password"
    visitor.post("/setup/password/own", {"password": f"{GOOD}-2", "again": f"{GOOD}-2"})
    # The kit of the vault before is not this one's.
    assert visitor.post("/setup/backup").headers["location"] == "/setup/kit"


def test_another_vault_that_is_there_is_opened_not_made(site: Site, tmp_path: Path, card: Path) -> None:
    visitor = site.visitor()
    until_end(visitor, tmp_path, card)
    with empty_site(tmp_path / "second") as other:
        visitor = other.visitor()
        answer = visitor.post("/setup/place", {"place": str(tmp_path / "vault")})
        assert answer.headers["location"] == "/setup/password"
        assert visitor.get("/setup/password").headers["location"].startswith("/unlock")
        visitor.post("/unlock", {"password": GOOD})
        assert "it is open" in visitor.get("/setup/password").text
        assert len(list((tmp_path / "vault/keys").iterdir())) == 1


def test_a_job_that_failed_is_started_again_with_one_button(site: Site, tmp_path: Path, card: Path) -> None:
    visitor: Visitor = site.visitor()
    until_backup(visitor, tmp_path, card)
    card.rename(tmp_path / "away")
    page = ended(visitor, visitor.post("/setup/backup")).text
    assert "cannot be opened" in page
    form = re.search(r'<form method="post" action="(/setup/backup)"', page)
    assert form is not None
    (tmp_path / "away").rename(card)
    assert "6 files" in ended(visitor, visitor.post(form[1])).text
