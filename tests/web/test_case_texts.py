"""A person pastes what a company wrote and sees what it excludes, or what it leaves out; nothing of it is kept."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.web.browser import NARROW, Look, axe, fits, opened, screenshot
from tests.web.holding import Holding, holding
from tests.web.site import Visitor

AGREEMENT = "第一条 欢迎使用。\n第二条 对于用户数据的丢失，本公司不承担任何责任。\n本公司享有最终解释权。\n"
ANSWER = "We apologise for this. The cause was a faulty update.\n"
PAGES = ["/cases/clauses", "/cases/reply"]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holding]:
    with holding(tmp_path_factory.mktemp("held")) as held:
        yield held


@pytest.fixture(scope="module")
def visitor(held: Holding) -> Visitor:
    return held.site.visitor()


def paste(visitor: Visitor, page: str, text: str, **fields: str) -> httpx.Response:
    """Send the form as a browser does: the session's word first."""
    told = {"csrf": visitor.token(), "text": text, **fields}
    return visitor.client.post(page, files={name: (None, value.encode()) for name, value in told.items()})


def test_an_agreement_is_quoted_with_why_it_may_be_void(visitor: Visitor) -> None:
    answer = paste(visitor, "/cases/clauses", AGREEMENT, day="2022-03-01")
    assert answer.status_code == 200
    for said in (
        "Line 2: 第二条 对于用户数据的丢失，本公司不承担任何责任。",
        "No liability for data that is lost or leaked",
        "The last word on the meaning is theirs",
        "(Article 496, Article 497, Article 506)",
        "2 clauses were found.",
        "Whether a clause is void is for a court.",
    ):
        assert said in answer.text, said
    without = paste(visitor, "/cases/clauses", AGREEMENT, day="").text
    assert "Article 497" not in without
    assert "The day of the agreement was not told" in without


def test_of_an_answer_each_point_is_there_or_not(visitor: Visitor) -> None:
    answer = paste(visitor, "/cases/reply", ANSWER, day="2026-03-01", kind="reply", country="CN")
    assert answer.status_code == 200
    assert "Line 1: We apologise for this." in answer.text
    assert ": is there" in answer.text
    assert ": not found" in answer.text
    notice = paste(visitor, "/cases/reply", ANSWER, day="2026-03-01", kind="notice", country="EU").text
    assert "General Data Protection Regulation" in notice
    assert "General Data Protection Regulation" not in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_a_text_that_would_act_is_only_shown(visitor: Visitor, page: str) -> None:
    acts = "<script>alert(1)</script> {{ 7*7 }} \u202egnp"
    as_page = f"<html><p>我们不承担任何责任 &lt;script&gt;alert(2)&lt;/script&gt; 深表歉意</p></textarea>{acts}"
    for text in (as_page, f'"> {acts} 不承担任何责任，深表歉意。'):
        for day in ("2026-03-01", "soon"):
            answer = paste(visitor, page, text, day=day)
            assert answer.status_code == (400 if day == "soon" else 200)
            assert "alert" in answer.text
            assert "<script>alert" not in answer.text
            assert day == "soon" or "\u202e" not in answer.text
            assert "script-src" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_text_a_wrong_day_and_a_text_too_long_are_said(visitor: Visitor, page: str) -> None:
    empty = paste(visitor, page, "  \n", day="")
    assert (empty.status_code, "There is no text." in empty.text) == (400, True)
    wrong = paste(visitor, page, ANSWER, day="yesterday")
    assert (wrong.status_code, "That is no day." in wrong.text) == (400, True)
    assert "faulty update" in wrong.text, "what was pasted is still in the field"
    long = paste(visitor, page, "很长" * (200 << 10), day="")
    assert long.status_code == 413
    assert "too large for this page" in long.text
    assert paste(visitor, page, "很长，" * (60 << 10), day="").status_code == 200, "a long agreement goes in"


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_it_is_kept(held: Holding, visitor: Visitor, page: str) -> None:
    paste(visitor, page, "不承担任何责任。SECRET-OF-MINE", day="")
    assert "SECRET-OF-MINE" not in visitor.get(page).text
    settings = held.site.context.settings
    kept = [path for folder in (settings.state_dir, settings.cache_dir) for path in Path(folder).rglob("*")]
    assert not any(b"SECRET-OF-MINE" in path.read_bytes() for path in kept if path.is_file())
    assert not any(path.name.startswith("upload-") for path in kept)


def test_the_page_of_cases_leads_to_both_and_a_form_of_another_page_is_refused(visitor: Visitor) -> None:
    text = visitor.get("/cases").text
    for page in PAGES:
        assert f'href="{page}"' in text
        assert visitor.get(page).text.count("<textarea") == 1
        forged = visitor.client.post(page, files={"csrf": (None, b"x"), "text": (None, b"y")})
        assert forged.status_code == 403


@pytest.mark.parametrize("look", [Look("en"), Look("zh_CN", dark=True, size=NARROW)], ids=lambda look: look.name)
def test_what_was_found_is_a_page_for_everybody(held: Holding, browser: Browser, look: Look) -> None:
    """Pasted in a browser, the answer has one heading, fits a small screen and can be read by a screen reader."""
    with opened(browser, held.site, look) as page:
        for place in PAGES:
            page.goto(held.site.url + place)
            page.fill("#field-text", AGREEMENT + ANSWER + "不承担任何责任" * 60)
            page.fill("#field-day", "2026-03-01")
            page.click("main .button.main, main button.main")
            page.wait_for_selector("blockquote")
            assert page.locator("h1").count() == 1
            screenshot(page, f"found-{place.rpartition('/')[2]}-{look.name}")
            axe(page)
            fits(page)
