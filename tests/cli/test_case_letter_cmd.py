"""`case letter`: a person sees what is missing, writes a letter in either language, prints it, keeps it in the case."""

import io
import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from phoneward.cases.facts import encode_facts
from tests.cases.letters.made import facts
from tests.cli.program import Program


@pytest.fixture
def folder(program: Program, tmp_path: Path) -> Path:
    """A case with all facts and one file of evidence."""
    place = tmp_path / "case"
    assert program.run("case", "new", place, "--incident", "wiped-by-update").code == 0
    (tmp_path / "prompt.png").write_bytes(b"picture")
    assert program.run("case", "add", place, tmp_path / "prompt.png", "--note", "提示的截图").code == 0
    (place / "data" / "case.json").write_bytes(encode_facts(facts()))
    return place


def test_without_a_kind_it_lists_letters_what_they_lack_and_where_to_turn(program: Program, folder: Path) -> None:
    ran = program.run("case", "letter", folder)
    assert ran.code == 0, ran.stderr
    for said in ("demand", "12315-complaint", "12315-report", "12348", "3·15", "Not confirmed"):
        assert said in ran.stdout
    lines = program.run("case", "letter", folder, "--json").documents
    kinds = {line["kind"]: line for line in lines if line["message_type"] == "case_letter_kind"}
    assert kinds["demand"]["missing"] == []
    assert [gap["code"] for gap in kinds["12315-complaint"]["missing"]] == ["claimant-identity"]
    assert "eu-authority-complaint" not in kinds
    places = {line["channel"]: line for line in lines if line["message_type"] == "case_channel"}
    assert places["press"]["status"] == "known"
    assert places["legal-aid"]["source"]


def test_a_chinese_letter_from_a_program_that_speaks_english(program: Program, folder: Path, tmp_path: Path) -> None:
    ran = program.run("case", "letter", folder, "12315-complaint", "--in", "zh", "--pdf", tmp_path / "a.pdf", "--html",
                      tmp_path / "a.html", "--keep")  # fmt: skip
    assert ran.code == 0, ran.stderr
    assert "number of your identity card" in ran.stdout, "what is missing is said in the reader's language"
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages)
    text = re.sub(r"\s", "", text)
    assert "投诉：全国12315平台" in text
    assert "王小明" in text
    assert "投诉" in (tmp_path / "a.html").read_text("utf-8")
    (kept,) = (folder / "data" / "renderings" / "letters").iterdir()
    assert kept.name.endswith("12315-complaint zh_CN.pdf")
    assert PdfReader(io.BytesIO(kept.read_bytes())).pages
    log = [json.loads(line) for line in (folder / "data" / "custody.jsonl").read_text().splitlines()]
    assert log[-1]["files"][0]["path"].endswith("12315-complaint zh_CN.pdf")


def test_as_text_it_stands_on_the_screen(program: Program, folder: Path) -> None:
    document = program.run(
        "case", "letter", folder, "demand", "--ask", "apology", "--to", "app-maker", "--json"
    ).document
    assert document["message_type"] == "case_letter"
    assert "即时通信公司" in document["text"]
    assert "Pay for the loss" not in document["text"]
    assert "csl-2016:42" in document["articles"]
    assert any("barred" in sentence for sentence in document["advice"])
    ran = program.run("case", "letter", folder, "press-note", "--in", "en")
    assert "王小明" not in ran.stdout
    assert "Everybody can read this one" in ran.stdout


def test_what_cannot_be_is_said(program: Program, folder: Path, tmp_path: Path) -> None:
    assert program.run("case", "letter", folder, "love", "--json").complaint["code"] == "no-such-letter"
    refused = program.run("case", "letter", folder, "demand", "--to", "carrier", "--json")
    assert (refused.code, refused.complaint["code"]) == (2, "not-in-the-case")
    (tmp_path / "mine.pdf").write_bytes(b"%PDF-1.7 mine")
    refused = program.run("case", "letter", folder, "demand", "--pdf", tmp_path / "mine.pdf", "--json")
    assert (refused.code, refused.complaint["code"]) == (2, "not-a-report")
    assert (tmp_path / "mine.pdf").read_bytes() == b"%PDF-1.7 mine"
