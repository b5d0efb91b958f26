"""Names that a phone or a file chose are shown, never obeyed."""

import dataclasses
import threading
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from phoneward import checkup
from phoneward.checkup import asking as asking_module
from phoneward.errors import readable
from phoneward.findings import Action, Answer, Evidence, Finding, Severity, Tier
from phoneward.progress import Advanced, Listener, Notice, PhaseStarted
from phoneward.snapshots import Asking
from phoneward.texts import words
from phoneward.web.jobs import Kind, Outcome
from tests.web.browser import opened
from tests.web.site import Site

HOSTILE = "<script>document.title='owned'</script>\"'><img src=x onerror=alert(1)>{{7*7}}{%x%}\u202egnp.exe\n"
INERT = ("<script>document", "<img src=x", "\u202e")


def hostile_answer(_asking: Asking) -> Answer:
    text = words("{name}", name=readable(HOSTILE))
    action = Action("snapshots", "none", text, command=("phoneward", HOSTILE))
    evidence = Evidence(text, text, source=HOSTILE)
    finding = Finding(
        code="snapshots.hostile",
        severity=Severity.DANGER,
        tier=Tier.OBSERVED,
        title=text,
        loss=text,
        detail=text,
        actions=(action,),
        evidence=(evidence,),
    )
    return Answer(text, (finding,), (text,))


@pytest.fixture
def hostile_site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    rooms = tuple(dataclasses.replace(room, answer=hostile_answer) for room in checkup.ROOMS)
    monkeypatch.setattr(asking_module, "ROOMS", rooms)
    return site


def test_hostile_words_are_escaped(hostile_site: Site) -> None:
    visitor = hostile_site.visitor()
    for path in ("/", "/checkup"):
        text = visitor.get(path).text
        assert "&lt;script&gt;" in text
        for piece in INERT:
            assert piece not in text
        assert "{{7*7}}" in text


def test_hostile_words_do_nothing_in_a_browser(hostile_site: Site, browser: Browser) -> None:
    with opened(browser, hostile_site) as page:
        for path in ("/", "/checkup"):
            page.goto(hostile_site.url + path)
            assert "owned" not in page.title()
            assert page.locator("main script, main img").count() == 0


@pytest.fixture
def hostile_job(site: Site) -> Iterator[str]:
    goes_on = threading.Event()
    reported = threading.Event()

    def work(listener: Listener) -> Outcome:
        listener(PhaseStarted("send", 2, 100))
        listener(Notice(HOSTILE.encode() + b"\xff", readable(HOSTILE)))
        listener(Advanced("send", 1, 50, HOSTILE.encode() + b"\xff"))
        reported.set()
        goes_on.wait(30)
        return Outcome(words("{name}", name=readable(HOSTILE)))

    job, _new = site.context.jobs.start(Kind(words("{name}", name=readable(HOSTILE))), "hostile", work)
    assert reported.wait(10)
    yield job.id
    goes_on.set()


def test_hostile_names_in_progress_are_escaped(site: Site, hostile_job: str) -> None:
    visitor = site.visitor()
    for path in (f"/jobs/{hostile_job}", f"/jobs/{hostile_job}/status", "/jobs"):
        text = visitor.get(path).text
        assert "&lt;script&gt;" in text
        for piece in INERT:
            assert piece not in text


def test_the_address_is_not_put_into_pages(site: Site) -> None:
    visitor = site.visitor()
    name = quote(HOSTILE)
    for path in (f"/{name}", f"/jobs/{name}", f"/unlock?next={name}"):
        text = visitor.client.get(path, follow_redirects=True).text
        for piece in INERT:
            assert piece not in text
