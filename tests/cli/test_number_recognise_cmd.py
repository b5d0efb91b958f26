"""`phoneward number recognise`: one answer for each message, and nothing of a message but who speaks."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Program

MESSAGES = [
    {"id": "1", "sender": "95555", "body": "【招商银行】您的验证码是482913，请勿泄露。"},
    {"id": "2", "sender": "", "body": "【建设银行】您的积分即将清零，请点击 http://ccb-gift.vip 兑换现金"},
    {"id": "3", "sender": "+447700900123", "body": "see you at the station"},
    {"id": "4", "sender": "Quillmere", "body": "Your code is 482 913."},
]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path, {})


def lines(*more: bytes) -> bytes:
    return b"\n".join([*more, *(json.dumps(one).encode() for one in MESSAGES)]) + b"\n"


def test_answers_for_programs(program: Program) -> None:
    ran = program.run("number", "recognise", "--json", stdin=lines())
    assert (ran.code, ran.stderr) == (0, "")
    keys = ("id", "is_otp", "relation", "service", "account_system")
    assert [tuple(one[key] for key in keys) for one in ran.documents] == [
        ("1", True, "account", "招商银行", "cmb"),
        ("2", False, "none", "建设银行", None),
        ("3", False, "none", None, None),
        ("4", True, "account", "Quillmere", None),
    ]
    assert "482" not in ran.stdout


def test_a_bad_line_is_named_and_the_others_are_answered(program: Program, tmp_path: Path) -> None:
    place = tmp_path / "messages.jsonl"
    place.write_bytes(lines(b"{not json"))
    ran = program.run("number", "recognise", place, "--json")
    assert ran.code == 3
    assert len(ran.documents) == len(MESSAGES)
    complaint = json.loads(ran.stderr)
    assert (complaint["code"], "Line 1 " in complaint["message"]) == ("message-line", True)


def test_answers_for_a_person(program: Program) -> None:
    ran = program.run("number", "recognise", stdin=lines())
    first, *_others, last = ran.stdout.splitlines()
    assert first == "1  招商银行  one-time code  account"
    assert last == "4 messages were read."


def test_a_file_that_is_not_there(program: Program, tmp_path: Path) -> None:
    ran = program.run("number", "recognise", tmp_path / "none.jsonl", "--json")
    assert (ran.code, ran.stdout) == (1, "")
    assert ran.complaint["code"] == "messages-unreadable"
