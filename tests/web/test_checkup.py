"""Home and checkup: answers kept while nothing changed, made anew when something did, and actions carried out."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from phoneward import checkup, flows
from phoneward.checkup import asking as asking_module
from phoneward.findings import Action, Answer, Finding, Severity, Tier
from phoneward.snapshots import Asking, load_state
from phoneward.texts import Words, words
from phoneward.vault import FileType, StorageFullError
from phoneward.web import actions
from phoneward.web.actions import action_id
from tests.web.holding import holding
from tests.web.site import Site, Visitor

ACTION = Action("snapshots", "note", words("Take a snapshot"), {"phone": "one"}, ("phoneward", "backup"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Asking]:
    """Rooms that note what they were asked; the first offers an action, the second fails."""
    noted: list[Asking] = []

    def answers(asking: Asking) -> Answer:
        noted.append(asking)
        finding = Finding(
            code="snapshots.x", severity=Severity.WARNING, tier=Tier.OBSERVED, title=words("Warning"), actions=(ACTION,)
        )
        return Answer(words("Nothing needs you today."), (finding,), (words("Not built yet."),))

    def fails(_asking: Asking) -> Answer:
        raise StorageFullError(path="/disk", detail="")

    first, second, *others = checkup.ROOMS
    rooms = (dataclasses.replace(first, answer=answers), dataclasses.replace(second, answer=fails), *others)
    monkeypatch.setattr(asking_module, "ROOMS", rooms)
    return noted


def settled(site: Site, visitor: Visitor) -> str:
    """Return the home page once nothing is being looked at."""
    visitor.get("/")
    for job in site.context.jobs.all():
        assert job.ended.wait(20)
    return visitor.get("/").text


def test_home_leads_with_the_worst_and_shows_every_room(site: Site) -> None:
    text = settled(site, site.visitor())
    for room in checkup.ROOMS:
        assert room.question in text
    assert "Not built yet." not in text
    assert text.index("If it broke now") < text.index("You would lose everything")
    assert "phoneward checkup" in text


def test_the_report_is_kept_until_something_changes(site: Site, asked: list[Asking]) -> None:
    visitor = site.visitor()
    for _ in range(3):
        settled(site, visitor)
    visitor.get("/checkup")
    assert len(asked) == 1
    with site.context.door.own() as repo:
        repo.save_unpacked(FileType.SNAPSHOT, b"{}")
    settled(site, visitor)
    assert len(asked) == 2
    visitor.post("/checkup/again")
    settled(site, visitor)
    assert len(asked) == 3


def test_yesterdays_report_is_made_anew(site: Site, asked: list[Asking]) -> None:
    """It counts ages in days, so it grows wrong although the vault stays as it is."""
    visitor = site.visitor()
    settled(site, visitor)
    report = site.context.checkups.known()
    assert report is not None
    site.context.checkups._report = dataclasses.replace(report, made=report.made - dt.timedelta(days=1))
    settled(site, visitor)
    assert len(asked) == 2


def test_a_room_that_fails_hides_no_other(site: Site, asked: list[Asking]) -> None:
    del asked
    visitor = site.visitor()
    settled(site, visitor)
    for path in ("/", "/checkup"):
        text = visitor.get(path).text
        assert "Nothing needs you today." in text
        assert StorageFullError(path="/disk", detail="").sentence() in text


def test_a_checkup_that_fails_is_not_begun_again_and_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise StorageFullError(path="/disk", detail="")

    monkeypatch.setattr("phoneward.web.checkups.checkup", broken)
    visitor = site.visitor()
    for _ in range(3):
        assert "could not be looked at" in settled(site, visitor)
    assert len(site.context.jobs.all()) == 1


def test_an_action_nobody_can_do_shows_its_command(site: Site, asked: list[Asking]) -> None:
    del asked
    visitor = site.visitor()
    settled(site, visitor)
    text = visitor.get("/checkup").text
    assert "/actions" not in text
    assert "phoneward backup" in text


def test_an_action_is_carried_out_as_a_job(site: Site, asked: list[Asking], monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Mapping[str, str]] = []

    def verb(flow: flows.Flow, arguments: Mapping[str, str]) -> Words:
        assert flow.repo is not None
        done.append(arguments)
        return words("The checkup is done.")

    monkeypatch.setitem(flows.VERBS, ("snapshots", "note"), flows.Verb(verb, {"phone": flows.Argument("one")}))
    visitor = site.visitor()
    settled(site, visitor)
    assert action_id(ACTION) in visitor.get("/checkup").text
    address = visitor.post("/actions", {"action": action_id(ACTION)}).headers["location"]
    job = site.context.jobs.get(address.removeprefix("/jobs/"))
    assert job.ended.wait(10)
    assert "The checkup is done." in visitor.get(address).text
    assert done == [{"phone": "one"}]
    settled(site, visitor)
    assert len(asked) == 2  # what was done may have changed the answers


@pytest.mark.parametrize("made_up", ["", "x", action_id(dataclasses.replace(ACTION, arguments={"phone": "two"}))])
def test_nobody_can_make_an_action_up(
    site: Site, asked: list[Asking], monkeypatch: pytest.MonkeyPatch, made_up: str
) -> None:
    del asked
    monkeypatch.setitem(flows.VERBS, ("snapshots", "note"), lambda _flow, _arguments: pytest.fail("done"))
    visitor = site.visitor()
    settled(site, visitor)
    before = len(site.context.jobs.all())
    assert visitor.post("/actions", {"action": made_up}).headers["location"] == "/checkup"
    assert "from an older checkup" in visitor.get("/checkup").text
    assert len(site.context.jobs.all()) == before


def test_an_action_may_lead_to_a_page(site: Site, asked: list[Asking], monkeypatch: pytest.MonkeyPatch) -> None:
    del asked
    monkeypatch.setitem(actions.ACTION_PAGES, ("snapshots", "note"), lambda action: f"/x?{action.arguments['phone']}")
    visitor = site.visitor()
    settled(site, visitor)
    assert 'href="/x?one"' in visitor.get("/checkup").text
    assert visitor.post("/actions", {"action": action_id(ACTION)}).headers["location"] == "/x?one"


def test_a_mark_and_a_note_are_kept_in_the_vault(site: Site) -> None:
    visitor = site.visitor()
    visitor.get("/")
    (job,) = site.context.jobs.all()
    assert job.ended.wait(30)
    page = visitor.get("/checkup").text
    assert "There is no snapshot of your phone yet." in page
    answer = visitor.post("/checkup/decide", {"finding": "snapshots.none", "note": "<b>ask Anna", "done": "yes"})
    assert answer.headers["location"] == "/checkup"
    assert "It is noted in the vault." in visitor.get("/checkup").text
    assert all(job.ended.wait(30) for job in site.context.jobs.all())
    page = visitor.get("/checkup").text
    assert "&lt;b&gt;ask Anna" in page
    assert "This is not done after all" in page
    with site.context.vault() as repo:
        state = load_state(repo)
    assert (state.is_done("snapshots.none"), state.note("snapshots.none")) == (True, "<b>ask Anna")


def test_a_mark_is_taken_back(site: Site) -> None:
    visitor = site.visitor()
    for done in ("yes", "no"):
        settled(site, visitor)
        visitor.post("/checkup/decide", {"finding": "snapshots.none", "done": done})
        with site.context.vault() as repo:
            assert load_state(repo).is_done("snapshots.none") == (done == "yes")


def test_a_note_written_in_another_window_meanwhile_stays(site: Site) -> None:
    visitor = site.visitor()
    visitor.get("/checkup")
    assert all(job.ended.wait(30) for job in site.context.jobs.all())
    old_page = {"finding": "snapshots.none", "before": "", "note": "\r\n"}
    visitor.post("/checkup/decide", old_page | {"note": "ask Anna\r\ntoday"})
    settled(site, visitor)
    assert 'name="before" value="ask Anna\ntoday"' in visitor.get("/checkup").text
    visitor.post("/checkup/decide", old_page | {"done": "yes"})
    with site.context.vault() as repo:
        state = load_state(repo)
    assert (state.is_done("snapshots.none"), state.note("snapshots.none")) == (True, "ask Anna\ntoday")
    settled(site, visitor)
    visitor.post("/checkup/decide", {"finding": "snapshots.none", "before": "ask Anna\r\ntoday", "note": ""})
    with site.context.vault() as repo:
        assert load_state(repo).note("snapshots.none") is None, "who empties it means it"


def test_a_finding_that_nobody_made_cannot_be_marked(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.post("/checkup/decide", {"finding": "made.up", "done": "yes"}).headers["location"] == "/checkup"
    with site.context.vault() as repo:
        assert not load_state(repo).is_done("made.up")


@pytest.mark.parametrize(("name", "kind", "begins"), [
    ("html", "text/html; charset=utf-8", b"<!doctype html>"),
    ("pdf", "application/pdf", b"%PDF-"),
])  # fmt: skip
def test_the_report_can_be_taken_away(site: Site, name: str, kind: str, begins: bytes) -> None:
    visitor = site.visitor()
    visitor.get("/checkup")
    assert all(job.ended.wait(30) for job in site.context.jobs.all())
    answer = visitor.get(f"/checkup/report.{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.content.startswith(begins)


def test_the_checkup_calls_the_phone_as_its_owner_does(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        visitor = held.site.visitor()
        visitor.post("/phones/rename", {"device": "phone", "name": "The one that I gave her"})
        settled(held.site, visitor)
        assert "The snapshot: The one that I gave her, " in visitor.get("/checkup").text
        assert held.site.faults == []
