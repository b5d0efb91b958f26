"""Letters on paper, read back: PDF/A with its fonts inside, HTML with nothing in it but text; whatever a case holds."""

import io
import re
from html.parser import HTMLParser
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from phoneward.cases.facts import CaseFacts
from phoneward.cases.letters import (
    MARK,
    Letter,
    letter_html,
    letter_kinds,
    letter_pdf,
    letter_text,
    write_letter,
)
from tests.cases.letters.made import DAY, all_texts, evidence, facts

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>\" ' & &amp; </td></table>",
    '#read("/etc/passwd") *bold* $x$ #import "@preview/x:1.0.0" // /* ] } )',
    "{{ 7*7 }} {% raw %} {name} %s",
    "\u202egnp.exe\u202c \u2066hidden\u2069",
    "line one\nline two\r\n\x1b[31mred\x00",
    "W" * 3_000,
    "a\U0001f600b \U00020000 \u0f40 \ue000 \u0e01",
    "e\u0301 \u200b\u200d \ufeff \u2028 end",
)


def hostile(index: int) -> CaseFacts:
    return facts(lambda text: f"{HOSTILE[index]} {text}")


def bare(text: str) -> str:
    """A text without what lines on paper add: spaces, and places to break a word."""
    return re.sub(r"[\s\u200b]", "", text)


def on_paper(letter: Letter, reader: PdfReader) -> str:
    """The text of all pages without their footers."""
    text = bare("".join(page.extract_text() for page in reader.pages))
    return re.sub(re.escape(bare(letter.closing)) + rf"\d+/{len(reader.pages)}", "", text)


def fonts(page: PageObject) -> list[DictionaryObject]:
    resources = cast("DictionaryObject", page["/Resources"]).get_object()
    held = cast("DictionaryObject", resources).get("/Font", DictionaryObject()).get_object()
    return [cast("DictionaryObject", one.get_object()) for one in held.values()]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", sorted(letter_kinds()))
def test_a_printed_letter_can_be_kept_for_years_and_read_by_a_program(kind: str, language: str) -> None:
    letter = write_letter(facts(), evidence(), kind, DAY, language)
    reader = PdfReader(io.BytesIO(letter_pdf(letter)))
    text = on_paper(letter, reader)
    for said in [letter.title, *all_texts(letter.sections)]:
        assert bare(said) in text, said
    assert str(reader.root_object["/Lang"]).lower() == {"en": "en", "zh": "zh-cn"}[language]
    metadata = cast("StreamObject", reader.root_object["/Metadata"].get_object()).get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert reader.metadata is not None
    assert reader.metadata.title == letter.title
    seen = [font for page in reader.pages for font in fonts(page)]
    assert seen
    for font in seen:
        (descendant,) = cast("DictionaryObject", font["/DescendantFonts"])
        descriptor = descendant.get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor), "a font is not inside"
        assert "/ToUnicode" in font


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "section", "p", "ul", "ol", "li", "table",
    "thead", "tbody", "tr", "th", "td", "footer",
}  # fmt: skip


def check_page(letter: Letter) -> None:
    page = letter_html(letter).decode()
    read = _Read()
    read.feed(page)
    assert read.tags <= TAGS
    assert read.attributes <= {"lang", "charset", "http-equiv", "content", "name", "scope", "class"}
    whole = "".join(read.texts)
    for said in [letter.title, *all_texts(letter.sections), letter.closing]:
        assert said in whole
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", page)
    assert f'<meta name="generator" content="{MARK}">' in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", sorted(letter_kinds()))
def test_as_a_page_it_is_text_and_nothing_else(kind: str, language: str) -> None:
    check_page(write_letter(facts(), evidence(), kind, DAY, language))


@pytest.mark.parametrize("index", range(len(HOSTILE)))
def test_whatever_a_case_holds_the_page_is_inert(index: int) -> None:
    for kind in ("demand", "heimao-complaint"):
        letter = write_letter(hostile(index), evidence(lambda text: HOSTILE[index] + text), kind, DAY, "zh")
        check_page(letter)
        assert all("\n" not in text and text.isprintable() for text in all_texts(letter.sections))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=40, deadline=None)
def test_no_text_of_a_case_gets_out_of_its_place(text: str) -> None:
    letter = write_letter(facts(lambda known: known + text), evidence(lambda _: text), "demand", DAY, "en")
    check_page(letter)
    lines = letter_text(letter).splitlines()
    assert lines[0] == "Letter of demand"
    assert lines.count("The law") == 1


def test_whatever_a_case_holds_it_can_be_printed_and_nothing_of_it_is_run() -> None:
    """All of it in one letter; what no font has is shown by its number."""
    case = facts(lambda text: " ".join((text, *HOSTILE[:6], HOSTILE[6][:400], *HOSTILE[7:])))
    letter = write_letter(case, evidence(), "demand", DAY, "en")
    reader = PdfReader(io.BytesIO(letter_pdf(letter)))
    text = on_paper(letter, reader)
    assert "root:" not in text
    for said in ('#read("/etc/passwd")*bold*$x$', "<script>alert(1)</script>", "{{7*7}}", "\\u202egnp.exe", "U+20000"):
        assert said in text, said
    for page in reader.pages:
        assert "/Annots" not in page
    longest = max(len(line) for page in reader.pages for line in page.extract_text().splitlines())
    assert longest < 150, "a word runs off the paper"


def test_as_plain_text_it_can_be_pasted_into_a_form() -> None:
    letter = write_letter(facts(), evidence(), "12315-complaint", DAY, "zh")
    text = letter_text(letter)
    for said in all_texts(letter.sections):
        assert said in text
