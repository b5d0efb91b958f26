"""`case clauses` and `case reply`: a person pastes what a company wrote and reads what it says."""

from pathlib import Path

from tests.cli.program import Program

AGREEMENT = "用户协议\n1. 因升级造成数据丢失，本公司不承担任何责任。\n2. 欢迎使用。\n"


def test_clauses_are_quoted_with_their_lines(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "agreement.txt"
    file.write_text(AGREEMENT, "utf-8")
    ran = program.run("case", "clauses", file, "--on", "2022-03-01")
    assert ran.code == 0, ran.stderr
    assert "Line 2: 1. 因升级造成数据丢失" in ran.stdout
    assert "Article 506 of the Civil Code" in ran.stdout
    assert "Not checked:" in ran.stdout
    lines = program.run("case", "clauses", file, "--json").documents
    assert [line["message_type"] for line in lines] == ["case_clause", "summary"]
    assert lines[0]["may_be_void"] == {"tier": "inferred", "articles": []}
    chinese = program.run("case", "clauses", file, "--on", "2022-03-01", "--lang", "zh").stdout
    assert "《中华人民共和国民法典》第五百零六条" in chinese


def test_a_reply_is_scored(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "reply.html"
    file.write_text("<p>由于签名错误导致数据被清空。</p><p>我们愿意赔偿。</p><p>请致电客服电话 12345。</p>", "utf-8")
    ran = program.run("case", "reply", file, "--happened", "2026-01-05")
    assert ran.code == 0, ran.stderr
    assert "The cause: is there" in ran.stdout
    assert "An apology: not found" in ran.stdout
    lines = program.run("case", "reply", file, "--notice", "--json").documents
    assert {line["point"] for line in lines[:-1]} >= {"kinds", "cause", "harm", "measures", "self-help", "contact"}
    assert lines[-1]["text"] == "notice"


def test_what_is_no_text_is_refused(program: Program, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    refused = program.run("case", "clauses", tmp_path / "a.pdf", "--json")
    assert refused.complaint["code"] == "document-unreadable"
    (tmp_path / "big").write_bytes(b"a" * (2 << 20) + b"aa")
    assert program.run("case", "reply", tmp_path / "big", "--json").complaint["code"] == "document-too-large"
    assert program.run("case", "clauses", tmp_path / "none").code == 1
    assert program.run("case", "clauses", tmp_path / "a.pdf", "--on", "x").code == 2
