"""The numbers pages: what hangs on a number, the plan for giving it up, and a number that is new."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from icalendar import Calendar

from phoneward.vault import LocalStorage, open_repository
from tests.numbers.sources.made import MINE, put_phone, sms_xml, text
from tests.web.numbers_shown import messages_of_a_life
from tests.web.site import PASSWORD, Site, make_settings, serving

PLAN = "/numbers/plan?number=%2B8613800138000"
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Site]:
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    repo.load_index()
    put_phone(repo, 0, messages_of_a_life(NOW))
    with serving(settings) as site:
        yield site
        assert site.faults == []


def in_days(days: int) -> str:
    return (NOW.astimezone().date() + dt.timedelta(days)).isoformat()


def test_from_the_list_to_a_plan_that_is_half_done(life: Site) -> None:
    visitor = life.visitor()
    first = visitor.get("/numbers").text
    assert "WeChat" in first
    assert "138 0013 8000" in first
    assert "381024" not in first, "no code is shown, since none is kept"
    assert visitor.post("/numbers/leave", {"other": "138 0013 8000", "on": in_days(40)}).status_code == 303
    plan = visitor.get(PLAN).text
    assert "While the old number" in plan or "old-number" in plan
    assert plan.count("I have done this") == 12
    visitor.post("/numbers/done", {"number": MINE, "account": "alibaba", "done": "yes"})
    again = visitor.get(PLAN).text
    assert again.count("I have done this") == 11
    assert "It is not done" in again
    visitor.post("/numbers/done", {"number": MINE, "account": "alibaba", "done": "no"})
    assert visitor.get(PLAN).text.count("I have done this") == 12


def test_the_plan_goes_into_a_calendar_and_onto_paper(life: Site) -> None:
    visitor = life.visitor()
    visitor.post("/numbers/leave", {"other": MINE, "on": in_days(40)})
    calendar = visitor.get("/numbers/plan/calendar.ics?number=%2B8613800138000")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert len(Calendar.from_ical(calendar.content).walk("VEVENT")) > 12
    paper = visitor.get("/numbers/plan/paper.html?number=%2B8613800138000")
    assert "attachment" in paper.headers["content-disposition"]
    assert "WeChat" in paper.text


def test_a_day_that_is_past_and_a_number_that_is_kept_after_all(life: Site) -> None:
    visitor = life.visitor()
    visitor.post("/numbers/leave", {"other": MINE, "on": in_days(-10)})
    assert "The number was given up on" in visitor.get(PLAN).text
    visitor.post("/numbers/leave", {"number": MINE, "on": in_days(5)})
    assert "The number ends on" in visitor.get(PLAN).text
    assert visitor.post("/numbers/drop", {"number": MINE}).status_code == 303
    assert visitor.get(PLAN).status_code == 404
    assert visitor.get("/numbers").status_code == 200


def test_what_is_no_number_and_no_day_is_said(life: Site) -> None:
    visitor = life.visitor()
    refused = visitor.post("/numbers/leave", {"other": "my number", "on": in_days(5)})
    assert refused.status_code >= 400
    assert "my number" in refused.text
    assert visitor.post("/numbers/leave", {"other": MINE, "on": "soon"}).status_code == 303
    assert "year, month and day" in visitor.get("/numbers").text
    for slip in ("0001-01-01", "9999-12-31"):
        assert visitor.post("/numbers/leave", {"other": MINE, "on": slip}).status_code == 303
        assert "year, month and day" in visitor.get("/numbers").text
    assert visitor.post("/numbers/done", {"number": MINE, "account": "jd", "done": "yes"}).status_code == 404
    assert visitor.get("/numbers/new?number=x").status_code >= 400
    assert visitor.get("/numbers/offers?number=x").status_code >= 400


def test_a_count_that_is_typed_in_is_compared(life: Site) -> None:
    visitor = life.visitor()
    page = "/numbers/offers?number=%2B8613800138000"
    assert "How many do they count?" in visitor.get(page).text
    form = {"number": MINE, "offer": "yizhengtongcha", "count": "23"}
    assert visitor.post("/numbers/offers/count", form).status_code == 303
    assert "They count 23 accounts" in visitor.get(page).text
    visitor.post("/numbers/offers/count", form | {"count": "many"})
    assert "as a number" in visitor.get(page).text
    assert "They count 23 accounts" in visitor.get(page).text


def test_a_number_that_is_new(life: Site) -> None:
    visitor = life.visitor()
    assert "Never" in visitor.get("/numbers/new").text
    since = in_days(-100)
    found = visitor.get(f"/numbers/new?number=%2B8613800138000&since={since}").text
    assert "Services that take you for somebody else" in found
    assert "What to write to them" in found


def test_the_number_of_a_sim_that_no_message_names(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    repo.load_index()
    bodies = ("【微信】验证码381024，您正在登录。", "【京东】验证码：114590，用于登录。")
    put_phone(repo, 0, sms_xml([text(body, number, sub_id=str(number + 1)) for number, body in enumerate(bodies)]))
    with serving(settings) as site:
        visitor = site.visitor()
        assert "1 message came to SIM 2" in visitor.get("/numbers").text
        assert visitor.post("/numbers/own", {"own": "138 0013 8000", "sim": "1"}).status_code == 303
        assert visitor.post("/numbers/own", {"own": "139 0013 9000", "sim": "2"}).status_code == 303
        shown = visitor.get("/numbers").text
        assert "which number that is" not in shown
        assert "138 0013 8000" in shown
        assert "139 0013 9000" in shown
        assert visitor.post("/numbers/own", {"own": "x", "sim": "1"}).status_code >= 400
        assert site.faults == []
