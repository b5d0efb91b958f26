"""The report as a PDF: tagged, in the reader's language, its text can be read out again."""

import io

import pytest
from pypdf import PdfReader

from phoneward import texts
from phoneward.checkup import pdf_report
from phoneward.snapshots.coverage import State
from tests.checkup.reports import report
from tests.snapshots.covering import app, coverage, facts


def read(language: str, package: str = "com.tencent.mm") -> PdfReader:
    wechat = app(package, State.PART, 11_200_000_000, next_step="own-backup-wechat")
    with texts.speaking([language]):
        return PdfReader(io.BytesIO(pdf_report(report(facts(coverage=coverage(apps=[wechat]))))))


@pytest.mark.parametrize(
    ("language", "code", "words"),
    [("en", "en", "If the phone broke this minute"), ("zh_CN", "zh-CN", "如果手机此刻坏了")],
)
def test_it_says_what_the_report_says(language: str, code: str, words: str) -> None:
    found = read(language)
    text = "".join(page.extract_text() for page in found.pages)
    assert words in text.replace("\n", "")
    assert "11.2 GB" in text
    assert str(found.root_object["/Lang"]).lower() == code.lower()
    assert "/StructTreeRoot" in found.root_object, "not tagged"
    assert found.metadata is not None
    assert found.metadata.title


def test_markup_in_a_name_is_text() -> None:
    found = read("en", package='#read("/etc/passwd")*bold*$x$')
    text = "".join(page.extract_text() for page in found.pages).replace("\n", "")
    assert "root:" not in text
    assert '#read("/etc/passwd")*bold*$x$' in text
