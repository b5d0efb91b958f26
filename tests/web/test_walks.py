"""The main tasks from their beginning to their end: by keyboard alone, without JavaScript, and past a closed window."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from phoneward import flows
from phoneward.findings import Action
from phoneward.progress import Event, PhaseStarted
from phoneward.texts import Words
from phoneward.vault import LocalStorage, open_repository
from tests.web.all_pages import NOTHING_SEEN, sees
from tests.web.browser import Look, opened
from tests.web.holding import Holding, holding
from tests.web.keys import Keys
from tests.web.setup_help import GOOD
from tests.web.site import PASSWORD

WAIT_S = 60.0
NO_SCRIPT = Look(script=False)


@pytest.fixture(autouse=True)
def _setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PHONEWARD_ADB", "/nowhere/adb")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Holding]:
    with holding(tmp_path) as held:
        sees(held.site, NOTHING_SEEN)
        yield held
        assert held.site.faults == []


@contextmanager
def at(held: Holding, browser: Browser, path: str, look: Look | None = None) -> Iterator[Keys]:
    """Yield a keyboard at a page."""
    with opened(browser, held.site, look) as page:
        page.goto(held.site.url + path)
        yield Keys(page, script=look is None or look.script)


def done(keys: Keys) -> str:
    """Wait until the page of a job says what came of it; return that."""
    return keys.page.locator(".outcome").inner_text(timeout=WAIT_S * 1000)


def test_from_the_password_to_the_next_action(tmp_path: Path, browser: Browser) -> None:
    """The vault is opened, today's answer read, the checkup opened, and what it advises is begun."""
    with holding(tmp_path, password=None) as held, opened(browser, held.site) as page:
        sees(held.site, NOTHING_SEEN)
        keys = Keys(page)
        keys.type("#field-password", PASSWORD)
        keys.enter()
        assert keys.heading() == "Your phone today"
        page.wait_for_selector("#today .card.lead .answer")
        page.wait_for_selector("#today .finding .button.main")
        keys.press(".top a[href='/checkup']")
        main = page.locator("main .button.main")
        assert main.count() == 1
        keys.press("main .button.main")
        page.wait_for_selector(".error", timeout=WAIT_S * 1000)  # no phone is plugged in: it says so, and what to do
        assert page.locator(".error p").count() == 2
        keys.press("main .button.main")
        keys.press(".top a[href='/checkup']")
        keys.press("form[action='/actions'] .button:text('Read the whole vault back')")
        assert "read back" in done(keys)
        keys.press("main .button.main")
        assert keys.heading() == "Checkup"
        assert "was ever read back" not in page.locator("main").inner_text()
        assert held.site.faults == []


def restored(keys: Keys, folder: Path, target: Path) -> None:
    """Go from the list of snapshots to a file that is back."""
    keys.press("table a")
    keys.press("main .button.main")
    for name in ("shared", "Documents", "same.txt"):
        keys.press(f"table a:has-text('{name}')")
    keys.press(".button:text('Restore just this')")
    keys.type("#field-target", str(target))
    keys.enter()
    assert keys.heading() == "The plan"
    assert str(target) in keys.page.locator("main").inner_text()
    assert not target.exists()
    keys.press("main .button.main")
    done(keys)
    if "/jobs/" in keys.page.url:
        keys.press("main .button.main")
    assert keys.heading() == "What came of it"
    assert "All that was asked for is there" in done(keys)
    assert [one.name for one in folder.glob("back/**/*") if one.is_file()] == ["same.txt"]


def test_from_the_snapshots_to_a_file_that_is_back(held: Holding, browser: Browser, tmp_path: Path) -> None:
    with at(held, browser, "/snapshots") as keys:
        restored(keys, tmp_path, tmp_path / "back")


def test_a_file_comes_back_without_javascript(held: Holding, browser: Browser, tmp_path: Path) -> None:
    with at(held, browser, "/snapshots", NO_SCRIPT) as keys:
        restored(keys, tmp_path, tmp_path / "back")


def test_from_a_name_to_a_copy_of_another_version(held: Holding, browser: Browser) -> None:
    """A file that is gone is found by a part of its name; the one of its two versions that is wanted is downloaded."""
    with at(held, browser, "/snapshots") as keys:
        keys.type("#field-q", "notes")
        keys.enter()
        assert keys.heading() == "Search"
        while keys.page.locator("table a:has-text('notes.txt')").count() == 0:  # the search is being prepared
            keys.page.reload()
        keys.press("table a:has-text('notes.txt')")
        rows = keys.page.locator("tbody tr")
        assert rows.count() == 2
        keys.reach("tbody tr:has-text('4 B') a:has-text('Download')")
        with keys.page.expect_download() as loading:
            keys.page.keyboard.press("Enter")
        assert loading.value.suggested_filename == "notes.txt"
        assert Path(loading.value.path()).read_bytes() == b"two!"


def test_from_what_is_kept_to_the_names_that_are_missing(held: Holding, browser: Browser) -> None:
    with at(held, browser, "/snapshots") as keys:
        keys.press("table a")
        keys.press("a:text('What is kept and what is not')")
        assert "you would keep" in keys.page.locator(".sheet .answer").inner_text()
        keys.press(".button:has-text('All missing names')")
        assert keys.page.locator("tbody tr").count() == 100
        keys.type("#field-q", "gap007")
        keys.enter()
        assert keys.page.locator("tbody tr").count() == 1


def checked(keys: Keys) -> None:
    """Have the vault checked and come back to it."""
    assert "It was not checked yet" in keys.page.locator(".answer").first.inner_text()
    keys.press("main .button.main")
    assert "No damage was found" in done(keys)
    keys.press("main .button.main")
    assert keys.heading() == "Your vault"
    assert "nothing damaged is known" in keys.page.locator(".answer").first.inner_text()


def test_the_vault_is_checked_and_gets_a_second_password(held: Holding, browser: Browser, tmp_path: Path) -> None:
    with at(held, browser, "/vault") as keys:
        checked(keys)
        keys.press(".button:text('See the passwords')")
        keys.press("main .button.main")
        keys.type("#field-password", GOOD)
        keys.type("#field-again", GOOD)
        keys.enter()
        assert "opens the vault, too" in keys.page.locator("[role=status]").inner_text()
        assert open_repository(LocalStorage(tmp_path / "vault"), GOOD).key_name


def test_the_vault_is_checked_without_javascript(held: Holding, browser: Browser) -> None:
    with at(held, browser, "/vault", NO_SCRIPT) as keys:
        checked(keys)


class Gate:
    """Holds real work at the beginning of each of its phases until a test lets it through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._passes = threading.Semaphore(0)
        self._run = flows.run
        monkeypatch.setattr(flows, "run", self.run)

    def run(self, action: Action, flow: flows.Flow) -> Words:
        """Carry the action out, phase by phase."""

        def hear(event: Event) -> None:
            flow.listener(event)
            if isinstance(event, PhaseStarted):
                assert self._passes.acquire(timeout=WAIT_S)

        return self._run(action, replace(flow, listener=hear))

    def let_through(self, phases: int = 1) -> None:
        """Let so many phases go on."""
        self._passes.release(phases)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate(monkeypatch)
    yield made
    made.let_through(99)


def phase(page: Page, words: str) -> None:
    """Wait until the page says what is being done."""
    page.locator(".progress .phase", has_text=words).wait_for(timeout=WAIT_S * 1000)


def test_work_is_announced_and_goes_on_past_a_closed_window(held: Holding, browser: Browser, gate: Gate) -> None:
    """A screen reader hears each new step from one live region; reloading and closing the window change nothing."""
    with at(held, browser, "/vault") as keys:
        page = keys.page
        keys.press("form[action='/vault/look-after/read-data'] .button")
        phase(page, "Checking the vault")
        live = page.locator("#job-live[role=status]")
        live.evaluate("one => { one.isTheSame = true; }")
        gate.let_through()
        page.locator("#job-live", has_text="Reading everything back").wait_for(state="attached")
        assert live.evaluate("one => one.isTheSame")  # a region that is put in anew is not read out
        phase(page, "Reading everything back")
        page.reload()
        phase(page, "Reading everything back")
        address = page.url
    with at(held, browser, "/jobs") as keys:
        assert "running" in keys.page.locator(".list").inner_text()
        keys.press(".list a:has-text('Read everything back')")
        assert keys.page.url == address
        phase(keys.page, "Reading everything back")
        gate.let_through(99)
        assert "Everything was read back" in done(keys)
        keys.page.goto(f"{held.site.url}/jobs")
        assert "running" not in keys.page.locator(".list").inner_text()
