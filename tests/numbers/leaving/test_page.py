"""The plan on paper: large, one account after another, with a box to tick and what to type or scan."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from pypdf import PdfReader

from phoneward import texts
from phoneward.numbers import Inventory
from phoneward.numbers.leaving import Grace, Mark, Plan, plan
from phoneward.numbers.leaving.page import MARK, html_plan, pdf_plan
from phoneward.numbers.rulebook import Harm, OldNumber
from tests.numbers.leaving.made import BEGUN, NEW, OLD, TODAY, account, at, inventory, message, rulebook, system

ON = TODAY + dt.timedelta(days=30)
BOOK = rulebook(
    system("bank", Harm.GRAVE), system("drive", Harm.GRAVE, OldNumber.NOT_NEEDED), system("rumour", source="")
)
HOSTILE = "~<script>alert(1)</script>\x1b[2J"
ACCOUNTS = inventory(
    account("bank"), account("drive"), account("rumour"), account(HOSTILE), account("~elsewhere", message(-3, NEW))
)


def made(found: Inventory = ACCOUNTS, on: dt.date = ON, **more: object) -> Plan:
    return plan(found, BOOK, OLD, on, TODAY, **{"begun": BEGUN, **more})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.activate(["en"])
    yield
    texts.activate(["en"])


class _Balance(HTMLParser):
    """Fails where an element is closed that was not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not any(name.startswith("on") or name == "style" for name, _value in attrs)
        if tag not in {"meta", "path"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            assert self.open.pop() == tag


def test_a_box_a_day_and_a_code_for_each_account() -> None:
    """A parent ticks one after another, and reads the link with the phone's camera."""
    page = html_plan(made(done={"drive": Mark(at(1))})).decode()
    parser = _Balance()
    parser.feed(page)
    assert not parser.open
    assert "script" not in parser.seen
    assert page.count('class="box"') == 4
    assert page.count("<svg") == 2, "a code for each link that is known"
    assert "Done already: Drive." in page
    assert "4 accounts are left to do." in page
    assert page.index("1. Bank") < page.index("First: while") + 5_000
    assert re.search(r"Today\.|By \d+ \w+ \d{4}", page)
    assert "These steps are not confirmed." in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "138 0013 8000" in page
    assert f'content="{MARK}"' in page


def test_in_chinese() -> None:
    """Every word of it: steps, names, headings."""
    texts.activate(["zh_CN"])
    page = html_plan(made()).decode()
    assert '<html lang="zh-Hans">' in page
    assert "bank（中）" in page
    assert "打开应用。" in page
    text = re.sub(r"<[^>]*>", " ", page[page.index("<body") :])
    ours = re.sub("elsewhere|alert|script|phoneward backup|phoneward number offers", "", text)
    assert not re.findall(r"[A-Za-z]{4,}(?: [A-Za-z]{3,})+", re.sub(r"https?://\S+", "", ours))


def test_a_number_that_is_given_up_already() -> None:
    """How to cut each account loose without it, and from when on somebody else may have been there."""
    page = html_plan(made(on=TODAY - dt.timedelta(days=120), grace=Grace(least_days=90, source="x"))).decode()
    assert "Now: cut these loose without the old number" in page
    assert "Demand the dated list of sign-ins since 30 October 2026" in page
    assert "Take back links and folders that are shared." in page
    assert "Since 30 October 2026 somebody else may have the number" in page
    assert "First: while the old number still works" not in page


def test_as_a_pdf() -> None:
    """The same, to be printed; its codes are pictures with the address as their words."""
    reader = PdfReader(io.BytesIO(pdf_plan(made())))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    assert reader.metadata is not None
    assert MARK in str(reader.metadata.get("/Keywords"))
    for wanted in ("1. Bank", "https://example.com/rebind", "Before you begin", "<script>alert(1)</script>\\x1b[2J"):
        assert wanted in text
    assert "Bank" in html_plan(made()).decode()


def test_nothing_left() -> None:
    """Who is done reads so."""
    page = html_plan(made(inventory(account("bank")), done={"bank": Mark(at(1))})).decode()
    assert "0 accounts are left to do." in page
    assert 'class="box"' not in page
