"""The report as one page: whole by itself, readable in Chromium for everybody, inert whatever a phone says."""

import dataclasses
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from playwright.sync_api import Browser

from phoneward import texts
from phoneward.checkup import ROOMS, RoomReport, html_report
from phoneward.findings import Answer, Finding, Severity, Tier
from phoneward.snapshots.answer_facts import Facts
from phoneward.snapshots.coverage import State
from phoneward.texts import words
from tests.checkup.reports import report
from tests.snapshots.covering import app, coverage, facts, random_facts
from tests.web.browser import axe, chromium, fits

EVIL = "evil<script>alert(1)</script>\u202e\n\x1b[2J"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


class _Tags(HTMLParser):
    """Collects the tags, and those that were never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.unclosed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "link", "br", "hr", "img", "input"}:
            self.unclosed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed, f"</{tag}> closes nothing"
        assert self.unclosed.pop() == tag


def tags(page: bytes) -> _Tags:
    found = _Tags()
    found.feed(page.decode())
    return found


@given(random_facts)
@settings(max_examples=40)
def test_whatever_a_phone_says_it_is_a_page_that_loads_nothing(known: Facts) -> None:
    found = tags(html_report(report(known)))
    assert found.unclosed == []
    assert not {"script", "iframe", "img", "object", "link", "form"} & set(found.names)
    assert not [name for name, _value in found.attributes if name.startswith("on") or name in {"src", "style"}]
    assert [value for name, value in found.attributes if name == "href" and not (value or "").startswith("#")] == []


def test_a_hostile_name_is_text() -> None:
    page = html_report(report(facts(coverage=coverage(apps=[app(EVIL, State.OUT_OF_REACH, 5_000_000_000)])))).decode()
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_everybody_can_read_it(browser: Browser, tmp_path: Path, language: str, width: int, scheme: str) -> None:
    tag, words = {"en": ("en", "Six questions"), "zh_CN": ("zh-Hans", "六个问题")}[language]
    wechat = app("com.tencent.mm", State.PART, 11_200_000_000, next_step="own-backup-wechat")
    with texts.speaking([language]):
        (tmp_path / "report.html").write_bytes(html_report(report(facts(coverage=coverage(apps=[wechat])))))
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "report.html").as_uri())
    assert words in page.content()
    assert page.locator("html").get_attribute("lang") == tag
    axe(page)
    fits(page)
    # The policy lets the page's own style through and would complain about anything else.
    assert said == []
    weight = page.locator("h1").evaluate("element => getComputedStyle(element).fontWeight")
    assert int(weight) >= 600
    context.close()


def test_no_english_is_left_in_chinese() -> None:
    with texts.speaking(["zh_CN"]):
        page = html_report(report(facts(coverage=coverage(apps=[app("com.tencent.mm", State.PART, 5)])))).decode()
    text = re.sub(r"<style>.*?</style>|<code>.*?</code>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert "六个问题" in text
    known = {
        "restic",
        "WeChat",
        "Phone",
        "com",
        "tencent",
        "mm",
        "coverage",
        "json",
        "phoneward",
        "home",
        "me",
        "vault",
    }
    words = set(re.findall(r"[A-Za-z]{3,}", text)) - known
    assert {word for word in words if not re.fullmatch(r"[a-f]+", word)} == set(), "untranslated"


def test_what_no_text_can_hold_does_not_take_the_report_away() -> None:
    """Names from bytes that are no UTF-8 may carry halves of characters."""
    finding = Finding(
        code="snapshots.x", severity=Severity.WARNING, tier=Tier.OBSERVED, title=words("{name}", name="half \udcff")
    )
    answer = Answer(words("Warning"), (finding,))
    made = dataclasses.replace(report(), rooms=(RoomReport(ROOMS[0], answer),))
    assert b"half \\udcff" in html_report(made)
