"""A statement says what was lost, when, and who did what: all of the case, and nothing beyond it."""

import datetime as dt
import io

import pytest
from pypdf import PdfReader

from phoneward.cases.facts import App, CaseFacts, Device, Event, Loss, Party, Role
from phoneward.cases.letters import Evidence, Letter, letter_html, letter_pdf, letter_text
from phoneward.cases.statements import in_order, write_statement
from phoneward.incidents import Incident

DAY = dt.date(2026, 11, 29)
FILES = (Evidence(path="data/originals/prompt.png", sha256="ab" * 32, what="the prompt"),)
FACTS = CaseFacts(
    title="Mother's chats",
    incident=Incident.WIPED_BY_UPDATE,
    happened=dt.date(2026, 3, 17),
    noticed=dt.date(2026, 3, 18),
    parties=(
        Party(role=Role.CLAIMANT, name="王芳", email="wang@example.org"),
        Party(role=Role.PHONE_MAKER, name="Smartisan", did=("Its store pushed the update.",)),
    ),
    device=Device(maker="Smartisan", model="OD103", build="7.1.1-1234", android="7.1.1", serial="SERIAL77"),
    apps=(
        App(
            package="com.tencent.mm",
            label="WeChat",
            version_before="6.6.6",
            version_after="6.6.7",
            signer_before="11" * 32,
            signer_after="22" * 32,
        ),
    ),
    account="wxid_1",
    losses=(
        Loss(what="妈妈最后的消息", kind="messages", count=1200, meaning="she died in May"),
        Loss(what="chats", kind="app-data", size=11_000_000_000, recoverable=1_000_000_000, cost=5000.0),
        Loss(what="photos in chats", kind="app-data", size=1_000_000_000, cost=20.5, currency="EUR"),
    ),
    events=(
        Event(at=dt.date(2026, 3, 18), what="I called the shop.", who=Role.CLAIMANT),
        Event(
            at=dt.datetime(2026, 3, 17, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=8))),
            what="A prompt said that data may be lost.",
            who=Role.STORE,
            evidence=("data/originals/prompt.png",),
        ),
        Event(at=dt.date(2026, 2, 1), what="I had made no backup.", who=Role.CLAIMANT, is_against=True),
        Event(at=dt.date(2026, 3, 16), what="WeChat held 11 GB.", shown_by="0123456789abcdef" * 4),
    ),
)


def written(language: str = "en", facts: CaseFacts = FACTS) -> Letter:
    return write_statement(facts, FILES, DAY, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_fact_of_the_case_is_in_it(language: str) -> None:
    text = letter_text(written(language))
    for said in (
        *("Mother's chats", "王芳", "wang@example.org", "Smartisan", "OD103", "7.1.1-1234", "SERIAL77", "wxid_1"),
        *("com.tencent.mm", "6.6.6", "6.6.7", "11" * 32, "22" * 32, "妈妈最后的消息", "she died in May", "1,200"),
        *("11.0 GB", "1.0 GB", "CNY 5,000.00", "EUR 20.50", "I called the shop.", "I had made no backup."),
        *("A prompt said", "08:30 UTC+08:00", "WeChat held 11 GB.", "0123456789ab", "Its store pushed", "ab" * 32),
    ):
        assert said in text, said


def test_what_speaks_against_the_claimant_has_a_part_of_its_own() -> None:
    text = letter_text(written())
    part = text[text.index("What speaks against my side") :]
    assert "I had made no backup." in part[:200]
    facts = CaseFacts(title="x", incident=Incident.RESET)
    assert "against" not in letter_text(written(facts=facts))


def test_events_stand_in_the_order_of_time_and_say_what_shows_them() -> None:
    days = [event.at.isoformat()[:10] for event in in_order(FACTS.events)]
    assert days == ["2026-02-01", "2026-03-16", "2026-03-17", "2026-03-18"]
    text = letter_text(written())
    timeline = text[text.index("What happened when") : text.index("What speaks against")]
    assert (
        timeline.index("no backup") < timeline.index("11 GB") < timeline.index("A prompt") < timeline.index("the shop")
    )
    assert "No. 1" in timeline
    assert "as I say" in timeline


def test_kinds_are_summed_and_currencies_are_not_mixed() -> None:
    text = letter_text(written())
    assert "Kind: data of apps; Size: 12.0 GB; Can be had again: 1.0 GB" in text
    assert "CNY 5,000.00, EUR 20.50" in text


def test_everybody_has_a_row_with_what_they_did() -> None:
    text = letter_text(written())
    table = text[text.index("Who did what") :]
    for said in (
        "the maker of the phone",
        "Smartisan",
        "Its store pushed the update.",
        "the app store",
        "A prompt said",
    ):
        assert said in table


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_paper_it_says_the_same_with_its_fonts_inside(language: str) -> None:
    reader = PdfReader(io.BytesIO(letter_pdf(written(language))))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "").replace(" ", "")
    for said in ("王芳", "妈妈最后的消息", "shediedinMay", "SERIAL77", "Ihadmadenobackup."):
        assert said in text, said
    for page in reader.pages:
        fonts = page["/Resources"].get_object()["/Font"].get_object()  # type: ignore[index]
        for font in fonts.values():
            kind = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert any(name.startswith("/FontFile") for name in kind)


def test_nothing_a_person_wrote_becomes_markup() -> None:
    evil = CaseFacts(
        title="<script>alert(1)</script>",
        incident=Incident.DELETED,
        losses=(Loss(what='#image("x")', meaning="<img src=x onerror=y>"),),
        events=(Event(at=DAY, what="\u202egnp.exe\n<b>bold"),),
    )
    page = letter_html(written(facts=evil)).decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert letter_pdf(written(facts=evil)).startswith(b"%PDF")


def test_an_empty_case_says_that_it_does_not_say_yet() -> None:
    text = letter_text(written(facts=CaseFacts(title="x", incident=Incident.PICTURE_COPIED)))
    assert text.count("does not say yet") == 3
    assert "what others could see" in text.casefold()
