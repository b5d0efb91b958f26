"""`phoneward guide`: what to tap, from whom it is known, in both languages, and as data for other programs."""

import pytest

from tests.cli.program import Program


@pytest.mark.parametrize("kind", ["sms", "calls", "contacts", "calendar"])
def test_a_guide_says_what_to_do_and_where_it_comes_from(program: Program, kind: str) -> None:
    ran = program.run("guide", kind, "--phone", "Xiaomi")
    assert (ran.code, ran.stderr) == (0, "")
    for said in ("  1. ", "Look afterwards:", "What does not come back:", "Where this comes from:", "Taken in twice"):
        assert said in ran.stdout
    assert "--records --to-phone SERIAL" in ran.stdout


def test_a_guide_in_chinese(program: Program) -> None:
    ran = program.run("guide", "contacts", "--phone", "huawei", "--lang", "zh_CN")
    assert ran.code == 0
    assert "从存储设备导入" in ran.stdout
    assert "the file" not in ran.stdout


def test_json(program: Program) -> None:
    document = program.run("guide", "sms", "--json").document
    assert (document["message_type"], document["kind"], document["family"]) == ("guide", "sms", "stock")
    assert [(bool(way["steps"]), way["confirmed"]) for way in document["ways"]] == [(True, False), (True, True)]


@pytest.mark.parametrize("words", [["letters"], ["sms", "--phone", "toaster"]])
def test_what_there_is_no_guide_for(program: Program, words: list[str]) -> None:
    ran = program.run("guide", *words, "--json")
    assert (ran.code, ran.complaint["code"]) == (2, "not-a-choice")
